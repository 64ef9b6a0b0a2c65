"""Names of columns: one form of each, which every door can show and people can tell apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from dure.core.text import is_unseen
from dure.readers.faults import Fault

MOST_COLUMNS = 1 << 16
_CHARACTERS = 255
_SPACE = re.compile("\r\n|[\t\n\r\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
"""What a spreadsheet puts where people see a space: a line break, a wide or a no-break space."""


def column_names(raw: Sequence[str]) -> tuple[str, ...]:
    r"""Return names in NFC, with plain spaces inside and none around.

    Parameters
    ----------
    raw
        The names as the file has them, in order.

    Raises
    ------
    Fault
        ``readers.header`` at the first that is empty or too long, holds a character that nobody sees,
        or repeats an earlier one; or when there are more than `MOST_COLUMNS`.

    Examples
    --------
    >>> column_names(["\u3000출항\u00a0일 ", "속력\n(kn)"])
    ('출항 일', '속력 (kn)')
    """
    if len(raw) > MOST_COLUMNS:
        raise Fault(
            "readers.header", column=MOST_COLUMNS + 1, expected=len(raw), fault="name-count"
        )
    names: dict[str, None] = {}
    for number, word in enumerate(raw, 1):
        name = _SPACE.sub(" ", unicodedata.normalize("NFC", word)).strip(" ")
        fault = _fault(name, names)
        if fault:
            raise Fault("readers.header", column=number, expected=len(raw), fault=fault)
        names[name] = None
    return tuple(names)


def _fault(name: str, earlier: dict[str, None]) -> str:
    if not name:
        return "name-empty"
    if len(name) > _CHARACTERS:
        return "name-length"
    if not name.isprintable() or any(map(is_unseen, name)):
        return "name-unseen"
    return "name-taken" if name in earlier else ""
