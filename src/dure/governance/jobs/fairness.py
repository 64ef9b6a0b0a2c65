"""Whose turn it is: the rule by which the queue is fair between agencies.

Slots go to the waiting agency that has the fewest jobs running; among equals to the one that was served
least recently; within an agency first come, first served. So an agency that puts a thousand jobs delays
others by no more than the jobs that run already, and while an agency has none running, every other is
served at most once before it.

Source: max-min fairness over slots (Bertsekas and Gallager, *Data Networks*, 2nd ed., 6.5.2), with
least-recently-served order among equals.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much there may be at once.

    Parameters
    ----------
    queued, queued_each
        Jobs that wait: in all, and of one agency.
    running, running_each
        Jobs that run on one engine: in all, and of one agency.
    """

    queued: int = 1000
    queued_each: int = 200
    running: int = 2
    running_each: int = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """An agency as the queue sees it.

    Parameters
    ----------
    agency
        Its name.
    waiting, running
        How many of its jobs wait, and run.
    turn
        When it was last served: larger is later, 0 is never.
    """

    agency: str
    waiting: int
    running: int
    turn: int


def next_agency(standings: Iterable[Standing], bounds: Bounds) -> str | None:
    """Return the agency whose job is begun next; None when nobody waits or no slot is free.

    Examples
    --------
    >>> crowd, latecomer = Standing("alpha", 99, 1, 7), Standing("bravo", 1, 0, 8)
    >>> next_agency([crowd, latecomer], Bounds())
    'bravo'
    """
    known = list(standings)
    if sum(each.running for each in known) >= bounds.running:
        return None
    able = [each for each in known if each.waiting and each.running < bounds.running_each]
    if not able:
        return None
    return min(able, key=lambda each: (each.running, each.turn, each.agency)).agency
