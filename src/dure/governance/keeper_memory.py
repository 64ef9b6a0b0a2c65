"""What a keeper remembers: the charters that were pinned, what is sealed, and which tickets were used."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from dure.core import faults
from dure.core.assets import Asset
from dure.core.labels import Label
from dure.governance.charter import Charter, SignedCharter, check_genesis, check_successor
from dure.governance.errors import GovernanceError
from dure.governance.keeper_tables import ASSETS, CHARTERS, TICKETS
from dure.governance.tickets import Ticket
from dure.storage.database import Database


@dataclass(frozen=True, slots=True)
class KeeperMemory:
    """The rows of one keeper's own store.

    Parameters
    ----------
    database
        The store.
    """

    database: Database

    def pin(self, signed: SignedCharter) -> None:
        """Pin a charter: the first by hand, every later one as the successor of the pinned one.

        Raises
        ------
        GovernanceError
            As `check_genesis` and `check_successor`.
        """
        pinned = self.pinned()
        if pinned is not None and pinned.to_dict() == signed.to_dict():
            return
        if pinned is None:
            check_genesis(signed)
        else:
            check_successor(pinned.charter, signed)
        document = json.dumps(signed.to_dict(), ensure_ascii=False)
        with self.database.write() as connection:
            connection.execute(
                insert(CHARTERS).values(version=signed.charter.version, document=document)
            )
        faults.point("keeper.charter-pinned")

    @property
    def charter(self) -> Charter:
        """The pinned charter.

        Raises
        ------
        GovernanceError
            ``governance.charter-pin`` when none is pinned.
        """
        pinned = self.pinned()
        if pinned is None:
            raise GovernanceError("governance.charter-pin", reason="no-charter")
        return pinned.charter

    def remember(self, asset: Asset, size: int) -> Asset:
        """Remember an asset with the size of its content; return what is known of it, if it was before."""
        with self.database.write() as connection:
            known = connection.execute(select(ASSETS).where(ASSETS.c.id == asset.id)).first()
            if known is None:
                connection.execute(
                    insert(ASSETS).values(
                        id=asset.id,
                        kind=asset.kind,
                        media_type=asset.media_type,
                        schema_id=asset.schema_id,
                        policy=asset.label.policy.id,
                        label=str(asset.label),
                        owner=asset.owner,
                        parents=json.dumps(list(asset.parents)),
                        producer=asset.producer,
                        size=size,
                        created=asset.created,
                    )
                )
        faults.point("keeper.remembered")
        return asset if known is None else self.recall(asset.id)[0]

    def recall(self, asset_id: str) -> tuple[Asset, int]:
        """Return what is said of an asset, and the size of its content.

        Raises
        ------
        GovernanceError
            ``governance.ticket`` when there is none.
        """
        with self.database.read() as connection:
            row = connection.execute(select(ASSETS).where(ASSETS.c.id == asset_id)).first()
        if row is None:
            raise GovernanceError("governance.ticket", asset=asset_id[:16], reason="unknown-asset")
        asset = Asset(
            id=row.id,
            kind=row.kind,
            media_type=row.media_type,
            schema_id=row.schema_id,
            label=Label.parse(row.label, self.charter.labels),
            owner=row.owner,
            parents=tuple(json.loads(row.parents)),
            producer=row.producer,
            created=row.created,
        )
        return asset, row.size

    def use(self, ticket: Ticket, now: int) -> None:
        """Mark a ticket as used.

        Raises
        ------
        GovernanceError
            ``governance.ticket`` when it was.
        """
        with self.database.write() as connection:
            connection.execute(delete(TICKETS).where(TICKETS.c.expires < now))
            used = select(TICKETS.c.nonce).where(TICKETS.c.nonce == ticket.nonce)
            if connection.execute(used).first() is not None:
                raise GovernanceError("governance.ticket", asset=ticket.asset[:16], reason="used")
            connection.execute(insert(TICKETS).values(nonce=ticket.nonce, expires=ticket.expires))

    def pinned(self) -> SignedCharter | None:
        """Return the newest charter that was pinned, None before the first."""
        with self.database.read() as connection:
            document = connection.execute(
                select(CHARTERS.c.document).order_by(CHARTERS.c.version.desc()).limit(1)
            ).scalar()
        return None if document is None else SignedCharter.from_dict(json.loads(document))
