"""Fields of lines: Arrow's streaming parser, every field as text, every row of the same width."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc

BLOCK_BYTES = 1 << 20


class LongRow(Exception):  # noqa: N818 (it becomes a fault, or a larger block)
    """A row is longer than a block."""


def text_fields(
    text: Path,
    width: int,
    parsing: pc.ParseOptions,
    *,
    missing: tuple[str, ...],
    quoted_missing: bool = False,
    skip_rows: int = 0,
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a UTF-8 file in batches.

    Parameters
    ----------
    text
        The file.
    width
        How many fields each row has.
    parsing
        Separator and quotation marks.
    missing, quoted_missing
        Texts that stand for a missing value, and whether they do so in quotation marks too.
    skip_rows
        How many rows come before the first.
    block_bytes
        How much is read at a time; no row may be longer.

    Raises
    ------
    LongRow
        When a row is longer than a block.
    pyarrow.ArrowInvalid
        When a row has another width, or is not UTF-8.
    """
    labels = [f"c{number}" for number in range(width)]
    try:
        yield from pc.open_csv(
            text,
            read_options=pc.ReadOptions(
                block_size=block_bytes, column_names=labels, skip_rows_after_names=skip_rows
            ),
            parse_options=parsing,
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(labels, pa.string()),
                null_values=list(missing),
                strings_can_be_null=True,
                quoted_strings_can_be_null=quoted_missing,
            ),
        )
    except pa.ArrowInvalid as error:
        if "straddling" in str(error):
            raise LongRow from error
        raise
