"""Backups: a node's stores and vaults in one folder, sealed, and brought back as a new incarnation.

::

    backup/manifest.json           what is in it, digests, authenticated by the backup key
    backup/stores/NAME.sealed      rows of a store, from one snapshot, sealed by the backup key
    backup/vaults/NAME.sealed      names and digests of the vault's page files, sealed likewise
    backup/vaults/NAME/…           the page files, which are ciphertext already

Pages that lie in a bucket are copied into the backup, too, so that it needs nothing else to be restored.

The rows are written in a form of their own, so that a store may be restored from SQLite into
PostgreSQL and back. Vaults hold still (nothing put, nothing shredded) while a backup is made;
stores are read one after another, each from one snapshot: as after a crash, what spans two stores
may be in one of them only, and is resumed or reconciled.

A node's other files become one stream (`dure.storage.backup.tree`) that the node seals beside it.

A restore wants empty places, changes nothing until all of the backup is proven, and begins a new
incarnation in every store: permits issued before it are dead. Stores that lie elsewhere (on a
server) may be marked as being restored until the caller settles them: a restore that was cut
short is then begun again over its own remains, and over nobody else's. Stores are named by what a
backup asks of them (`Store`), so that each may be opened by the process that it belongs to.

A backup keeps what was shredded after it was made; rotate the key-encryption key to take that from
old backups.
"""

from dure.storage.backup.form import (
    MANIFEST,
    Manifest,
    backup_key,
    file_digest,
    part_key,
    read_manifest,
)
from dure.storage.backup.making import back_up, write_new
from dure.storage.backup.pages import NewPages, Pages, ShelfPages
from dure.storage.backup.restoring import restore
from dure.storage.backup.stores import Revisions, Store, StorePart
from dure.storage.backup.tree import pack, unpack

__all__ = [
    "MANIFEST",
    "Manifest",
    "NewPages",
    "Pages",
    "Revisions",
    "ShelfPages",
    "Store",
    "StorePart",
    "back_up",
    "backup_key",
    "file_digest",
    "pack",
    "part_key",
    "read_manifest",
    "restore",
    "unpack",
    "write_new",
]
