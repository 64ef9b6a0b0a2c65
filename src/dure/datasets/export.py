"""Export: a data set out of the vault, for its own agency, as two files verified against each other."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dure.core import faults
from dure.core.assets import Asset
from dure.core.system import reason_of
from dure.datasets.catalogue import describe, spans_of, table_of
from dure.datasets.corpora.document import SPANS_FILE, has_spans
from dure.datasets.croissant import DOCUMENT_FILE, TABLE_FILE
from dure.datasets.errors import DatasetError
from dure.datasets.huggingface import CARD_FILE, DATA_FILE, SPANS_DATA_FILE, card, relocated
from dure.datasets.images.document import has_images
from dure.datasets.images.exporting import write_images
from dure.datasets.images.hub import Part, beside_metadata, configuration, parts_of
from dure.datasets.import_ import any_purpose
from dure.datasets.spec import EXPORT
from dure.datasets.use.opening import open_dataset
from dure.datasets.verify.folders import hold, verify_folder
from dure.governance.house import House
from dure.storage.folders import new_folder

_BLOCK_BYTES = 1 << 20


LAYOUTS = ("croissant", "huggingface")


def export(
    house: House,
    dataset_id: str,
    folder: Path,
    *,
    purpose: str = "",
    layout: str = "croissant",
) -> Asset:
    """Write a data set as a Croissant document and a Parquet file, verified against each other.

    The folder appears when all is whole, agrees, and is on disk, readable by its owner alone. What a
    crash left of an export to the same folder is removed first.

    Parameters
    ----------
    house
        The node.
    dataset_id
        The data set.
    folder
        New folder, in one that is there.
    purpose
        Purpose of the read; "" means any that the principal and the label have in common.
    layout
        ``croissant``: ``croissant.json`` and ``data.parquet``, and ``images/`` or ``spans.parquet`` where
        there are some; ``huggingface``: the same table under ``data/`` (spans under ``spans/``), with
        a data set card beside the document; of images, what they are targets of beside them, as
        `dure.datasets.images.hub` has it.

    Raises
    ------
    DatasetError
        ``datasets.not-dataset``, ``datasets.changed``, ``datasets.folder``.
    GovernanceError
        ``governance.denied``.
    ValueError
        For an unknown layout.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"layout is one of {', '.join(LAYOUTS)}")
    table_id = table_of(house, dataset_id)
    dataset = house.assets.get(dataset_id).asset
    purpose = purpose or any_purpose(house, dataset.label)
    house.require(EXPORT.name, dataset.label, purpose=purpose, owner=dataset.owner)
    if os.path.lexists(folder):
        raise DatasetError("datasets.folder", folder=folder, reason="EEXIST")
    with house.doing(EXPORT.name, asset=dataset_id):
        document = describe(house, dataset_id, purpose=purpose)
        parts: list[Part] = []
        if layout == "huggingface" and has_images(document):
            parts = parts_of(open_dataset(house, dataset_id, purpose=purpose).to_arrow())
        try:
            with new_folder(folder) as partial:
                table = _write_words(partial, document, layout, parts)
                _write_table(house, table, table_id, purpose)
                if has_spans(document):
                    spans = partial / (SPANS_DATA_FILE if layout == "huggingface" else SPANS_FILE)
                    spans.parent.mkdir(mode=0o700, exist_ok=True)
                    _write_table(house, spans, spans_of(house, dataset), purpose)
                if has_images(document):
                    write_images(house, dataset_id, partial, purpose)
                for part in parts:
                    _write_text(partial / part.place, "".join(f"{one}\n" for one in part.lines))
                hold(verify_folder(partial), dataset_id[:16])
        except OSError as error:
            reason = reason_of(error)
            raise DatasetError("datasets.folder", folder=folder, reason=reason) from error
        faults.point("dataset.exported")
    return dataset


def _write_words(
    folder: Path, document: Mapping[str, Any], layout: str, parts: Sequence[Part]
) -> Path:
    """Write what the layout says about the table; return where the table belongs."""
    table = TABLE_FILE
    if parts:
        _write_text(folder / CARD_FILE, card(document, configuration(parts)))
        document = beside_metadata(document)
    elif layout == "huggingface":
        table = DATA_FILE
        _write_text(folder / CARD_FILE, card(document))
        document = relocated(document)
    _write_text(folder / DOCUMENT_FILE, json.dumps(document, ensure_ascii=False, indent=1))
    (folder / table).parent.mkdir(mode=0o700, exist_ok=True)
    return folder / table


def _write_text(path: Path, text: str) -> None:
    with _new(path) as out:
        content = memoryview(text.encode("utf-8"))
        while content:
            content = content[out.write(content) :]
        os.fsync(out.fileno())


def _write_table(house: House, path: Path, table_id: str, purpose: str) -> None:
    with _new(path) as out:
        _pour(house, table_id, purpose, out)
        os.fsync(out.fileno())


def _new(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", 0)


def _pour(house: House, table_id: str, purpose: str, out: Any) -> None:
    stream = house.open(table_id, purpose=purpose, run="")
    with os.fdopen(stream.fd, "rb") as content:
        while part := content.read(_BLOCK_BYTES):
            view = memoryview(part)
            while view:
                view = view[out.write(view) :]
