"""The claim of dummy data: of the submissions that pass on it, 95 in a hundred run on the real table.

What is counted: submissions of `tests.datasets.submissions` that answer on dummy data, and those of
them that answer on the real table. What fails on dummy data is not counted, and shown beside it.
Submissions that must fail on dummy data show that it can tell; dummy data that were made worse show
that the count can fall.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from dure.datasets.dummy.measuring import measure
from dure.datasets.dummy.released import TERM, block, with_block
from dure.datasets.dummy.writing import write_dummy
from tests.datasets.reading import write
from tests.datasets.submissions import CONTROLS, SUBMISSIONS, Submission
from tests.datasets.test_flights import flights

__all__ = ["flights"]

LEAST_COUNTED = 20
WANTED = 0.95
SEEDS = (1, 2, 3)


def repairs(rows: int = 5_000) -> pl.DataFrame:
    """A depot's repairs: generated, with what real tables have (gaps, rare values, mixed texts)."""
    dice = np.random.default_rng(20_26)
    words = [
        "유압",
        "펌프",
        "교체",
        "완료",
        "부품",
        "재고",
        "부족",
        "점검",
        "이상",
        "없음",
        "누유",
        "확인",
        "sensor",
        "drift",
        "3호기",
    ]

    def drawn(values: list[Any], weights: list[float] | None = None) -> list[Any]:
        return [values[i] for i in dice.choice(len(values), rows, p=weights)]

    def gaps(values: list[Any], share: float) -> list[Any]:
        return [None if dice.random() < share else value for value in values]

    days = [date(2023, 1, 2) + timedelta(int(d)) for d in dice.integers(0, 700, rows)]
    rare = ["가나상사", "다라산업", "마바정밀", *(f"신규{chr(0xAC00 + i * 28)}" for i in range(40))]
    likely = np.array([0.5, 0.3, 0.16, *[0.04 / 40] * 40])
    department = drawn(["정비과", "보급과", "수송과"])
    department[17] = department[1_234] = department[4_999] = None
    return pl.DataFrame(
        {
            "접수번호": [f"R-{2023 + i // 2600}-{i + 1:05d}" for i in range(rows)],
            "부대": drawn([f"제{i}보급대대" for i in range(1, 41)]),
            "상태": drawn(["정상", "점검", "고장", "폐기", "대기"], [0.7, 0.15, 0.08, 0.02, 0.05]),
            "등급코드": drawn(["001", "002", "003", "010"]),
            "접수일자": [int(f"{day:%Y%m%d}") for day in days],
            "완료일": gaps([f"{day + timedelta(int(dice.integers(0, 90)))}" for day in days], 0.08),
            "수량": dice.poisson(3, rows),
            "단가": gaps([round(float(p), 2) for p in dice.lognormal(4, 1, rows)], 0.03),
            "긴급": [bool(u < 0.05) for u in dice.random(rows)],
            "위도": np.round(33 + dice.random(rows) * 5, 6),
            "경도": np.round(126 + dice.random(rows) * 4, 6),
            "점검시각": gaps(
                [datetime(2023, 1, 2) + timedelta(minutes=int(m)) for m in dice.integers(0, 10**6, rows)],  # noqa: DTZ001
                0.02,
            ),
            "공급처": drawn(rare, list(likely / likely.sum())),
            "담당과": department,
            "비고": gaps(
                [" ".join(words[j] for j in dice.integers(0, len(words), 6)) for _ in range(rows)], 0.1
            ),
        }
    )  # fmt: skip


@dataclass
class Tables:
    """The real tables, and the folder of each whose document releases its statistics."""

    real: Mapping[str, Path]
    folders: Mapping[str, Path]


