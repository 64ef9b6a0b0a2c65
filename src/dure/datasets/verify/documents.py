"""Reading a Croissant document that anybody may have written: what it says of its files and columns.

Versions 1.0 and 1.1, in the compact form that the specification shows and mlcroissant writes. What a
document says that this can't hold against data is named, so that nobody takes it for verified.

Source
------
MLCommons, Croissant Format Specification 1.0 and 1.1: FileObject, FileSet, RecordSet and Field.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dure.datasets.croissant import CARDINALITY
from dure.datasets.errors import DatasetError
from dure.datasets.verify.stating import (
    Stated,
    StatedColumn,
    StatedPath,
    StatedRecords,
    Stating,
)

VERSIONS = ("http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/1.1")
MAX_BYTES = 192 * 1024 * 1024
MAX_PARTS = 100_000
MAX_WORD = 4_096

Node = Mapping[str, Any]

_PREFIXES = ("", "cr:", "sc:", "ml:", "dct:", "dure:")
_KINDS = {
    "text/csv": "csv",
    "text/tsv": "csv",
    "text/tab-separated-values": "csv",
    "application/x-parquet": "parquet",
    "application/vnd.apache.parquet": "parquet",
    "application/json": "json",
    "application/jsonl": "jsonl",
    "application/jsonlines": "jsonl",
    "application/x-jsonlines": "jsonl",
    "application/x-ndjson": "jsonl",
}


def read_document(content: bytes, name: str) -> Stating:
    """Return what a document says.

    Parameters
    ----------
    content
        JSON-LD.
    name
        The file's name, for messages.

    Raises
    ------
    DatasetError
        ``datasets.document``, with the reason and the place.
    """
    return read_both(content, name)[0]


def read_both(content: bytes, name: str) -> tuple[Stating, Node]:
    """Return what a document says, and the document itself; as `read_document`."""
    try:
        document = _loaded(content)
        return _Reading().whole(document), document
    except _Wrong as wrong:
        reason, place = wrong.args
        raise DatasetError("datasets.document", file=name, reason=reason, place=place) from None


class _Wrong(Exception):  # noqa: N818 (it becomes a DatasetError)
    """The document has another form: the reason's code and the place."""


def _loaded(content: bytes) -> Node:
    if len(content) > MAX_BYTES:
        raise _Wrong("size", "-")
    try:
        document = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise _Wrong("encoding", f"byte {error.start}") from None
    except (ValueError, RecursionError):
        raise _Wrong("json", "-") from None
    return _node(document, "-")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


class _Reading:
    """One document under way."""

    def __init__(self) -> None:
        self._said = Stating(licensed=False)
        self._repositories: set[str] = set()
        self._keyed: dict[str, str] = {}

    def whole(self, document: Node) -> Stating:
        if "@graph" in document:
            raise _Wrong("expanded", "@graph")
        versions = [_id(one, "conformsTo") for one in _many(_get(document, "conformsTo"))]
        if not set(VERSIONS) & set(versions):
            raise _Wrong("version", "conformsTo")
        self._said.licensed = bool(_many(_get(document, "license")))
        for place, one in _listed(document, "distribution"):
            self._source(one, place)
        for place, one in _listed(document, "recordSet"):
            self._records(one, place)
        checked = {one.spans_of for one in self._said.records}
        self._said.unchecked += [key for name, key in self._keyed.items() if name not in checked]
        return self._said

    def _source(self, node: Node, place: str) -> None:
        identifier = _name(node, place)
        if identifier in self._said.sources:
            raise _Wrong("twice", place)
        is_set = _type(node) == "FileSet"
        url = "" if is_set else _word(_get(node, "contentUrl"), f"{place}.contentUrl")
        formats = [_word(one, place) for one in _many(_get(node, "encodingFormat"))]
        reason = ""
        if (above := _get(node, "containedIn")) is not None:
            reason = "repository" if _id(above, place) in self._repositories else "archive"
        elif "://" in url or url.startswith("data:"):
            reason = "remote"
        if any(one.startswith("git+") for one in formats):
            self._repositories.add(identifier)
        includes = _words(node, "includes", place) if is_set else ()
        if reason:
            self._said.unread.append((place, reason))
        elif not (includes if is_set else url):
            raise _Wrong("missing", f"{place}.{'includes' if is_set else 'contentUrl'}")
        self._said.sources[identifier] = Stated(
            id=identifier,
            place="" if reason else url,
            includes=includes,
            excludes=_words(node, "excludes", place),
            kind=next((_KINDS[one] for one in formats if one in _KINDS), ""),
            size=_size(_get(node, "contentSize")),
            sha256=_word(_get(node, "sha256"), place).lower(),
            md5=_word(_get(node, "md5"), place).lower(),
            listed=is_set and _get(node, "listedIn") is not None,
            reason=reason,
        )

    def _records(self, node: Node, place: str) -> None:
        name = _name(node, place)
        spans_of = _id(_get(node, "spansOf"), place)
        columns: list[StatedColumn] = []
        paths: dict[str, StatedPath] = {}
        before = len(self._said.unread)
        for where, one in _listed(node, "field", place):
            if _get(node, "data") is not None:
                self._inline(node, one, where)
            elif (column := self._column(one, where, refers=bool(spans_of))) is not None:
                columns.append(column)
            elif (path := _path(one, where)) is not None:
                paths[where] = path
        if _get(node, "key") is not None:
            self._keyed[name] = f"{place}.key"
        rows = next(_counts(node, place), None)
        unread = tuple(one for one in self._said.unread[before:] if one[0] not in paths)
        self._said.records.append(
            StatedRecords(name, tuple(columns), rows, tuple(paths.values()), unread, spans_of)
        )

    def _inline(self, records: Node, node: Node, place: str) -> None:
        """Hold records that stand in the document itself against their fields."""
        known = {_word(_get(node, "name"), place), _name(node, place)}
        for row in _many(_get(records, "data")):
            if not known & set(_node(row, place)):
                raise _Wrong("missing", f"{place}: data")

    def _column(self, node: Node, place: str, *, refers: bool) -> StatedColumn | None:
        reason = ""
        source = _get(node, "source")
        extract = _get(source, "extract") if isinstance(source, Mapping) else None
        origins = [
            _id(origin, place)
            for key in ("fileObject", "fileSet")
            if isinstance(source, Mapping) and (origin := _get(source, key)) is not None
        ]
        if isinstance(extract, Mapping) and self._is_of_listed(extract, origins):
            return None  # the table lists each file, and that is what is compared
        if _get(node, "arrowType") is None and _is_nested(node):
            reason = "nested"
        elif len(origins) != 1:
            reason = "source"
        elif not isinstance(extract, Mapping) or _get(extract, "column") is None:
            reason = "extract"
        elif any(_many(_get(source, key)) for key in ("transform", "format")):
            reason = "transform"
        if reason or not isinstance(extract, Mapping):
            self._said.unread.append((place, reason or "extract"))
            return None
        if _get(node, "references") is not None and not refers:
            self._said.unchecked.append(f"{place}.references")
        return StatedColumn(
            name=_word(_get(node, "name"), place) or _name(node, place),
            source=origins[0],
            column=_word(_get(extract, "column"), place),
            types=tuple(_short(_id(one, place)) for one in _many(_get(node, "dataType"))),
            arrow=_word(_get(node, "arrowType"), place),
            description=_description(node),
        )

    def _is_of_listed(self, extract: Node, origins: list[str]) -> bool:
        stated = [self._said.sources.get(origin) for origin in origins]
        listed = bool(stated) and all(one is not None and one.listed for one in stated)
        return listed and _get(extract, "fileProperty") is not None


