"""What reading and writing one line of predictions needs to know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dure.trials.kinds.lines import MOST_LINE


@dataclass(frozen=True, slots=True)
class Told:
    """What the header and the answer key tell of the lines that follow.

    Parameters
    ----------
    classes
        Classes in the order of the scores; empty when there are no scores.
    known
        The classes that may be predicted; empty where none are.
    """

    classes: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wire:
    """How one kind of answer is written.

    Parameters
    ----------
    read
        Returns the answer of a parsed line and its scores, if any; raises `PredictionsRefused`.
    write
        Returns the line for an answer and its scores.
    scored
        Whether a header may name classes, so that each line has scores.
    most
        Most bytes of a line.
    """

    read: Callable[[dict[str, object], Told], tuple[Any, list[float]]]
    write: Callable[[Any, Any], dict[str, object]]
    scored: bool = False
    most: int = MOST_LINE