@pytest.fixture(scope="module")
def tables(flights: Path, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    place = tmp_path_factory.mktemp("tables")
    frames = {
        "flights": pl.read_csv(
            flights, null_values=["NA"], infer_schema_length=10_000
        ).with_columns(pl.col("time_hour").str.to_datetime(time_unit="us", time_zone="UTC")),
        "repairs": repairs(),
    }
    for name, frame in frames.items():
        table = frame.to_arrow().cast(_plain(frame.to_arrow().schema))
        document = write(place / name, table)
        columns = [{"name": one, **measure(table[one])} for one in table.column_names]
        text = json.dumps(with_block(document, block(columns)), ensure_ascii=False)
        (place / name / "croissant.json").write_text(text, "utf-8")
    return Tables(
        {name: place / name / "data.parquet" for name in frames},
        {name: place / name for name in frames},
    )


def _plain(schema: Any) -> Any:
    import pyarrow as pa

    texts = (pa.large_string(), pa.string_view())
    return pa.schema([one.with_type(pa.string()) if one.type in texts else one for one in schema])


def answers(submission: Submission, path: Path) -> bool:
    """Say whether a submission comes to an answer."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return submission(path) is not None
    except Exception:
        return False


@pytest.fixture(scope="module")
def runs_on_real(tables: Tables) -> Mapping[str, bool]:
    return {one.__name__: answers(one, tables.real[name]) for name, one in SUBMISSIONS}


def dummies(tables: Tables, place: Path, seed: int, **change: Any) -> dict[str, Path]:
    """Write dummy data; ``change`` replaces parts of what every column releases."""
    made = {}
    for name, folder in tables.folders.items():
        document = json.loads((folder / "croissant.json").read_text("utf-8"))
        for column in document[TERM]["columns"] if change else ():
            column |= change
        bare = place / f"{name}-{seed}.json"
        bare.write_text(json.dumps(document), "utf-8")
        made[name] = place / f"{name}-{seed}.parquet"
        write_dummy(bare, made[name], rows=2_000, seed=seed)
    return made


def counted(made: Mapping[str, Path], on_real: Mapping[str, bool]) -> tuple[list[str], list[str]]:
    """Return who passed on dummy data, and who of them runs on the real table."""
    passed = [one.__name__ for name, one in SUBMISSIONS if answers(one, made[name])]
    return passed, [name for name in passed if on_real[name]]


@pytest.mark.third_party_data
@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_what_passes_on_dummy_data_runs_on_the_real(
    tables: Tables, runs_on_real: Mapping[str, bool], tmp_path: Path, seed: int
) -> None:
    made = dummies(tables, tmp_path, seed)
    passed, ran = counted(made, runs_on_real)
    share = len(ran) / len(passed)
    shown = {
        "submissions": len(SUBMISSIONS),
        "pass on dummy": len(passed),
        "of these run on real": len(ran),
        "pass on dummy, fail on real": sorted(set(passed) - set(ran)),
        "fail on dummy, run on real": sorted({n for n, ok in runs_on_real.items() if ok} - set(passed)),
        "fail on both": sorted({n for n, ok in runs_on_real.items() if not ok} - set(passed)),
    }  # fmt: skip
    print(json.dumps(shown, ensure_ascii=False, indent=1))
    assert len(passed) >= LEAST_COUNTED
    assert share >= WANTED, shown
    assert {name for name, _ in SUBMISSIONS} == {"flights", "repairs"}
    for name in ("flights", "repairs"):
        assert sum(one.__name__ in passed for table, one in SUBMISSIONS if table == name) >= 10


@pytest.mark.third_party_data
@pytest.mark.slow
def test_what_is_wrong_fails_on_dummy_data(tables: Tables, tmp_path: Path) -> None:
    made = dummies(tables, tmp_path, 1)
    assert len(CONTROLS) >= 8
    assert [one.__name__ for name, one in CONTROLS if answers(one, made[name])] == []
    assert not {one.__name__ for _, one in CONTROLS} & {one.__name__ for _, one in SUBMISSIONS}


@pytest.mark.third_party_data
@pytest.mark.slow
def test_the_count_falls_when_dummy_data_are_worse(
    tables: Tables, runs_on_real: Mapping[str, bool], tmp_path: Path
) -> None:
    """Without gaps, programs that can't bear one pass on dummy data and fail on the real table."""
    passed, ran = counted(dummies(tables, tmp_path, 1, nulls="0"), runs_on_real)
    assert len(ran) / len(passed) < WANTED
    assert set(passed) - set(ran) >= {
        "registration_prefixes_without_care",
        "dates_with_strptime_without_care",
    }


def test_the_real_tables_are_not_what_the_dummies_are_made_of(tmp_path: Path) -> None:
    """No made-up row is one of the table's, and no rare value of it comes up."""
    frame = repairs()
    table = frame.to_arrow().cast(_plain(frame.to_arrow().schema))
    document = write(tmp_path / "out", table)
    found = block([{"name": one, **measure(table[one])} for one in table.column_names])
    text = json.dumps(with_block(document, found), ensure_ascii=False)
    (tmp_path / "out" / "croissant.json").write_text(text, "utf-8")
    rare = [name for name in frame["공급처"].unique() if name.startswith("신규")]
    notes = frame["비고"].drop_nulls().unique().to_list()
    assert rare
    assert not [value for value in [*rare, *notes] if value in text]
    assert frame["접수번호"][7] not in text
    write_dummy(tmp_path / "out", tmp_path / "d.parquet", rows=5_000)
    made = pl.read_parquet(tmp_path / "d.parquet")
    assert not set(made.rows()) & set(frame.rows())
    assert not set(made["공급처"]) & set(rare)
    assert not set(made["비고"].drop_nulls()) & set(notes)
