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
class Case:
    """A query, and the charter's terms that it is judged by."""

    query: Query
    actions: Mapping[str, Action]
    labels: LabelPolicy

    @property
    def action(self) -> Action | None:
        """The charter's action, or None when it names none."""
        return self.actions.get(self.query.action)


def _lacks_role(case: Case) -> bool:
    return case.action is None or not case.action.roles & case.query.principal.roles


def _lacks_own_purpose(case: Case) -> bool:
    return case.query.purpose not in case.query.principal.purposes


def _lacks_label_purpose(case: Case) -> bool:
    return not case.query.label.serves(case.query.purpose)


_FORBIDS: Mapping[str, Callable[[Case], bool]] = MappingProxyType(
    {
        "unknown-action": lambda case: case.action is None,
        "stranger": lambda case: case.query.principal.agency not in case.labels.agencies,
        "label-policy": lambda case: case.query.label.policy.id != case.labels.id,
        "clearance": lambda case: case.query.label.grade > case.query.principal.grade,
        "categories": lambda case: bool(
            case.query.label.categories - case.query.principal.categories
        ),
        "releasable": lambda case: not case.query.label.released_to(case.query.principal.agency),
        "answer-key": lambda case: (
            ANSWER_KEY in case.query.label.categories and case.query.purpose != SCORING
        ),
        "own-request": lambda case: (
            case.action is not None
            and case.action.name == VOTE
            and case.query.requester in {"", case.query.principal.id}
        ),
        "label-falls": lambda case: (
            case.query.target_falls() and not (case.action is not None and case.action.lowers)
        ),
        "withdrawn": lambda case: case.query.withdrawn,
    }
)
_NEEDS: Mapping[str, Callable[[Case], bool]] = MappingProxyType(
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
    case = Case(query, actions, labels)
    against = tuple(rule for rule, speaks in _FORBIDS.items() if speaks(case))
    missing = tuple(need for need, lacks in _NEEDS.items() if lacks(case))
    if missing and case.action is not None:
        return False, (*against, NEARLY, *missing)
    return not against, against or (PERMIT,)
