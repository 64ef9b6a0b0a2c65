"""Versions: content put into the vault page by page, read back, and shredded.

A draft is a version without a handle. See `dure.storage.vault` for what a crash leaves where.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, update

from dure.core import faults
from dure.storage.errors import StorageError
from dure.storage.vault.ahead import Where, read_ahead
from dure.storage.vault.index import Facts, Index
from dure.storage.vault.kin import Kin
from dure.storage.vault.packing import Packing
from dure.storage.vault.pages import NewPage, Packed, PageFiles, PageRow, bounded
from dure.storage.vault.tables import PAGES, REFERENCES, VERSIONS
from dure.storage.vault.wrapping import KEY_BYTES, Wrapper

BATCH_BYTES = 8 * 1024 * 1024
BATCH_PAGES = 512
_PACKERS = 2


def batches(pages: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield pages in groups of bounded bytes and number."""
    group: list[bytes] = []
    size = 0
    for page in bounded(pages):
        if group and (size + len(page) > BATCH_BYTES or len(group) == BATCH_PAGES):
            yield group
            group, size = [], 0
        group.append(bytes(page))
        size += len(page)
    if group:
        yield group


class Draft:
    """One version being written. Use `write`; everything else follows from it.

    Parameters
    ----------
    index, page_files
        The vault's two halves.
    kin
        An earlier version whose pages the new ones may be patches on.
    """

    def __init__(self, index: Index, page_files: PageFiles, kin: Kin | None = None) -> None:
        self._index = index
        self._files = page_files
        self._id = os.urandom(16).hex()
        self._key = os.urandom(KEY_BYTES)
        self._version = Wrapper(self._key, index.where)
        self._parts = 0
        self._kin = kin

    def write(self, pages: Iterable[bytes], bound: bytes) -> Facts:
        """Write all pages and make the draft a version; leave nothing when anything fails.

        Raises
        ------
        StorageError
            ``storage.no-space``, ``storage.file``, ``storage.database``, ``storage.vault``.
        """
        self._begin()
        try:
            digest = hashlib.sha256()
            size = count = 0
            for batch in self._added(pages):
                for page in batch:
                    digest.update(page)
                    size += len(page)
                count += len(batch)
            handle = self._index.handle(digest.digest(), bound)
            return self._finish(Facts(self._id, handle, size, count, digest.digest(), bound))
        except BaseException:
            with suppress(StorageError):  # what can't be taken back now is garbage for later
                drop_version(self._index, self._files, VERSIONS.c.id == self._id)
            raise

    def _begin(self) -> None:
        index = self._index
        with index.db.write() as connection:
            index.current(connection)
            connection.execute(
                VERSIONS.insert().values(
                    id=self._id,
                    handle=None,
                    wrapped_key=index.wrapper.wrap(self._key, index.place("version key", self._id)),
                    size=0,
                    pages=0,
                    sealed_facts=None,
                )
            )
        faults.point("vault.draft.begun")

    def _added(self, pages: Iterable[bytes]) -> Iterator[list[bytes]]:
        """Yield each batch while it is being added, and the next one is on its way here."""
        with ThreadPoolExecutor(1, thread_name_prefix="dure-vault") as adder:
            under_way: Future[None] | None = None
            for batch in batches(pages):
                if under_way is not None:
                    under_way.result()
                under_way = adder.submit(self._add, batch)
                yield batch
            if under_way is not None:
                under_way.result()

    def _add(self, batch: list[bytes]) -> None:
        index = self._index
        identities = [index.identity(page) for page in batch]
        contents = dict(zip(identities, batch, strict=True))
        with index.db.read() as connection:
            known = index.known(connection, list(contents))
            lying = index.lying(connection, list(known.values()))
        lost = self._lost(known, lying)
        fresh: dict[bytes, NewPage] = {}
        missing = [identity for identity in contents if identity not in known]
        try:
            fresh.update(self._write_files(missing, self._packed(contents, known)))
            fresh.update(self._write_whole(list(lost), contents))
            while missing := self._record(identities, contents, fresh, lost):
                self._files.remove(fresh.pop(each).id for each in missing if each in fresh)
                fresh.update(self._write_whole(missing, contents))
        except BaseException:
            with suppress(StorageError):
                self._remove_unrecorded([page.id for page in fresh.values()])
            raise
        self._parts += 1
        self._remove_unrecorded([*(page.id for page in fresh.values()), *lost.values()])
        faults.point("vault.batch.done")

    def _lost(self, known: dict[bytes, str], lying: dict[str, tuple[str, ...]]) -> dict[bytes, str]:
        """Return those pages that the index has and the shelf has not, with the file that each is in.

        Nothing is to rely on them: they are written anew, and serve the earlier versions again.
        """
        names = sorted({file for each in lying.values() for file in each})
        gone = self._files.shelf.missing(names)
        return {
            identity: lying[page][0]
            for identity, page in known.items()
            if page in lying and not gone.isdisjoint(lying[page])
        }

    def _packed(self, contents: dict[bytes, bytes], known: dict[bytes, str]) -> list[Packed]:
        """Return how each page that is not known is kept: by itself, or as a patch on its kin."""
        missing = [content for identity, content in contents.items() if identity not in known]
        with ThreadPoolExecutor(_PACKERS) as packers:
            packed = dict(zip(missing, packers.map(Packed.of, missing), strict=True))
        if self._kin is None:
            return list(packed.values())
        for identity, content in contents.items():
            if identity in known:
                self._kin.known(known[identity])
            elif found := self._kin.patched(content, len(packed[content].content)):
                packed[content] = Packed(found[1], Packing.PATCH, len(content), found[0])
        return list(packed.values())

    def _write_files(self, missing: list[bytes], packed: list[Packed]) -> dict[bytes, NewPage]:
        if not missing:
            return {}
        return dict(zip(missing, self._files.write(packed), strict=True))

    def _write_whole(
        self, missing: list[bytes], contents: dict[bytes, bytes]
    ) -> dict[bytes, NewPage]:
        return self._write_files(missing, [Packed.of(contents[each]) for each in missing])

    def _record(
        self,
        identities: list[bytes],
        contents: dict[bytes, bytes],
        fresh: dict[bytes, NewPage],
        lost: dict[bytes, str],
    ) -> list[bytes]:
        """Record a batch, or return the pages that a shredding took away, or the base of, since we looked."""
        index = self._index
        uses = Counter(identities)
        with index.db.write() as connection:
            index.current(connection)
            known = index.known(connection, list(contents))
            under = {page.packed.base_id for page in fresh.values()} - {None}
            bases = index.bases(connection, sorted(filter(None, under)))
            missing = [
                each
                for each in contents
                if each not in known
                and (each not in fresh or fresh[each].packed.base_id not in (None, *bases))
            ]
            if missing:
                return missing
            index.use(connection, Counter({page: uses[each] for each, page in known.items()}))
            for each, page in fresh.items():
                if each in known and each in lost:
                    index.repack(connection, known[each], lost[each], page)
                elif each not in known:
                    index.add_page(connection, page, each, uses[each])
                    known[each] = page.id
            page_ids = [known[each] for each in identities]
            index.add_part(connection, self._version, self._id, self._parts, page_ids)
            faults.point("vault.batch.recorded")
        return []

    def _remove_unrecorded(self, names: list[str]) -> None:
        """Remove files that another writer's equal page made superfluous, or that have no row."""
        if not names:
            return
        with self._index.db.read() as connection:
            recorded = self._index.recorded(connection, names)
        self._files.remove(name for name in names if name not in recorded)

    def _finish(self, facts: Facts) -> Facts:
        index = self._index
        dead: list[str] = []
        with index.db.write() as connection:
            index.current(connection)
            there = connection.execute(select(VERSIONS).where(VERSIONS.c.handle == facts.handle))
            if (row := there.first()) is not None:
                mine = connection.execute(select(VERSIONS).where(VERSIONS.c.id == self._id)).one()
                dead = index.drop(connection, mine, partial(stand_alone, index, self._files))
                facts = index.facts(row)
            else:
                connection.execute(
                    update(VERSIONS)
                    .where(VERSIONS.c.id == self._id)
                    .values(
                        handle=facts.handle,
                        size=facts.size,
                        pages=facts.pages,
                        sealed_facts=index.seal_facts(self._version, facts),
                    )
                )
            faults.point("vault.version.recorded")
        faults.point("vault.version.done")
        self._files.remove(dead)
        return facts


