"""What a reader may see of a data set: its description."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dure.core.assets import Asset
from dure.datasets.croissant import DOCUMENT_FILE, read_table
from dure.datasets.document import MAX_DOCUMENT_BYTES
from dure.datasets.errors import DatasetError
from dure.datasets.import_ import any_purpose
from dure.datasets.sealing import DATASET, IMAGES, SPANS
from dure.governance.house import House


def table_of(house: House, dataset_id: str) -> str:
    """Return the id of the table that a data set describes.

    Raises
    ------
    DatasetError
        ``datasets.not-dataset``; ``datasets.document`` when its table didn't come with it.
    """
    parents = _dataset(house, dataset_id).parents
    if not parents:
        short = dataset_id[:16]
        raise DatasetError("datasets.document", file=short, place="-", reason="no-table-here")
    return parents[0]


def images_of(house: House, dataset: Asset) -> str:
    """Return the id of the images that a data set lists, or "" when it has none."""
    return _part_of(house, dataset, IMAGES)


def spans_of(house: House, dataset: Asset) -> str:
    """Return the id of the table of spans of a corpus, or "" when it has none."""
    return _part_of(house, dataset, SPANS)


def describe(house: House, dataset_id: str, *, purpose: str = "") -> Mapping[str, Any]:
    """Return the Croissant document of a data set; a read that the policy must allow.

    Parameters
    ----------
    house
        The node.
    dataset_id
        The data set.
    purpose
        Purpose of the read; "" means any that the principal and the label have in common.

    Raises
    ------
    DatasetError
        ``datasets.not-dataset``, ``datasets.changed``.
    GovernanceError
        ``governance.denied``.
    """
    dataset = _dataset(house, dataset_id)
    purpose = purpose or any_purpose(house, dataset.label)
    content = house.read(dataset_id, purpose=purpose, limit=MAX_DOCUMENT_BYTES)
    try:
        document: dict[str, Any] = json.loads(content)
        read_table(document)
    except ValueError as error:
        raise DatasetError("datasets.changed", file=DOCUMENT_FILE, asset=dataset_id[:16]) from error
    return document


def _part_of(house: House, dataset: Asset, kind: str) -> str:
    here = house.assets.held(dataset.parents)
    return next((one for one in here if house.assets.get(one).asset.kind == kind), "")


def _dataset(house: House, dataset_id: str) -> Asset:
    dataset = house.assets.get(dataset_id).asset
    if dataset.kind != DATASET:
        raise DatasetError("datasets.not-dataset", asset=dataset_id[:16], kind=dataset.kind)
    return dataset
