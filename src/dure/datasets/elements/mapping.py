"""The mapping file: which column is which element, proposed, edited and confirmed by the steward.

::

    mapping = 1
    set = "sea-common"
    version = 3
    digest = "sha256:…"

    [[column]]
    column = "dep_date"
    element = "DPTR_YMD"
    confirmed = true
    form = "YYYYMMDD"

    [[column]]
    column = "note"        # no element: it stays as it is

It is TOML of the plain form (`dure.datasets.plain_toml`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, NoReturn

import msgspec

from dure.core.text import Text, is_unseen
from dure.datasets.elements.dates import FORMS
from dure.datasets.elements.element import Element, ElementSet
from dure.datasets.elements.errors import ElementsError
from dure.datasets.elements.matching import Proposed
from dure.datasets.elements.reasons import WHY
from dure.datasets.elements.units import change, unit_named
from dure.datasets.plain_toml import read, written

MAX_COLUMNS = 5_000
MAX_CODES = 2_000

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
_Short = Annotated[str, msgspec.Meta(max_length=100)]
_Words = Annotated[str, msgspec.Meta(max_length=500)]


class ColumnMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One column, and what it is.

    Parameters
    ----------
    column
        Its name in the table.
    element
        The element's id; "" when it is none.
    confirmed
        Whether a person has said so.
    confidence
        How sure the proposal was, 0 to 1.
    unit
        Unit of its values; "" for the element's.
    form
        How its texts or whole numbers write dates: a name of `dure.datasets.elements.dates.FORMS`.
    missing
        Values that stand for "no value".
    codes
        ``value=CODE`` where the column writes a code otherwise than the element's list.
    why_en, why_ko
        Why it was proposed.
    """

    column: _Name
    element: _Short = ""
    confirmed: bool = False
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    unit: _Short = ""
    form: _Short = ""
    missing: Annotated[tuple[_Short, ...], msgspec.Meta(max_length=50)] = ()
    codes: Annotated[tuple[_Words, ...], msgspec.Meta(max_length=MAX_CODES)] = ()
    why_en: _Words = ""
    why_ko: _Words = ""

    def __post_init__(self) -> None:
        texts = (self.column, *self.missing, *self.codes, self.why_en, self.why_ko)
        if any(map(is_unseen, "".join(texts))):
            raise ValueError("unseen")


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the columns of one table are.

    Parameters
    ----------
    set, version, digest
        The element set that it is about.
    columns
        In the table's order.
    """

    set: str
    version: int
    digest: str
    columns: tuple[ColumnMapping, ...]

    @property
    def mapped(self) -> tuple[ColumnMapping, ...]:
        """The columns that are elements."""
        return tuple(one for one in self.columns if one.element)

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Names of the columns that are none."""
        return tuple(one.column for one in self.columns if not one.element)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Names of the columns that nobody has confirmed."""
        return tuple(one.column for one in self.mapped if not one.confirmed)


class _File(msgspec.Struct, forbid_unknown_fields=True):
    mapping: Literal[1]
    set: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
    version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    digest: Annotated[str, msgspec.Meta(pattern=r"^sha256:[0-9a-f]{64}$")]
    column: Annotated[tuple[ColumnMapping, ...], msgspec.Meta(min_length=1, max_length=MAX_COLUMNS)]


def proposed(elements: ElementSet, found: Sequence[Proposed]) -> Mapping:
    """Return the mapping that a proposal makes; nothing in it is confirmed."""
    columns = tuple(_proposed(elements, one) for one in found)
    return Mapping(elements.name, elements.version, elements.digest, columns)


def _proposed(elements: ElementSet, one: Proposed) -> ColumnMapping:
    if not one.element:
        return ColumnMapping(column=one.column)
    element = elements.by_id[one.element]
    why = [WHY[reason] for reason in one.reasons]
    is_moment = element.type in ("date", "datetime")
    return ColumnMapping(
        column=one.column,
        element=one.element,
        confidence=one.confidence,
        unit="" if one.unit == element.unit else one.unit,
        form=one.form if is_moment else "",
        missing=element.missing,
        why_en="; ".join(text.en for text in why),
        why_ko="; ".join(text.ko for text in why),
    )


def as_it_is(elements: ElementSet, columns: Sequence[str]) -> Mapping:
    """Return the confirmed mapping of a table that conforms already: each element to itself."""
    return Mapping(
        elements.name,
        elements.version,
        elements.digest,
        tuple(
            ColumnMapping(column=name, element=name, confirmed=True)
            if name in elements.by_id
            else ColumnMapping(column=name)
            for name in columns
        ),
    )


def confirm(mapping: Mapping, columns: Collection[str], file: str = "mapping") -> Mapping:
    """Return the mapping with these columns confirmed.

    Raises
    ------
    ElementsError
        ``elements.mapping`` for a column that it doesn't name, or that is no element.
    """
    known = {one.column for one in mapping.mapped}
    for name in columns:
        if name not in known:
            _refuse(file, name, "no-column")
    return replace(
        mapping,
        columns=tuple(
            msgspec.structs.replace(one, confirmed=one.confirmed or one.column in columns)
            for one in mapping.columns
        ),
    )


def parse(content: bytes, file: str = "mapping") -> Mapping:
    """Return the mapping that a file holds.

    Parameters
    ----------
    content
        The file's bytes: UTF-8, at most `dure.datasets.plain_toml.MAX_BYTES`.
    file
        Its name, for messages.

    Raises
    ------
    DatasetError
        ``datasets.document``, with the reason and the place.
    """
    told = read(content, _File, file, ("[[column]]",))
    return Mapping(told.set, told.version, told.digest, told.column)


def write(mapping: Mapping) -> str:
    """Return the text of a mapping, which `parse` reads back as the same."""
    head = {"mapping": 1, "set": mapping.set, "version": mapping.version, "digest": mapping.digest}
    lines = [f"{key} = {written(value)}" for key, value in head.items()]
    for one in mapping.columns:
        lines += [
            "",
            "[[column]]",
            *(f"{k} = {written(v)}" for k, v in _told(one).items()),
        ]
    return "\n".join(lines) + "\n"


def _told(one: ColumnMapping) -> dict[str, Any]:
    shown = {"column", "confirmed"} if one.element else {"column"}
    return {
        field.name: getattr(one, field.name)
        for field in msgspec.structs.fields(one)
        if field.name in shown or getattr(one, field.name) != field.default
    }


def hold(mapping: Mapping, elements: ElementSet, file: str = "mapping") -> None:
    """Refuse a mapping that doesn't fit the set.

    Raises
    ------
    ElementsError
        ``elements.mapping`` with the column and the reason.
    """
    if (mapping.set, mapping.version, mapping.digest) != (
        elements.name,
        elements.version,
        elements.digest,
    ):
        _refuse(file, "$.digest", "set")
    columns: set[str] = set()
    taken: set[str] = set()
    for one in mapping.columns:
        if one.column in columns:
            _refuse(file, one.column, "column-twice")
        columns.add(one.column)
        if not one.element:
            continue
        if one.element not in elements.by_id:
            _refuse(file, one.column, "element")
        if one.element in taken:
            _refuse(file, one.column, "element-twice")
        taken.add(one.element)
        _hold_column(one, elements.by_id[one.element], file)
    for name in mapping.unmapped:
        if name in taken:
            _refuse(file, name, "taken")


def _hold_column(one: ColumnMapping, element: Element, file: str) -> None:
    if one.unit and change(unit_name(one.unit), element.unit) is None:
        _refuse(file, one.column, "unit")
    if one.form and (one.form not in FORMS or element.type not in ("date", "datetime")):
        _refuse(file, one.column, "form")
    pairs = [pair.partition("=") for pair in one.codes]
    known = {code.code for code in element.codes}
    values = [value.strip().casefold() for value, _, _ in pairs]
    if len(set(values)) != len(values) or any(code.strip() not in known for _, _, code in pairs):
        _refuse(file, one.column, "codes")


def unit_name(text: str) -> str:
    """Return a unit's own name; a text that names none stays."""
    unit = unit_named(text)
    return text if unit is None else unit.name


def hold_confirmed(mapping: Mapping) -> None:
    """Refuse a mapping that nobody has confirmed.

    Raises
    ------
    ElementsError
        ``elements.unconfirmed``.
    """
    if waiting := mapping.waiting:
        raise ElementsError("elements.unconfirmed", count=len(waiting), column=waiting[0])


def why(one: ColumnMapping) -> Text:
    """Return why a column was proposed."""
    return Text(one.why_en, one.why_ko)


def _refuse(file: str, place: str, reason: str) -> NoReturn:
    raise ElementsError("elements.mapping", file=file, place=place, reason=reason)
