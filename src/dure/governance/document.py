"""The charter's document: members, principals, label policy, and how many must agree to what.

A charter is a pure value with one canonical form. Reading one is strict and bounded: unknown fields,
unsorted lists, shared keys, names of strangers and quorums that can't be met are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from types import MappingProxyType

from dure.core.labels import LabelPolicy
from dure.core.principals import Principal
from dure.core.suites import SUITE_NAMES, Suite, suite
from dure.governance.errors import GovernanceError
from dure.governance.forms import DIGEST, DOTTED, TERM
from dure.governance.members import (
    FORM,
    Adopted,
    Member,
    Rule,
    policy_dict,
    principal_dict,
    read_elements,
    read_member,
    read_policy,
    read_principal,
    read_rule,
)

MAX_CHARTER_BYTES = 1024 * 1024
MAX_AGENCIES = 256
MAX_PRINCIPALS = 4096

_PREVIOUS = re.compile("|" + DIGEST.pattern)
_CHARTER = (
    "version", "previous", "alliance", "suite", "labels", "members", "principals", "rules", "quorum"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Charter:
    """One version of the alliance's rules.

    Parameters
    ----------
    version
        1 for the genesis, then one more each time.
    previous
        Digest of the version before, or ``""``.
    alliance
        Name of the alliance.
    suite
        Name of the crypto suite; never changes.
    labels
        Label policy.
    members, principals
        Agencies, and their persons and services, kept in ascending order of name.
    rules
        Action's name -> `Rule`. Actions that are not named are denied.
    quorum
        Number of member agencies whose delegates must sign the next version (and this one, if it is
        the genesis).
    elements
        Name of a set of data elements -> the version and content that the alliance uses. A charter
        that names none is written without this part, as charters were before there were any.

    Raises
    ------
    GovernanceError
        ``governance.charter`` when the parts contradict each other.
    """

    version: int
    previous: str
    alliance: str
    suite: str
    labels: LabelPolicy
    members: tuple[Member, ...]
    principals: tuple[Principal, ...]
    rules: Mapping[str, Rule]
    quorum: int
    elements: Mapping[str, Adopted] = field(default_factory=dict)
    _members: Mapping[str, Member] = field(init=False, repr=False, compare=False)
    _principals: Mapping[str, Principal] = field(init=False, repr=False, compare=False)
    _digest: str = field(init=False, repr=False, compare=False, default="")

    def __post_init__(self) -> None:
        for part, name in (("members", "agency"), ("principals", "id")):
            ordered = tuple(sorted(getattr(self, part), key=attrgetter(name)))
            object.__setattr__(self, part, ordered)
        for part in ("rules", "elements"):
            object.__setattr__(self, part, MappingProxyType(dict(getattr(self, part))))
        object.__setattr__(self, "_members", {m.agency: m for m in self.members})
        object.__setattr__(self, "_principals", {p.id: p for p in self.principals})
        _check(self)

    def member(self, agency: str) -> Member:
        """Return a member.

        Raises
        ------
        GovernanceError
            ``governance.unknown``.
        """
        if agency not in self._members:
            raise GovernanceError("governance.unknown", part="agency", name=agency[:64])
        return self._members[agency]

    def principal(self, principal_id: str) -> Principal:
        """Return a principal.

        Raises
        ------
        GovernanceError
            ``governance.unknown``.
        """
        if principal_id not in self._principals:
            raise GovernanceError("governance.unknown", part="principal", name=principal_id[:64])
        return self._principals[principal_id]

    def digest(self, suite_: Suite | None = None) -> str:
        """Return the digest that the next version and every request name.

        Parameters
        ----------
        suite_
            The charter's own suite, when it is at hand.
        """
        if not self._digest:  # computed once: every look at a request compares it
            digest = (suite_ or suite(self.suite)).digest("charter", self.to_dict())
            object.__setattr__(self, "_digest", digest)
        return self._digest

    def to_dict(self) -> dict[str, object]:
        """Return the charter as plain values; its canonical form."""
        return {
            "version": self.version,
            "previous": self.previous,
            "alliance": self.alliance,
            "suite": self.suite,
            "labels": policy_dict(self.labels),
            "members": [member.to_dict() for member in self.members],
            "principals": [principal_dict(principal) for principal in self.principals],
            "rules": {name: rule.to_dict() for name, rule in self.rules.items()},
            "quorum": self.quorum,
            **self._elements_dict(),
        }

    def _elements_dict(self) -> dict[str, object]:
        if not self.elements:
            return {}
        return {"elements": {name: one.to_dict() for name, one in self.elements.items()}}

    @classmethod
    def from_dict(cls, value: object, where: str = "$") -> Charter:
        """Return the charter that plain values write.

        Raises
        ------
        GovernanceError
            ``governance.charter``.
        """
        has_elements = "elements" in FORM.plain(value, where, MAX_CHARTER_BYTES)
        parts = FORM.fields(value, where, (*_CHARTER, *("elements",) * has_elements))
        if has_elements and not parts["elements"]:
            FORM.refuse(f"{where}.elements", "missing-field")  # one charter has one spelling
        labels = read_policy(parts["labels"], f"{where}.labels")
        for part, name in (("members", "agency"), ("principals", "id")):
            listed = FORM.many(parts[part], f"{where}.{part}", MAX_PRINCIPALS, _name_of(name))
            FORM.ordered(listed, f"{where}.{part}")
        return cls(
            version=FORM.number(parts["version"], f"{where}.version", 1, 1_000_000),
            previous=FORM.text(parts["previous"], f"{where}.previous", _PREVIOUS),
            alliance=FORM.text(parts["alliance"], f"{where}.alliance"),
            suite=FORM.text(parts["suite"], f"{where}.suite", TERM),
            labels=labels,
            members=FORM.many(parts["members"], f"{where}.members", MAX_AGENCIES, read_member),
            principals=FORM.many(
                parts["principals"],
                f"{where}.principals",
                MAX_PRINCIPALS,
                lambda item, at: read_principal(item, at, labels),
            ),
            rules=FORM.named(parts["rules"], f"{where}.rules", 256, DOTTED, read_rule),
            quorum=FORM.number(parts["quorum"], f"{where}.quorum", 1, MAX_AGENCIES),
            elements=read_elements(parts.get("elements", {}), f"{where}.elements"),
        )


def _name_of(field_name: str) -> Callable[[object, str], str]:
    def read(item: object, at: str) -> str:
        name = item.get(field_name) if isinstance(item, Mapping) else None
        return FORM.text(name, f"{at}.{field_name}")

    return read


def _check(charter: Charter) -> None:
    if charter.suite not in SUITE_NAMES:
        FORM.refuse("$.suite", "unknown-term")
    agencies = [member.agency for member in charter.members]
    FORM.ordered(agencies, "$.members")
    FORM.ordered([principal.id for principal in charter.principals], "$.principals")
    if not set(agencies) <= charter.labels.agencies:
        FORM.refuse("$.members", "unknown-term")
    if not 1 <= charter.quorum <= len(agencies):
        FORM.refuse("$.quorum", "quorum")
    if len({member.delegate for member in charter.members}) != len(agencies):
        FORM.refuse("$.members", "key-shared")  # one delegate would sign for two agencies
    _check_principals(charter, agencies)
    for name, rule in charter.rules.items():
        asked = rule.quorum
        if asked is not None and not 1 <= asked.agencies <= min(asked.votes, len(agencies)):
            FORM.refuse(f"$.rules.{name}", "quorum")


def _check_principals(charter: Charter, agencies: list[str]) -> None:
    key_id = suite(charter.suite).key_id
    enrolled: set[str] = set()
    for i, principal in enumerate(charter.principals):
        where = f"$.principals[{i}]"
        if principal.agency not in agencies:
            FORM.refuse(where, "not-a-member")
        if not principal.id.startswith(principal.agency + "."):
            FORM.refuse(where, "wrong-form")
        for key in principal.keys:
            if key.public in enrolled:  # one key would vote as two people
                FORM.refuse(where, "key-shared")
            if key.id != key_id(bytes.fromhex(key.public)):
                FORM.refuse(where, "key-id")
            enrolled.add(key.public)
