"""Import what others described: a Croissant document, and the files that lie beside it.

First the document is held against its files, as ``verify`` does: digests, columns, types and number of
rows. Then the files stream into the sandbox, are held to the digests that were measured, and come back as
one table. What the document says of the set and of its columns is carried into ours.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dure.core.assets import Asset
from dure.core.text import printable
from dure.datasets.about.statement import EMPTY, Statement
from dure.datasets.errors import DatasetError
from dure.datasets.others.telling import Told, carried, told_by
from dure.datasets.verify.documents import read_both
from dure.datasets.verify.files import opened
from dure.datasets.verify.folders import hold, read_file, verify_part
from dure.governance.house import House

if TYPE_CHECKING:
    from dure.readers.several import Plan

_BLOCK_BYTES = 1 << 20
_SIGN = b"mlcommons.org/croissant/"
_LOOKED_AT_BYTES = 1 << 20


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


def is_document(source: Path) -> bool:
    """Say whether a file calls itself a Croissant document; nothing is parsed.

    A table of JSON that says the same is imported with ``--kind json``.
    """
    if source.suffix.lower() not in (".json", ".jsonld") or not source.is_file():
        return False
    try:
        with source.open("rb") as file:
            return _SIGN in file.read(_LOOKED_AT_BYTES)
    except OSError:
        return False  # whoever reads it says why it can't be read


def look_at(source: Path, records: str = "") -> Delivery:
    """Return what a document of others delivers, held against its files.

    Parameters
    ----------
    source
        The document, or the folder that it lies in.
    records
        Name of the record set; "" where there is one alone.

    Raises
    ------
    DatasetError
        ``datasets.document`` with what can't be imported, ``datasets.changed`` where files are not as
        the document says.
    ReaderError
        ``readers.source``.
    SandboxError
        When this host can't provide the sandbox.
    """
    from dure.datasets.others.choosing import choose

    content, file = read_file(source)
    said, document = read_both(content, file.name)
    chosen, told = choose(said, file, records), told_by(document)
    report = verify_part(content, file, chosen.said)
    hold(report, file.name)
    return Delivery(
        name=told.name or chosen.name,
        folder=file.parent,
        plan=chosen.plan,
        digests=cast("Mapping[str, str]", report.evidence["files"]),
        told=told,
        descriptions=chosen.descriptions,
        digest=f"sha256:{hashlib.sha256(content).hexdigest()}",
    )


def import_document(
    house: House,
    source: Path,
    *,
    records: str = "",
    name: str = "",
    description: str = "",
    licence: str = "",
    statement: Statement = EMPTY,
    **more: Any,
) -> Asset:
    """Import what a Croissant document of others describes as a data set of this agency.

    Parameters
    ----------
    house
        The node.
    source
        The document, or the folder that it lies in.
    records
        Name of the record set; "" where there is one alone.
    name, description, licence
        In place of the document's own.
    statement
        What else the steward states; before the document's own words.
    **more
        As `dure.datasets.import_.import_` takes it.

    Raises
    ------
    DatasetError, ReaderError, SandboxError
        As `look_at`, and as `dure.datasets.import_.import_`.
    """
    from dure.datasets.import_ import import_

    delivery = look_at(source, records)
    told = delivery.told
    return import_(
        house,
        delivery,
        name=name or statement.name or told.name,
        description=description or statement.description or told.description,
        licence=licence or statement.licence or told.licence,
        statement=statement,
        **more,
    )
