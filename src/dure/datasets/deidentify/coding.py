"""Pseudonyms of single values under a key: what columns of tables and places in texts have in common.

Source
------
HMAC-SHA-256: RFC 2104 and FIPS 180-4; a keyed hash as a pseudonym: ENISA, *Pseudonymisation techniques and
best practices*, 2019, section 5.1.4.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

KEY_BYTES = 32
_PSEUDONYM_BYTES = 16
_LETTERS = str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst")
"""Consonants for hex digits: a pseudonym looks like no number and spells no word."""


def coder(key: bytes) -> Callable[[str], bytes]:
    """Return what gives a text's HMAC-SHA-256; the key is read once, which halves the time."""
    keyed = hmac.new(key, digestmod="sha256")

    def code(text: str) -> bytes:
        one = keyed.copy()
        one.update(text.encode("utf-8"))
        return one.digest()

    return code


def pseudonymiser(key: bytes) -> Callable[[str], str]:
    """Return what gives a text's pseudonym under a key; every spelling of a value is another value.

    Examples
    --------
    >>> name = pseudonymiser(bytes(32))
    >>> name("김하늘") == name("김하늘"), name("김하늘") == name("김 하늘"), len(name("김하늘"))
    (True, False, 32)
    """
    code = coder(key)

    def made(text: str) -> str:
        return code(text)[:_PSEUDONYM_BYTES].hex().translate(_LETTERS)

    return made
