"""Import a folder of images: an index, the images' own bytes, and a description of both.

The folder is read once. A chunk of it is digested, decoded in the sandbox, and sealed as it lies in
memory, so what was looked at is what is kept; the bytes stand one after the other, in the order of the
index, which says how long each is. The description is the data set; index and images are its parents.
Until it is recorded there is no data set.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from dure.core import faults
from dure.core.assets import Asset
from dure.core.labels import Label
from dure.core.text import printable
from dure.datasets.about.statement import EMPTY, Statement
from dure.datasets.about.vocabularies import with_origin, with_statement, with_terms
from dure.datasets.croissant import (
    MEDIA_TYPE,
    TABLE_FILE,
    Description,
    Field,
    Table,
    write_document,
)
from dure.datasets.images.document import FOLDER, with_images
from dure.datasets.images.inspection import digest_of
from dure.datasets.images.people import WORKER, riding, with_riders
from dure.datasets.images.table import index_table, parquet_blocks
from dure.datasets.images.targets import check_usable, find_targets
from dure.datasets.import_ import any_purpose, own_label
from dure.datasets.meter import Meter
from dure.datasets.rules.contract import Contract
from dure.datasets.rules.enforcing import enforced
from dure.datasets.sealing import (
    DATASET,
    DOCUMENT_SCHEMA,
    IMAGES,
    IMAGES_SCHEMA,
    TABLE,
    TABLE_SCHEMA,
)
from dure.datasets.spec import IMPORT
from dure.datasets.words import DESCRIPTION_CHARACTERS, NAME_CHARACTERS, checked, name_of
from dure.governance.house import House
from dure.readers.images.errors import ImageError
from dure.readers.images.folder import Folder, Listing
from dure.readers.images.measuring import Image, measured

_PARQUET = "application/vnd.apache.parquet"


@dataclass(slots=True)
class _Taken:
    """What was sealed, while it is."""

    images: list[Image] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)

    @property
    def formats(self) -> set[str]:
        """Formats that occur."""
        return {self.images[at].facts.format for at in self.kept}


def import_images(
    house: House,
    source: Path,
    *,
    label: str,
    name: str = "",
    description: str = "",
    licence: str = "",
    targets: Sequence[str] = ("auto",),
    leave_out_damaged: bool = False,
    rules: Contract | None = None,
    statement: Statement = EMPTY,
    progress: Callable[[str], None] = lambda _: None,
) -> Asset:
    """Import a folder of images as a data set of this agency.

    Parameters
    ----------
    house
        The node.
    source
        The folder.
    label
        Text of its label; the importing agency is added to those it is releasable to.
    name, description, licence
        Words for the Croissant document; the name is the folder's by default.
    targets
        ``auto``, ``coco``, ``yolo``, ``folders``, ``none``, or files below the folder.
    leave_out_damaged
        Whether images that can't be decoded are left out; otherwise the first of them ends the import.
    rules
        Contract that the index must keep; when it is broken, there is no data set.
    statement
        What else the steward states.
    progress
        Told the step under way: ``parse``, ``seal``, ``describe``.

    Returns
    -------
    Asset
        The data set. The same folder, words and label give the same asset.

    Raises
    ------
    DatasetError
        ``datasets.owner``, ``datasets.words``, ``datasets.rules``.
    ImageError
        What is wrong with the folder, a file in it, or its targets.
    ReaderError
        ``readers.stopped``.
    GovernanceError
        ``governance.denied``.
    StorageError
        What the disk refused.
    """
    wanted = own_label(house, label)
    words = (
        checked("name", name or statement.name, NAME_CHARACTERS) or name_of(source.resolve()),
        checked("description", description or statement.description, DESCRIPTION_CHARACTERS, lines=True),
        checked("licence", licence or statement.licence, NAME_CHARACTERS),
    )  # fmt: skip
    house.require(IMPORT.name, wanted, purpose=any_purpose(house, wanted), owner=house.agency)
    with house.doing(IMPORT.name, detail={"kind": "images"}) as doing, Folder(source) as folder:
        progress("parse")
        listing = folder.listing()
        known = find_targets(folder, listing, targets)
        check_usable(known, folder.name)
        taken = _Taken()
        progress("seal")
        packed, meter = Meter(), Meter()
        content = packed.counted(
            _content(folder, listing, taken, leave_out_damaged=leave_out_damaged)
        )
        images = _seal(
            house, content, wanted, IMAGES, IMAGES_SCHEMA, "application/octet-stream", FOLDER
        )
        table = index_table(taken.images, taken.kept, known)
        blocks = parquet_blocks(table)
        blocks = meter.counted(blocks if rules is None else enforced(blocks, rules))
        index = _seal(house, blocks, wanted, TABLE, TABLE_SCHEMA, _PARQUET, TABLE_FILE)
        faults.point("dataset.table-sealed")
        progress("describe")
        described = _described(table, meter, taken)
        document = _document(house, index, described, words, statement)
        document = with_images(document, taken.formats, packed.digest.hexdigest())
        document = with_riders(document, riding([taken.images[at].facts for at in taken.kept]))
        dataset = house.seal(
            [json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")],
            kind=DATASET,
            media_type=MEDIA_TYPE,
            schema_id=DOCUMENT_SCHEMA,
            label=index.label,
            parents=(index.id, images.id),
            producer=IMPORT.name,
            name=words[0],
            facts=_facts(described, taken),
        )
        faults.point("dataset.sealed")
        doing.asset = dataset.id
        doing.detail.update(rows=described.rows, columns=len(described.fields))
    return dataset


def _described(table: pa.Table, meter: Meter, taken: _Taken) -> Table:
    fields = tuple(Field(one.name, str(one.type)) for one in table.schema)
    raw = digest_of([taken.images[at] for at in taken.kept]).removeprefix("sha256:")
    return Table(fields, table.num_rows, meter.size, meter.digest.hexdigest(), raw)


def _document(
    house: House,
    index: Asset,
    table: Table,
    words: tuple[str, str, str],
    statement: Statement,
) -> dict[str, Any]:
    name, description, licence = words
    about = Description(
        name=name,
        description=description or f"{name}: {table.rows} images.",
        agency=house.agency,
        label=str(index.label),
        label_policy=index.label.policy.id,
        licence=licence,
        created=index.created,
    )
    document = with_terms(with_statement(write_document(about, table), statement), index.label)
    return with_origin(document, IMPORT.name, index.created)


def _facts(table: Table, taken: _Taken) -> dict[str, str]:
    """Return what lists show of it: how many, never a digest."""
    facts = {"rows": str(table.rows), "columns": str(len(table.fields))}
    left_out = len(taken.images) - len(taken.kept)
    return {**facts, "left_out": str(left_out)} if left_out else facts


def _content(
    folder: Folder, listing: Listing, taken: _Taken, *, leave_out_damaged: bool
) -> Iterator[bytes]:
    """Yield the bytes of all images that are kept, one image after the other."""
    for chunk in measured(folder, listing.images, WORKER):
        for number, one in enumerate(chunk.images):
            taken.images.append(one)
            if one.facts.fault:
                if not leave_out_damaged:
                    path = printable(one.entry.path)
                    raise ImageError("images.damaged", name=path, fault=one.facts.fault)
                continue
            taken.kept.append(len(taken.images) - 1)
            yield from chunk.content(number)
    if not taken.kept:
        raise ImageError("images.folder", name=folder.name, reason="no-images")


def _seal(
    house: House,
    blocks: Iterable[bytes],
    label: Label,
    kind: str,
    schema_id: str,
    media_type: str,
    name: str,
) -> Asset:
    return house.seal(
        blocks,
        kind=kind,
        media_type=media_type,
        schema_id=schema_id,
        label=label,
        producer=IMPORT.name,
        name=name,
    )
