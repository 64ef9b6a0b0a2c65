"""Which rooms a node has."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from dure.core.actions import Action
from dure.core.rooms import RoomSpec, load

ROOMS = (
    "dure.governance.spec:ROOM",
    "dure.datasets.spec:ROOM",
    "dure.trials.spec:ROOM",
    "dure.transfers.spec:ROOM",
)
"""Rooms of the house itself; an application package adds its own through the entry point group
``dure.rooms``."""


ERRORS = (
    "dure.core.errors",
    "dure.storage.errors",
    "dure.sandbox.errors",
    "dure.readers.errors",
    "dure.readers.images.errors",
    "dure.readers.corpora.errors",
    "dure.governance.errors",
    "dure.governance.jobs.errors",
    "dure.governance.ledger.errors",
    "dure.governance.policy.errors",
    "dure.exchange.errors",
    "dure.datasets.errors",
    "dure.datasets.versions.errors",
    "dure.datasets.publish.errors",
    "dure.datasets.privacy.errors",
    "dure.trials.errors",
    "dure.trials.jobs.errors",
    "dure.transfers.errors",
)
"""Modules of the families of errors, each of which may come out of another process."""


@cache
def load_errors() -> None:
    """Load every family of errors."""
    for name in ERRORS:
        import_module(name)


@cache
def rooms() -> tuple[RoomSpec, ...]:
    """Return every room: the house's own, then those of installed application packages."""
    own = [load(name) for name in ROOMS]
    guests = [point.load() for point in sorted(entry_points(group="dure.rooms"))]
    return (*own, *guests)


def code_actions() -> tuple[Action, ...]:
    """Return every action that a room defines."""
    return tuple(action for room in rooms() for action in room.actions)


def event_types() -> frozenset[str]:
    """Return every event type that a room writes into the ledger."""
    return frozenset(type_ for room in rooms() for type_ in room.events)


def acts() -> dict[str, str]:
    """Return where the act of each critical action is, as ``module:attribute``."""
    return {action: place for room in rooms() for action, place in room.acts.items()}


def leaving() -> tuple[str, ...]:
    """Return where each room's say on content that is to leave is, as ``module:attribute``."""
    return tuple(room.leaving for room in rooms() if room.leaving)


def settled() -> dict[str, str]:
    """Return where what notes a critical action's outcome is, as ``module:attribute``."""
    return {action: place for room in rooms() for action, place in room.settled.items()}
