"""What a reader may see of the data sets, and how one is read again, checked."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dure.core.assets import Asset
from dure.datasets.croissant import TABLE_FILE, read_table
from dure.datasets.errors import DatasetError
from dure.datasets.import_ import DATASET, any_purpose
from dure.datasets.spec import EXPORT
from dure.governance.house import House

MAX_DOCUMENT_BYTES = 8 * 1024 * 1024


def table_of(house: House, dataset_id: str) -> str:
    """Return the id of the table that a data set describes.

    Raises
    ------
    DatasetError
        ``datasets.not-dataset``.
    """
    dataset = house.assets.get(dataset_id).asset
    if dataset.kind != DATASET:
        raise DatasetError("datasets.not-dataset", asset=dataset_id[:16], kind=dataset.kind)
    return dataset.parents[0]


def describe(house: House, dataset_id: str, *, purpose: str = "") -> Mapping[str, Any]:
    """Return the Croissant document of a data set; a read that the policy must allow.

    Raises
    ------
    DatasetError
        ``datasets.not-dataset``.
    GovernanceError
        ``governance.denied``.
    """
    table_of(house, dataset_id)
    purpose = purpose or any_purpose(house, house.assets.get(dataset_id).asset.label)
    content = house.read(dataset_id, purpose=purpose, limit=MAX_DOCUMENT_BYTES)
    document: dict[str, Any] = json.loads(content)
    return document


def export(house: House, dataset_id: str, folder: Path, *, purpose: str = "") -> Asset:
    """Write a data set as ``croissant.json`` and ``data.parquet``, checked against each other.

    Parameters
    ----------
    house
        The node.
    dataset_id
        The data set.
    folder
        New folder to write into.
    purpose
        Purpose of the read; "" means any that the principal and the label have in common.

    Raises
    ------
    DatasetError
        ``datasets.not-dataset``, ``datasets.changed``.
    FileExistsError
        When the folder exists.
    GovernanceError
        ``governance.denied``.
    """
    dataset = house.assets.get(dataset_id).asset
    purpose = purpose or any_purpose(house, dataset.label)
    house.require(EXPORT.name, dataset.label, purpose=purpose, owner=dataset.owner)
    table_id = table_of(house, dataset_id)
    document = describe(house, dataset_id, purpose=purpose)
    table = read_table(document)
    partial = folder.with_name(folder.name + ".partial")
    with house.doing(EXPORT.name, asset=dataset_id):
        partial.mkdir(parents=True)
        try:
            _write_table(house, table_id, partial / TABLE_FILE, purpose, table.sha256, dataset_id)
            text = json.dumps(document, ensure_ascii=False, indent=1)
            (partial / "croissant.json").write_text(text, encoding="utf-8")
            partial.rename(folder)
        except BaseException:
            for file in partial.iterdir():
                file.unlink()
            partial.rmdir()
            raise
    return dataset


def _write_table(
    house: House, table_id: str, path: Path, purpose: str, sha256: str, dataset_id: str
) -> None:
    stream = house.open(table_id, purpose=purpose, run="")
    digest = hashlib.sha256()
    with os.fdopen(stream.fd, "rb") as content, path.open("xb") as out:
        while part := content.read(1 << 20):
            digest.update(part)
            out.write(part)
    if digest.hexdigest() != sha256:
        raise DatasetError("datasets.changed", part=TABLE_FILE, asset=dataset_id[:16])
