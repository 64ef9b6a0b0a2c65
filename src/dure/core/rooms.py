"""How a room is plugged into a node: a pure value that names its parts.

Parts are named as ``module:attribute`` and loaded by whoever needs them, so that the command line
starts quickly and the executor process loads acts and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import Any

from dure.core.actions import Action
from dure.core.text import Text

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RoomSpec:
    """What a room brings to a node.

    Parameters
    ----------
    name
        Plural name of the room, also its command group.
    title
        The room in words.
    actions
        Actions it defines.
    acts
        Critical action's name -> ``module:attribute`` of the act that performs it.
    settled
        Critical action's name -> ``module:attribute`` of what notes in the node's own store what
        came of a request: called with the house, the request's id and the outcome, when the
        executor has done it or is asked about it again. Noting twice is noting once.
    leaving
        ``module:attribute`` of what may refuse that content leaves, or "": called with the house, the
        action and an asset's id, for each asset, before a request for a critical action is opened.
    events
        Ledger event types it writes.
    tables
        ``module:attribute`` of its SQLAlchemy metadata, or "".
    jobs
        Job's name -> ``module:attribute``.
    commands
        ``module:attribute`` of its command group, or "".
    pages
        Page's path -> ``module:attribute``.
    readers
        Media type -> name of the reader that parses it.
    """

    name: str
    title: Text
    actions: tuple[Action, ...] = ()
    acts: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    settled: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    leaving: str = ""
    events: frozenset[str] = frozenset()
    tables: str = ""
    jobs: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    commands: str = ""
    pages: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    readers: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


def load(name: str) -> Any:
    """Return the object that ``module:attribute`` names.

    Raises
    ------
    ImportError, AttributeError
        When there is none: a defect of the room.

    Examples
    --------
    >>> load("dure.core.text:LANGUAGES")
    ('en', 'ko')
    """
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
