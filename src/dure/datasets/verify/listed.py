"""Images against the index that lists them: each file there, each digest right, nothing besides."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from dure.core.findings import Finding
from dure.core.text import printable
from dure.datasets.images.document import FOLDER
from dure.datasets.images.table import DIGEST, PATH
from dure.datasets.use.source import held
from dure.datasets.verify.files import is_inside, measure, members, opened
from dure.datasets.verify.stating import Stated, Stating
from dure.datasets.verify.words import finding
from dure.readers.errors import ReaderError
from dure.readers.folder import MAX_FILES
from dure.readers.parse import parse

MOST_TOLD = 100
"""Files that are named; the rest is only counted."""

_ROWS = 1 << 14


def match_listed(folder: Path, said: Stating, stated: Stated) -> Iterator[Finding]:
    """Yield how a set of images differs from the index that lists it; ends after `MOST_TOLD`.

    Parameters
    ----------
    folder
        Where the document lies.
    said
        What it says.
    stated
        The set.

    Raises
    ------
    SandboxError
        When this host can't provide the sandbox.
    """
    for number, one in enumerate(_differences(folder, said, stated)):
        if number == MOST_TOLD:
            yield finding("more-files", printable(stated.id), most=MOST_TOLD)
            return
        yield one


def _differences(folder: Path, said: Stating, stated: Stated) -> Iterator[Finding]:
    table = next(
        (one for one in said.sources.values() if one.kind == "parquet" and one.place), None
    )
    listed = None if table is None or not is_inside(table.place) else _listed(folder, table.place)
    if listed is None:
        yield finding("no-index", printable(stated.id))
        return
    for path, digest in listed.items():
        place = f"{FOLDER}/{path}"
        file = measure(folder, place, "") if is_inside(place) else None
        if file is None:
            yield finding("missing-file", printable(place))
        elif file.sha256 != digest:
            yield finding("digest", printable(place))
    for place in members(folder, stated.includes, stated.excludes, MAX_FILES):
        if place.removeprefix(f"{FOLDER}/") not in listed:
            yield finding("unlisted-file", printable(place))


def _listed(folder: Path, table: str) -> dict[str, str] | None:
    """Return path and digest of each image, as the sandbox reads the index; None when it has none."""
    written: list[int] = []
    try:
        with contextlib.ExitStack() as stack:
            descriptor = opened(folder, table, stack)
            parse(descriptor, "parquet", sink=lambda blocks: written.append(held(blocks)))
    except (ReaderError, OSError):
        return None
    try:
        with pq.ParquetFile(f"/proc/self/fd/{written[0]}") as index:
            if not {PATH, DIGEST} <= set(index.schema_arrow.names):
                return None
            batches = index.iter_batches(_ROWS, columns=[PATH, DIGEST])
            return {
                str(row[PATH]): str(row[DIGEST]) for batch in batches for row in batch.to_pylist()
            }
    finally:
        os.close(written[0])
