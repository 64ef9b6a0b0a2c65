"""What the verbs of the whole way have in common: what they are, and where their things lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.node.alliance import Alliance

DONE, NOT_DONE = True, False
SEALING = (
    "vault.draft.begun",
    "vault.page.writing",
    "vault.page.written",
    "vault.page.renamed",
    "vault.folder.synced",
    "vault.batch.recorded",
    "vault.batch.done",
    "vault.version.recorded",
    "vault.version.done",
    "keeper.sealed",
    "keeper.remembered",
    "house.sealed",
    "assets.recorded",
    "house.recorded",
)
APPENDING = (
    "database.begun",
    "ledger.signed",
    "ledger.entries",
    "ledger.tiles",
    "database.committing",
    "database.committed",
)


def done(made: Alliance, seen: Counter[str]) -> bool:
    """Nothing more to look at than what is looked at for every verb."""
    del made, seen
    return DONE


@dataclass(frozen=True)
class Verb:
    """One verb.

    Parameters
    ----------
    after
        The verb before it, or "".
    do
        Does it, and does it again after a crash: what a person would do, not more.
    points
        Where on its way the power is cut.
    whole
        Looks, with the number of events of each type, whether it happened just once; says whether
        it happened at all (an act that was cut short may have failed).
    words
        The same on the command line.
    agency
        Whose node it is done at.
    then
        The verb that removes what a cut may leave until then: sealed payloads without a number.
    spare
        Points at which sealed content may stay that no catalogue names: it has times in it, so that
        the verb again seals another.
    """

    after: str
    do: Callable[[Alliance], Any]
    points: tuple[str, ...] = ()
    whole: Callable[[Alliance, Counter[str]], bool] = done
    words: Callable[[Alliance], tuple[object, ...]] = lambda _: ()
    agency: str = "bravo"
    then: str = ""
    spare: frozenset[str] = frozenset()


def media(made: Alliance) -> Path:
    return made.folder / "media"


def record(made: Alliance) -> Path:
    return made.folder / "record"


def request_id(made: Alliance) -> str:
    """The request of the stage; the door's own store has it by then."""
    return (made.folder / "request").read_text()
