"""A charter for people: what it is, its labels, its members, who may act, and what takes signatures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dure.cli import session
from dure.cli.words import LANGUAGE, say

if TYPE_CHECKING:
    from dure.governance.charter import Charter, SignedCharter


def show_charter(charter: Charter, signed: SignedCharter | None = None) -> None:
    """Show a charter in tables; with ``--json`` whole, as it is signed.

    Parameters
    ----------
    charter
        The charter.
    signed
        The same with its signatures, where they are at hand.
    """
    output = session.current.output
    signers = {} if signed is None else {"signed_by": sorted(signed.signatures)}
    if output.as_json:
        output.value({"digest": charter.digest(), **charter.to_dict(), **signers})
        return
    labels = charter.labels
    output.value(
        {
            "alliance": charter.alliance,
            "version": charter.version,
            "digest": charter.digest(),
            "suite": charter.suite,
            "quorum": charter.quorum,
            **signers,
            "policy": labels.id,
            "grades": list(labels.grades),
            "categories": sorted(labels.categories),
            "purposes": [f"{name} < {wide}" if wide else name for name, wide in labels.purposes],
        }
    )
    _members(charter)
    _principals(charter)
    _rules(charter)


def _members(charter: Charter) -> None:
    session.current.output.rows(
        [
            {"agency": one.agency, "name": one.name.say(LANGUAGE), "origin": one.origin}
            for one in charter.members
        ],
        [
            ("agency", say("agency", "기관")),
            ("name", say("name", "이름")),
            ("origin", say("ledger", "감사 기록")),
        ],
        title=say("Members", "참여 기관"),
    )


def _principals(charter: Charter) -> None:
    session.current.output.rows(
        [
            {
                "id": one.id,
                "roles": _listed(one.roles),
                "grade": charter.labels.grades[one.grade],
                "categories": _listed(one.categories),
                "purposes": _listed(one.purposes),
                "keys": sum(not key.revoked for key in one.keys),
            }
            for one in charter.principals
        ],
        [
            ("id", say("principal", "행위자")),
            ("roles", say("roles", "역할")),
            ("grade", say("up to", "등급 한도")),
            ("categories", say("categories", "범주")),
            ("purposes", say("purposes", "목적")),
            ("keys", say("keys", "키")),
        ],
        title=say("Principals", "행위자"),
    )


def _rules(charter: Charter) -> None:
    """Show the rule that holds for each action: the stricter of the charter's and the code's."""
    from dure.node.rooms import code_actions

    titles = {action.name: action for action in code_actions()}
    rows = []
    for name, rule in sorted(charter.rules.items()):
        action, quorum = titles.get(name), rule.quorum
        if action is not None and action.quorum is not None:
            quorum = action.quorum if quorum is None else action.quorum.raised_by(quorum)
        rows.append(
            {
                "action": name if action is None else f"{action.title.say(LANGUAGE)} ({name})",
                "roles": _listed(rule.roles),
                "votes": "" if quorum is None else str(quorum.votes),
                "voters": "" if quorum is None else _listed(quorum.roles),
                "review": "" if quorum is None else str(quorum.review_s),
            }
        )
    session.current.output.rows(
        rows,
        [
            ("action", say("action", "행위")),
            ("roles", say("who may do or request it", "하거나 요청할 수 있는 역할")),
            ("votes", say("votes", "필요한 승인")),
            ("voters", say("who votes", "표를 내는 역할")),
            ("review", say("review (s)", "검토 시간(초)")),
        ],
        title=say("Actions; those with votes are critical", "행위(승인이 필요한 것은 중대 행위)"),
    )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