def find_version(index: Index, handle: str) -> Row[Any] | None:
    """Return the row of a complete version, or None."""
    with index.db.read() as connection:
        return connection.execute(select(VERSIONS).where(VERSIONS.c.handle == handle)).first()


def read_version(
    index: Index, page_files: PageFiles, row: Row[Any], facts: Facts
) -> Iterator[bytes]:
    """Yield a version's content; the last chunk comes only when the whole is proven.

    Raises
    ------
    StorageError
        ``storage.seal-…`` for a page file that is not right, ``storage.vault`` when pages are
        missing or are not those that were put, ``storage.unknown`` when it is shredded meanwhile.
    """
    digest = hashlib.sha256()
    size = count = 0
    held = b""
    for chunk in read_ahead(
        _pages_of(index, row, facts), page_files.content, page_files.shelf.readers
    ):
        digest.update(chunk)
        size += len(chunk)
        count += 1
        if held:
            yield held
        held = chunk
    if (count, size, digest.digest()) != (facts.pages, facts.size, facts.digest):
        raise _broken(index, "not-as-put")
    if held:
        yield held


def _pages_of(index: Index, row: Row[Any], facts: Facts) -> Iterator[Where]:
    """Yield the rows of a version's pages in order, looked up part by part."""
    version = index.version_wrapper(row)
    count = part = 0
    while count < facts.pages:
        with index.db.read() as connection:
            page_ids = index.part(connection, version, facts.version_id, part)
            rows = index.page_rows(connection, sorted(set(page_ids or ())))
            bases = index.page_rows(connection, _bases_of(rows.values()))
        if page_ids is None:
            raise StorageError("storage.unknown", kind="version", name=facts.handle)
        for page_id in page_ids:
            yield _with_base(index, page_id, rows, bases)
        count += len(page_ids)
        part += 1