def _path(node: Node, place: str) -> StatedPath | None:
    """Return a field that the path of a file tells, by at most one pattern; None for any other."""
    source = _get(node, "source")
    if not isinstance(source, Mapping) or not isinstance(extract := _get(source, "extract"), dict):
        return None
    origins = [one for key in ("fileObject", "fileSet") if (one := _get(source, key)) is not None]
    steps = _many(_get(source, "transform"))
    plain = all(isinstance(one, dict) and _get(one, "regex") is not None for one in steps)
    of = str(_get(extract, "fileProperty"))
    if len(origins) != 1 or len(steps) > 1 or not plain or of not in ("fullpath", "filename"):
        return None
    return StatedPath(
        name=_word(_get(node, "name"), place) or _name(node, place),
        source=_id(origins[0], place),
        of=of,
        regex=_word(_get(steps[0], "regex"), place) if steps else "",
        description=_description(node),
    )


def _description(node: Node) -> str:
    found = _get(node, "description")
    return found[:MAX_WORD] if isinstance(found, str) else ""


def _is_nested(node: Node) -> bool:
    return (
        bool(_many(_get(node, "subField"))) or _truth(node, "repeated") or _truth(node, "isArray")
    )


def _counts(records: Node, place: str) -> Iterator[int]:
    """Yield how many rows the annotations say there are."""
    for one in _many(_get(records, "annotation")):
        if isinstance(one, Mapping) and _short(str(_get(one, "dataType"))) == _short(CARDINALITY):
            value = _get(one, "value")
            if type(value) is not int or value < 0:
                raise _Wrong("value", f"{place}.annotation")
            yield value


def _get(node: Node, key: str) -> Any:
    return next((node[prefix + key] for prefix in _PREFIXES if prefix + key in node), None)


def _many(value: Any) -> list[Any]:
    if value is None or value is False:
        return []
    return value if isinstance(value, list) else [value]


def _listed(node: Node, key: str, above: str = "") -> Iterator[tuple[str, Node]]:
    found = _many(_get(node, key))
    place = f"{above}.{key}".lstrip(".")
    if len(found) > MAX_PARTS:
        raise _Wrong("size", place)
    for number, one in enumerate(found):
        yield f"{place}[{number}]", _node(one, f"{place}[{number}]")


def _node(value: Any, place: str) -> Node:
    if not isinstance(value, dict):
        raise _Wrong("value", place)
    return value


def _word(value: Any, place: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_WORD or "\0" in value:
        raise _Wrong("value", place)
    return value


def _words(node: Node, key: str, place: str) -> tuple[str, ...]:
    return tuple(_word(one, f"{place}.{key}") for one in _many(_get(node, key)))


def _id(value: Any, place: str) -> str:
    return _word(value.get("@id") if isinstance(value, Mapping) else value, place)


def _name(node: Node, place: str) -> str:
    found = _word(node.get("@id"), place) or _word(_get(node, "name"), place)
    if not found:
        raise _Wrong("missing", f"{place}.@id")
    return found


def _type(node: Node) -> str:
    return _short(str(next(iter(_many(node.get("@type"))), "")))


def _short(word: str) -> str:
    """Return a term without its prefix or the address of its vocabulary."""
    return word.rpartition("/")[2].rpartition("#")[2].rpartition(":")[2]


def _truth(node: Node, key: str) -> bool:
    return _get(node, key) in (True, "true", "True")


def _size(value: Any) -> int | None:
    """Return the bytes that ``contentSize`` says: ``"12 B"``, ``"12"`` or 12; other units are rounded."""
    if value is None:
        return None
    number = str(value).removesuffix("B").strip()
    return int(number) if number.isascii() and number.isdigit() and len(number) < 17 else None
