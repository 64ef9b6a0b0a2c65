"""The header of an envelope: what is signed, and all that a carrier can read.

It is a canonical value of type ``envelope`` with exactly these members:

====================  ==========================================================================
``version``           1
``suite``             crypto suite of the alliance
``from``, ``to``      the two agencies, lower-case letters, digits and hyphens, different
``number``            1 to 99999999, rising by one for each ordered pair of nodes
``kind``              one of `KINDS`
``created``           UTC time
``expires``           UTC time, later than ``created`` by at most 400 days
``charter_version``   charter that the sender had pinned, from 1
``charter_digest``    its digest
``payload_digest``    ``sha256:<hex>`` of the payload before it was sealed
``payload_size``      its bytes
``seal_id``           32 hex digits: id of the seal that the payload is in
``wrapped_key``       hex: the payload's key, wrapped to the recipient's node sealing key and bound
                      to the canonical value of type ``envelope-key`` with ``from``, ``to``,
                      ``number`` and ``kind``
====================  ==========================================================================

An envelope's id is the digest of this value; the signature is not part of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dure.core.canonical import canonical_bytes
from dure.core.errors import CoreError
from dure.core.suites import suite
from dure.core.times import read_time
from dure.exchange.errors import ExchangeError

VERSION = 1
MAX_NUMBER = 99_999_999
MAX_LIFE_S = 400 * 86_400
MAX_PAYLOAD = 1 << 40

_AGENCY = re.compile(r"[a-z][a-z0-9-]{0,62}")
_SUITE = re.compile(r"[a-z][a-z0-9-]{0,31}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_SEAL = re.compile(r"[0-9a-f]{32}")
_HEX = re.compile(r"(?:[0-9a-f]{2}){16,2048}")


class Kind(StrEnum):
    """What an envelope carries."""

    CHARTER = "charter"
    CATALOGUE = "catalogue"
    SUBMISSION = "submission"
    REQUEST = "request"
    VOTE = "vote"
    REPORT = "report"
    BUNDLE = "bundle"
    COSIGNATURE = "cosignature"
    REVOCATION = "revocation"


KINDS = frozenset(kind.value for kind in Kind)


@dataclass(frozen=True, slots=True)
class Header:
    """The header of one envelope; the module describes each member.

    Parameters
    ----------
    sender, to
        The two agencies.
    number
        Its number for this ordered pair, 1 to 99999999.
    kind
        What it carries.
    created, expires
        UTC times, as `dure.core.times` writes them.
    suite
        Crypto suite.
    charter_version, charter_digest
        The charter that the sender had pinned.
    payload_digest, payload_size
        Of the payload before it was sealed; the size in bytes.
    seal_id
        Id of the payload's seal, 32 hex digits.
    wrapped_key
        The payload's key, wrapped, in hex.

    Raises
    ------
    ExchangeError
        ``exchange.malformed`` when a member is out of its range.
    """

    sender: str
    to: str
    number: int
    kind: Kind
    created: str
    expires: str
    suite: str
    charter_version: int
    charter_digest: str
    payload_digest: str
    payload_size: int
    seal_id: str
    wrapped_key: str

    def __post_init__(self) -> None:
        checks = (
            ("from", _AGENCY.fullmatch(self.sender)),
            ("to", _AGENCY.fullmatch(self.to) and self.to != self.sender),
            ("number", 1 <= self.number <= MAX_NUMBER),
            ("suite", _SUITE.fullmatch(self.suite)),
            ("charter_version", self.charter_version >= 1),
            ("charter_digest", _DIGEST.fullmatch(self.charter_digest)),
            ("payload_digest", _DIGEST.fullmatch(self.payload_digest)),
            ("payload_size", 0 <= self.payload_size <= MAX_PAYLOAD),
            ("seal_id", _SEAL.fullmatch(self.seal_id)),
            ("wrapped_key", _HEX.fullmatch(self.wrapped_key)),
            ("expires", 0 < self.life_s() <= MAX_LIFE_S),
        )
        for member, right in checks:
            if not right:
                raise _malformed(member, "out-of-range")

    def life_s(self) -> int:
        """Return the seconds between ``created`` and ``expires``."""
        try:
            return read_time(self.expires) - read_time(self.created)
        except CoreError as error:
            raise _malformed("created, expires", "not-utc") from error

    def to_dict(self) -> dict[str, object]:
        """Return the canonical value that is signed."""
        return {
            "version": VERSION,
            "suite": self.suite,
            "from": self.sender,
            "to": self.to,
            "number": self.number,
            "kind": self.kind.value,
            "created": self.created,
            "expires": self.expires,
            "charter_version": self.charter_version,
            "charter_digest": self.charter_digest,
            "payload_digest": self.payload_digest,
            "payload_size": self.payload_size,
            "seal_id": self.seal_id,
            "wrapped_key": self.wrapped_key,
        }

    @classmethod
    def from_dict(cls, value: object) -> Header:
        """Return the header that a parsed canonical value holds.

        Raises
        ------
        ExchangeError
            ``exchange.malformed`` for any other members, types or ranges.
        """
        if not isinstance(value, Mapping) or set(value) != set(_TYPES):
            raise ExchangeError("exchange.malformed", where="header", reason="members")
        for member, type_ in _TYPES.items():
            if type(value[member]) is not type_:
                raise _malformed(member, "wrong-type")
        if value["version"] != VERSION or value["kind"] not in KINDS:
            raise _malformed("version, kind", "unknown")
        return cls(
            sender=value["from"],
            to=value["to"],
            number=value["number"],
            kind=Kind(value["kind"]),
            created=value["created"],
            expires=value["expires"],
            suite=value["suite"],
            charter_version=value["charter_version"],
            charter_digest=value["charter_digest"],
            payload_digest=value["payload_digest"],
            payload_size=value["payload_size"],
            seal_id=value["seal_id"],
            wrapped_key=value["wrapped_key"],
        )

    def id(self) -> str:
        """Return the envelope's id: the digest of the canonical header, without its signature.

        Raises
        ------
        CoreError
            ``core.suite`` for an unknown suite.
        """
        return suite(self.suite).digest("envelope", self.to_dict())

    def file_name(self) -> str:
        """Return the one name that its file has: ``<from>-<to>-<number>.dure-envelope``."""
        return f"{self.sender}-{self.to}-{self.number:08d}.dure-envelope"

    def key_info(self) -> bytes:
        """Return the bytes that the wrapped key is bound to."""
        return key_info(self.suite, self.sender, self.to, self.number, self.kind)


def key_info(suite_name: str, sender: str, to: str, number: int, kind: Kind) -> bytes:
    """Return the bytes that the wrapped key of an envelope is bound to."""
    value = {"from": sender, "to": to, "number": number, "kind": kind.value}
    return canonical_bytes("envelope-key", value, suite_name)


def _malformed(member: str, reason: str) -> ExchangeError:
    return ExchangeError("exchange.malformed", where="member", member=member, reason=reason)


_TYPES: Mapping[str, type] = {
    "version": int,
    "suite": str,
    "from": str,
    "to": str,
    "number": int,
    "kind": str,
    "created": str,
    "expires": str,
    "charter_version": int,
    "charter_digest": str,
    "payload_digest": str,
    "payload_size": int,
    "seal_id": str,
    "wrapped_key": str,
}
