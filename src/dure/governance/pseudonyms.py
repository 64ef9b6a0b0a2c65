r"""The keys of pseudonyms: one root for each purpose and generation, one key for each element under it.

A root is 32 random bytes, sealed in the vault like any content: its own key is wrapped under the
key-encryption key, so that rotating that one, backing up and restoring keep it. Nobody reads it: its
label is releasable to nobody else and for no purpose, and the keeper gives no content of its kind to
a ticket or a permit. What the keeper gives, against a ticket, are the elements' keys::

    key = HMAC-SHA-256(root, canonical bytes of {"element": …, "generation": …, "purpose": …})

where these begin with ``dure/pseudonym-key/v1/<suite>\n``.

So two purposes have unrelated keys twice over, by their roots and by the bytes that are authenticated;
columns of one element have the same key, and so the same pseudonyms for the same values. A new
generation of a purpose has a new root: that is how the keys of pseudonyms are rotated. What was made
under an earlier generation stays as it is, and can't be linked with what is made under the new one.

Source
------
HMAC: RFC 2104. One key for each use, derived under a root in bytes that say what for: NIST SP
800-108r1, section 4 (here with the canonical bytes of the house as input). Personal Information
Protection Act (개인정보 보호법), article 28-4 (1): what re-identifies is kept apart.
"""

from __future__ import annotations

import hmac

from dure.core.canonical import canonical_bytes

KIND = "pseudonym-key"
"""Kind of asset that a root is; only the keeper makes and reads one."""
ROOT_BYTES = 32
KEYED = frozenset({"dataset.deidentify"})
"""Actions for whose ticket the keeper gives elements' keys."""
SHREDDING = frozenset({"pseudonym.shred"})
"""Actions under whose permit the keeper destroys a root, and nothing else."""
MAX_ELEMENTS = 5_000
MAX_GENERATION = 10_000


def root_name(purpose: str, generation: int) -> str:
    """Return what a root is sealed as: its schema id.

    Examples
    --------
    >>> root_name("trial", 2)
    'pseudonym-key/trial/2'
    """
    return f"{KIND}/{purpose}/{generation}"


def element_use(*, purpose: str, generation: int, element: str, suite: str) -> bytes:
    """Return the bytes that say what an element's key is for.

    Parameters
    ----------
    purpose, generation, element
        What for; all three are bound into the key.
    suite
        Name of the charter's crypto suite.

    Raises
    ------
    CoreError
        ``core.canonical-value`` for an element that is no NFC text.
    """
    told = {"purpose": purpose, "generation": generation, "element": element}
    return canonical_bytes(KIND, told, suite)


def element_key(root: bytes, use: bytes) -> bytes:
    """Return the key, 32 bytes, of what `element_use` says, under the root of that purpose."""
    return hmac.digest(root, use, "sha256")
