"""The form of a backup: its manifest and its keys."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dure.core.canonical import canonical_json, parse_canonical
from dure.core.errors import CoreError
from dure.storage.backup.tree import open_plain
from dure.storage.errors import StorageError, files

FORMAT = "dure/backup/v1"
MANIFEST = "manifest.json"
SCHEMA_TABLES = "storage_schema_"
"""How the names of the revision tables begin: they are made by migrating, not copied."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Parameters
    ----------
    made_at
        UTC time.
    stores
        Name -> (digest of the sealed rows, revision of each history).
    vaults
        Name -> digest of the sealed list of pages.
    """

    made_at: str
    stores: Mapping[str, tuple[str, Mapping[str, str | None]]] = field(default_factory=dict)
    vaults: Mapping[str, str] = field(default_factory=dict)

    def write(self, key: bytes) -> bytes:
        """Return the manifest's bytes, authenticated."""
        values: dict[str, Any] = {
            "format": FORMAT,
            "made_at": self.made_at,
            "stores": {
                name: {"digest": digest, "revisions": dict(revisions)}
                for name, (digest, revisions) in self.stores.items()
            },
            "vaults": dict(self.vaults),
        }
        return canonical_json(values | {"mac": _mac(key, values)})


def read_manifest(folder: Path, key: bytes) -> Manifest:
    """Return the manifest of a backup, proven.

    Raises
    ------
    StorageError
        ``storage.backup`` when it is no backup, or was altered, or the key is another;
        ``storage.file``.
    """
    path = folder / MANIFEST
    with files(path):
        data = path.read_bytes()
    try:
        values = parse_canonical(data)
        mac = values.pop("mac")
    except (CoreError, AttributeError, KeyError, TypeError):
        raise StorageError("storage.backup", where=str(path), reason="not-manifest") from None
    if not isinstance(mac, str) or not hmac.compare_digest(mac, _mac(key, values)):
        raise StorageError("storage.backup", where=str(path), reason="altered-or-other-key")
    if values["format"] != FORMAT:
        raise StorageError("storage.backup", where=str(path), reason="unknown-format")
    stores = {name: (part["digest"], part["revisions"]) for name, part in values["stores"].items()}
    return Manifest(values["made_at"], stores, values["vaults"])


def backup_key(kek: bytes) -> bytes:
    """Return the backup key of a node, made from its key-encryption key.

    So the recovery key, which recovers the key-encryption key, opens backups too.
    """
    return hmac.digest(kek, b"dure/backup/key", "sha256")


def part_key(key: bytes, part: str) -> bytes:
    """Return the key of one part, so that no part can stand in for another."""
    return hmac.digest(key, b"dure/backup/part/" + part.encode("utf-8"), "sha256")


def file_digest(path: Path) -> str:
    """Return ``sha256:<hex>`` of a file.

    Raises
    ------
    StorageError
        ``storage.file``.
    """
    with (
        open_plain(path) as descriptor,
        files(path),
        open(descriptor, "rb", closefd=False) as stream,
    ):
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()


def _mac(key: bytes, values: dict[str, Any]) -> str:
    return hmac.digest(part_key(key, "manifest"), canonical_json(values), "sha256").hex()
