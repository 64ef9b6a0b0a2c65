"""What the pinned charter says about an envelope: whom it may come from and go to."""

from __future__ import annotations

from collections.abc import Mapping

from dure.core.suites import suite
from dure.core.times import read_time, write_time
from dure.exchange.envelope import SignedHeader
from dure.exchange.errors import ExchangeError
from dure.exchange.header import Header, Kind, key_info
from dure.exchange.payloads import Meter
from dure.governance.charter import Charter, Member

EARLY_S = 86_400
"""How far a sender's clock may run ahead of ours, in seconds."""


def find_member(charter: Charter, agency: str) -> Member:
    """Return the member of that name.

    Raises
    ------
    ExchangeError
        ``exchange.stranger`` when there is none.
    """
    for member in charter.members:
        if member.agency == agency:
            return member
    raise ExchangeError("exchange.stranger", agency=agency[:63], version=charter.version)


def address(
    charter: Charter,
    *,
    sender: str,
    to: str,
    number: int,
    kind: Kind,
    created: str,
    expires: str,
    meter: Meter,
    seal_id: bytes,
    key: bytes,
) -> Header:
    """Return the header for a payload, its key wrapped to the recipient.

    Parameters
    ----------
    charter
        The pinned charter.
    sender, to, number, kind, created, expires
        As in the header.
    tally
        Digest and size of the payload.
    seal_id, key
        Id (16 bytes) and key (32 bytes) that the payload is sealed with.

    Raises
    ------
    ExchangeError
        ``exchange.stranger`` when either agency is no member, ``exchange.malformed`` when a part is
        out of range.
    """
    find_member(charter, sender)
    sealing = bytes.fromhex(find_member(charter, to).node_sealing)
    info = key_info(charter.suite, sender, to, number, kind)
    return Header(
        sender=sender,
        to=to,
        number=number,
        kind=kind,
        created=created,
        expires=expires,
        suite=charter.suite,
        charter_version=charter.version,
        charter_digest=charter.digest(),
        payload_digest=meter.digest,
        payload_size=meter.size,
        seal_id=seal_id.hex(),
        wrapped_key=suite(charter.suite).wrap(sealing, key, info).hex(),
    )


def check(
    signed: SignedHeader, charter: Charter, *, agency: str, charters: Mapping[int, str]
) -> None:
    """Check that a header comes from a member, under a charter we know, signed, and to us.

    The key is the one that the charter pinned *now* gives the sender, whatever charter the envelope
    was made under: a key that was changed is refused from then on. An envelope of kind ``charter``
    may name a charter that we don't have yet, since that is how we get it.

    Parameters
    ----------
    signed
        What `dure.exchange.envelope.open_header` gave.
    charter
        The pinned charter.
    agency
        Ours.
    charters
        Version -> digest of every charter that this node has pinned.

    Raises
    ------
    ExchangeError
        ``exchange.stranger``, ``exchange.charter``, ``exchange.signature``,
        ``exchange.addressee``; in this order.
    """
    header = signed.header
    member = find_member(charter, header.sender)
    news = header.kind is Kind.CHARTER and header.charter_version > charter.version
    known = charters.get(header.charter_version) == header.charter_digest
    if header.suite != charter.suite or not (known or news):
        raise ExchangeError(
            "exchange.charter",
            theirs=header.charter_version,
            suite=header.suite,
            ours=charter.version,
        )
    public = bytes.fromhex(member.node_signing)
    crypto = suite(charter.suite)
    if not crypto.verify_value(public, "envelope", header.to_dict(), signed.signature):
        raise ExchangeError("exchange.signature", agency=header.sender)
    if header.to != agency:
        raise ExchangeError("exchange.addressee", to=header.to, agency=agency)


def check_life(header: Header, now: int) -> None:
    """Check that an envelope is valid now; a sender's clock may run ahead of ours by a day.

    Raises
    ------
    ExchangeError
        ``exchange.expired``.
    """
    if not read_time(header.created) - EARLY_S <= now < read_time(header.expires):
        raise ExchangeError(
            "exchange.expired",
            created=header.created,
            expires=header.expires,
            now=write_time(now),
        )
