"""The vault: encrypted content of one agency and grade, shared page by page inside, opaque outside.

::

    key-encryption key (held by the keeper)
      ├─ wraps two secrets: one names pages (identity), one names versions (handle)
      ├─ wraps each page's own random key        → a sealed file with a random name
      └─ wraps each version's own random key     → its list of pages, sealed; its digest, sealed

A version is content under a label: ``put`` returns its *handle*, a keyed digest of content and
label that means nothing without the vault's secret. Two versions that hold the same page share it;
nothing outside can see that. Shredding a version destroys its key and its list; a page's key goes
with its last reference.

``put`` works in batches: page files first (written, synced, renamed, folder synced), then one
transaction that records the pages and the references of a *draft*; at the end one transaction
turns the draft into the version. A crash leaves files without a row or a draft without a
writer, both of which `Vault.collect_garbage` removes and `Vault.verify` counts; it never leaves a
version without its pages. ``put`` and ``shred`` share a lock on the folder, garbage collection and
backup have it alone; the kernel frees it when a process dies.
"""

from dure.storage.vault.checks import Damage, VaultCheck
from dure.storage.vault.garbage import Garbage
from dure.storage.vault.house import HIGHEST_GRADE, SealedVersion, Vault
from dure.storage.vault.pages import MAX_PAGE_BYTES, PAGE_BYTES, fixed_pages
from dure.storage.vault.tables import METADATA

__all__ = [
    "HIGHEST_GRADE",
    "MAX_PAGE_BYTES",
    "METADATA",
    "PAGE_BYTES",
    "Damage",
    "Garbage",
    "SealedVersion",
    "Vault",
    "VaultCheck",
    "fixed_pages",
]
