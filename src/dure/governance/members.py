"""Members, principals, rules and label policy of a charter: their values and their plain forms.

Reading is strict and bounded; every refusal is ``governance.charter`` and names the place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dure.core.actions import QuorumRule
from dure.core.errors import CoreError
from dure.core.labels import LabelPolicy
from dure.core.principals import Principal, PublicKey
from dure.core.text import Text
from dure.governance.errors import GovernanceError
from dure.governance.forms import DIGEST, DOTTED, HEX, KEY_ID, TERM, Form

MAX_VOTES = 16
MAX_SETS = 64
LONGEST_S = 366 * 24 * 3600

FORM = Form("governance.charter")
_GRADE = re.compile(r"[A-Z][A-Z0-9]{0,15}")
_BROADER = re.compile(r"|[a-z][a-z0-9-]{0,62}")
_ORIGIN = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")  # it is the name on a signed note's line
_QUORUM = ("votes", "roles", "agencies", "review_s", "expires_s")
_MEMBER = ("agency", "name", "node_signing", "node_sealing", "executor", "origin", "delegate")
_PRINCIPAL = ("id", "agency", "roles", "grade", "categories", "purposes", "keys")


@dataclass(frozen=True, slots=True)
class Member:
    """An agency of the alliance and the public keys of its node.

    Parameters
    ----------
    agency
        Its short name, a term of the label policy.
    name
        Its full name.
    node_signing
        Public key that its envelopes are signed with, in hex.
    node_sealing
        Public key that content for it is sealed to, in hex.
    executor
        Public key of its executor, in hex: signs permits, and the ledger's checkpoints.
    origin
        Origin line of its ledger's checkpoints.
    delegate
        Public key of its delegate, in hex: signs charters.
    """

    agency: str
    name: Text
    node_signing: str
    node_sealing: str
    executor: str
    origin: str
    delegate: str

    def to_dict(self) -> dict[str, object]:
        """Return the member as plain values."""
        plain: dict[str, object] = {part: getattr(self, part) for part in _MEMBER}
        return plain | {"name": {"en": self.name.en, "ko": self.name.ko}}


@dataclass(frozen=True, slots=True)
class Rule:
    """What the charter says about one action.

    Parameters
    ----------
    roles
        Roles that may do it, or, when it is critical, request it.
    quorum
        What people must sign beyond the code's own demand, or None.
    """

    roles: frozenset[str]
    quorum: QuorumRule | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the rule as plain values."""
        asked = self.quorum
        return {
            "roles": sorted(self.roles),
            "quorum": None
            if asked is None
            else {
                "votes": asked.votes,
                "roles": sorted(asked.roles),
                "agencies": asked.agencies,
                "review_s": asked.review_s,
                "expires_s": asked.expires_s,
            },
        }


@dataclass(frozen=True, slots=True)
class Adopted:
    """A set of data elements that the alliance means the same by.

    Parameters
    ----------
    version
        The set's version, from 1.
    digest
        ``sha256:<hex>`` of its canonical document.
    """

    version: int
    digest: str

    def to_dict(self) -> dict[str, object]:
        """Return the set's version and digest as plain values."""
        return {"version": self.version, "digest": self.digest}


def policy_dict(policy: LabelPolicy) -> dict[str, object]:
    """Return the label policy as plain values."""
    return {
        "id": policy.id,
        "grades": list(policy.grades),
        "categories": sorted(policy.categories),
        "agencies": sorted(policy.agencies),
        "purposes": [[name, broader] for name, broader in policy.purposes],
    }


def principal_dict(principal: Principal) -> dict[str, object]:
    """Return the principal as plain values."""
    return {
        "id": principal.id,
        "agency": principal.agency,
        "roles": sorted(principal.roles),
        "grade": principal.grade,
        "categories": sorted(principal.categories),
        "purposes": sorted(principal.purposes),
        "keys": [{"id": k.id, "public": k.public, "revoked": k.revoked} for k in principal.keys],
    }


