"""Words that a person gives a data set, held to a form that every door can show and sign."""

from __future__ import annotations

import unicodedata
from pathlib import PurePath

from dure.core.text import is_unseen
from dure.datasets.errors import DatasetError

NAME_CHARACTERS = 200
DESCRIPTION_CHARACTERS = 10_000
UNNAMED = "data"


def checked(part: str, text: str, limit: int, *, lines: bool = False) -> str:
    """Return words in NFC without surrounding space.

    Parameters
    ----------
    part
        What they are, for the message.
    text
        The words; "" stays "".
    limit
        How many characters they may have.
    lines
        Whether line breaks may stand in them.

    Raises
    ------
    DatasetError
        ``datasets.words`` when they are too long, or hold a character without a glyph.
    """
    words = unicodedata.normalize("NFC", text).strip()
    if len(words) > limit:
        raise DatasetError("datasets.words", part=part, limit=limit)
    if any(is_unseen(char) and not (lines and char in "\n\t") for char in words):
        raise DatasetError("datasets.words", part=part, limit=limit)
    return words


def name_of(file: PurePath) -> str:
    """Return a data set's name from its file's: NFC, and ``_`` for what can't be shown.

    Some file systems hand Korean names out decomposed; a name is shown, compared and signed, so
    there is one form of it.

    Examples
    --------
    >>> name_of(PurePath("holdings 2026.csv"))
    'holdings 2026'
    """
    stem = unicodedata.normalize("NFC", file.stem)
    seen = "".join("_" if is_unseen(char) else char for char in stem)
    return seen[:NAME_CHARACTERS].strip() or UNNAMED
