"""The columns of a developer's own dummy rows, as the types that `algorithm.toml` knows."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from dure.core.system import reason_of
from dure.trials.errors import TrialsError
from dure.trials.manifest import ColumnType

_KINDS = (
    (pa.types.is_boolean, ColumnType.BOOLEAN),
    (pa.types.is_integer, ColumnType.INTEGER),
    (pa.types.is_floating, ColumnType.NUMBER),
    (pa.types.is_decimal, ColumnType.NUMBER),
    (pa.types.is_date, ColumnType.DATE),
    (pa.types.is_timestamp, ColumnType.TIME),
    (pa.types.is_binary, ColumnType.IMAGE),
    (pa.types.is_large_binary, ColumnType.IMAGE),
)


def columns_of(path: Path, target: str = "") -> tuple[str, dict[str, ColumnType]]:
    """Return the column to predict and the types of the others.

    Parameters
    ----------
    path
        Parquet file that ``dure datasets dummy`` wrote here; only its schema is read.
    target
        Column to predict; by default the last.

    Raises
    ------
    TrialsError
        ``trials.template`` when it is no such file, ``trials.benchmark`` when it lacks the target.
    """
    try:
        with path.open("rb") as file:
            return columns_in(file, target, path.name)
    except OSError as error:
        raise TrialsError("trials.template", path=path.name, reason=reason_of(error)) from None


def columns_in(
    file: BinaryIO, target: str = "", name: str = "--data"
) -> tuple[str, dict[str, ColumnType]]:
    """Return the same of an open file; ``name`` is what an error calls it."""
    types = types_in(file, name)
    wanted = target or next(reversed(types), "")
    if wanted not in types:
        raise TrialsError("trials.benchmark", part="target", reason="no-column")
    return wanted, {column: kind for column, kind in types.items() if column != wanted}


def types_in(file: BinaryIO, name: str = "--data") -> dict[str, ColumnType]:
    """Return the type of every column of a Parquet file that was made here."""
    try:
        schema = pq.read_schema(file)
    except pa.ArrowException:
        raise TrialsError("trials.template", path=name, reason="malformed") from None
    return {field.name: _kind(field.type) for field in schema}


def _kind(kind: pa.DataType) -> ColumnType:
    return next((name for fits, name in _KINDS if fits(kind)), ColumnType.TEXT)
