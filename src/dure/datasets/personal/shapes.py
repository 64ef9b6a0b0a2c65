"""Shapes of service numbers, as a charter writes them down."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dure.datasets.personal.folding import DIGIT, HYPHEN, Part, literal, one_of

_KNOWN = re.compile("[-#@0-9A-Za-z가-힣]")
_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST = 40
FEWEST_DIGITS = 4
"""Digits, fixed ones included, that a shape must have: a shorter one would be found everywhere."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a service number.

    Parameters
    ----------
    pattern
        ``#`` stands for a digit, ``@`` for a capital Latin letter, ``-`` for a dash in any of its
        spellings; digits, Latin and Korean letters stand for themselves. ``"##-7#######"`` is two
        digits, a dash, a 7 and seven digits.

    Raises
    ------
    ValueError
        When it is longer than 40 characters, has other characters, fewer than
        four digits, or a dash that stands beside no digit.
    """

    pattern: str

    def __post_init__(self) -> None:
        """Check the pattern."""
        known = all(_KNOWN.fullmatch(char) for char in self.pattern)
        count = sum(char == "#" or char in "0123456789" for char in self.pattern)
        loose = re.search(r"(?<![#0-9])-(?![#0-9])", self.pattern) is not None
        if not known or loose or len(self.pattern) > LONGEST or count < FEWEST_DIGITS:
            raise ValueError("not the shape of a service number")

    def part(self) -> Part:
        """Return the shape as a pattern."""
        whole = Part("", b"")
        for char in self.pattern:
            if char == "#":
                whole += DIGIT
            elif char == "@":
                whole += one_of(_LATIN)
            elif char == "-":
                whole += HYPHEN
            else:
                whole += literal(char)
        return whole


DEFAULT_SHAPES = (Shape("##-7#######"),)
"""Two digits of a year, a dash, and eight digits of which the first is a 7."""
