"""TOML that people write by hand, held to one plain form: keys, plain values, lists of them, headers.

Whatever else TOML has (tables in tables, dotted keys, texts over several lines) is refused before the
text reaches Python's parser, whose time grows with the square of some of them.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from dure.core.system import reason_of
from dure.datasets.errors import DatasetError
from dure.datasets.rules.reasons import FORM
from dure.readers.errors import ReaderError

MAX_BYTES = 1 << 20

_TOKEN = re.compile(
    r"(?P<space>[ \t]+|#[^\n]*|\r?\n)"
    r"|(?P<text>\"(?:[^\"\\\n]|\\[^\n])*\"|'[^'\n]*')"
    r"|(?P<header>\[\[[a-z_]{1,32}\]\]|(?<![^\n])\[[a-z_]{1,32}\](?=[ \t\r]*(?:\n|$)))"
    r"|(?P<sign>[\[\],=])"
    r"|(?P<word>[A-Za-z0-9_.:+-]+)"
)
_KEY = re.compile(r"[a-z_]{1,32}")
_WHERE = re.compile(r"at `\$\.?([a-z_.\[\]0-9]{0,80})[^`]*`$")
_NAMED = re.compile(r"(?:required|unknown) field `([a-z_]{1,32})`")

Form = TypeVar("Form", bound=msgspec.Struct)


def content_of(file: Path) -> bytes:
    """Return the bytes of a file that a person wrote, at most one more than `MAX_BYTES`.

    Raises
    ------
    ReaderError
        ``readers.source`` when it can't be read.
    """
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise ReaderError("readers.source", name=file.name, reason=reason_of(error)) from None


def read(content: bytes, form: type[Form], name: str, headers: tuple[str, ...]) -> Form:
    """Return what a file of plain TOML holds.

    Parameters
    ----------
    content
        The file's bytes: UTF-8, at most `MAX_BYTES`.
    form
        What it must hold; it forbids unknown fields.
    name
        The file's name, for messages.
    headers
        The headers that may stand in it, such as ``[[rule]]``.

    Raises
    ------
    DatasetError
        ``datasets.document``, with the reason and the place.
    """
    if len(content) > MAX_BYTES:
        raise refused(name, "size", "-")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refused(name, "encoding", f"@{error.start}") from None
    _hold_to_plain_form(text, name, headers)
    try:
        return msgspec.convert(tomllib.loads(text), form)
    except tomllib.TOMLDecodeError as error:
        raise refused(name, "toml", _line_of(str(error))) from None
    except msgspec.ValidationError as error:
        raise refused(name, *_reason_of(str(error))) from None


def told(value: msgspec.Struct, *, first: dict[str, Any], last: tuple[str, ...]) -> list[str]:
    """Return the lines that write a structure: only what differs from its defaults.

    Parameters
    ----------
    value
        The structure.
    first
        Keys that stand before its own.
    last
        Keys of its own that stand behind all others.
    """
    found: dict[str, Any] = dict(first)
    for field in msgspec.structs.fields(value):
        item = getattr(value, field.name)
        if item != field.default:
            found[field.encode_name] = item
    ends = {key: found.pop(key) for key in last if key in found}
    return [f"{key} = {written(item)}" for key, item in (found | ends).items()]


def written(value: Any) -> str:
    """Return a value as the plain form writes it.

    Examples
    --------
    >>> print(written(("a", True)))
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
        items = [written(item) for item in value]
        short = sum(map(len, items)) < 80
        return f"[{', '.join(items)}]" if short else "[\n  " + ",\n  ".join(items) + ",\n]"
    return repr(value)


def refused(name: str, reason: str, place: str) -> DatasetError:
    """Return the error of a file that can't be used."""
    return DatasetError("datasets.document", file=name, reason=reason, place=place)


def _hold_to_plain_form(text: str, name: str, headers: tuple[str, ...]) -> None:
    place, line, depth, word, before = 0, 1, 0, "", ""
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            raise refused(name, "form-line", f"L{line}")
        place, kind, found = token.end(), token.lastgroup, token[0]
        depth += {"[": 1, "]": -1}.get(found, 0)
        wrong = (
            depth not in (0, 1)
            or (kind == "header" and (depth or found not in headers))
            or (found == "=" and (depth or not _KEY.fullmatch(word)))
            or (kind == before == "text")  # three quotation marks open a text over lines
        )
        if wrong:
            raise refused(name, "form-line", f"L{line}")
        line, before = line + found.count("\n"), kind or ""
        if kind != "space":
            word = found if kind == "word" else ""


def _line_of(said: str) -> str:
    found = re.search(r"at line ([0-9]+)", said)
    return f"L{found[1]}" if found else "-"


def _reason_of(said: str) -> tuple[str, str]:
    """Return the reason's code and the place from what msgspec says, which may quote the file."""
    where = _WHERE.search(said)
    place = where[1] if where else ""
    named = _NAMED.search(said)
    if named:
        place = f"{place}.{named[1]}".lstrip(".")
    word = said.partition(" ")[0]
    if word in FORM:
        return word, place or "-"
    tag = place.rpartition(".")[2]
    starts = {
        "Object missing required": "missing",
        "Object contains unknown": "unknown",
        "Invalid value": tag if tag in ("kind", "method") else "value",
        "Invalid enum": "value",
    }
    found = next((code for start, code in starts.items() if said.startswith(start)), "value")
    return found, place or "-"
