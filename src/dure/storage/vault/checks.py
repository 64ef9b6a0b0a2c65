"""Checks: the whole vault read and held against its index."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select

from dure.storage.errors import StorageError
from dure.storage.vault.garbage import Garbage, count_drafts, orphans
from dure.storage.vault.index import Index
from dure.storage.vault.pages import PageFiles
from dure.storage.vault.tables import PAGES, VERSIONS
from dure.storage.vault.versions import read_version


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is wrong.

    Parameters
    ----------
    code
        The error's code, or ``storage.vault``.
    subject
        Handle of the version or id of the page.
    """

    code: str
    subject: str


@dataclass(frozen=True, slots=True)
class VaultCheck:
    """What a check of the vault found.

    Parameters
    ----------
    versions, pages, size
        Versions read, page rows, bytes of content read.
    faults
        What is wrong; none in a sound vault, crashed or not.
    garbage
        What `Vault.collect_garbage` would remove.
    """

    versions: int
    pages: int
    size: int
    faults: tuple[Damage, ...]
    garbage: Garbage

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong (garbage is not wrong)."""
        return not self.faults


def check(index: Index, page_files: PageFiles) -> VaultCheck:
    """Read every version in full and compare the page rows with what the versions use."""
    faults: list[Damage] = []
    uses: Counter[str] = Counter()
    versions = size = 0
    with index.db.read() as connection:
        rows = connection.execute(select(VERSIONS).order_by(VERSIONS.c.id)).all()
        counted = {row.id: row.uses for row in connection.execute(select(PAGES.c.id, PAGES.c.uses))}
        for row in rows:
            try:
                for page_ids in index.parts(connection, index.version_wrapper(row), row.id):
                    uses.update(page_ids)
            except StorageError as error:
                faults.append(Damage(error.code, row.handle or row.id))
    for row in rows:
        if row.handle is None:
            continue
        versions += 1
        try:
            for chunk in read_version(index, page_files, row, index.facts(row)):
                size += len(chunk)
        except StorageError as error:
            faults.append(Damage(error.code, row.handle))
    faults += [
        Damage("storage.vault", page)
        for page in sorted(counted.keys() | uses.keys())
        if counted.get(page, 0) != uses[page]
    ]
    loose = page_files.shelf.half_written() + sum(1 for _ in orphans(index, page_files))
    garbage = Garbage(count_drafts(index), loose)
    return VaultCheck(versions, len(counted), size, tuple(faults), garbage)
