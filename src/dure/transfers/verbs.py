"""The room's verbs: ask for a transfer, have it sealed, and take one in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import insert, select, update

from dure.core.assets import Asset
from dure.core.labels import ALL, Label
from dure.core.principals import Principal
from dure.core.times import write_time
from dure.exchange.envelope import Unwrapper
from dure.exchange.framing import BLOCK_BYTES
from dure.governance.charter import Charter
from dure.governance.decisions import Request
from dure.governance.house import House, Stream
from dure.transfers.errors import TransfersError
from dure.transfers.opening import Opened, Reader, facts, open_bundle
from dure.transfers.spec import IMPORT, TRANSFER
from dure.transfers.tables import IMPORTS, REQUESTS
from dure.transfers.terms import Terms, refuse_recipient, weigh


def request(house: House, asset_id: str, to: str, target: Label, *, purpose: str = "") -> Request:
    """Ask people to have an asset sealed for another agency.

    Parameters
    ----------
    house
        The node of the asset's owner.
    asset_id
        The asset.
    to
        Agency it goes to.
    target
        Label that it has there; releasable to that agency.
    purpose
        For which the requester reads the content, whose digest people sign; one that the label
        serves when not given.

    Raises
    ------
    TransfersError
        ``transfers.request`` when recipient and target label do not agree, or the asset isn't ours.
    GovernanceError
        ``governance.denied``.
    """
    asset = house.assets.get(asset_id).asset
    if asset.owner != house.agency:
        raise TransfersError("transfers.request", reason="other-owner")
    refuse_recipient(house.charter, house.agency, to, target)
    serving = purpose or serving_purpose(asset.label, house.principal)
    stream = house.open(asset.id, purpose=serving, run="")
    digest, size = weigh(_drain(stream))
    if size != stream.size:
        raise TransfersError("transfers.content", request="-", sender=house.agency)
    terms = Terms(asset, to, digest, size)
    asked = house.propose(
        TRANSFER.name,
        arguments=terms.to_dict(),
        assets=[asset.id],
        source=asset.label,
        target=target,
        evidence=terms.evidence(str(target), house.suite),
    )
    with house.database.write() as connection:
        connection.execute(
            insert(REQUESTS).values(
                request_id=asked.id,
                asset_id=asset.id,
                agency=to,
                target=str(target),
                requested_at=write_time(house.now()),
                requested_by=house.principal.id,
            )
        )
    return asked


def seal(house: House, request_id: str) -> Mapping[str, object]:
    """Have the executor seal an approved transfer, once, and note that it did.

    Returns
    -------
    Mapping
        ``bundle`` (file's name in the executor's folder), ``digest``, ``size``, ``source_asset``,
        ``to``.

    Raises
    ------
    GovernanceError
        When the votes are not enough, or the permit can't be used.
    """
    outcome = house.execute(request_id)
    note_sealed(house, request_id, outcome)
    return outcome


def note_sealed(house: House, request_id: str, outcome: Mapping[str, object]) -> None:
    """Note in the node's own store what the executor says came of it; noting twice is once."""
    with house.database.write() as connection:
        connection.execute(
            update(REQUESTS)
            .where(REQUESTS.c.request_id == request_id, REQUESTS.c.sealed_at.is_(None))
            .values(
                bundle=str(outcome["bundle"]),
                bundle_digest=str(outcome["digest"]),
                sealed_at=write_time(house.now()),
                sealed_by=house.principal.id,
            )
        )


def open(house: House, path: Path, unwrap: Unwrapper, *, earlier: Sequence[Charter] = ()) -> Asset:
    """Verify a bundle whole, then seal its content into our vault under its target label.

    The same bundle again gives the same asset. Its foreign parents and source label are kept as facts.

    Parameters
    ----------
    house
        The recipient's node.
    path
        The bundle's file.
    unwrap
        Opens (wrapped key, info) with the node's sealing key, as the keeper does.
    earlier
        Charters that this node had pinned before.

    Raises
    ------
    TransfersError
        As `dure.transfers.opening.open_bundle`; nothing was imported then.
    GovernanceError
        ``governance.denied``.
    """
    reader = Reader(house.agency, house.charter, house.suite, unwrap, earlier)
    opened = open_bundle(path, reader)
    purpose = serving_purpose(opened.label, house.principal)
    house.require(IMPORT.name, opened.label, purpose=purpose, owner=house.agency)
    sent = opened.terms.asset
    detail = {"from": opened.manifest.sender, "request": opened.manifest.permit.digest}
    with house.doing(IMPORT.name, detail=detail) as doing:
        asset = house.seal(
            opened.chunks(),
            kind=sent.kind,
            media_type=sent.media_type,
            schema_id=sent.schema_id,
            label=opened.label,
            producer=IMPORT.name,
            name=f"from {opened.manifest.sender}: {sent.kind} {sent.id[:8]}",
            facts=dict(facts(opened)),
        )
        doing.asset = asset.id
        _note_import(house, opened, asset)
    return asset


def serving_purpose(label: Label, principal: Principal) -> str:
    """Return a purpose that the label serves and the principal acts for; else one of the label's."""
    purposes = {name for name, _ in label.policy.purposes}
    served = purposes if label.purposes == ALL else set(label.purposes)
    return min(served & principal.purposes, default=min(served, default=""))


def _note_import(house: House, opened: Opened, asset: Asset) -> None:
    digest = opened.manifest.permit.digest
    with house.database.write() as connection:
        known = select(IMPORTS).where(IMPORTS.c.request_digest == digest)
        if connection.execute(known).first() is None:
            connection.execute(
                insert(IMPORTS).values(
                    request_digest=digest,
                    sender=opened.manifest.sender,
                    request_id=opened.manifest.request.id,
                    asset_id=asset.id,
                    imported_at=write_time(house.now()),
                    imported_by=house.principal.id,
                )
            )


def _drain(stream: Stream) -> Iterator[bytes]:
    with os.fdopen(stream.fd, "rb") as pipe:
        while block := pipe.read(BLOCK_BYTES):
            yield block
