"""Where the pages of a node's vault lie: its own folder, or a place in a bucket (`Settings.vault_url`).

Only the keeper's uid reaches the bucket: what its server knows us by is a file of the keeper's. Root
does so for a node that it is making or restoring, before it gives it away.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from dure.node.acting import Ask
from dure.node.home import Home, Settings
from dure.storage.backup import NewPages, Pages, ShelfPages
from dure.storage.database import open_database
from dure.storage.errors import StorageError, files
from dure.storage.passphrases import read_private_file
from dure.storage.sealed_files import new_file, write_all
from dure.storage.vault.address import new_place, parse_address, read_credentials
from dure.storage.vault.folder import Folder
from dure.storage.vault.index import files_named
from dure.storage.vault.shelf import Shelf

CREDENTIALS = "vault.credentials"
"""Name of the file in the keeper's folder."""
IN_FOLDER = "folder"
"""What a restore is told instead of a bucket's URL, to have the pages in the node's own folder."""

Done = dict[str, Any]


def open_shelf(home: Home) -> Shelf:
    """Return where the pages of a node's vault lie.

    Raises
    ------
    StorageError
        ``storage.vault`` for a URL that is none; ``storage.key-mode``, ``storage.key-file``,
        ``storage.file`` for the credentials.
    """
    if not home.settings.vault_url:
        return Folder(home.vault)
    from dure.storage.vault.bucket import Bucket  # its library takes a while to load

    address = parse_address(home.settings.vault_url)
    return Bucket(address, read_credentials(home.keeper / CREDENTIALS))


def with_new_place(settings: Settings) -> Settings:
    """Return the settings of a new node: below its URL, a place that no other vault has.

    Raises
    ------
    StorageError
        ``storage.vault``.
    """
    if not settings.vault_url:
        return settings
    address = parse_address(settings.vault_url).below(new_place())
    return replace(settings, vault_url=str(address))


def beside(settings: Settings) -> Settings:
    """Return the settings of a restored node: a new place beside the one that the backup is of.

    Raises
    ------
    StorageError
        ``storage.vault``.
    """
    if not settings.vault_url:
        return settings
    address = parse_address(settings.vault_url).beside(new_place())
    return replace(settings, vault_url=str(address))


def take_credentials(home: Home, file: Path | None) -> None:
    """Copy what the server knows us by into the keeper's folder, when the vault is in a bucket.

    Raises
    ------
    StorageError
        As `read_credentials`; ``storage.vault`` when a file is given without a bucket, or a bucket
        without a file.
    """
    url = home.settings.vault_url
    if not url and file is not None:
        raise StorageError("storage.vault", where=str(home.vault), reason="credentials-unused")
    if not url:
        return
    if file is None:
        raise StorageError("storage.vault", where=url, reason="credentials-missing")
    read_credentials(file)
    with new_file(home.keeper / CREDENTIALS) as descriptor:
        write_all(descriptor, read_private_file(file))


def forget_credentials(home: Home) -> None:
    """Remove what the server knows us by, of a node whose vault leaves the bucket.

    Raises
    ------
    StorageError
        ``storage.file``.
    """
    file = home.keeper / CREDENTIALS
    with files(file):
        file.unlink(missing_ok=True)


# ── the pages as a backup sees them ────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class AskedPages:
    """The pages, reached by the keeper's own process.

    Parameters
    ----------
    ask
        Has the keeper's part do the work.
    """

    ask: Ask

    def marked(self) -> str:
        """As `Pages.marked`."""
        return str(self.ask("pages.marked")["vault"])

    def names(self) -> Iterator[str]:
        """As `Pages.names`."""
        with tempfile.TemporaryFile() as listed:
            self.ask("pages.list", listed.fileno())
            listed.seek(0)
            for line in listed:
                yield line.decode("ascii").rstrip("\n")

    def read(self, name: str, target: int) -> None:
        """As `Pages.read`."""
        self.ask("pages.read", target, name=name)


def pages_to_read(home: Home, ask: Ask) -> dict[str, Pages]:
    """Return what a backup reads the vault's pages by, when they are not in its folder."""
    return {"vault": AskedPages(ask)} if home.settings.vault_url else {}


def pages_to_write(home: Home) -> dict[str, NewPages]:
    """Return what a restore writes the vault's pages by, when they don't go into its folder."""
    return {"vault": ShelfPages(open_shelf(home))} if home.settings.vault_url else {}


@lru_cache(maxsize=1)
def _pages(home: Home) -> ShelfPages:
    return ShelfPages(open_shelf(home))


def marked(home: Home, _: int | None) -> Done:
    """Say whose shelf it is."""
    return {"vault": _pages(home).marked()}


def listed(home: Home, fd: int) -> Done:
    """Write the name of every page that the index names to an open file, a line each.

    The shelf's own list is not asked: what its server left out of that would be missing from a backup,
    and nobody would know.
    """
    with (
        closing(open_database(home.database_url("keeper"))) as database,
        os.fdopen(os.dup(fd), "w", encoding="ascii") as target,
    ):
        for name in files_named(database):
            target.write(name + "\n")
    return {}


def read(home: Home, fd: int, *, name: str) -> Done:
    """Write a page to an open file."""
    _pages(home).read(name, fd)
    return {}


def reach(home: Home, _: int | None) -> Done:
    """Read, write and remove something on the shelf.

    Raises
    ------
    StorageError
        What it refuses.
    """
    shelf, name = open_shelf(home), new_place()
    shelf.marked()
    shelf.put([(name, (b"dure",))])
    shelf.remove([name])
    return {}
