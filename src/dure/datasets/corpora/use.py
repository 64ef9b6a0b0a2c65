"""The spans of a corpus in use: a data set like the texts', each row with the number of its document."""

from __future__ import annotations

from pathlib import Path

from dure.datasets.catalogue import describe, spans_of
from dure.datasets.corpora.document import SPANS_FILE, has_spans, spans_alone
from dure.datasets.croissant import read_table
from dure.datasets.document import read_document
from dure.datasets.huggingface import SPANS_DATA_FILE
from dure.datasets.import_ import any_purpose
from dure.datasets.use.dataset import DataSet
from dure.datasets.use.opening import open_file, open_table
from dure.governance.house import House
from dure.readers.corpora.errors import CorpusError


def open_spans(house: House, dataset_id: str, *, purpose: str = "") -> DataSet:
    """Open the spans of a data set of this node; as `dure.datasets.use.opening.open_dataset`.

    Raises
    ------
    CorpusError
        ``corpora.folder`` when it has none.
    DatasetError
        ``datasets.not-dataset``, ``datasets.changed``.
    GovernanceError
        ``governance.denied``.
    """
    dataset = house.assets.get(dataset_id).asset
    purpose = purpose or any_purpose(house, dataset.label)
    document = describe(house, dataset_id, purpose=purpose)
    spans, name = spans_of(house, dataset), dataset_id[:16]
    if not spans or not has_spans(document):
        raise CorpusError("corpora.folder", name=name, reason="not-corpus")
    return open_table(house, spans, spans_alone(document), name=name, purpose=purpose)


def folder_spans(folder: str | Path, *, trusted: bool = False) -> DataSet:
    """Open the spans of an exported folder; as `dure.datasets.use.opening.open_folder`.

    Raises
    ------
    CorpusError
        ``corpora.folder`` when it has none.
    DatasetError
        ``datasets.document``, ``datasets.changed``.
    """
    folder = Path(folder)
    document, _ = read_document(folder)
    if not has_spans(document):
        raise CorpusError("corpora.folder", name=folder.name, reason="not-corpus")
    alone = spans_alone(document)
    place = SPANS_FILE if (folder / SPANS_FILE).exists() else SPANS_DATA_FILE
    return open_file(folder, place, alone, read_table(alone), trusted=trusted)
