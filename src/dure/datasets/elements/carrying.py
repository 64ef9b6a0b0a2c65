"""A contract for a table that was made to conform: which rules live on, under which name.

A rule of columns that stay as they are stays. A rule about whether there is a value, or two alike,
follows its column to the element. A rule about values follows where the values are as they were: the
same unit, no other codes, no date that was written in a form. A type becomes the element's. What is left is
named and not carried over: nothing is converted by guess.
"""

from __future__ import annotations

from collections.abc import Mapping as Mapped
from typing import Any

import msgspec

from dure.datasets.elements.element import Element, ElementSet
from dure.datasets.elements.mapping import ColumnMapping, Mapping, hold, unit_name
from dure.datasets.rules.contract import Contract
from dure.datasets.rules.forms import (
    Allowed,
    AnyRule,
    ForeignKey,
    Length,
    NotNull,
    NullShare,
    OfType,
    Pattern,
    Relation,
    Unique,
    Within,
)

_ORDERED = frozenset({"integer", "number", "date", "datetime"})
_OF_CODES = {str: "text", int: "integer", bool: "boolean"}


def carried(
    contract: Contract, mapping: Mapping, elements: ElementSet
) -> tuple[Contract, tuple[str, ...]]:
    """Return the contract for a table that conforms, and the names of the rules that are not in it.

    Parameters
    ----------
    contract
        Of the table before.
    mapping
        Which column is which element.
    elements
        The set that it is about.

    Raises
    ------
    ElementsError
        ``elements.mapping`` when it doesn't fit the set.
    """
    hold(mapping, elements)
    known = {one.column: one for one in mapping.mapped}
    left, dropped = list[AnyRule](), list[str]()
    for name, rule in contract.named():
        made = _carried(rule, known, elements)
        if made is None:
            dropped.append(name)
        else:
            left.append(made)
    return Contract(tuple(left)), tuple(dropped)


def _carried(
    rule: AnyRule, known: Mapped[str, ColumnMapping], elements: ElementSet
) -> AnyRule | None:
    mapped = [known[name] for name in rule.names if name in known]
    if not mapped:
        return rule
    if isinstance(rule, OfType):
        element = elements.by_id[mapped[0].element]
        return msgspec.structs.replace(rule, column=element.id, type=element.type)
    ids = {one.column: one.element for one in mapped}
    told = [(one, elements.by_id[one.element]) for one in mapped]
    return _renamed(rule, ids) if all(_holds(rule, one, of) for one, of in told) else None


def _holds(rule: AnyRule, one: ColumnMapping, element: Element) -> bool:
    """Say whether a rule means the same of the element's values as of the column's."""
    if isinstance(rule, NotNull | NullShare):
        return True
    if isinstance(rule, Unique):  # two spellings may be one code
        return not element.codes and element.type != "boolean"
    if isinstance(rule, ForeignKey) or not _as_it_was(one, element):
        return False
    if isinstance(rule, Length | Pattern):
        return element.type == "text"
    if isinstance(rule, Allowed):
        return _OF_CODES.get(type(rule.values[0])) == element.type
    return isinstance(rule, Within | Relation) and element.type in _ORDERED


def _as_it_was(one: ColumnMapping, element: Element) -> bool:
    """Say whether a column's values are the element's without a conversion."""
    unit = unit_name(one.unit)
    return not element.codes and not one.form and unit in ("", element.unit)


def _renamed(rule: AnyRule, ids: Mapped[str, str]) -> AnyRule:
    """Return a rule about elements; a name that was made of its columns is made anew."""
    changes: dict[str, Any] = {}
    for part in ("column", "left", "right"):
        if isinstance(name := getattr(rule, part, None), str):
            changes[part] = ids.get(name, name)
    if isinstance(rule, Unique):
        changes["columns"] = tuple(ids.get(name, name) for name in rule.columns)
    return msgspec.structs.replace(rule, **changes)
