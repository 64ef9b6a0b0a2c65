"""Both engines find the same; what a buffer's neighbours hold doesn't matter."""

from __future__ import annotations

import importlib
import random
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.datasets.personal import engines, scan
from dure.datasets.personal.engines import HyperscanEngine, PlainEngine, engine
from dure.datasets.personal.rules import rules
from dure.datasets.personal.scan import Scanner
from dure.datasets.personal.shapes import DEFAULT_SHAPES, Shape
from tests.datasets.personal.corpus import LOOK_ALIKE, PERSONAL, WAYS

SHAPES = (*DEFAULT_SHAPES, Shape("@##-####"))
BY_HYPERSCAN = Scanner(shapes=SHAPES, engine_name="hyperscan")
BY_RE = Scanner(shapes=SHAPES, engine_name="re")
RULES = rules(SHAPES)


@st.composite
def made(draw):
    """Draw a made value, personal or not, written in one of the ways."""
    rng = random.Random(draw(st.integers(0, 10**6)))
    make = draw(st.sampled_from([*(make for _, make in PERSONAL.values()), *LOOK_ALIKE.values()]))
    return draw(st.sampled_from([*WAYS.values(), lambda value, _: value]))(make(rng), rng)


PIECES = st.one_of(
    made(),
    st.text("0123456789-–․ .０１２９－()+@７ABkmTEL\u00a0\u3000ＭＡ＋）（\t", max_size=24),
    st.sampled_from(
        [
            "여권",
            "계좌 ",
            "농협",
            "Bank",
            "면허",
            "전화",
            "ＴＥＬ",
            "사업자",
            "주소",
            "대구\u00a0중구",
            "번호",
        ]
    ),
    st.text(max_size=6),
)
TEXTS = st.lists(PIECES, max_size=5).map("".join)
CELLS = st.lists(st.none() | TEXTS, max_size=8)


@given(CELLS, st.sampled_from(["note", "계좌번호", "phone", "serial_no"]))
def test_both_engines_find_the_same(cells, column):
    cells = [cell and cell.encode("utf-8", "replace").decode() for cell in cells]
    table = pa.table({column: pa.array(cells, pa.string())})
    assert list(BY_HYPERSCAN.scan(table)) == list(BY_RE.scan(table))


@given(CELLS)
def test_a_cell_holds_what_it_holds_alone(cells):
    cells = [cell and cell.encode("utf-8", "replace").decode() for cell in cells]
    hits = list(BY_HYPERSCAN.scan(pa.table({"note": pa.array(cells, pa.large_string())})))
    alone = [
        (row, span.start, span.end, span.kind, span.confidence)
        for row, cell in enumerate(cells)
        for span in BY_HYPERSCAN.text(cell or "")
    ]
    assert [(h.row, h.start, h.end, h.kind, h.confidence) for h in hits] == alone


@given(TEXTS)
def test_spans_lie_in_the_text_and_apart(text):
    spans = BY_RE.text(text.encode("utf-8", "replace").decode())
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


def laid_out(cells):
    data = [cell.encode() for cell in cells]
    return memoryview(b"".join(data)), np.cumsum([0, *map(len, data)])


def test_what_runs_from_one_cell_into_the_next_is_not_found():
    halves = ["담당 010-12", "34-5678 통화", "담당 010-1234-5678", "010-1234-5678"]
    found = [hit.row for hit in BY_HYPERSCAN.scan(pa.table({"note": halves}))]
    assert found == [2, 3]


def test_unusual_spellings_are_looked_at_again_as_usual_ones():
    plain, *spelt = ["010-1234-5678", "０１０–１２３４－5678", "010․1234·5678"]
    ((_, bits),) = HyperscanEngine(RULES).candidates(*laid_out([plain]))
    cells = laid_out(["없음", *spelt, "정비", "2019–2020 정비"])
    assert list(HyperscanEngine(RULES).candidates(*cells)) == [(1, bits), (2, bits)]


def test_many_reports_of_one_row_are_merged(monkeypatch):
    cells = laid_out(["900101-1234568 " * 40, "", "없음", "010-1234-5678 kim@example.com"])
    once = list(HyperscanEngine(RULES).candidates(*cells))
    monkeypatch.setattr(engines, "_COMPACT_AT", 2)
    assert list(HyperscanEngine(RULES).candidates(*cells)) == once
    assert [row for row, _ in once] == [0, 3]


def test_more_than_hyperscan_takes_makes_every_row_a_candidate():
    cells = laid_out(["없음", "010-1234-5678"])
    every = (1 << len(RULES)) - 1
    assert list(HyperscanEngine(RULES, longest=8).candidates(*cells)) == [(0, every), (1, every)]
    assert [row for row, _ in HyperscanEngine(RULES).candidates(*cells)] == [1]


def test_slices_of_a_column_are_one_column(monkeypatch):
    cells = [f"담당 010-1234-{n:04}" if n % 3 else "" for n in range(50)]
    table = pa.table({"note": cells})
    whole = list(BY_HYPERSCAN.scan(table))
    monkeypatch.setattr(scan, "SLICE_BYTES", 30)
    assert list(BY_HYPERSCAN.scan(table)) == whole
    assert len(whole) == 33


def test_without_hyperscan_python_does_it(monkeypatch):
    assert isinstance(engine(RULES), HyperscanEngine)

    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    assert isinstance(engine(RULES), PlainEngine)
    assert Scanner().engine_name == "re"
    with pytest.raises(ImportError):
        engine(RULES, "hyperscan")


def test_long_cells_of_digits_end(scanner):
    cells = ["1" * 50_000, "9001011234567" * 2_000, "a@" * 50_000, "010-" * 50_000]
    assert not list(scanner.scan(pa.table({"note": cells})))
    # Quadratic time in the number of hits would take minutes.
    assert len(scanner.text("강남구 대학로 1, " * 20_000)) == 20_000
    right = "가" * 300_000 + " 010-1234-5678"
    assert [(h.start, h.end) for h in scanner.scan(pa.table({"note": [right]}))] == [
        (300_001, 300_014)
    ]
