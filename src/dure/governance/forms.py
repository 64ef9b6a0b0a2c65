"""Strict readers of plain values: exact fields, bounded sizes, sorted sets, nothing else.

Every document that another agency wrote passes through these. Each reader names the place of a
refusal (``$.members[2].agency``), never the value found there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn, TypeVar

from dure.core.canonical import canonical_json, parse_canonical
from dure.core.errors import CoreError
from dure.core.text import Text
from dure.core.times import read_time
from dure.governance.errors import GovernanceError

T = TypeVar("T")

TERM = re.compile(r"[a-z][a-z0-9-]{0,62}")
DOTTED = re.compile(r"[a-z][a-z0-9_-]{0,62}(\.[a-z][a-z0-9_-]{0,62}){1,3}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
HANDLE = re.compile(r"[0-9a-f]{64}")
HEX = re.compile(r"([0-9a-f]{2}){1,512}")
KEY_ID = re.compile(r"[0-9a-f]{16}")
LINE = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,4096}")


@dataclass(frozen=True, slots=True)
class Form:
    """Readers that refuse with one error code.

    Parameters
    ----------
    code
        Code of `GovernanceError` with the facts ``where`` and ``reason``.
    """

    code: str

    def refuse(self, where: str, reason: str) -> NoReturn:
        """Refuse what stands at ``where``."""
        raise GovernanceError(self.code, where=where, reason=reason)

    def decode(self, data: bytes, limit: int) -> Any:
        """Return the value of canonical JSON bytes, at most ``limit`` of them."""
        if len(data) > limit:
            self.refuse("$", "too-large")
        try:
            return parse_canonical(data)
        except CoreError as error:
            raise GovernanceError(self.code, where="$", reason="not-canonical") from error

    def plain(self, value: object, where: str, limit: int) -> Mapping[str, Any]:
        """Return an object of canonical values whose canonical JSON has at most ``limit`` bytes."""
        if not isinstance(value, Mapping):
            self.refuse(where, "wrong-type")
        try:
            data = canonical_json(value)
        except CoreError as error:
            raise GovernanceError(self.code, where=where, reason="not-canonical") from error
        if len(data) > limit:
            self.refuse(where, "too-large")
        return value

    def fields(self, value: object, where: str, names: Sequence[str]) -> Mapping[str, Any]:
        """Return an object that has exactly these fields."""
        if not isinstance(value, Mapping):
            self.refuse(where, "wrong-type")
        if set(value) - set(names):
            self.refuse(where, "unknown-field")
        for name in names:
            if name not in value:
                self.refuse(f"{where}.{name}", "missing-field")
        return value

    def text(self, value: object, where: str, form: re.Pattern[str] = LINE) -> str:
        """Return a text of that form."""
        if not isinstance(value, str):
            self.refuse(where, "wrong-type")
        if not form.fullmatch(value):
            self.refuse(where, "wrong-form")
        return value

    def words(self, value: object, where: str) -> Text:
        """Return a sentence in both languages."""
        both = self.fields(value, where, ("en", "ko"))
        return Text(self.text(both["en"], f"{where}.en"), self.text(both["ko"], f"{where}.ko"))

    def time(self, value: object, where: str) -> str:
        """Return a time as the house writes it."""
        text = self.text(value, where)
        try:
            read_time(text)
        except CoreError as error:
            raise GovernanceError(self.code, where=where, reason="wrong-form") from error
        return text

    def number(self, value: object, where: str, least: int, most: int) -> int:
        """Return an integer between two bounds, both allowed."""
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(where, "wrong-type")
        if not least <= value <= most:
            self.refuse(where, "out-of-range")
        return value

    def flag(self, value: object, where: str) -> bool:
        """Return true or false."""
        if not isinstance(value, bool):
            self.refuse(where, "wrong-type")
        return value

    def many(
        self, value: object, where: str, limit: int, read: Callable[[Any, str], T]
    ) -> tuple[T, ...]:
        """Return a list of at most ``limit`` things."""
        if not isinstance(value, list | tuple):
            self.refuse(where, "wrong-type")
        if len(value) > limit:
            self.refuse(where, "too-large")
        return tuple(read(item, f"{where}[{i}]") for i, item in enumerate(value))

    def named(
        self,
        value: object,
        where: str,
        limit: int,
        form: re.Pattern[str],
        read: Callable[[Any, str], T],
    ) -> dict[str, T]:
        """Return an object of at most ``limit`` things whose names have that form."""
        if not isinstance(value, Mapping):
            self.refuse(where, "wrong-type")
        if len(value) > limit:
            self.refuse(where, "too-large")
        names = [self.text(name, where, form) for name in value]
        return {name: read(value[name], f"{where}.{name}") for name in names}

    def ordered(self, values: Sequence[str], where: str) -> None:
        """Refuse a list that is not strictly ascending: one value has one spelling."""
        if any(first >= second for first, second in pairwise(values)):
            self.refuse(where, "not-sorted")

    def terms(
        self, value: object, where: str, form: re.Pattern[str] = TERM, limit: int = 1024
    ) -> frozenset[str]:
        """Return a set of terms, written as a sorted list."""
        listed = self.many(value, where, limit, lambda item, at: self.text(item, at, form))
        self.ordered(listed, where)
        return frozenset(listed)
