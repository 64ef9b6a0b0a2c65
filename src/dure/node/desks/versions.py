"""The desk of the versions of data sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dure.core.assets import Asset
from dure.node.desks.assets import SHORT, find
from dure.node.desks.exchange import ExchangeDesk
from dure.node.house import NodeHouse

if TYPE_CHECKING:
    from dure.datasets.versions.differing import Diff

_KIND = "dataset"


class VersionsDesk:
    """Verbs on the versions of a data set; each takes what `dure.node.desks.assets.find` takes."""

    def __init__(self, house: NodeHouse) -> None:
        self.house = house

    def commit(
        self,
        dataset: str,
        source: str | Path,
        *,
        kind: str = "",
        note: str = "",
        rules: str | Path | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Asset:
        """Make the next version; see `dure.datasets.versions.committing.commit`."""
        from dure.datasets.rules.sandboxed import read_contract
        from dure.datasets.versions.committing import commit

        return commit(
            self.house,
            find(self.house, dataset, _KIND).id,
            Path(source),
            kind=kind,
            note=note,
            rules=None if rules is None else read_contract(Path(rules)),
            progress=progress,
        )

    def log(self, dataset: str) -> list[dict[str, Any]]:
        """Return every version of a data set, the newest first, withdrawn ones too."""
        from dure.datasets.versions.series import tags_of, versions_of

        start = find(self.house, dataset, _KIND, withdrawn=True).id
        versions = versions_of(self.house, start)
        tags, holds = tags_of(self.house, versions[0].series), self.house.keeping.holds()
        rows = []
        for each in reversed(versions):
            entry = self.house.assets.get(each.asset_id)
            rows.append(
                {
                    "number": each.number,
                    "id": each.asset_id,
                    "short": each.asset_id[:SHORT],
                    "name": entry.name,
                    "created": entry.asset.created,
                    "by": entry.created_by,
                    "note": each.note,
                    "tags": [tag for tag, asset in tags.items() if asset == each.asset_id],
                    "withdrawn": entry.withdrawn_at,
                    "held": holds.get(each.asset_id, ""),
                    **entry.facts,
                }
            )
        return rows

    def diff(self, first: str, second: str, *, keys: Sequence[str] = ()) -> Diff:
        """Compare two data sets; see `dure.datasets.versions.differing.diff`."""
        from dure.datasets.versions.differing import diff

        return diff(
            self.house,
            find(self.house, first, _KIND).id,
            find(self.house, second, _KIND).id,
            keys=keys,
        )

    def tag(self, dataset: str, name: str, *, move: bool = False) -> Asset:
        """Give a version a tag; see `dure.datasets.versions.tagging.tag`."""
        from dure.datasets.versions.tagging import tag

        asset = find(self.house, dataset, _KIND)
        tag(self.house, asset.id, name, move=move)
        return asset

    def dependants(self, dataset: str) -> list[dict[str, Any]]:
        """Return what a withdrawal would reach, the version itself first."""
        from dure.datasets.versions.keeping import dependants

        return dependants(self.house, find(self.house, dataset, _KIND, withdrawn=True).id)

    def withdraw(self, dataset: str, *, reason: str) -> list[dict[str, Any]]:
        """Withdraw a version, and recall its pages; see `dure.datasets.versions.keeping.withdraw`.

        Each row says in ``recalled`` to which agencies a recall now waits to be carried.
        """
        from dure.datasets.versions.keeping import withdraw

        asset = find(self.house, dataset, _KIND, withdrawn=True)
        rows = withdraw(self.house, asset.id, reason=reason)
        made = ExchangeDesk(self.house).recall()
        return [
            {**row, "recalled": [one["to"] for one in made if one["dataset"] == row["id"]]}
            for row in rows
        ]

    def hold(self, dataset: str, *, lift: bool = False) -> Asset:
        """Lay a legal hold on a version, or lift it; see `dure.datasets.versions.keeping`."""
        from dure.datasets.versions import keeping

        asset = find(self.house, dataset, _KIND, withdrawn=True)
        (keeping.lift if lift else keeping.hold)(self.house, asset.id)
        return asset

    def collect_garbage(self) -> Mapping[str, int]:
        """Destroy what nothing refers to; see `dure.datasets.versions.keeping.collect_garbage`."""
        from dure.datasets.versions.keeping import collect_garbage

        return collect_garbage(self.house)
