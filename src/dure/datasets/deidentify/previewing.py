"""Some rows before and after, as a screen shows them. Runs inside the sandbox.

A value that a method changes, or in which the scan finds something personal, is shown by its shape
(``가`` for Korean letters, ``a`` for others, ``9`` for digits), unless the steward names its column.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import pyarrow as pa

from dure.datasets.deidentify.plan import Plan
from dure.datasets.deidentify.transforming import transformed
from dure.datasets.personal.scan import Scanner

MOST_ROWS = 50
CELL_CHARACTERS = 60
_SHAPES = (
    (re.compile("[가-힣ㄱ-ㅎㅏ-ㅣ]"), "가"),
    (re.compile(r"\d"), "9"),
    (re.compile(r"[^\W\d_가]"), "a"),
)


def shape_of(text: str) -> str:
    """Return what a text looks like, and nothing of what it says.

    Examples
    --------
    >>> shape_of("홍길동 010-1234"), shape_of("Kim_2")
    ('가가가 999-9999', 'aaa_9')
    """
    for pattern, sign in _SHAPES:
        text = pattern.sub(sign, text)
    return text


def preview(
    table: Path, plan: Plan, keys: Mapping[str, bytes], rows: int, shown: Collection[str]
) -> tuple[pa.RecordBatch, pa.RecordBatch, list[list[str | None]], list[list[str | None]]]:
    """Return the first rows of a table before and after, and both as texts to show.

    Parameters
    ----------
    table
        Parquet file.
    plan, keys
        What is done.
    rows
        How many, at most `MOST_ROWS`.
    shown
        Columns whose values are shown as they are.
    """
    before, after = next(transformed(table, plan, keys, min(rows, MOST_ROWS)))
    scanner = Scanner(shapes=plan.shapes)
    changed = {one.name for one in plan.column if one.method != "keep"}
    return (
        before,
        after,
        _texts(before, (changed | _personal(before, scanner)) - set(shown)),
        _texts(after, _personal(after, scanner) - set(shown)),
    )


def _personal(batch: pa.RecordBatch, scanner: Scanner) -> set[str]:
    return {hit.column for hit in scanner.scan(batch)}


def _texts(batch: pa.RecordBatch, hidden: Collection[str]) -> list[list[str | None]]:
    columns = []
    for name, values in zip(batch.schema.names, batch.columns, strict=True):
        texts = [None if one is None else str(one)[:CELL_CHARACTERS] for one in values.to_pylist()]
        if name in hidden:
            texts = [None if one is None else shape_of(one) for one in texts]
        columns.append(texts)
    return [list(row) for row in zip(*columns, strict=True)]
