"""JSON (RFC 8259): a list of objects, or objects one after another (JSON lines).

An object inside an object becomes columns named ``outer.inner``; a list becomes its JSON text in one
column, so that a row stays a row. Numbers are taken as they are written. Strict: a key twice in one
object, NaN and Infinity, objects deeper than `DEPTH`, a record longer than `RECORD_CHARACTERS`, and
anything that is no object are refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from dure.readers.faults import Fault
from dure.readers.pieces import Target
from dure.readers.spool import IS_NUMBER, IS_TEXT, IS_TRUTH, Spool, Value
from dure.readers.text import find_encoding, write_utf8

DEPTH = 16
RECORD_CHARACTERS = 1 << 24
_CHUNK = 1 << 20
_SPACE = " \t\n\r"
_CODE = "readers.json"


class Number(str):
    """A number as it is written."""

    __slots__ = ()


class Flaw(Exception):  # noqa: N818 (it becomes a fault)
    """What is wrong with a record."""


def read_json(
    raw: Path, target: Target, scratch: Path, encoding: str, *, lasting: bool = True
) -> dict[str, object]:
    """Write JSON objects as typed Parquet, and return what is known about the table.

    Parameters
    ----------
    raw, target
        The file, and the Parquet file to write.
    scratch
        Where its text, and then its records, may be kept.
    encoding
        What to hold it to, or "" to find out.
    lasting
        Whether the Parquet file is kept.

    Raises
    ------
    Fault
        ``readers.json``, ``readers.empty``, ``readers.encoding`` or ``readers.header``.
    """
    size_bytes = raw.stat().st_size
    if not size_bytes:
        raise Fault("readers.empty", size_bytes=0)
    found = find_encoding(raw, encoding)
    text = raw
    if found not in ("utf-8", "utf-8-sig"):
        write_utf8(raw, found, scratch)
        text = scratch
    spool = Spool(scratch.with_name(f"{scratch.name}.records"), _CODE)
    with text.open(encoding="utf-8-sig", newline="") as file:
        for record in Records(file).each():
            flat: dict[str, Value] = {}
            try:
                _flatten(record, "", 1, flat)
            except Flaw as flaw:
                raise Fault(_CODE, fault=str(flaw), record=spool.rows + 1) from None
            spool.add(flat)
    if not spool.rows:
        raise Fault("readers.empty", size_bytes=size_bytes)
    table = spool.write(target, lasting)
    if not table.columns:
        raise Fault("readers.empty", size_bytes=size_bytes)
    return {
        "columns": table.columns,
        "rows": table.rows,
        "facts": {"format": "json", "encoding": found},
    }


class Records:
    """The objects of a file, one at a time.

    Parameters
    ----------
    file
        The text.
    longest
        Characters that one record may have; 0 means `RECORD_CHARACTERS`.
    whole
        What becomes of a whole number.
    """

    def __init__(
        self,
        file: IO[str],
        *,
        longest: int = 0,
        whole: Callable[[str], Any] = Number,
    ) -> None:
        self._file = file
        self._longest = longest or RECORD_CHARACTERS
        self._text = ""
        self._place = 0
        self._ended = False
        self._count = 0
        self._decoder = json.JSONDecoder(
            object_pairs_hook=_object,
            parse_float=Number,
            parse_int=whole,
            parse_constant=_refuse_constant,
        )

    def each(self) -> Iterator[dict[str, Any]]:
        """Yield each object of a list, or of a sequence."""
        is_list = self._peek() == "["
        if is_list:
            self._place += 1
            if self._peek() == "]":
                self._place += 1
                return self._end()
        while is_list or self._peek():
            yield self._next()
            if not is_list:
                continue
            mark = self._peek()
            self._place += 1
            if mark == "]":
                return self._end()
            if mark != ",":
                raise self._fault("not-json")
        return None

    def _end(self) -> None:
        if self._peek():
            raise self._fault("not-json")

    def _next(self) -> dict[str, Any]:
        self._count += 1
        if self._peek() != "{":
            raise self._fault("not-object" if self._peek() else "not-json")
        while True:
            try:
                value, self._place = self._decoder.raw_decode(self._text, self._place)
                return value  # type: ignore[no-any-return]  # begins with a brace
            except json.JSONDecodeError:
                if len(self._text) - self._place > self._longest:
                    raise self._fault("too-long") from None
                if not self._more():
                    raise self._fault("not-json") from None
            except RecursionError:
                raise self._fault("too-deep") from None
            except ValueError:  # a number of more digits than Python reads
                raise self._fault("not-json") from None
            except Flaw as flaw:
                raise self._fault(str(flaw)) from None

    def _peek(self) -> str:
        """Return the next character that is no space, or "" at the end."""
        while True:
            text, place = self._text, self._place
            while place < len(text) and text[place] in _SPACE:
                place += 1
            self._place = place
            if place < len(text):
                return text[place]
            if not self._more():
                return ""

    def _more(self) -> bool:
        if self._ended:
            return False
        # Twice as much each time, so that a long record is not begun too often.
        chunk = self._file.read(max(_CHUNK, len(self._text) - self._place))
        self._ended = not chunk
        self._text, self._place = self._text[self._place :] + chunk, 0
        return not self._ended

    def _fault(self, why: str) -> Fault:
        return Fault(_CODE, fault=why, record=self._count)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Flaw("twice")
    return found


def _refuse_constant(_: str) -> Any:
    raise Flaw("not-finite")


def _flatten(record: dict[str, Any], outer: str, depth: int, into: dict[str, Value]) -> None:
    if depth > DEPTH:
        raise Flaw("too-deep")
    for key, value in record.items():
        name = f"{outer}{key}"
        if isinstance(value, dict) and value:
            _flatten(value, f"{name}.", depth + 1, into)
            continue
        if name in into:
            raise Flaw("twice")
        into[name] = _value(value, depth)


def _value(value: Any, depth: int) -> Value:
    if value is None or value == {}:
        return None
    if isinstance(value, Number):
        return IS_NUMBER, value
    if isinstance(value, str):
        return IS_TEXT, value
    if isinstance(value, bool):
        return IS_TRUTH, "true" if value else "false"
    return IS_TEXT, json_text(value, depth)


def json_text(value: Any, depth: int) -> str:
    """Return the JSON text of a value, numbers as they were written."""
    if depth > DEPTH:
        raise Flaw("too-deep")
    if isinstance(value, list):
        return f"[{','.join(json_text(one, depth + 1) for one in value)}]"
    if isinstance(value, dict):
        pairs = (
            f"{json_text(key, depth)}:{json_text(one, depth + 1)}" for key, one in value.items()
        )
        return f"{{{','.join(pairs)}}}"
    return value if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)
