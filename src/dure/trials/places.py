"""Which columns of a data set of tracks say where something was observed, and where it truly was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dure.trials.figures import read_figure

POSITION = (2, 3)
BOX = 4
"""Numbers of a box: left, top, width, height. A position has two or three."""

BOX_CUTOFF = 0.5
"""Boxes that share less than this of the area that either covers are not the same object."""


@dataclass(frozen=True, slots=True)
class Places:
    """Columns of observed and of true places.

    Parameters
    ----------
    observed, true
        As many of each: two or three of a position, or four of a box (left, top, width, height).
    cutoff
        Of positions, the distance from which on two can't be the same object, in their unit, as a figure;
        of boxes "".
    """

    observed: tuple[str, ...]
    true: tuple[str, ...]
    cutoff: str = ""

    @property
    def distance(self) -> float:
        """The cutoff as a number, of positions a distance and of boxes 1 - IoU."""
        return float(self.cutoff) if self.cutoff else BOX_CUTOFF

    def fault(self, features: Sequence[str], target: str) -> str:
        """Return what is wrong beside these features and this target, as a reason; else ""."""
        width, named = len(self.observed), (*self.observed, *self.true)
        if width not in (*POSITION, BOX) or len(self.true) != width:
            return "places"
        if len(set(named)) != 2 * width or not set(self.observed) <= set(features):
            return "places"
        if {target, *features} & set(self.true):
            return "true-among"
        return "" if self._is_sound_cutoff(width) else "cutoff"

    def _is_sound_cutoff(self, width: int) -> bool:
        if width == BOX or not self.cutoff:
            return width == BOX and not self.cutoff
        try:
            return read_figure(self.cutoff) > 0.0
        except ValueError:
            return False

    def to_dict(self) -> dict[str, object]:
        """Return the columns as canonical values."""
        parts = {"observed": list(self.observed), "true": list(self.true)}
        return {**parts, "cutoff": self.cutoff} if self.cutoff else {**parts}


def asked_places(observed: Sequence[str], true: Sequence[str], cutoff: str) -> Places | None:
    """Return the places that somebody asked for; None of nothing."""
    return Places(tuple(observed), tuple(true), cutoff) if observed or true or cutoff else None


def places_of(value: object) -> Places | None:
    """Return what `Places.to_dict` wrote; None of None.

    Raises
    ------
    ValueError, TypeError, KeyError
        When it is not that.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping) or not set(value) <= {"observed", "true", "cutoff"}:
        raise TypeError("not places")
    observed, true = (value[name] for name in ("observed", "true"))
    if not isinstance(observed, list) or not isinstance(true, list):
        raise TypeError("not columns")
    return Places(tuple(map(str, observed)), tuple(map(str, true)), str(value.get("cutoff", "")))
