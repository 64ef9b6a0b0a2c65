"""The vault itself: what the keeper holds in its hand."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from dure.core import faults
from dure.storage.database import Database
from dure.storage.errors import StorageError, files
from dure.storage.sealed_files import sync_folder
from dure.storage.vault import rotation
from dure.storage.vault.checks import VaultCheck, check
from dure.storage.vault.folder import Folder
from dure.storage.vault.garbage import Garbage, collect
from dure.storage.vault.index import Facts, Index
from dure.storage.vault.lock import alone, together
from dure.storage.vault.pages import PageFiles
from dure.storage.vault.shelf import Shelf
from dure.storage.vault.tables import VAULTS, VERSIONS
from dure.storage.vault.versions import (
    Draft,
    drop_version,
    find_version,
    kin_of,
    read_version,
)
from dure.storage.vault.wrapping import KEY_BYTES, Wrapper

HIGHEST_GRADE = 2
"""Rank of the highest grade of N2SF (Open 0, Sensitive 1, Classified 2)."""

_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class SealedVersion:
    """A version in the vault.

    Parameters
    ----------
    handle
        64 hex digits; the only name that may leave the vault.
    digest
        ``sha256:<hex>`` of the content. It stays inside: equal contents have equal digests.
    size
        Bytes of content.
    pages
        Number of pages, shared ones counted.
    """

    handle: str
    digest: str
    size: int
    pages: int


class Vault:
    """The encrypted store of one agency and grade. Made by `create`, opened by `open`.

    Its grade is the highest rank that content in it may have. It is fixed when the vault is made,
    and bound to the vault's secrets: with another grade in its row the vault does not open.

    Examples
    --------
    >>> vault = Vault.create(folder, db, kek)                        # doctest: +SKIP
    >>> sealed = vault.put([b"page"], bound=b"coast//O// REL * FOR *")  # doctest: +SKIP
    >>> b"".join(vault.read(sealed.handle))                          # doctest: +SKIP
    b'page'
    """

    def __init__(self, root: Path, index: Index, grade: int, shelf: Shelf) -> None:
        self.root = root
        self.grade = grade
        self.shelf = shelf
        self._index = index
        self._files = PageFiles(shelf)

    def __repr__(self) -> str:
        return f"Vault({self.shelf.where})"

    @property
    def id(self) -> str:
        """Random id of the vault, 32 hex digits."""
        return self._index.vault_id

    @classmethod
    def create(
        cls,
        root: Path,
        db: Database,
        kek: bytes,
        *,
        grade: int = HIGHEST_GRADE,
        shelf: Shelf | None = None,
    ) -> Vault:
        """Make a new vault.

        Parameters
        ----------
        root
            Its folder, where its lock lies; made when it is not there.
        db
            The keeper's store, with the tables of `METADATA`.
        kek
            The key-encryption key, 32 random bytes.
        grade
            Highest rank of grade that its content may have: 0, 1, … in the order of the grades.
        shelf
            Where its pages lie; in its folder when None.

        Raises
        ------
        ValueError
            For a negative grade.
        StorageError
            ``storage.conflict`` when the folder holds pages or the store an index already;
            ``storage.file``, ``storage.no-space``, ``storage.database``.
        """
        if grade < 0:
            raise ValueError("a grade is a rank from 0")
        with files(root):
            root.mkdir(mode=0o700, exist_ok=True)
            sync_folder(root.parent)
        shelf = shelf or Folder(root)
        where = shelf.where
        shelf.create()
        if next(shelf.names(), None) is not None:
            raise StorageError("storage.conflict", name=where, reason="pages-there")
        wrapper = Wrapper(kek, where)
        vault_id = os.urandom(_ID_BYTES).hex()
        identity, handle = os.urandom(KEY_BYTES), os.urandom(KEY_BYTES)
        index = Index(db, where, vault_id, 1, wrapper, identity, handle)
        with db.write() as connection:
            if connection.execute(select(VAULTS.c.id)).first() is not None:
                raise StorageError("storage.conflict", name=db.where, reason="index-there")
            shelf.mark(vault_id)
            faults.point("vault.marked")
            connection.execute(
                VAULTS.insert().values(
                    id=vault_id,
                    number=1,
                    epoch=1,
                    grade=grade,
                    identity_secret=wrapper.wrap(identity, index.place("identity secret", grade)),
                    handle_secret=wrapper.wrap(handle, index.place("handle secret")),
                )
            )
        return cls(root, index, grade, shelf)

    @classmethod
    def open(cls, root: Path, db: Database, kek: bytes, *, shelf: Shelf | None = None) -> Vault:
        """Open a vault that is there; ``root`` and ``shelf`` as for `create`.

        Raises
        ------
        StorageError
            ``storage.vault`` when there is none, when folder and store belong to two vaults, or
            when the key is not its key-encryption key; what the shelf refuses.
        """
        shelf = shelf or Folder(root)
        where = shelf.where
        with db.read() as connection:
            row = connection.execute(select(VAULTS)).first()
        if row is None:
            raise StorageError("storage.vault", where=where, reason="no-vault")
        if shelf.marked() != row.id:
            raise StorageError("storage.vault", where=where, reason="other-index")
        wrapper = Wrapper(kek, where)
        index = Index(db, where, row.id, row.epoch, wrapper, b"", b"")
        identity = wrapper.unwrap(row.identity_secret, index.place("identity secret", row.grade))
        handle = wrapper.unwrap(row.handle_secret, index.place("handle secret"))
        index = Index(db, where, row.id, row.epoch, wrapper, identity, handle)
        return cls(root, index, row.grade, shelf)

    def put(self, pages: Iterable[bytes], *, bound: bytes, basis: str = "") -> SealedVersion:
        """Put content in; the same content with the same ``bound`` gives the same version again.

        Parameters
        ----------
        pages
            The content in the pieces that are shared, each at most `MAX_PAGE_BYTES` (longer ones
            are cut); see `fixed_pages`.
        bound
            What the handle binds the content to: the label's text and the kind.
        basis
            Handle of an earlier version that the content resembles: pages that changed are then kept
            as patches on its pages, where that is shorter. It changes nothing else.

        Raises
        ------
        StorageError
            ``storage.no-space``, ``storage.file``, ``storage.database``, ``storage.vault``;
            nothing was put then.
        """
        with together(self.root):
            kin = kin_of(self._index, self._files, basis) if basis else None
            return _sealed(Draft(self._index, self._files, kin).write(pages, bound))

    def read(self, handle: str) -> Iterator[bytes]:
        """Return the content of a version as a stream; every page is proven before it is given.

        The last chunk is given only when the whole content is proven, so an iterator that ends
        without an error gave exactly what was put.

        Raises
        ------
        StorageError
            ``storage.unknown`` at once; on the way ``storage.seal-…``, ``storage.vault``.
        """
        row, facts = self._find(handle)
        return read_version(self._index, self._files, row, facts)

    def describe(self, handle: str) -> SealedVersion:
        """Return what is known of a version.

        Raises
        ------
        StorageError
            ``storage.unknown``, ``storage.vault``.
        """
        return _sealed(self._find(handle)[1])

    def exists(self, handle: str) -> bool:
        """Say whether the vault holds that version."""
        return find_version(self._index, handle) is not None

    def shred(self, handle: str) -> None:
        """Destroy a version: its key, its references, and the pages that only it used.

        Raises
        ------
        StorageError
            ``storage.unknown``, ``storage.database``, ``storage.file``.
        """
        with together(self.root):
            if not self.exists(handle):
                raise StorageError("storage.unknown", kind="version", name=handle[:64])
            drop_version(self._index, self._files, VERSIONS.c.handle == handle)

    def collect_garbage(self) -> Garbage:
        """Remove what crashes left behind.

        Raises
        ------
        StorageError
            ``storage.vault`` while something is being put.
        """
        with alone(self.root, wait=False):
            return collect(self._index, self._files)

    def verify(self) -> VaultCheck:
        """Read everything and compare; wait for what is being put or shredded at the moment."""
        with alone(self.root):
            return check(self._index, self._files)

    def rotate(self, new_kek: bytes) -> None:
        """Wrap every key under a new key-encryption key, in one transaction.

        After a crash either the old key or the new one opens the vault: keep both until this
        returns. A ``read`` that is under way may be refused; begin it again.

        Raises
        ------
        StorageError
            ``storage.database``, ``storage.vault``; the old key is still the right one then.
        """
        with alone(self.root):
            rotation.rotate(self._index, Wrapper(new_kek, self.shelf.where))

    def _find(self, handle: str) -> tuple[Row[Any], Facts]:
        row = find_version(self._index, handle)
        if row is None:
            raise StorageError("storage.unknown", kind="version", name=handle[:64])
        return row, self._index.facts(row)


def _sealed(facts: Facts) -> SealedVersion:
    return SealedVersion(facts.handle, f"sha256:{facts.digest.hex()}", facts.size, facts.pages)