def read_policy(value: object, where: str) -> LabelPolicy:
    """Return the label policy that plain values write."""
    parts = FORM.fields(value, where, ("id", "grades", "categories", "agencies", "purposes"))
    grades = FORM.many(
        parts["grades"], f"{where}.grades", 16, lambda item, at: FORM.text(item, at, _GRADE)
    )
    if not grades or len(set(grades)) != len(grades):
        FORM.refuse(f"{where}.grades", "not-sorted")
    purposes = FORM.many(parts["purposes"], f"{where}.purposes", 256, _read_purpose)
    if len({name for name, _ in purposes}) != len(purposes):
        FORM.refuse(f"{where}.purposes", "not-sorted")
    try:
        return LabelPolicy(
            id=FORM.text(parts["id"], f"{where}.id", TERM),
            grades=grades,
            categories=FORM.terms(parts["categories"], f"{where}.categories"),
            agencies=FORM.terms(parts["agencies"], f"{where}.agencies"),
            purposes=purposes,
        )
    except CoreError as error:
        raise GovernanceError(FORM.code, where=where, reason="unknown-term") from error


def _read_purpose(value: object, where: str) -> tuple[str, str]:
    pair = FORM.many(value, where, 2, lambda item, at: FORM.text(item, at, _BROADER))
    if len(pair) != 2:
        FORM.refuse(where, "wrong-form")
    return pair[0], pair[1]


def read_member(value: object, where: str) -> Member:
    """Return the member that plain values write."""
    parts = FORM.fields(value, where, _MEMBER)
    return Member(
        agency=FORM.text(parts["agency"], f"{where}.agency", TERM),
        name=FORM.words(parts["name"], f"{where}.name"),
        origin=FORM.text(parts["origin"], f"{where}.origin", _ORIGIN),
        **{
            part: FORM.text(parts[part], f"{where}.{part}", HEX)
            for part in ("node_signing", "node_sealing", "executor", "delegate")
        },
    )


def read_principal(value: object, where: str, labels: LabelPolicy) -> Principal:
    """Return the principal that plain values write, in the terms of the label policy."""
    parts = FORM.fields(value, where, _PRINCIPAL)
    principal = Principal(
        id=FORM.text(parts["id"], f"{where}.id", DOTTED),
        agency=FORM.text(parts["agency"], f"{where}.agency", TERM),
        roles=FORM.terms(parts["roles"], f"{where}.roles"),
        grade=FORM.number(parts["grade"], f"{where}.grade", 0, len(labels.grades) - 1),
        categories=FORM.terms(parts["categories"], f"{where}.categories"),
        purposes=FORM.terms(parts["purposes"], f"{where}.purposes"),
        keys=FORM.many(parts["keys"], f"{where}.keys", 16, _read_key),
    )
    known = frozenset(name for name, _ in labels.purposes)
    if not (principal.categories <= labels.categories and principal.purposes <= known):
        FORM.refuse(where, "unknown-term")
    return principal


def _read_key(value: object, where: str) -> PublicKey:
    parts = FORM.fields(value, where, ("id", "public", "revoked"))
    return PublicKey(
        id=FORM.text(parts["id"], f"{where}.id", KEY_ID),
        public=FORM.text(parts["public"], f"{where}.public", HEX),
        revoked=FORM.flag(parts["revoked"], f"{where}.revoked"),
    )


def read_elements(value: object, where: str) -> dict[str, Adopted]:
    """Return the sets of data elements that plain values write."""
    return FORM.named(value, where, MAX_SETS, TERM, _read_adopted)


def _read_adopted(value: object, where: str) -> Adopted:
    parts = FORM.fields(value, where, ("version", "digest"))
    return Adopted(
        version=FORM.number(parts["version"], f"{where}.version", 1, 1_000_000),
        digest=FORM.text(parts["digest"], f"{where}.digest", DIGEST),
    )


def read_rule(value: object, where: str) -> Rule:
    """Return the rule that plain values write."""
    parts: Mapping[str, Any] = FORM.fields(value, where, ("roles", "quorum"))
    roles = FORM.terms(parts["roles"], f"{where}.roles")
    if parts["quorum"] is None:
        return Rule(roles)
    asked = FORM.fields(parts["quorum"], f"{where}.quorum", _QUORUM)
    return Rule(
        roles,
        QuorumRule(
            votes=FORM.number(asked["votes"], f"{where}.quorum.votes", 1, MAX_VOTES),
            roles=FORM.terms(asked["roles"], f"{where}.quorum.roles"),
            agencies=FORM.number(asked["agencies"], f"{where}.quorum.agencies", 1, MAX_VOTES),
            review_s=FORM.number(asked["review_s"], f"{where}.quorum.review_s", 0, LONGEST_S),
            expires_s=FORM.number(asked["expires_s"], f"{where}.quorum.expires_s", 1, LONGEST_S),
        ),
    )
