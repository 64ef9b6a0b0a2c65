"""JSON lines, or a list of JSON objects, each with a text and its spans; runs inside the sandbox.

The text stands under ``text``, ``data`` or ``sentence``; its spans under ``spans``, ``entities``,
``label``, ``labels`` or ``ents``, each as ``[start, end, tag]`` or as an object with these (spaCy's,
Doccano's and Prodigy's names for them). A list of words there is no span but is kept like all else.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dure.readers.corpora.documents import Annotation, CorpusFault, Document
from dure.readers.corpora.facts import MAX_TEXT
from dure.readers.faults import Fault
from dure.readers.objects import Records

_TEXTS = ("text", "data", "sentence")
_SPANS = ("spans", "entities", "label", "labels", "ents")
_NAMES = ("id", "_id", "guid", "name")
_STARTS = ("start", "start_offset", "begin")
_ENDS = ("end", "end_offset")
_TAGS = ("label", "tag", "type", "entity")
_CLAIMS = ("text", "form")


def read_objects(text: Path) -> Iterator[Document]:
    """Yield the documents of a file that is UTF-8.

    Raises
    ------
    CorpusFault
        What is wrong with a record.
    """
    with text.open(encoding="utf-8-sig", newline="") as file:
        records = Records(file, longest=MAX_TEXT, whole=int).each()
        number = 0
        while True:
            number += 1
            try:
                record = next(records, None)
            except Fault as fault:
                why = str(fault.facts["fault"])
                raise CorpusFault("nested" if why == "too-deep" else why, number) from None
            if record is None:
                return
            yield _document(record, number)


def _document(record: dict[str, Any], number: int) -> Document:
    key = next((key for key in _TEXTS if isinstance(record.get(key), str)), "")
    if not key:
        raise CorpusFault("no-text", number)
    found = Document(name="", text=record.pop(key))
    for name in _NAMES:
        if _is_name(record.get(name)):
            found.name = str(record.pop(name))
            break
    if isinstance(record.get("split"), str):
        found.split = record.pop("split")
    keys = [key for key in _SPANS if _holds_spans(record.get(key))]
    if len(keys) > 1:
        raise CorpusFault("several-keys", number)
    for key in keys:
        told = enumerate(record.pop(key), 1)
        found.annotations = [_annotation(one, at, number) for at, one in told]
    empty = [key for key in _SPANS if record.get(key) == [] or record.get(key, 0) is None]
    found.attributes = {key: value for key, value in record.items() if key not in empty}
    return found


def _is_name(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def _holds_spans(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, list | dict) for one in value)


def _annotation(one: Any, at: int, number: int) -> Annotation:
    if isinstance(one, list):
        if len(one) != 3:
            raise CorpusFault("span-form", number)
        start, end, tag = one
        return Annotation(
            str(at), ((_offset(start, number), _offset(end, number)),), _tag(tag, number)
        )
    if not isinstance(one, dict):
        raise CorpusFault("span-form", number)
    start, end, tag = (_taken(one, keys) for keys in (_STARTS, _ENDS, _TAGS))
    claimed = next((one.pop(key) for key in _CLAIMS if isinstance(one.get(key), str)), None)
    name = one.pop("id") if _is_name(one.get("id")) else at
    return Annotation(
        str(name),
        ((_offset(start, number), _offset(end, number)),),
        _tag(tag, number),
        claimed,
        one,
    )


def _taken(one: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((one.pop(key) for key in keys if key in one), None)


def _offset(value: Any, number: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not -(1 << 62) < value < 1 << 62:
        raise CorpusFault("span-form", number)
    return value


def _tag(value: Any, number: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise CorpusFault("span-form", number)
    return str(value)
