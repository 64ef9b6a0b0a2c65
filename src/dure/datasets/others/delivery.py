"""Files that a document of others describes, on their way into the sandbox."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dure.core.text import printable
from dure.datasets.errors import DatasetError
from dure.datasets.others.telling import Told, carried
from dure.datasets.verify.files import opened

if TYPE_CHECKING:
    from dure.readers.several import Plan

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """Files that a document of others describes, as `dure.readers.several` takes them.

    Parameters
    ----------
    name
        Of the document.
    folder
        Where the files are.
    plan
        How they are put together.
    digests
        File -> digest that it must have.
    told
        What the document says in words.
    descriptions
        Column -> what the document says it is.
    digest
        Of the document.
    """

    name: str
    folder: Path
    plan: Plan
    digests: Mapping[str, str]
    told: Told
    descriptions: Mapping[str, str]
    digest: str

    def complete(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the new document with what others said."""
        return carried(document, self.told, self.descriptions)

    def blocks(self) -> Iterator[bytes]:
        """Yield plan and files.

        Raises
        ------
        DatasetError
            ``datasets.changed`` when a file is not the one that was verified.
        """
        from dure.readers.several import framed

        sizes = [self._size(place) for place in self.plan.places]
        yield framed(self.plan, sizes)
        for place, size in zip(self.plan.places, sizes, strict=True):
            yield from self._content(place, size)

    def _size(self, place: str) -> int:
        with contextlib.ExitStack() as stack:
            return os.fstat(self._opened(place, stack)).st_size

    def _content(self, place: str, size: int) -> Iterator[bytes]:
        digest, left = hashlib.sha256(), size
        with contextlib.ExitStack() as stack:
            descriptor = self._opened(place, stack)
            while left and (block := os.read(descriptor, min(left, _BLOCK_BYTES))):
                digest.update(block)
                left -= len(block)
                yield block
        if left or f"sha256:{digest.hexdigest()}" != self.digests[place]:
            raise self._changed(place)

    def _opened(self, place: str, stack: contextlib.ExitStack) -> int:
        try:
            return opened(self.folder, place, stack)
        except OSError:
            raise self._changed(place) from None

    def _changed(self, place: str) -> DatasetError:
        return DatasetError("datasets.changed", file=printable(place), asset=self.name)
