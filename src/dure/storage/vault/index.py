"""The index of a vault: its keys and rows, and who may still use them."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from dure.storage.database import Database
from dure.storage.errors import StorageError
from dure.storage.vault.pages import NewPage, PageRow
from dure.storage.vault.tables import PAGES, REFERENCES, VAULTS, VERSIONS
from dure.storage.vault.wrapping import Wrapper

DIGEST_BYTES = 32
_ID_BYTES = 16
_LOOKUP = 1000


@dataclass(frozen=True, slots=True)
class Facts:
    """What a version's row says, decrypted and checked.

    Parameters
    ----------
    version_id, handle
        Its names, inside and outside.
    size, pages
        Bytes of content and number of pages.
    digest
        SHA-256 of the content, 32 bytes.
    bound
        What the handle binds the content to.
    """

    version_id: str
    handle: str
    size: int
    pages: int
    digest: bytes
    bound: bytes


class Index:
    """Rows of one vault, read and written under its key-encryption key.

    Parameters
    ----------
    db
        The keeper's store.
    where
        The vault's folder, for messages.
    vault_id
        32 hex digits.
    epoch
        How often the keys were rotated when this process opened the vault.
    wrapper
        Wraps under the key-encryption key.
    identity_secret, handle_secret
        The two secrets that name pages and versions.
    """

    def __init__(
        self,
        db: Database,
        where: str,
        vault_id: str,
        epoch: int,
        wrapper: Wrapper,
        identity_secret: bytes,
        handle_secret: bytes,
    ) -> None:
        self.db = db
        self.where = where
        self.vault_id = vault_id
        self.epoch = epoch
        self.wrapper = wrapper
        self._identity_secret = identity_secret
        self._handle_secret = handle_secret

    def place(self, what: str, *names: object) -> bytes:
        """Return the associated data that binds a wrapped secret to its row."""
        return "|".join((what, self.vault_id, *map(str, names))).encode("ascii")

    def identity(self, content: bytes) -> bytes:
        """Return the keyed name of a page's content."""
        return hmac.digest(self._identity_secret, content, "sha256")

    def handle(self, digest: bytes, bound: bytes) -> str:
        """Return the keyed name of a version."""
        return hmac.digest(
            self._handle_secret, b"dure/handle/v1\n" + digest + bound, "sha256"
        ).hex()

    def current(self, connection: Connection) -> None:
        """Refuse to write under keys that another process has replaced.

        Raises
        ------
        StorageError
            ``storage.vault``.
        """
        epoch = connection.execute(select(VAULTS.c.epoch)).scalar()
        if epoch != self.epoch:
            raise StorageError(
                "storage.vault",
                where=self.where,
                reason="rotated",
            )

    # ── pages ──────────────────────────────────────────────────────────────────────────────────

    def known(self, connection: Connection, identities: Sequence[bytes]) -> dict[bytes, str]:
        """Return identity -> page id for those pages that the vault holds."""
        found: dict[bytes, str] = {}
        for start in range(0, len(identities), _LOOKUP):
            some = identities[start : start + _LOOKUP]
            rows = select(PAGES.c.identity, PAGES.c.id).where(PAGES.c.identity.in_(some))
            found.update((bytes(row.identity), row.id) for row in connection.execute(rows))
        return found

    def recorded(self, connection: Connection, names: Sequence[str]) -> set[str]:
        """Return those names of page files that a row has."""
        found: set[str] = set()
        for start in range(0, len(names), _LOOKUP):
            some = names[start : start + _LOOKUP]
            found.update(
                connection.execute(select(PAGES.c.file).where(PAGES.c.file.in_(some))).scalars()
            )
        return found

    def lying(self, connection: Connection, page_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return page id -> the names of the files that it is read from: its own, then its base's."""
        own, base = PAGES.alias("own"), PAGES.alias("base")
        found: dict[str, tuple[str, ...]] = {}
        for start in range(0, len(page_ids), _LOOKUP):
            some = page_ids[start : start + _LOOKUP]
            rows = (
                select(own.c.id, own.c.file, base.c.file.label("under"))
                .select_from(own.outerjoin(base, own.c.base_id == base.c.id))
                .where(own.c.id.in_(some))
            )
            for row in connection.execute(rows):
                found[row.id] = (row.file,) if row.under is None else (row.file, row.under)
        return found

    def bases(self, connection: Connection, page_ids: Sequence[str]) -> set[str]:
        """Return those page ids that a patch may lie on: pages that are there and are no patches."""
        found: set[str] = set()
        for start in range(0, len(page_ids), _LOOKUP):
            some = page_ids[start : start + _LOOKUP]
            rows = select(PAGES.c.id).where(PAGES.c.id.in_(some), PAGES.c.base_id.is_(None))
            found.update(connection.execute(rows).scalars())
        return found

    def patches(self, connection: Connection, page_ids: Sequence[str]) -> list[str]:
        """Return the ids of the pages that are patches on these."""
        found: list[str] = []
        for start in range(0, len(page_ids), _LOOKUP):
            some = page_ids[start : start + _LOOKUP]
            rows = select(PAGES.c.id).where(PAGES.c.base_id.in_(some)).order_by(PAGES.c.id)
            found += connection.execute(rows).scalars()
        return found

    def add_page(self, connection: Connection, page: NewPage, identity: bytes, uses: int) -> None:
        """Record a page whose file is on disk."""
        connection.execute(
            PAGES.insert().values(
                id=page.id,
                identity=identity,
                wrapped_key=self.wrapper.wrap(page.key, self.place("page key", page.id)),
                size=page.packed.size,
                uses=uses,
                file=page.id,
                packing=page.packed.packing,
                base_id=page.packed.base_id,
            )
        )

    def repack(self, connection: Connection, page_id: str, file: str, page: NewPage) -> None:
        """Record that a page's content lies in another file from now on, if it is in ``file`` still."""
        connection.execute(
            update(PAGES)
            .where(PAGES.c.id == page_id, PAGES.c.file == file)
            .values(
                wrapped_key=self.wrapper.wrap(page.key, self.place("page key", page_id)),
                file=page.id,
                packing=page.packed.packing,
                base_id=page.packed.base_id,
            )
        )

    def use(self, connection: Connection, uses: Counter[str]) -> None:
        """Count more references to pages that are there."""
        if uses:
            connection.execute(
                update(PAGES)
                .where(PAGES.c.id == bindparam("page"))
                .values(uses=PAGES.c.uses + bindparam("more")),
                [{"page": page, "more": more} for page, more in uses.items()],
            )

    def page_rows(self, connection: Connection, page_ids: Sequence[str]) -> dict[str, PageRow]:
        """Return page id -> its row, for those pages that have one.

        Raises
        ------
        StorageError
            ``storage.vault`` when a key does not unwrap.
        """
        found: dict[str, PageRow] = {}
        for start in range(0, len(page_ids), _LOOKUP):
            some = page_ids[start : start + _LOOKUP]
            for row in connection.execute(select(PAGES).where(PAGES.c.id.in_(some))):
                key = self.wrapper.unwrap(row.wrapped_key, self.place("page key", row.id))
                found[row.id] = PageRow(row.id, row.file, key, row.size, row.packing, row.base_id)
        return found

    # ── versions ───────────────────────────────────────────────────────────────────────────────

    def facts(self, row: Row[Any]) -> Facts:
        """Return what a complete version's row says.

        Raises
        ------
        StorageError
            ``storage.vault`` when the row was changed.
        """
        place = self.place("facts", row.id, row.handle, row.size, row.pages)
        plain = self.version_wrapper(row).unwrap(row.sealed_facts, place)
        digest, bound = plain[:DIGEST_BYTES], plain[DIGEST_BYTES:]
        if not hmac.compare_digest(self.handle(digest, bound), row.handle):
            raise StorageError("storage.vault", where=self.where, reason="handle")
        return Facts(row.id, row.handle, row.size, row.pages, digest, bound)

    def seal_facts(self, version: Wrapper, facts: Facts) -> bytes:
        """Return a version's digest and binding as its row holds them."""
        place = self.place("facts", facts.version_id, facts.handle, facts.size, facts.pages)
        return version.wrap(facts.digest + facts.bound, place)

    def version_wrapper(self, row: Row[Any]) -> Wrapper:
        """Return the wrapper under a version's own key.

        Raises
        ------
        StorageError
            ``storage.vault`` when the key does not unwrap.
        """
        key = self.wrapper.unwrap(row.wrapped_key, self.place("version key", row.id))
        return Wrapper(key, self.where)

    def add_part(
        self,
        connection: Connection,
        version: Wrapper,
        version_id: str,
        part: int,
        page_ids: Sequence[str],
    ) -> None:
        """Record the next pages of a version, under the version's own key."""
        plain = b"".join(bytes.fromhex(page) for page in page_ids)
        sealed = version.wrap(plain, self.place("references", version_id, part))
        connection.execute(
            REFERENCES.insert().values(version_id=version_id, part=part, sealed_pages=sealed)
        )

    def part(
        self, connection: Connection, version: Wrapper, version_id: str, part: int
    ) -> list[str] | None:
        """Return the page ids of one part, None when there is no such part.

        Raises
        ------
        StorageError
            ``storage.vault`` when the row was changed.
        """
        sealed = connection.execute(
            select(REFERENCES.c.sealed_pages).where(
                REFERENCES.c.version_id == version_id, REFERENCES.c.part == part
            )
        ).scalar()
        if sealed is None:
            return None
        plain = version.unwrap(sealed, self.place("references", version_id, part))
        starts = range(0, len(plain), _ID_BYTES)
        return [plain[start : start + _ID_BYTES].hex() for start in starts]

    def parts(
        self, connection: Connection, version: Wrapper, version_id: str
    ) -> Iterator[list[str]]:
        """Yield the page ids of a version, part by part, within one transaction."""
        number = 0
        while (found := self.part(connection, version, version_id, number)) is not None:
            yield found
            number += 1

    def drop(
        self,
        connection: Connection,
        row: Row[Any],
        free: Callable[[Connection, list[str]], list[str]],
    ) -> list[str]:
        """Destroy a version's key, facts and references; return the files that died with it.

        Parameters
        ----------
        connection
            The write transaction.
        row
            The version.
        free
            Told the pages that die, makes every other page that is a patch on one of them stand by
            itself; returns the files that this left without use.

        Raises
        ------
        StorageError
            ``storage.vault`` when its references can't be read.
        """
        uses: Counter[str] = Counter()
        for page_ids in self.parts(connection, self.version_wrapper(row), row.id):
            uses.update(page_ids)
        connection.execute(delete(REFERENCES).where(REFERENCES.c.version_id == row.id))
        connection.execute(delete(VERSIONS).where(VERSIONS.c.id == row.id))
        dead: list[str] = []
        loose: list[str] = []
        listed = sorted(uses)
        for start in range(0, len(listed), _LOOKUP):
            some = listed[start : start + _LOOKUP]
            rows = select(PAGES.c.id, PAGES.c.uses, PAGES.c.file).where(PAGES.c.id.in_(some))
            for page in connection.execute(rows):
                if page.uses <= uses[page.id]:
                    dead.append(page.id)
                    loose.append(page.file)
        if dead:
            loose += free(connection, dead)
            connection.execute(
                delete(PAGES).where(PAGES.c.id == bindparam("page")),
                [{"page": page} for page in dead],
            )
        gone = set(dead)
        self.use(connection, Counter({page: -n for page, n in uses.items() if page not in gone}))
        return loose


def files_named(db: Database) -> Iterator[str]:
    """Yield the name of every page's file that a vault's index names."""
    with db.read() as connection:
        yield from connection.execute(select(PAGES.c.file).order_by(PAGES.c.file)).scalars()
