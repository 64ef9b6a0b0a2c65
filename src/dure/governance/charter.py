"""The charter: who signs it, and which version may follow which.

The genesis (version 1) names its own quorum. It is accepted when that many of its listed agencies
have signed it with the delegate keys it lists; that it is the right one, a person at each node says
by pinning it by hand. Fewer signatures than agencies are enough on purpose: an agency that has not
signed is bound by nothing, since its own node pins nothing until its people do.

Every later version must follow the pinned one: version + 1, naming the pinned version's digest, and
signed by the *pinned* quorum of the *pinned* agencies with the *pinned* delegate keys, so that a new
version can't vote itself in. It keeps the crypto suite; a label policy of the same id only gains
terms and keeps its grades; a set of data elements goes to a later version, never back; a revoked key
stays listed as revoked, and no key changes hands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from dure.core.actions import Action
from dure.core.canonical import canonical_bytes, canonical_json
from dure.core.labels import LabelPolicy
from dure.core.suites import suite
from dure.governance.document import MAX_AGENCIES, MAX_CHARTER_BYTES, Charter
from dure.governance.errors import GovernanceError
from dure.governance.forms import HEX, TERM
from dure.governance.members import FORM, Member, Rule

__all__ = [
    "Charter",
    "Member",
    "Rule",
    "SignedCharter",
    "check_genesis",
    "check_successor",
    "doable_actions",
    "merge_actions",
    "propose",
    "sign",
    "signers",
]

_SIGNATURES_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class SignedCharter:
    """A charter with the signatures it has so far.

    Parameters
    ----------
    charter
        The charter.
    signatures
        Agency -> hex signature of its delegate over the charter's canonical bytes.
    """

    charter: Charter
    signatures: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signatures", MappingProxyType(dict(self.signatures)))

    def to_dict(self) -> dict[str, object]:
        """Return both as plain values."""
        return {"charter": self.charter.to_dict(), "signatures": dict(self.signatures)}

    def to_bytes(self) -> bytes:
        """Return the canonical JSON that travels between agencies."""
        return canonical_json(self.to_dict())

    @classmethod
    def from_dict(cls, value: object) -> SignedCharter:
        """Return the signed charter that plain values write.

        Raises
        ------
        GovernanceError
            ``governance.charter``.
        """
        parts = FORM.fields(value, "$", ("charter", "signatures"))
        return cls(
            Charter.from_dict(parts["charter"], "$.charter"),
            FORM.named(
                parts["signatures"],
                "$.signatures",
                MAX_AGENCIES,
                TERM,
                lambda item, at: FORM.text(item, at, HEX),
            ),
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> SignedCharter:
        """Return the signed charter of canonical JSON bytes, at most 1 MiB of charter.

        Raises
        ------
        GovernanceError
            ``governance.charter``.
        """
        return cls.from_dict(FORM.decode(data, MAX_CHARTER_BYTES + _SIGNATURES_BYTES))


def propose(previous: Charter | None, charter: Charter) -> SignedCharter:
    """Return the charter as the next version, with no signature yet.

    Parameters
    ----------
    previous
        The pinned charter, or None for a genesis.
    charter
        The wanted rules; its version and previous digest are filled in.

    Raises
    ------
    GovernanceError
        ``governance.charter-successor`` when no quorum could make it follow.
    """
    if previous is None:
        return SignedCharter(replace(charter, version=1, previous=""))
    following = replace(charter, version=previous.version + 1, previous=previous.digest())
    _check_follows(previous, following)
    return SignedCharter(following)


def sign(signed: SignedCharter, agency: str, private: bytes) -> SignedCharter:
    """Return the charter with one agency's signature added.

    Parameters
    ----------
    signed
        The charter, with the signatures it has.
    agency
        The signing agency.
    private
        Private key of its delegate.

    Raises
    ------
    CoreError
        ``core.key-form``.
    """
    signature = suite(signed.charter.suite).sign_value(private, "charter", signed.charter.to_dict())
    return SignedCharter(signed.charter, {**signed.signatures, agency: signature})


def signers(signed: SignedCharter, judges: Charter) -> frozenset[str]:
    """Return the agencies of ``judges`` whose delegate keys *there* signed this charter."""
    crypto = suite(judges.suite)
    message = canonical_bytes("charter", signed.charter.to_dict(), judges.suite)
    return frozenset(
        member.agency
        for member in judges.members
        if crypto.verify(
            bytes.fromhex(member.delegate), message, _raw(signed.signatures.get(member.agency, ""))
        )
    )


def _raw(signature: str) -> bytes:
    try:
        return bytes.fromhex(signature)
    except ValueError:
        return b""


def check_genesis(signed: SignedCharter) -> frozenset[str]:
    """Check a first charter: version 1, signed by its own quorum; return who signed.

    Raises
    ------
    GovernanceError
        ``governance.charter-pin`` when it is not a first version,
        ``governance.charter-signatures`` when too few agencies signed.
    """
    if signed.charter.version != 1 or signed.charter.previous:
        raise GovernanceError("governance.charter-pin", reason="not-genesis")
    return _enough(signed, signed.charter)


def check_successor(pinned: Charter, following: SignedCharter) -> frozenset[str]:
    """Check that a charter may follow the pinned one; return the pinned agencies that signed it.

    Raises
    ------
    GovernanceError
        ``governance.charter-successor`` when it does not follow,
        ``governance.charter-signatures`` when too few of the pinned agencies signed.
    """
    _check_follows(pinned, following.charter)
    return _enough(following, pinned)


def merge_actions(code: Iterable[Action], charter: Charter) -> Mapping[str, Action]:
    """Return the actions as they stand under a charter; those that it does not name are absent.

    The charter may raise what the code demands (fewer roles, more votes, a longer review, an earlier
    end, or votes where the code asks none), never lower it.
    """
    merged = {}
    for action in code:
        rule = charter.rules.get(action.name)
        if rule is None:
            continue
        quorum = action.quorum or rule.quorum
        if action.quorum is not None and rule.quorum is not None:
            quorum = action.quorum.raised_by(rule.quorum)
        merged[action.name] = replace(action, roles=action.roles & rule.roles, quorum=quorum)
    return MappingProxyType(merged)


def doable_actions(code: Iterable[Action], charter: Charter) -> Mapping[str, Action]:
    """Return the merged actions that a door may do, or ask for.

    An action that the charter makes critical, though no act of the code performs it under a permit,
    is left out and so denied: it must not go on being done without one.
    """
    known = {action.name: action for action in code}
    merged = merge_actions(known.values(), charter)
    return MappingProxyType(
        {
            name: action
            for name, action in merged.items()
            if not action.critical or known[name].critical
        }
    )


def _enough(signed: SignedCharter, judges: Charter) -> frozenset[str]:
    found = signers(signed, judges)
    if len(found) < judges.quorum:
        raise GovernanceError("governance.charter-signatures", have=len(found), need=judges.quorum)
    return found


def _check_follows(pinned: Charter, following: Charter) -> None:
    reason = ""
    if following.version != pinned.version + 1:
        reason = "version"
    elif following.suite != pinned.suite:
        reason = "suite"
    elif following.previous != pinned.digest():
        reason = "previous"
    elif not _only_gains(pinned.labels, following.labels):
        reason = "labels"
    elif _elements_fall(pinned, following):
        reason = "elements"
    else:
        reason = _keys_changed(pinned, following)
    if reason:
        raise GovernanceError(
            "governance.charter-successor", version=following.version, reason=reason
        )


def _only_gains(pinned: LabelPolicy, following: LabelPolicy) -> bool:
    return pinned.id != following.id or (
        pinned.grades == following.grades
        and pinned.categories <= following.categories
        and pinned.agencies <= following.agencies
        and set(pinned.purposes) <= set(following.purposes)
    )


def _elements_fall(pinned: Charter, following: Charter) -> bool:
    """Say whether a set would get an older version, or another content under the same number."""
    return any(
        now.version < before.version or (now.version == before.version and now != before)
        for name, before in pinned.elements.items()
        if (now := following.elements.get(name)) is not None
    )


def _keys_changed(pinned: Charter, following: Charter) -> str:
    now = {key.public: (p.id, key.revoked) for p in following.principals for key in p.keys}
    for principal in pinned.principals:
        for key in principal.keys:
            holder, revoked = now.get(key.public, (principal.id, False))
            if key.revoked and not revoked:
                return "key-revived"
            if holder != principal.id:
                return "key-moved"
    return ""
