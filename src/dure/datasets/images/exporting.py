"""Write the images of a data set into a folder under ``images/``, each verified on the way."""

from __future__ import annotations

import os
from pathlib import Path

from dure.datasets.images.document import FOLDER
from dure.datasets.images.use import ImageContent, changed, open_images
from dure.datasets.verify.files import is_inside
from dure.governance.house import House


def write_images(house: House, dataset_id: str, folder: Path, purpose: str) -> None:
    """Write all images of a data set below a new folder that nobody else has.

    Parameters
    ----------
    house, dataset_id, purpose
        The node, the data set, and the purpose of the read.
    folder
        Where ``images/`` is to be.

    Raises
    ------
    DatasetError
        ``datasets.changed``: an image, or its path, is not what the index may have.
    OSError
        What the disk refused.
    """
    for one in open_images(house, dataset_id, purpose=purpose):
        if not is_inside(one.path) or "\0" in one.path or "\\" in one.path:
            raise changed(one.path, dataset_id[:16])
        _write(folder / FOLDER / one.path, one)


def _write(path: Path, image: ImageContent) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb", 0) as out:
        content = memoryview(image.content)
        while content:
            content = content[out.write(content) :]
        os.fsync(out.fileno())
