"""The benchmark card: what another agency's developer may know of a benchmark, and rows to begin with.

A card is a line of canonical JSON and, after it, a Parquet file of made-up rows whose digest the line
names. It has no record of the data set, no seed of the split, and no value of the subgroups' column. It
is read strictly and within limits, and its rows are parsed in the sandbox alone.

The line has the benchmark's definition as `Definition.to_dict` writes it, without ``seed``, ``subgroup``
and ``subgroups``. Whatever does not come out the same when it is written again is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dure.core.canonical import canonical_json, parse_canonical
from dure.core.errors import CoreError
from dure.core.suites import digest_of
from dure.core.system import reason_of
from dure.trials.definition import Definition
from dure.trials.errors import TrialsError
from dure.trials.manifest import MOST_MEMORY_MIB, MOST_WALL_S, ColumnType

FORM = "dure/benchmark-card/v1"
MOST_HEAD = 2 * 1024 * 1024
MOST_DUMMY = 32 * 1024 * 1024
MOST_CARD = MOST_HEAD + 1 + MOST_DUMMY
LIMITS = {"wall_s": MOST_WALL_S, "memory_mib": MOST_MEMORY_MIB}

_PARTS = {
    "form", "agency", "version", "prepared", "definition", "subgroups", "types", "limits", "dummy",
}  # fmt: skip
_MOST_VERSION = 999_999
_MOST_NAME = 200
_HIDDEN = ("seed", "subgroup", "subgroups")


@dataclass(frozen=True, slots=True)
class Card:
    """A benchmark as another agency may know it.

    Parameters
    ----------
    agency
        Agency that has the data.
    version
        Number of the benchmark among those of its name.
    prepared
        UTC time at which it was made.
    definition
        What it is; its seed and subgroups are not the benchmark's.
    subgroups
        In how many subgroups each floor must hold, besides all others; 0 when there are none.
    types
        Types of the features and the target, by column, as far as they are known.
    limits
        The most that a submission may ask for: ``wall_s``, ``memory_mib``.
    dummy
        Parquet file of made-up rows, or nothing.
    """

    agency: str
    version: int
    prepared: str
    definition: Definition
    subgroups: int
    types: Mapping[str, ColumnType]
    limits: Mapping[str, int]
    dummy: bytes

    @property
    def name(self) -> str:
        """The benchmark's name and version."""
        return f"{self.definition.name}@{self.version}"

    def head(self) -> dict[str, object]:
        """Return what the card says, as canonical values."""
        told = self.definition.to_dict()
        if "tell" in told:  # which subgroups there are is not on a card
            told["tell"] = [part for part in self.definition.tell if part != "subgroups"]
        return {
            "form": FORM,
            "agency": self.agency,
            "version": self.version,
            "prepared": self.prepared,
            "definition": {name: told[name] for name in told if name not in _HIDDEN},
            "subgroups": self.subgroups,
            "types": {name: kind.value for name, kind in self.types.items()},
            "limits": dict(self.limits),
            "dummy": {"digest": digest_of(self.dummy), "size": len(self.dummy)},
        }

    def to_bytes(self) -> bytes:
        """Return the card's bytes."""
        return canonical_json(self.head()) + b"\n" + self.dummy


def parse_card(data: bytes, where: str = "-") -> Card:
    """Return the card that these bytes write.

    Parameters
    ----------
    data
        At most `MOST_CARD` bytes, of any origin.
    where
        What an error calls it.

    Raises
    ------
    TrialsError
        ``trials.card``.
    """
    line, newline, dummy = data[: MOST_HEAD + 1].partition(b"\n")
    dummy += data[MOST_HEAD + 1 :]
    if len(data) > MOST_CARD or not newline:
        raise _refuse(where, "card-form")
    try:
        card = _card(parse_canonical(line), dummy)
        as_it_came = canonical_json(card.head()) == line
    except (CoreError, KeyError, TypeError, ValueError, TrialsError):
        raise _refuse(where, "card-form") from None
    if not as_it_came:
        same = canonical_json(card.head() | {"dummy": None})
        other = canonical_json(parse_canonical(line) | {"dummy": None})
        raise _refuse(where, "card-rows" if same == other else "card-form")
    return card


def read_card(path: Path) -> Card:
    """Return the card in a file; needs no node.

    Raises
    ------
    TrialsError
        ``trials.card``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_CARD + 1)
    except OSError as error:
        raise _refuse(path.name, reason_of(error)) from None
    return parse_card(data, path.name)


def _card(head: Mapping[str, Any], dummy: bytes) -> Card:
    if not isinstance(head, dict) or set(head) != _PARTS or head["form"] != FORM:
        raise ValueError("another form")
    told, types, limits = head["definition"], head["types"], head["limits"]
    if not isinstance(told, dict) or set(told) & set(_HIDDEN):
        raise ValueError("a part that a card never has")
    if set(head["dummy"]) != {"digest", "size"}:
        raise ValueError("rows without a digest")
    card = Card(
        agency=_text(head["agency"]),
        version=_number(head["version"], 1, _MOST_VERSION),
        prepared=_text(head["prepared"]),
        definition=Definition.from_dict(told | {"seed": 1}),
        subgroups=_number(head["subgroups"], 0, _MOST_VERSION),
        types={_text(name): ColumnType(kind) for name, kind in types.items()},
        limits={name: _number(limits[name], 1, most) for name, most in LIMITS.items()},
        dummy=dummy,
    )
    definition = card.definition
    known = {definition.target, *definition.features}
    if card.types and set(card.types) != known:
        raise ValueError("types of other columns")
    if any(len(name) > _MOST_NAME or not name.isprintable() for name in known):
        raise ValueError("the name of a column")
    return card


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _MOST_NAME or not value.isprintable():
        raise ValueError("no line of text")
    return value


def _number(value: object, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError("no such number")
    return value


def _refuse(where: str, reason: str) -> TrialsError:
    return TrialsError("trials.card", file=ascii(where)[1:-1][:80], reason=reason)
