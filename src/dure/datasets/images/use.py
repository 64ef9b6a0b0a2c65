"""The images of a data set, one after the other: out of a node's vault, or out of an exported folder.

Each is held against the digest that the index has of it before anybody gets it. One image is in memory
at a time. Out of a vault they come in the order of the index; a folder gives any of them by its path.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dure.core.system import reason_of
from dure.core.text import printable
from dure.datasets.catalogue import describe, images_of
from dure.datasets.document import unusable
from dure.datasets.errors import DatasetError
from dure.datasets.images.document import FOLDER, has_images
from dure.datasets.images.table import DIGEST, PATH, SIZE
from dure.datasets.import_ import any_purpose
from dure.datasets.use.dataset import DataSet
from dure.datasets.use.opening import open_dataset
from dure.datasets.verify.files import is_inside, opened
from dure.governance.house import House
from dure.readers.images.errors import ImageError
from dure.readers.images.facts import MAX_IMAGE_BYTES

_ROWS = 1 << 12


@dataclass(frozen=True, slots=True)
class ImageContent:
    """One image: its path in the data set, and its bytes as they were imported."""

    path: str
    content: bytes


def open_images(house: House, dataset_id: str, *, purpose: str = "") -> Iterator[ImageContent]:
    """Yield the images of a data set of this node, in the order of its index.

    The content is a stranger's image: decode it where a stranger's bytes may be decoded.

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
    ImageError
        ``images.folder`` when it has no images.
    DatasetError
        ``datasets.not-dataset``, ``datasets.changed``.
    GovernanceError
        ``governance.denied``.
    """
    dataset = house.assets.get(dataset_id).asset
    purpose = purpose or any_purpose(house, dataset.label)
    document = describe(house, dataset_id, purpose=purpose)
    pack = images_of(house, dataset)
    if not pack or not has_images(document):
        raise ImageError("images.folder", name=dataset_id[:16], reason="not-images")
    listed = open_dataset(house, dataset_id, purpose=purpose).select(PATH, SIZE, DIGEST)
    rows = listed.to_arrow()
    stream = house.open(pack, purpose=purpose, run="")
    with os.fdopen(stream.fd, "rb") as pipe:
        for row in (row for batch in rows.to_batches(_ROWS) for row in batch.to_pylist()):
            yield _next(pipe, row[PATH], row[SIZE], row[DIGEST], dataset_id[:16])
        if pipe.read(1):
            raise changed(FOLDER, dataset_id[:16])


def folder_images(folder: Path, rows: DataSet) -> Iterator[ImageContent]:
    """Yield the images of an exported folder in the order of its rows: shuffled or sharded as they are.

    Parameters
    ----------
    folder
        Folder that ``dure datasets export`` wrote.
    rows
        What `dure.datasets.use.opening.open_folder` opened there, or a view of it.

    Raises
    ------
    DatasetError
        ``datasets.changed`` when an image is not the one that the index has.
    """
    for row in rows.select(PATH, SIZE, DIGEST).records():
        if not is_inside(row[PATH]):
            raise unusable(folder, printable(row[PATH]), "document-form")
        try:
            yield _read(folder, row[PATH], row[SIZE], row[DIGEST])
        except OSError as error:
            raise unusable(folder, printable(row[PATH]), reason_of(error)) from None


def _read(folder: Path, path: str, size: int, digest: str) -> ImageContent:
    with contextlib.ExitStack() as stack:
        descriptor = opened(folder, f"{FOLDER}/{path}", stack)
        if os.fstat(descriptor).st_size != size:
            raise changed(path, folder.name)
        with os.fdopen(os.dup(descriptor), "rb") as file:
            return _next(file, path, size, digest, folder.name)


def changed(path: str, name: str) -> DatasetError:
    """Return the error of an image that is not the one that the index has."""
    return DatasetError("datasets.changed", file=printable(path), asset=name)


def _next(source: io.BufferedIOBase, path: str, size: int, digest: str, name: str) -> ImageContent:
    if not 0 <= size <= MAX_IMAGE_BYTES:
        raise changed(path, name)
    content = source.read(size)
    if len(content) != size or hashlib.sha256(content).hexdigest() != digest:
        raise changed(path, name)
    return ImageContent(path, content)
