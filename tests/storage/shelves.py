"""Vaults on either shelf, for the tests: a folder, or a place of its own on the S3 server of the tests."""

from __future__ import annotations

import os
from pathlib import Path

from dure.storage.vault import Vault
from dure.storage.vault.address import Credentials, new_place, parse_address
from dure.storage.vault.bucket import Bucket
from dure.storage.vault.folder import Folder
from dure.storage.vault.shelf import Shelf


def server() -> str:
    """Return the URL of the bucket that tests may use."""
    return os.environ["DURE_TEST_S3"]


def credentials() -> Credentials:
    """Return what its server knows the tests by."""
    return Credentials(*os.environ["DURE_TEST_S3_KEYS"].split(":"))


def new_bucket(prefix: str = "tests") -> Bucket:
    """Return a place that nobody has."""
    return Bucket(parse_address(f"{server()}/{prefix}").below(new_place()), credentials())


def bucket_at(url: str) -> Bucket:
    """Return the place that a URL names."""
    return Bucket(parse_address(url), credentials())


def shelf_of(kind: str, root: Path) -> Shelf:
    """Return a new shelf: ``folder`` or ``bucket``."""
    return Folder(root) if kind == "folder" else new_bucket()


def page_names(vault: Vault) -> list[str]:
    """Return the names of the pages that lie there."""
    return sorted(vault.shelf.names())


def lying(vault: Vault, name: str) -> bytes:
    """Return what lies there under a name."""
    found = vault.shelf.get(name)
    assert found is not None
    return found


def exchange(vault: Vault, name: str, content: bytes) -> None:
    """Put other bytes in a page's place, as whoever keeps the disk or the server could."""
    if isinstance(vault.shelf, Folder):
        path = vault.shelf.path(name)
        path.chmod(0o600)
        path.write_bytes(content)
    else:
        vault.shelf.put([(name, (content,))])
