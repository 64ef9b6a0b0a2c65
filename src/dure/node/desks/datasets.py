"""The desk of the data sets room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dure.core.assets import Asset
from dure.node.desks.assets import find, rows
from dure.node.house import NodeHouse

if TYPE_CHECKING:
    from dure.datasets.images.use import ImageContent
    from dure.datasets.use.dataset import DataSet


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
        ranges: bool = False,
        about: str | Path | None = None,
        targets: Sequence[str] = ("auto",),
        leave_out_damaged: bool = False,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Asset:
        """Import a file; see `dure.datasets.import_.import_`.

        ``rules`` is a contract's file, ``about`` a statement's. A folder is imported as images; see
        `dure.datasets.images.importing.import_images`, which takes the last two options.
        """
        if Path(source).is_dir():
            return self._import_images(
                Path(source),
                for_tables={"--kind": bool(kind), "--with-ranges": ranges},
                label=label,
                name=name,
                description=description,
                licence=licence,
                rules=rules,
                about=about,
                targets=targets,
                leave_out_damaged=leave_out_damaged,
                progress=progress,
            )
        from dure.datasets.about.statement import EMPTY, read_statement
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
            ranges=ranges,
            statement=EMPTY if about is None else read_statement(Path(about)),
            progress=progress,
        )

    def _import_images(
        self,
        source: Path,
        *,
        for_tables: Mapping[str, bool],
        rules: str | Path | None,
        about: str | Path | None,
        **words: Any,
    ) -> Asset:
        from dure.datasets.about.statement import EMPTY, read_statement
        from dure.datasets.images.importing import import_images
        from dure.datasets.rules.sandboxed import read_contract
        from dure.readers.images.errors import ImageError

        for option, given in for_tables.items():
            if given:
                name = source.name
                raise ImageError("images.folder", name=name, reason="for-tables", option=option)
        return import_images(
            self.house,
            source,
            rules=None if rules is None else read_contract(Path(rules)),
            statement=EMPTY if about is None else read_statement(Path(about)),
            **words,
        )

    def images(self, dataset: str, *, purpose: str = "") -> Iterator[ImageContent]:
        """Yield the images of a data set; see `dure.datasets.images.use.open_images`."""
        from dure.datasets.images.use import open_images

        asset = find(self.house, dataset, "dataset")
        return open_images(self.house, asset.id, purpose=purpose)

    def list(self, purpose: str = "") -> list[dict[str, Any]]:
        """Return the data sets that the principal may see."""
        return rows(self.house, "dataset", purpose)

    def show(self, dataset: str) -> dict[str, Any]:
        """Return a data set's asset and its Croissant document."""
        from dure.datasets.catalogue import describe

        asset = find(self.house, dataset, "dataset")
        document: Mapping[str, Any] = describe(self.house, asset.id)
        return {"asset": asset.to_dict(), "croissant": dict(document)}

    def dcat(self, dataset: str) -> dict[str, Any]:
        """Return a data set's entry for a catalogue of public data, as DCAT."""
        from dure.datasets.about.dcat import catalogue_entry
        from dure.datasets.catalogue import describe

        return catalogue_entry(describe(self.house, find(self.house, dataset, "dataset").id))

    def open(self, dataset: str, *, purpose: str = "") -> DataSet:
        """Open a data set for use; see `dure.datasets.use.opening.open_dataset`."""
        from dure.datasets.use.opening import open_dataset

        asset = find(self.house, dataset, "dataset")
        return open_dataset(self.house, asset.id, purpose=purpose)

    def export(self, dataset: str, folder: str | Path, *, layout: str = "croissant") -> Asset:
        """Write a data set into a new folder; see `dure.datasets.export.export`."""
        from dure.datasets.export import export

        asset = find(self.house, dataset, "dataset")
        return export(self.house, asset.id, Path(folder), layout=layout)
