"""A mixed table of 15 columns with Korean notes, as a depot's records look: made, the same for a seed.

Numbers, times, days, codes of very different counts, coordinates, a flag, nulls, and a note of six words,
in some of which stands something personal, or something that only looks like it. Other benchmarks import
`write`; by itself it writes one file.

    python bench/mixed_table.py FILE.parquet|FILE.csv [--rows 1000000] [--seed 7]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

CHUNK = 250_000
"""Rows that are made at a time; each chunk has a generator of its own, seeded with its number."""
_KOREAN = "유압 펌프 교체 완료 부품 재고 부족 점검 이상 없음 엔진 오일 누유 확인 요청 장비 정비 기록 배터리 전압 저하"
_ENGLISH = (
    "replacement scheduled sensor drift inspection passed hydraulic pressure low crew reported "
    "vibration at idle"
)
WORDS = (*_KOREAN.split(), *_ENGLISH.split())
STATUS = ("정상", "점검", "고장", "폐기", "대기")
PHONES, RESIDENTS, EMAILS, PARTS, DAYS = 0.02, 0.005, 0.005, 0.03, 0.03
"""Shares of notes with a phone number, a resident number, an e-mail address; a part's number, a day."""


def resident_numbers(rng: np.random.Generator, count: int) -> list[str]:
    """Return resident numbers of the 1940s to the 1990s with their check digit."""
    years, months, days = (
        rng.integers(40, 100, count),
        rng.integers(1, 13, count),
        rng.integers(1, 29, count),
    )
    rest = rng.integers(0, 10**5, count)
    heads = [
        f"{y:02}{m:02}{d:02}{g}{r:05}"
        for y, m, d, g, r in zip(years, months, days, rng.integers(1, 3, count), rest, strict=True)
    ]
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    checks = [
        (11 - sum(int(c) * w for c, w in zip(h, weights, strict=True)) % 11) % 10 for h in heads
    ]
    return [f"{h[:6]}-{h[6:]}{c}" for h, c in zip(heads, checks, strict=True)]


def notes(rng: np.random.Generator, rows: int, parts: np.ndarray) -> list[str]:
    words = np.array(WORDS, dtype=object)[rng.integers(0, len(WORDS), (rows, 6))]
    texts = [" ".join(row) for row in words]
    draw, number = rng.random(rows), rng.integers(0, 10**8, rows)
    edges = np.cumsum((PHONES, RESIDENTS, EMAILS, PARTS, DAYS))
    kinds = np.searchsorted(edges, draw, side="right")
    residents = iter(resident_numbers(rng, int((kinds == 1).sum())))
    for row in np.flatnonzero(kinds < len(edges)).tolist():
        digits = f"{number[row]:08}"
        texts[row] += (
            f" 담당 010-{digits[:4]}-{digits[4:]}로 연락"
            if kinds[row] == 0
            else f" 주민번호 {next(residents)}"
            if kinds[row] == 1
            else f" mail user{digits}@mail.example.com"
            if kinds[row] == 2
            else f" 품번 {parts[int(number[row]) % len(parts)]}"
            if kinds[row] == 3
            else f" 2024-{int(digits[:2]) % 12 + 1:02}-{int(digits[2:4]) % 28 + 1:02} 예정"
        )
    return texts


def chunk(first: int, rows: int, seed: int) -> pl.DataFrame:
    """Return so many rows, beginning with number ``first``."""
    rng = np.random.default_rng([seed, first])
    fixed = np.random.default_rng(seed)
    parts = np.array(
        [
            f"NSN-{a}-{b}-{c}"
            for a, b, c in zip(
                fixed.integers(1000, 9999, 5000),
                fixed.integers(10, 99, 5000),
                fixed.integers(100, 999, 5000),
                strict=True,
            )
        ],
        dtype=object,
    )
    units = np.array([f"제{number}보급대대" for number in range(1, 41)], dtype=object)
    seconds = np.arange(first, first + rows) * 3
    nulls = rng.random((3, rows)) < 0.03
    frame = pl.DataFrame(
        {
            "record_id": np.arange(first, first + rows),
            "event_time": np.datetime64("2024-01-01", "us") + seconds.astype("timedelta64[s]"),
            "unit": pl.Series(units[rng.integers(0, 40, rows)], dtype=pl.String),
            "part_no": pl.Series(parts[np.minimum(rng.zipf(1.3, rows) - 1, 4999)], dtype=pl.String),
            "quantity": rng.poisson(3, rows),
            "unit_price": np.round(rng.lognormal(4, 1, rows), 2),
            "status": pl.Series(
                np.array(STATUS, dtype=object)[
                    rng.choice(5, rows, p=[0.7, 0.15, 0.08, 0.02, 0.05])
                ],
                dtype=pl.String,
            ),
            "sensor_temp": np.round(rng.normal(60, 12, rows), 3),
            "sensor_vib": np.round(rng.gamma(2, 1.5, rows), 4),
            "latitude": np.round(33 + rng.random(rows) * 5, 6),
            "longitude": np.round(126 + rng.random(rows) * 4, 6),
            "is_urgent": rng.random(rows) < 0.05,
            "due_date": np.datetime64("2024-01-01", "D") + rng.integers(0, 900, rows),
            "serial_no": [f"SN{number:010}" for number in rng.integers(0, 10**9, rows)],
            "note": notes(rng, rows, parts),
        }
    )
    return frame.with_columns(
        pl.when(~pl.Series(gone)).then(pl.col(name)).alias(name)
        for name, gone in zip(("sensor_temp", "unit_price", "due_date"), nulls, strict=True)
    )


def batches(rows: int, seed: int) -> Iterator[pa.Table]:
    """Yield the table, `CHUNK` rows at a time."""
    for first in range(0, rows, CHUNK):
        yield chunk(first, min(CHUNK, rows - first), seed).to_arrow(
            compat_level=pl.CompatLevel.oldest()
        )


def write(path: Path, rows: int, seed: int = 7) -> Path:
    """Write the table as Parquet (zstd) or CSV, by the file's ending; return its path."""
    parquet = path.suffix == ".parquet"
    writer: pq.ParquetWriter | pacsv.CSVWriter | None = None
    for table in batches(rows, seed):
        if writer is None:
            writer = (
                pq.ParquetWriter(path, table.schema, compression="zstd")
                if parquet
                else pacsv.CSVWriter(path, table.schema)
            )
        writer.write_table(table)
    if writer is not None:
        writer.close()
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    write(given.path, given.rows, given.seed)


if __name__ == "__main__":
    main()
