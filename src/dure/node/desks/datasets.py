"""The desk of the data sets room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dure.core.assets import Asset
from dure.node.desks.assets import find, rows
from dure.node.desks.privacy import DeidentifyDesk, PrivacyDesk
from dure.node.desks.versions import VersionsDesk
from dure.node.house import NodeHouse

if TYPE_CHECKING:
    from dure.datasets.elements.conforming import Conformed
    from dure.datasets.elements.element import ElementSet
    from dure.datasets.elements.mapping import Mapping
    from dure.datasets.feeds import Query
    from dure.datasets.images.use import ImageContent
    from dure.datasets.use.dataset import DataSet
    from dure.readers.tables import Options


def _is_corpus(source: Path, kind: str) -> bool:
    from dure.readers.corpora.folder import is_corpus

    return not kind and is_corpus(source)


class DatasetsDesk:
    """Verbs on data sets."""

    def __init__(self, house: NodeHouse) -> None:
        self.house = house
        self.versions = VersionsDesk(house)

    def import_(
        self,
        source: str | Path | Query,
        *,
        label: str,
        name: str = "",
        description: str = "",
        licence: str = "",
        kind: str = "",
        options: Options | None = None,
        rules: str | Path | None = None,
        ranges: bool = False,
        about: str | Path | None = None,
        targets: Sequence[str] = ("auto",),
        leave_out_damaged: bool = False,
        records: str = "",
        annotations: str = "",
        offsets: str = "",
        progress: Callable[[str], None] = lambda _: None,
    ) -> Asset:
        """Import a file; see `dure.datasets.import_.import_`.

        ``rules`` is a contract's file, ``about`` a statement's. A folder is imported as images; see
        `dure.datasets.images.importing.import_images`, which takes ``targets`` and
        ``leave_out_damaged``. Where ``annotations`` are named, or nothing else lies there than texts, it is
        a corpus; see `dure.datasets.corpora.importing.import_corpus`, which takes these, ``offsets`` and
        ``leave_out_damaged``. What is a Croissant document, or is said to be one (``croissant``), is
        imported with the files that it describes; see
        `dure.datasets.others.importing.import_document`, which takes ``records``.
        """
        from dure.datasets.about.statement import EMPTY, read_statement
        from dure.datasets.options import CORPUS, CROISSANT, IMAGES, QUERY, check_options
        from dure.datasets.rules.sandboxed import read_contract
        from dure.readers.tables import Options

        options = options or Options()
        given = {
            "--kind": kind,
            "--with-ranges": ranges,
            "--targets": tuple(targets) != ("auto",),
            "--leave-out-damaged": leave_out_damaged,
            "--records": records,
            "--annotations": annotations,
            "--offsets": offsets,
        }
        file = Path(source) if isinstance(source, str) else source
        words: dict[str, Any] = {
            "label": label,
            "name": name,
            "description": description,
            "licence": licence,
            "rules": None if rules is None else read_contract(Path(rules)),
            "statement": EMPTY if about is None else read_statement(Path(about)),
            "progress": progress,
        }
        if isinstance(file, Path) and (annotations or _is_corpus(file, kind)):
            from dure.datasets.corpora.importing import import_corpus

            check_options(file.name, CORPUS, {**given, **options.given()})
            return import_corpus(
                self.house,
                file,
                annotations="" if annotations == "auto" else annotations,
                encoding=options.encoding,
                offsets=offsets,
                leave_out_damaged=leave_out_damaged,
                **words,
            )
        if isinstance(file, Path) and file.is_dir() and kind != CROISSANT:
            from dure.datasets.images.importing import import_images

            check_options(file.name, IMAGES, {**given, **options.given()})
            return import_images(
                self.house, file, targets=targets, leave_out_damaged=leave_out_damaged, **words
            )
        from dure.datasets.import_ import import_
        from dure.datasets.others.importing import import_document, is_document

        words |= {"options": options, "ranges": ranges}
        if isinstance(file, Path) and (kind == CROISSANT or (not kind and is_document(file))):
            check_options(file.name, CROISSANT, {**given, **options.given()})
            return import_document(self.house, file, records=records, **words)
        check_options(file.name, QUERY, given)  # any table: how it is read, its kind decides
        return import_(self.house, file, kind=kind, **words)

    @cached_property
    def deidentify(self) -> DeidentifyDesk:
        """Verbs on de-identification."""
        return DeidentifyDesk(self.house)

    @cached_property
    def privacy(self) -> PrivacyDesk:
        """Verbs on privacy records."""
        return PrivacyDesk(self.house)

    def spans(self, dataset: str, *, purpose: str = "") -> DataSet:
        """Open the spans of a corpus for use; see `dure.datasets.corpora.use.open_spans`."""
        from dure.datasets.corpora.use import open_spans

        asset = find(self.house, dataset, "dataset")
        return open_spans(self.house, asset.id, purpose=purpose)

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
        document = describe(self.house, asset.id)
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

    def load_elements(
        self, file: str | Path, *, label: str, name: str = "", version: int = 0
    ) -> Asset:
        """Load a set of data elements; see `dure.datasets.elements.held.load`."""
        from dure.datasets.elements.held import load

        return load(self.house, Path(file), label=label, name=name, version=version)

    def list_elements(self, purpose: str = "") -> Sequence[dict[str, Any]]:
        """Return the sets of data elements that the principal may see."""
        return rows(self.house, "elements", purpose)

    def elements(self, name: str, *, purpose: str = "") -> ElementSet:
        """Return a set of data elements out of the vault; see `dure.datasets.elements.held.opened`."""
        from dure.datasets.elements.held import opened

        return opened(self.house, find(self.house, name, "elements").id, purpose=purpose)

    def propose_mapping(self, dataset: str, elements: str) -> Mapping:
        """Propose which column is which element; see `dure.datasets.elements.held.propose`."""
        from dure.datasets.elements.held import propose

        asset = find(self.house, dataset, "dataset")
        return propose(self.house, asset.id, self.elements(elements))

    def conform(
        self,
        dataset: str,
        mapping: str | Path | Mapping,
        elements: str,
        *,
        least: float = 0.0,
        name: str = "",
    ) -> tuple[Asset, Conformed]:
        """Make a data set that conforms; see `dure.datasets.elements.held.conform`."""
        from dure.datasets.elements.held import conform
        from dure.datasets.elements.mapping import Mapping
        from dure.datasets.elements.sandboxed import read_mapping

        asset = find(self.house, dataset, "dataset")
        told = mapping if isinstance(mapping, Mapping) else read_mapping(Path(mapping))
        found = self.elements(elements)
        return conform(self.house, asset.id, told, found, least=least, name=name)

    def export(self, dataset: str, folder: str | Path, *, layout: str = "croissant") -> Asset:
        """Write a data set into a new folder; see `dure.datasets.export.export`."""
        from dure.datasets.export import export

        asset = find(self.house, dataset, "dataset")
        return export(self.house, asset.id, Path(folder), layout=layout)
