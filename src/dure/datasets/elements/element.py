"""Element sets: pure values with one canonical form.

A set is a name, a version and its elements. Whoever writes it, in whichever order, it has one
document (canonical JSON) and one digest: the SHA-256 of that document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, NoReturn

import msgspec

from dure.core.canonical import canonical_json, parse_canonical
from dure.core.errors import CoreError
from dure.core.suites import digest_of
from dure.core.text import is_unseen
from dure.datasets.elements.errors import ElementsError

MAX_BYTES = 16 << 20
MAX_ELEMENTS = 20_000
MAX_CODES = 2_000
MAX_ALL_CODES = 200_000
MAX_SYNONYMS = 50
NAME_CHARACTERS = 200
WORDS_CHARACTERS = 2_000

Kind = Literal["text", "integer", "number", "boolean", "date", "datetime"]

_Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,62}$")]
_Name = Annotated[str, msgspec.Meta(max_length=NAME_CHARACTERS)]
_Words = Annotated[str, msgspec.Meta(max_length=WORDS_CHARACTERS)]
_Short = Annotated[str, msgspec.Meta(max_length=100)]
_CodeText = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_CHARACTERS)]
_Decimal = Annotated[str, msgspec.Meta(pattern=r"^(-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?)?$")]
_SET_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_FORMULA = ("=", "+", "@", "\t")
_SEPARATORS = frozenset(";=|")


class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """One code of a code list.

    Parameters
    ----------
    code
        As a conforming table has it.
    names
        What else it is called, in any language, ascending.
    """

    code: _CodeText
    names: Annotated[tuple[_CodeText, ...], msgspec.Meta(max_length=MAX_SYNONYMS)] = ()


class Element(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One data element.

    Parameters
    ----------
    id
        Its short name: that of the column in a conforming table.
    ko, en
        Its name for people; one of them at least.
    definition
        What it means.
    type
        What its values are.
    unit
        Unit of its values, "" for none; see `dure.datasets.elements.units`.
    codes
        Its code list, ascending; empty for none.
    least, most
        Range of its numbers, as decimal strings; "" for none.
    length
        Most characters of its texts; 0 for no bound.
    synonyms
        Other names, in any language, ascending.
    missing
        Texts that stand for "no value", ascending.
    key
        Whether tables are joined by it.
    subject
        What it is about, such as weather: elements of one subject stand in one table; "" for such as
        stand in many.
    domain, storage, display, source, note
        What the common standard terms say further: domain, form in storage, form on the screen, code
        system, and allowed values that are told in words; kept as they are written.
    """

    id: _Id
    ko: _Name = ""
    en: _Name = ""
    definition: _Words = ""
    type: Kind
    unit: _Short = ""
    codes: Annotated[tuple[Code, ...], msgspec.Meta(max_length=MAX_CODES)] = ()
    least: _Decimal = ""
    most: _Decimal = ""
    length: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    synonyms: Annotated[tuple[_Name, ...], msgspec.Meta(max_length=MAX_SYNONYMS)] = ()
    missing: Annotated[tuple[_Short, ...], msgspec.Meta(max_length=MAX_SYNONYMS)] = ()
    key: bool = False
    domain: _Short = ""
    storage: _Name = ""
    display: _Name = ""
    source: _Name = ""
    note: _Words = ""
    subject: _Short = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that it has."""
        return tuple(filter(None, (self.id, self.ko, self.en, *self.synonyms)))

    @property
    def fault(self) -> str:
        """Why it can't be an element: a code of `dure.datasets.elements.reasons.SET`, or ""."""
        faults = {
            "unnamed": not (self.ko or self.en),
            "unseen": any(map(is_unseen, "".join(self._texts()))),
            "spaces": any(text != " ".join(text.split()) for text in self._texts()),
            "formula": any(text.startswith(_FORMULA) for text in self._texts()),
            "separator": any(_SEPARATORS & set(text) for text in self._listed()),
            "repeated-code": _repeats([code.code for code in self.codes])
            or _repeats(self.synonyms)
            or _repeats(self.missing),
            "range": bool(self.least and self.most and Decimal(self.least) > Decimal(self.most)),
            "range-type": bool(self.least or self.most) and self.type not in ("integer", "number"),
            "codes-type": bool(self.codes) and self.type != "text",
            "allowed": bool(self.note) and bool(self.codes or self.least or self.most),
        }
        return next((reason for reason, is_so in faults.items() if is_so), "")

    def _listed(self) -> Iterator[str]:
        yield from self.synonyms
        yield from self.missing
        for code in self.codes:
            yield code.code
            yield from code.names

    def _texts(self) -> Iterator[str]:
        yield from (self.ko, self.en, self.definition, self.unit)
        yield from (self.domain, self.storage, self.display, self.source, self.note, self.subject)
        yield from self._listed()


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    dure: Literal["elements/1"]
    name: str
    version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    elements: Annotated[tuple[Element, ...], msgspec.Meta(min_length=1, max_length=MAX_ELEMENTS)]


