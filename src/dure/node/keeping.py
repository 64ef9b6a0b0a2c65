"""What is kept and for how long, as a door asks the keeper; the catalogue follows.

The keeper decides and remembers (`dure.governance.retention`). What a crash leaves undone in the
catalogue, the same verb does when it is called again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dure.core import faults
from dure.core.times import write_time
from dure.node.links import Links
from dure.storage.assets import AssetCatalogue
from dure.storage.database import Database


@dataclass(frozen=True, slots=True)
class NodeKeeping:
    """Withdrawals, legal holds and garbage of one node.

    Parameters
    ----------
    links
        Links to its keeper.
    database, assets
        The node's own store, and the catalogue in it.
    principal
        Who acts.
    now
        Returns seconds since 1970.
    """

    links: Links
    database: Database
    assets: AssetCatalogue
    principal: str
    now: Callable[[], int]

    def withdraw(self, asset_id: str) -> tuple[str, ...]:
        """Withdraw an asset and all that was made of it; return all of them, itself first."""
        reached = tuple(self.links.ask("keeper", "content.withdraw", asset=asset_id)["assets"])
        faults.point("house.withdrawn")
        at = write_time(self.now())
        with self.database.write() as connection:
            for each in self.assets.held(reached):
                self.assets.withdraw(each, by=self.principal, at=at, connection=connection)
        return reached

    def dependants(self, asset_id: str) -> tuple[str, ...]:
        """Return what a withdrawal would reach, the asset itself first."""
        return tuple(self.links.ask("keeper", "content.dependants", asset=asset_id)["assets"])

    def hold(self, asset_id: str) -> None:
        """Lay a legal hold on an asset."""
        self.links.ask("keeper", "content.hold", asset=asset_id)

    def lift(self, asset_id: str) -> bool:
        """Lift the legal hold on an asset; say whether there was one."""
        return bool(self.links.ask("keeper", "content.lift", asset=asset_id)["lifted"])

    def holds(self) -> Mapping[str, str]:
        """Return asset -> since when, for every legal hold."""
        held: Mapping[str, str] = self.links.ask("keeper", "content.holds")["holds"]
        return held

    def root(self, purpose: str, generation: int) -> Mapping[str, object]:
        """Return what is known of the root of a purpose's keys; the root itself nobody gets."""
        found: Mapping[str, object] = self.links.ask(
            "keeper", "key.root", purpose=purpose, generation=generation
        )
        return found

    def collect_garbage(self) -> Mapping[str, int]:
        """Destroy what nothing refers to; return how many assets, drafts and files went."""
        abandoned = self.links.ask("keeper", "content.abandoned")["assets"]
        self.assets.forget(abandoned)
        faults.point("house.forgotten")
        found = self.links.ask("keeper", "content.collect", assets=abandoned)
        return {
            "assets": len(found["assets"]),
            "drafts": int(found["drafts"]),
            "files": int(found["files"]),
        }
