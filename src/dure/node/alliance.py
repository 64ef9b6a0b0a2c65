"""From a file that people write to the first charter, or the next: ``alliance.toml``.

::

    alliance = "Coastal demo alliance"
    suite = "intl"
    quorum = 2                       # agencies whose delegates must sign

    [labels]
    id = "n2sf-demo"
    grades = ["O", "S", "C"]
    categories = ["answer-key", "maritime"]
    purposes = [["trial", ""], ["scoring", "trial"]]

    [[members]]
    card = "bravo/public/member.json"      # made by dure node init
    delegate = "keys/bravo.delegate.json"  # made by dure charter new-key
    name = { en = "Bravo Agency", ko = "브라보청" }

    [[principals]]
    id = "bravo.steward"
    roles = ["steward"]
    grade = "O"
    categories = []
    purposes = ["trial"]
    keys = ["keys/bravo.steward.json"]
    revoked = []                     # keys that were withdrawn stay listed here

    [rules."report.release"]         # every other action keeps the code's own rule
    votes = 2
    review_s = 1

Paths are relative to the file. Actions named in ``deny`` get no rule, so that nobody may do them.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dure.core.actions import Action, QuorumRule
from dure.core.labels import LabelPolicy
from dure.core.principals import Principal, PublicKey
from dure.core.text import Text
from dure.governance.charter import Charter, Member, Rule, SignedCharter
from dure.governance.charter import propose as propose_next
from dure.governance.errors import GovernanceError
from dure.node.errors import NodeError
from dure.node.files import read_file

DAY_S = 86_400


def propose(
    file: Path, actions: Sequence[Action], previous: SignedCharter | None = None
) -> SignedCharter:
    """Return the unsigned charter that the file describes.

    Parameters
    ----------
    file
        ``alliance.toml``.
    actions
        Every action of the code; each gets a rule unless the file denies it.
    previous
        The charter that this one follows; None for the genesis.

    Raises
    ------
    NodeError
        ``node.missing-file``, ``node.alliance``.
    GovernanceError
        ``governance.charter``.
    """
    raw = _toml(file)
    try:
        labels = raw["labels"]
        members = sorted((_member(file, part) for part in raw["members"]), key=lambda m: m.agency)
        policy = LabelPolicy(
            id=labels["id"],
            grades=tuple(labels["grades"]),
            categories=frozenset(labels["categories"]),
            agencies=frozenset(member.agency for member in members),
            purposes=tuple((name, broader) for name, broader in labels["purposes"]),
        )
        charter = Charter(
            version=1,
            previous="",
            alliance=raw["alliance"],
            suite=raw["suite"],
            labels=policy,
            members=tuple(members),
            principals=tuple(
                sorted(
                    (_principal(file, part, policy) for part in raw.get("principals", [])),
                    key=lambda principal: principal.id,
                )
            ),
            rules=_rules(raw, actions),
            quorum=raw["quorum"],
        )
    except KeyError as error:
        raise NodeError(
            "node.alliance", path=file.name, reason="setting", setting=str(error.args[0])
        ) from error
    except (TypeError, ValueError) as error:
        raise NodeError("node.alliance", path=file.name, reason="wrong-type") from error
    return propose_next(None if previous is None else previous.charter, charter)


def read_charter(file: Path) -> SignedCharter:
    """Return the charter in a file.

    Raises
    ------
    NodeError
        ``node.missing-file``.
    GovernanceError
        ``governance.charter`` when it is not a charter.
    """
    try:
        value = json.loads(read_file(file))
    except (ValueError, RecursionError) as error:
        raise GovernanceError("governance.charter", where="$", reason="wrong-form") from error
    return SignedCharter.from_dict(value)


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_file(file).decode("utf-8"))
    except ValueError as error:
        raise NodeError("node.alliance", path=file.name, reason="not-toml") from error


def _card(file: Path, name: str) -> dict[str, Any]:
    path = file.parent / name
    try:
        card = json.loads(read_file(path))
    except (ValueError, RecursionError) as error:
        raise NodeError("node.alliance", path=path.name, reason="not-json") from error
    if not isinstance(card, dict):
        raise NodeError("node.alliance", path=path.name, reason="not-json")
    return card


def _member(file: Path, part: Mapping[str, Any]) -> Member:
    card, delegate = _card(file, part["card"]), _card(file, part["delegate"])
    return Member(
        agency=card["agency"],
        name=Text(part["name"]["en"], part["name"]["ko"]),
        node_signing=card["node_signing"],
        node_sealing=card["node_sealing"],
        executor=card["executor"],
        origin=card["origin"],
        delegate=delegate["public"],
    )


def _principal(file: Path, part: Mapping[str, Any], policy: LabelPolicy) -> Principal:
    cards = [(_card(file, name), False) for name in part.get("keys", [])]
    cards += [(_card(file, name), True) for name in part.get("revoked", [])]
    return Principal(
        id=part["id"],
        agency=str(part["id"]).partition(".")[0],
        roles=frozenset(part["roles"]),
        grade=policy.rank(part["grade"]),
        categories=frozenset(part.get("categories", [])),
        purposes=policy.with_narrower(frozenset(part.get("purposes", []))),
        keys=tuple(
            PublicKey(id=card["key"], public=card["public"], revoked=revoked)
            for card, revoked in cards
        ),
    )


def _rules(raw: Mapping[str, Any], actions: Sequence[Action]) -> dict[str, Rule]:
    denied, changed = set(raw.get("deny", [])), raw.get("rules", {})
    known = {action.name for action in actions}
    for name in sorted({*denied, *changed} - known):
        raise NodeError("node.alliance", path="[rules]", reason="setting", setting=name[:64])
    rules = {}
    for action in sorted(actions, key=lambda action: action.name):
        if action.name in denied:
            continue
        part = changed.get(action.name, {})
        quorum = action.quorum
        if quorum is None and {"votes", "voters"} & set(part):
            quorum = QuorumRule(1, frozenset(), 1, 0, DAY_S)
        if quorum is not None:
            quorum = QuorumRule(
                votes=part.get("votes", quorum.votes),
                roles=frozenset(part.get("voters", quorum.roles)),
                agencies=part.get("agencies", quorum.agencies),
                review_s=part.get("review_s", quorum.review_s),
                expires_s=part.get("expires_s", quorum.expires_s),
            )
        rules[action.name] = Rule(frozenset(part.get("roles", action.roles)), quorum)
    return rules
