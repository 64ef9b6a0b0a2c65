"""The same rules once more, in plain Python: an oracle that tests hold Cedar against.

Never asked at run time. Each entry says whether the rule of that name speaks: a forbid forbids, a
permit permits, a permit's condition is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dure.core.actions import Action
from dure.core.labels import LabelPolicy
from dure.governance.policy.query import ANSWER_KEY, SCORING, VOTE, Query
from dure.governance.policy.words import NEARLY


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query, and the charter's terms that it is judged by."""

    query: Query
    actions: Mapping[str, Action]
    labels: LabelPolicy

    @property
    def action(self) -> Action | None:
        """The charter's action, or None when it names none."""
        return self.actions.get(self.query.action)


def _lacks_role(asked: _Asked) -> bool:
    return asked.action is None or not asked.action.roles & asked.query.principal.roles


def _lacks_own_purpose(asked: _Asked) -> bool:
    return asked.query.purpose not in asked.query.principal.purposes


def _lacks_label_purpose(asked: _Asked) -> bool:
    return not asked.query.label.serves(asked.query.purpose)


_FORBIDS: Mapping[str, Callable[[_Asked], bool]] = MappingProxyType(
    {
        "unknown-action": lambda asked: asked.action is None,
        "stranger": lambda asked: asked.query.principal.agency not in asked.labels.agencies,
        "label-policy": lambda asked: asked.query.label.policy.id != asked.labels.id,
        "clearance": lambda asked: asked.query.label.grade > asked.query.principal.grade,
        "categories": lambda asked: bool(
            asked.query.label.categories - asked.query.principal.categories
        ),
        "releasable": lambda asked: not asked.query.label.released_to(asked.query.principal.agency),
        "answer-key": lambda asked: (
            ANSWER_KEY in asked.query.label.categories and asked.query.purpose != SCORING
        ),
        "own-request": lambda asked: (
            asked.action is not None
            and asked.action.name == VOTE
            and asked.query.requester in {"", asked.query.principal.id}
        ),
        "label-falls": lambda asked: (
            asked.query.target_falls() and not (asked.action is not None and asked.action.lowers)
        ),
        "withdrawn": lambda asked: asked.query.withdrawn,
    }
)
_NEEDS: Mapping[str, Callable[[_Asked], bool]] = MappingProxyType(
    {
        "role": _lacks_role,
        "own-purpose": _lacks_own_purpose,
        "label-purpose": _lacks_label_purpose,
    }
)
PERMIT = "need-to-know"
RULES = frozenset((PERMIT, *_FORBIDS, *_NEEDS))


def judge(
    query: Query, actions: Mapping[str, Action], labels: LabelPolicy
) -> tuple[bool, tuple[str, ...]]:
    """Return the answer to a well-formed query and the names of the rules behind it."""
    asked = _Asked(query, actions, labels)
    against = tuple(rule for rule, speaks in _FORBIDS.items() if speaks(asked))
    missing = tuple(need for need, lacks in _NEEDS.items() if lacks(asked))
    if missing and asked.action is not None:
        return False, (*against, NEARLY, *missing)
    return not against, against or (PERMIT,)
