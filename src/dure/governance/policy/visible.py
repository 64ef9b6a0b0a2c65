"""Everything that a principal may see, as a condition on the catalogue's tables.

It is the policy turned round: the principal, the purpose and the action are known, the asset is
not. So it is asked inside the database, before pages are cut and rows are counted; what one may not
see changes neither. Tests hold it against `dure.governance.policy.engine.Policy.decide` on random
principals and assets.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from dure.core.actions import Action
from dure.core.labels import LabelPolicy
from dure.core.principals import Principal
from dure.governance.policy.query import ANSWER_KEY, SCORING, VOTE
from dure.storage.tables import ASSETS, TERMS


def visible_assets(
    labels: LabelPolicy,
    principal: Principal,
    purpose: str,
    action: Action | None,
    *,
    withdrawn: bool = False,
) -> ColumnElement[bool]:
    """Return the condition that holds for the assets on which the action is allowed.

    Parameters
    ----------
    labels
        The charter's label policy.
    principal
        Who looks; well-formed.
    purpose
        What for.
    action
        The charter's action of that name, or None when it names none.
    withdrawn
        Whether to let withdrawn assets through that would otherwise be allowed, so that somebody who
        could see one until then can be told why he no longer may.
    """
    if action is None or action.name == VOTE:  # a vote is about a request, and none is named here
        return false()
    if principal.agency not in labels.agencies or purpose not in principal.purposes:
        return false()
    if not action.roles & principal.roles:
        return false()
    readable = principal.categories if purpose == SCORING else principal.categories - {ANSWER_KEY}
    return and_(
        ASSETS.c.policy == labels.id,
        ASSETS.c.grade <= principal.grade,
        true() if withdrawn else ASSETS.c.withdrawn_at.is_(None),
        or_(ASSETS.c.releasable_all, _has("releasable", TERMS.c.term == principal.agency)),
        or_(ASSETS.c.purposes_all, _has("purpose", TERMS.c.term.in_(_within(labels, purpose)))),
        ~_has("category", TERMS.c.term.not_in(sorted(readable))),
    )


def _within(labels: LabelPolicy, purpose: str) -> list[str]:
    """Return the purpose and all broader ones: a row written under an earlier charter may name only those."""
    broader, within = dict(labels.purposes), [purpose]
    while parent := broader.get(within[-1], ""):
        within.append(parent)
    return within


def _has(part: str, holds: ColumnElement[bool]) -> ColumnElement[bool]:
    terms = select(TERMS.c.term).where(TERMS.c.asset_id == ASSETS.c.id, TERMS.c.part == part, holds)
    return exists(terms.correlate(ASSETS))
