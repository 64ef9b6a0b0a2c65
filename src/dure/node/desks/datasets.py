"""The desk of the data sets room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dure.core.assets import Asset
from dure.node.desks.assets import find, rows
from dure.node.house import NodeHouse


class DatasetsDesk:
    """Verbs on data sets."""

    def __init__(self, house: NodeHouse) -> None:
        self.house = house

    def import_(
        self,
        source: str | Path,
        *,
        label: str,
        name: str = "",
        description: str = "",
        licence: str = "",
        kind: str = "",
        rules: str | Path | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Asset:
        """Import a file; see `dure.datasets.import_.import_`. ``rules`` is a contract's file."""
        from dure.datasets.import_ import import_
        from dure.datasets.rules.sandboxed import read_contract

        return import_(
            self.house,
            Path(source),
            label=label,
            name=name,
            description=description,
            licence=licence,
            kind=kind,
            rules=None if rules is None else read_contract(Path(rules)),
            progress=progress,
        )

    def list(self, purpose: str = "") -> list[dict[str, Any]]:
        """Return the data sets that the principal may see."""
        return rows(self.house, "dataset", purpose)

    def show(self, dataset: str) -> dict[str, Any]:
        """Return a data set's asset and its Croissant document."""
        from dure.datasets.catalogue import describe

        asset = find(self.house, dataset, "dataset")
        document: Mapping[str, Any] = describe(self.house, asset.id)
        return {"asset": asset.to_dict(), "croissant": dict(document)}

    def export(self, dataset: str, folder: str | Path) -> Asset:
        """Write a data set as Croissant and Parquet; see `dure.datasets.export.export`."""
        from dure.datasets.export import export

        return export(self.house, find(self.house, dataset, "dataset").id, Path(folder))