def _bases_of(rows: Iterable[PageRow]) -> list[str]:
    return sorted({row.base_id for row in rows if row.base_id is not None})


def drop_version(index: Index, page_files: PageFiles, which: ColumnElement[bool]) -> int:
    """Destroy the versions that a clause names, then the files of pages that died with them.

    Returns
    -------
    int
        How many page files went.

    Raises
    ------
    StorageError
        ``storage.database``, ``storage.vault``, ``storage.file``.
    """
    dead: list[str] = []
    with index.db.write() as connection:
        index.current(connection)
        for row in connection.execute(select(VERSIONS).where(which)).all():
            dead += index.drop(connection, row, partial(stand_alone, index, page_files))
        faults.point("vault.version.dropped")
    faults.point("vault.drop.committed")
    index.db.scrub(PAGES.name, VERSIONS.name, REFERENCES.name)
    with suppress(StorageError):  # their keys are gone: what can't be removed now is garbage
        page_files.remove(dead)
    return len(dead)


def stand_alone(
    index: Index, page_files: PageFiles, connection: Connection, dead: list[str]
) -> list[str]:
    """Write anew, whole, every page that is a patch on one that dies; return the files not needed now.

    What is shredded is thereby gone: no page that lives on needs it to be read.
    """
    dying = set(dead)
    left: list[str] = []
    for page_id in index.patches(connection, dead):
        if page_id in dying:
            continue
        row = index.page_rows(connection, [page_id])[page_id]
        base = index.page_rows(connection, [str(row.base_id)])[str(row.base_id)]
        (page,) = page_files.write([Packed.of(page_files.content(row, base))])
        faults.point("vault.page.repacked")
        index.repack(connection, page_id, row.file, page)
        left.append(row.file)
    return left


def kin_of(index: Index, page_files: PageFiles, handle: str) -> Kin | None:
    """Return the pages of an earlier version, None when there is none."""
    row = find_version(index, handle)
    if row is None:
        return None
    with index.db.read() as connection:
        parts = index.parts(connection, index.version_wrapper(row), row.id)
        return Kin(index, page_files, [page for part in parts for page in part])


def _with_base(
    index: Index, page_id: str, rows: dict[str, PageRow], bases: dict[str, PageRow]
) -> tuple[PageRow, PageRow | None]:
    row = rows.get(page_id)
    base = None if row is None or row.base_id is None else bases.get(row.base_id)
    if row is None or (row.base_id is not None and base is None):
        raise _broken(index, "page-key-missing", page=page_id)
    return row, base


def _broken(index: Index, reason: str, **facts: object) -> StorageError:
    return StorageError("storage.vault", where=index.where, reason=reason, **facts)
