"""Assets on the shelf: a catalogue's rows for the tests to ask about."""

from __future__ import annotations

from dataclasses import dataclass

from dure.core.assets import Asset
from dure.core.labels import Label
from dure.storage.assets import AssetCatalogue
from dure.storage.database import Database

TIME = "2026-01-31T09:30:00Z"


@dataclass(frozen=True)
class Held:
    id: str
    label: Label
    withdrawn: bool


def record(database: Database, label: Label, number: int, *, withdrawn: bool = False) -> Held:
    """Record an asset of that label; its id is the number."""
    asset = Asset(
        f"{number:064x}", "dataset", "text/csv", "dure/table/v1", label, "coast", (), "t", TIME
    )
    catalogue = AssetCatalogue(database, label.policy)
    with database.write() as connection:
        catalogue.record(asset, f"asset {number}", connection=connection)
        if withdrawn:
            catalogue.withdraw(asset.id, by="coast.one", at=TIME, connection=connection)
    return Held(asset.id, label, withdrawn)
