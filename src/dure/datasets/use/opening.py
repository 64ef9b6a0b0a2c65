"""Opening a data set for use: from a node's vault under a ticket, or from an exported folder.

Parquet is parsed in this process only when its bytes were written by dure's own reader inside the
sandbox: a table that this node imported, or a folder of which the caller says that he trusts who
wrote it. Any other table is read inside the sandbox first and written anew there, into this
process's memory.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from dure.core.system import reason_of
from dure.datasets.catalogue import describe, table_of
from dure.datasets.croissant import TABLE_FILE, Table, read_table
from dure.datasets.document import read_document, unusable
from dure.datasets.huggingface import DATA_FILE
from dure.datasets.import_ import any_purpose
from dure.datasets.spec import DEIDENTIFY, IMPORT, LOWER
from dure.datasets.use.dataset import DataSet
from dure.datasets.use.piped import PipedSource
from dure.datasets.use.source import FileSource, changed, held
from dure.governance.house import House
from dure.readers.parse import parse

_WRITTEN_HERE = frozenset({IMPORT.name, DEIDENTIFY.name, LOWER.name})
"""Producers of tables that dure's own code wrote inside the sandbox."""


def open_dataset(house: House, dataset_id: str, *, purpose: str = "") -> DataSet:
    """Open a data set of this node; each read of its rows is a ticket, and so in the ledger.

    The whole table is streamed once and held against its document before this returns.

    Parameters
    ----------
    house
        The node.
    dataset_id
        The data set.
    purpose
        Purpose of the reads; "" means any that the principal and the label have in common.

    Raises
    ------
    DatasetError
        ``datasets.not-dataset``, ``datasets.changed``.
    GovernanceError
        ``governance.denied``.
    """
    table_id = table_of(house, dataset_id)
    purpose = purpose or any_purpose(house, house.assets.get(dataset_id).asset.label)
    document = describe(house, dataset_id, purpose=purpose)
    return open_table(house, table_id, document, name=dataset_id[:16], purpose=purpose)


def open_table(
    house: House, table_id: str, document: Mapping[str, Any], *, name: str, purpose: str
) -> DataSet:
    """Open a table of this node that is the first one of a document; as `open_dataset`.

    Raises
    ------
    DatasetError
        ``datasets.changed``, which calls the data set by that name.
    GovernanceError
        ``governance.denied``.
    """
    told = read_table(document)
    stream = partial(house.open, table_id, purpose=purpose, run="")
    if house.assets.get(table_id).asset.producer in _WRITTEN_HERE:
        return DataSet(PipedSource(stream, told, name), document)
    return DataSet(_anew(stream().fd, told, name), document)


def open_folder(folder: str | Path, *, trusted: bool = False) -> DataSet:
    """Open an exported folder, of either layout; needs no node.

    The table's size and digest are held against the document before this returns.

    Parameters
    ----------
    folder
        Folder that ``dure datasets export`` wrote.
    trusted
        Whether whoever wrote the folder is trusted: its Parquet file is then parsed right here.
        Otherwise the sandbox parses it and writes it anew, into memory.

    Raises
    ------
    DatasetError
        ``datasets.document``, ``datasets.changed``.
    ReaderError
        Why it is no table.
    SandboxError
        When it is not trusted and this host has no sandbox.
    """
    folder = Path(folder)
    document, told = read_document(folder)
    given = document["distribution"][0].get("contentUrl")
    if given not in (TABLE_FILE, DATA_FILE):
        raise unusable(folder, "distribution[0].contentUrl", "document-form")
    return open_file(folder, given, document, told, trusted=trusted)


def open_file(
    folder: Path, place: str, document: Mapping[str, Any], told: Table, *, trusted: bool
) -> DataSet:
    """Open one Parquet file of an exported folder; as `open_folder`.

    Raises
    ------
    DatasetError
        ``datasets.document``, ``datasets.changed``.
    ReaderError
        Why it is no table.
    """
    descriptor = _opened(folder / place)
    if trusted:
        source = FileSource(descriptor, told, folder.name)
        if source.digest() != (told.size, told.sha256):
            raise changed(folder.name)
        return DataSet(source, document)
    return DataSet(_anew(descriptor, told, folder.name), document)


def _opened(file: Path) -> int:
    try:
        # A pipe or a device must neither block nor be read for ever.
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK
        descriptor = os.open(file, flags)
    except OSError as error:
        raise unusable(file, "-", reason_of(error)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise unusable(file, "-", "not-file")
    return descriptor


def _anew(descriptor: int, told: Table, name: str) -> FileSource:
    """Return the same table as the sandbox wrote it, in memory; the descriptor is closed."""
    written: list[int] = []
    try:
        parsed = parse(descriptor, "parquet", sink=lambda blocks: written.append(held(blocks)))
    finally:
        os.close(descriptor)
    source = FileSource(written[0], told, name)
    if (parsed.size_bytes, parsed.digest) != (told.size, f"sha256:{told.sha256}"):
        raise changed(name)
    return source