class ElementSet(msgspec.Struct, frozen=True, dict=True):
    """A version of a set of elements.

    Made by `element_set` or `from_bytes`, which hold it to its form.

    Parameters
    ----------
    name, version
        What it is called: lower-case letters, digits and hyphens; and its number, from 1.
    elements
        Ascending by id.
    """

    name: str
    version: int
    elements: tuple[Element, ...]

    @cached_property
    def document(self) -> bytes:
        """Its one canonical document."""
        elements = [_told(element) for element in self.elements]
        return canonical_json(
            {
                "dure": "elements/1",
                "name": self.name,
                "version": self.version,
                "elements": elements,
            }
        )

    @cached_property
    def digest(self) -> str:
        """``sha256:<hex>`` of the document."""
        return digest_of(self.document)

    @cached_property
    def by_id(self) -> dict[str, Element]:
        """Its elements by id."""
        return {element.id: element for element in self.elements}

    @cached_property
    def two_coded(self) -> tuple[int, ...]:
        """Places of the elements that have two codes."""
        return tuple(place for place, one in enumerate(self.elements) if len(one.codes) == 2)

    @cached_property
    def codes_of_names(self) -> dict[int, int]:
        """Place of an element that is a name (of a country) -> place of the one that is its code."""
        codes = {
            one.en.casefold().removesuffix(" code"): place
            for place, one in enumerate(self.elements)
            if one.en.casefold().endswith(" code")
        }
        return {
            place: codes[bare]
            for place, one in enumerate(self.elements)
            if (bare := one.en.casefold().removesuffix(" name")) in codes
            and not one.en.casefold().endswith(" code")
        }


def element_set(
    name: str, version: int, elements: Iterable[tuple[str, Element]], file: str = "-"
) -> ElementSet:
    """Return the set of these elements, whatever their order.

    Parameters
    ----------
    name, version
        What it is called.
    elements
        Each with its place in the file, for messages.
    file
        Name of the file, for messages.

    Raises
    ------
    ElementsError
        ``elements.set`` with the place and the reason.
    """
    if not _SET_NAME.fullmatch(name):
        refuse(file, "--name", "name")
    if not 1 <= version <= 1_000_000:
        refuse(file, "--version", "number")
    listed = list(elements)
    if not listed:
        refuse(file, "-", "empty")
    if len(listed) > MAX_ELEMENTS:
        refuse(file, "-", "too-many")
    if sum(len(element.codes) for _, element in listed) > MAX_ALL_CODES:
        refuse(file, "-", "too-many-codes")
    _hold_names_apart(listed, file)
    ordered = sorted((_ordered(element) for _, element in listed), key=lambda one: one.id)
    found = ElementSet(name, version, tuple(ordered))
    try:
        size = len(found.document)
    except CoreError:
        refuse(file, "-", "unseen")
    if size > MAX_BYTES:
        refuse(file, "-", "size")
    return found


def from_bytes(content: bytes, file: str = "-") -> ElementSet:
    """Return the set that a canonical document holds.

    Raises
    ------
    ElementsError
        ``elements.set``.
    """
    if len(content) > MAX_BYTES:
        refuse(file, "-", "size")
    try:
        told = msgspec.convert(parse_canonical(content), _Document)
    except (CoreError, msgspec.ValidationError, RecursionError):
        refuse(file, "$", "document")
    listed = [(f"$.elements[{place}]", element) for place, element in enumerate(told.elements)]
    found = element_set(told.name, told.version, listed, file)
    if found.document != content:  # lists in another order
        refuse(file, "$", "document")
    return found


def refuse(file: str, place: str, reason: str) -> NoReturn:
    """Refuse what stands at a place of a file."""
    raise ElementsError("elements.set", file=file, place=place, reason=reason)


def plain(name: str) -> str:
    """Return a name as names are compared: without case, spaces and signs.

    Examples
    --------
    >>> plain("Vessel_Name"), plain("선박 명")
    ('vesselname', '선박명')
    """
    return "".join(filter(str.isalnum, name.casefold()))


def _hold_names_apart(listed: list[tuple[str, Element]], file: str) -> None:
    """Refuse two elements of one name, and a synonym that is another's name."""
    owners: dict[str, int] = {}
    for number, (place, element) in enumerate(listed):
        if fault := element.fault:
            refuse(file, place, fault)
        for name in {plain(name) for name in (element.id, element.ko, element.en)} - {""}:
            if owners.setdefault(name, number) != number:
                refuse(file, place, "repeated")
    for number, (place, element) in enumerate(listed):
        for synonym in element.synonyms:
            if owners.get(plain(synonym), number) != number:
                refuse(file, place, "synonym")


def _ordered(element: Element) -> Element:
    codes = (Code(code.code, tuple(sorted(code.names))) for code in element.codes)
    return msgspec.structs.replace(
        element,
        codes=tuple(sorted(codes)),
        synonyms=tuple(sorted(element.synonyms)),
        missing=tuple(sorted(element.missing)),
    )


def _told(element: Element) -> dict[str, object]:
    """Return an element as plain values, without the parts that say nothing."""
    found: dict[str, object] = msgspec.to_builtins(element)
    return {name: value for name, value in found.items() if value not in ("", [], 0, False)}


def _repeats(texts: Iterable[str]) -> bool:
    listed = list(texts)
    return len(set(listed)) != len(listed)
