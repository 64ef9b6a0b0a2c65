"""Files that people edit, in one plain form of TOML: keys, plain values, lists of them, ``[[header]]``.

Whatever else TOML has (tables in tables, dotted keys, texts over several lines) is refused before the
text reaches Python's parser, whose time grows with the square of some of them.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from functools import cache
from typing import Any

_KEY = re.compile(r"[a-z_]{1,32}")


@cache
def _tokens(header: str) -> re.Pattern[str]:
    return re.compile(
        r"(?P<space>[ \t]+|#[^\n]*|\r?\n)"
        r"|(?P<text>\"(?:[^\"\\\n]|\\[^\n])*\"|'[^'\n]*')"
        rf"|(?P<header>\[\[{header}\]\])"
        r"|(?P<sign>[\[\],=])"
        r"|(?P<word>[A-Za-z0-9_.:+-]+)"
    )


def fault(text: str, header: str) -> int:
    r"""Return the first line that has anything but the plain form; 0 when there is none.

    Parameters
    ----------
    text
        The file.
    header
        The one header that it may have, as ``[[header]]``.

    Examples
    --------
    >>> fault("a = [1, 2]\n[[rule]]\n", "rule"), fault("a = {b = 1}\n", "rule")
    (0, 1)
    """
    tokens = _tokens(header)
    place, line, depth, word, before = 0, 1, 0, "", ""
    while place < len(text):
        token = tokens.match(text, place)
        if token is None:
            return line
        place, kind, found = token.end(), token.lastgroup, token[0]
        depth += {"[": 1, "]": -1}.get(found, 0)
        wrong = (
            depth not in (0, 1)
            or (kind == "header" and depth)
            or (found == "=" and (depth or not _KEY.fullmatch(word)))
            or (kind == before == "text")  # three quotation marks open a text over lines
        )
        if wrong:
            return line
        line, before = line + found.count("\n"), kind or ""
        if kind != "space":
            word = found if kind == "word" else ""
    return 0


def write(value: Any) -> str:
    """Return a value as the plain form writes it.

    Examples
    --------
    >>> print(write(("a", True)))
    ["a", true]
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if "\\" in value and "'" not in value and value.isprintable():
            return f"'{value}'"
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, dt.date):  # a datetime is one
        return value.isoformat()
    if isinstance(value, tuple):
        items = [write(item) for item in value]
        short = sum(map(len, items)) < 80
        return f"[{', '.join(items)}]" if short else "[\n  " + ",\n  ".join(items) + ",\n]"
    return repr(value)


def line_of(error: Exception) -> str:
    """Return the line that an error of the parser names, as a place of a message."""
    found = re.search(r"at line ([0-9]+)", str(error))
    return f"L{found[1]}" if found else "-"
