"""De-identification of images: a new data set without what rides along, and with regions covered.

Which regions, the steward says: boxes of classes among the targets, and a file of boxes. No program looks
for people in pictures; what nobody boxed is not covered, and what is told counts just that.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pyarrow as pa

from dure.core.assets import Asset
from dure.datasets.about.vocabularies import SHOWS_PEOPLE, with_origin, with_terms
from dure.datasets.catalogue import describe, images_of, table_of
from dure.datasets.croissant import (
    MEDIA_TYPE,
    TABLE_FILE,
    Description,
    Field,
    Table,
    licence_words,
    write_document,
)
from dure.datasets.deidentify import figures
from dure.datasets.images.document import FOLDER, with_images
from dure.datasets.images.people import TERM, riding, with_riders
from dure.datasets.images.table import DIGEST, PATH, SIZE, parquet_blocks
from dure.datasets.images.use import open_images
from dure.datasets.import_ import any_purpose
from dure.datasets.meter import Meter
from dure.datasets.plain_toml import content_of
from dure.datasets.privacy.errors import PrivacyError
from dure.datasets.sealing import (
    DATASET,
    DOCUMENT_SCHEMA,
    IMAGES,
    IMAGES_SCHEMA,
    TABLE,
    TABLE_SCHEMA,
    written,
)
from dure.datasets.spec import DEIDENTIFY
from dure.datasets.use.opening import open_dataset
from dure.datasets.words import NAME_CHARACTERS, checked
from dure.governance.house import House
from dure.readers.images.errors import ImageError
from dure.readers.images.facts import ImageFacts
from dure.readers.images.treating import Treated, cover

Side = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]
Length = Annotated[float, msgspec.Meta(gt=0, le=1e9)]
Region = tuple[Side, Side, Length, Length]
_BLOCK_BYTES = 1 << 20
_BOXES, _CLASS = "boxes", "class"
_MEDIA_TYPES = {
    IMAGES: "application/octet-stream",
    TABLE: "application/vnd.apache.parquet",
    DATASET: MEDIA_TYPE,
}


@dataclass(slots=True)
class _Made:
    """What was made, while it is."""

    digests: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    facts: list[ImageFacts] = field(default_factory=list)
    recoded: int = 0

    def take(self, one: Treated) -> Iterator[bytes]:
        """Note one image, and yield its bytes."""
        self.digests.append(hashlib.sha256(one.content).hexdigest())
        self.sizes.append(len(one.content))
        self.facts.append(one.facts)
        self.recoded += not one.exact
        for at in range(0, len(one.content), _BLOCK_BYTES):
            yield one.content[at : at + _BLOCK_BYTES]


def read_boxes(file: Path) -> dict[str, list[Region]]:
    """Return the boxes of a file of JSON: path of an image -> list of left, top, width, height in pixels.

    Raises
    ------
    PrivacyError
        ``privacy.plan`` when it has another form.
    ReaderError
        ``readers.source``.
    """
    try:
        return msgspec.json.decode(content_of(file), type=dict[str, list[Region]])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise PrivacyError("privacy.plan", column=file.name, reason="boxes") from None


def cover_images(
    house: House,
    dataset_id: str,
    *,
    classes: Collection[str] = (),
    boxes: Mapping[str, Sequence[Region]] | None = None,
    name: str = "",
    progress: Callable[[str], None] = lambda _: None,
) -> Asset:
    """Make a data set of the same images, without what rides along, and with regions covered.

    Parameters
    ----------
    house
        The node.
    dataset_id
        The data set.
    classes
        Classes among the targets whose boxes are covered.
    boxes
        More boxes: path -> left, top, width, height in pixels.
    name
        What the new one is called; by default the old name and "de-identified".
    progress
        Told the step under way: ``treat``, ``describe``.

    Returns
    -------
    Asset
        The data set, under the label of its source.

    Raises
    ------
    ImageError
        ``images.folder`` when it has no images.
    PrivacyError
        ``privacy.plan`` for a class or a path that it hasn't.
    GovernanceError
        ``governance.denied``.
    """
    entry = house.assets.get(dataset_id)
    wanted = checked("name", name, NAME_CHARACTERS)
    purpose = any_purpose(house, entry.asset.label)
    house.require(DEIDENTIFY.name, entry.asset.label, purpose=purpose, owner=entry.asset.owner)
    if not images_of(house, entry.asset):
        raise ImageError("images.folder", name=dataset_id[:16], reason="not-images")
    index = open_dataset(house, dataset_id, purpose=purpose).to_arrow()
    regions, counted = _regions(index, classes, boxes or {})
    making = _Making(house, entry.asset, describe(house, dataset_id, purpose=purpose))
    with house.doing(DEIDENTIFY.name, asset=dataset_id) as doing:
        progress("treat")
        images = making.images(regions, purpose)
        table = making.index(_index(index, making.made))
        progress("describe")
        block = {
            "version": figures.VERSION,
            "source": dataset_id,
            "purpose": purpose,
            "plan": house.suite.digest("image-covering", _canonical(classes, boxes or {})),
            "images": {**making.figures(), **counted},
        }
        called = wanted or f"{entry.name} (de-identified)"[:NAME_CHARACTERS]
        dataset = making.describe(called, table, images, block)
        doing.asset = dataset.id
        doing.detail.update(source=dataset_id, rows=index.num_rows)
    return dataset


class _Making:
    """The new images, index and document on their way into the vault."""

    def __init__(self, house: House, source: Asset, old: Mapping[str, Any]) -> None:
        self.made = _Made()
        self._house, self._source, self._old = house, source, old
        self._packed, self._meter = Meter(), Meter()
        self._fields: tuple[Field, ...] = ()
        self._raw = ""

    def images(self, regions: Sequence[Sequence[Region]], purpose: str) -> Asset:
        """Cover the images and seal them one after the other."""
        opened = open_images(self._house, self._source.id, purpose=purpose)
        # While the keeper seals it can't be asked: the stream is open before.
        contents = (one.content for one in itertools.chain([next(opened)], opened))
        treated = cover(zip(contents, regions, strict=True))
        blocks = (block for one in treated for block in self.made.take(one))
        parent = images_of(self._house, self._source)
        return self._seal(self._packed.counted(blocks), IMAGES, IMAGES_SCHEMA, FOLDER, (parent,))

    def index(self, table: pa.Table) -> Asset:
        """Seal the new index."""
        self._fields = tuple(Field(one.name, str(one.type)) for one in table.schema)
        self._raw = _raw(table)
        parent = table_of(self._house, self._source.id)
        blocks = self._meter.counted(parquet_blocks(table))
        return self._seal(blocks, TABLE, TABLE_SCHEMA, TABLE_FILE, (parent,))

    def figures(self) -> dict[str, Any]:
        """Return what rode along before and rides along now, and how many pictures were coded anew."""
        before, after = dict(self._old.get(TERM, {})), riding(self.made.facts)
        return {"before": before, "after": after, "recoded": self.made.recoded}

    def describe(self, name: str, table: Asset, images: Asset, block: Mapping[str, Any]) -> Asset:
        """Seal the document that makes index and images a data set."""
        house, label = self._house, self._source.label
        about = Description(
            name=name,
            description=str(self._old["description"]),
            agency=house.agency,
            label=str(label),
            label_policy=label.policy.id,
            licence=licence_words(self._old),
            created=table.created,
        )
        rows, digest = len(self.made.facts), self._meter.digest.hexdigest()
        told = Table(self._fields, rows, self._meter.size, digest, self._raw)
        document = with_terms(write_document(about, told), label)
        document = with_origin(document, DEIDENTIFY.name, about.created)
        formats = {one.format for one in self.made.facts}
        document = with_images(document, formats, self._packed.digest.hexdigest())
        document = with_riders(document, riding(self.made.facts))
        if self._old.get(SHOWS_PEOPLE):  # no program can say that none is left
            document[SHOWS_PEOPLE] = True
        content = written(figures.with_block(document, block))
        parents = (table.id, images.id, self._source.id)
        facts = {"rows": str(rows), "columns": str(len(self._fields))}
        return self._seal([content], DATASET, DOCUMENT_SCHEMA, name, parents, facts)

    def _seal(
        self,
        blocks: Iterable[bytes],
        kind: str,
        schema_id: str,
        name: str,
        parents: tuple[str, ...],
        facts: Mapping[str, str] | None = None,
    ) -> Asset:
        return self._house.seal(
            blocks,
            kind=kind,
            media_type=_MEDIA_TYPES[kind],
            schema_id=schema_id,
            label=self._source.label,
            parents=parents,
            producer=DEIDENTIFY.name,
            name=name,
            facts=facts,
        )


def _regions(
    index: pa.Table, classes: Collection[str], given: Mapping[str, Sequence[Region]]
) -> tuple[list[list[Region]], dict[str, Any]]:
    """Return what is covered in each image, and how many boxes that is and how many are left."""
    paths = index[PATH].to_pylist()
    if unknown := sorted(set(given) - set(paths)):
        raise PrivacyError("privacy.plan", column=unknown[0], reason="no-image")
    targets = index[_BOXES].to_pylist() if _BOXES in index.column_names else [[] for _ in paths]
    known = Counter(str(box[_CLASS]) for boxes in targets for box in boxes or ())
    if missing := sorted(set(classes) - set(known)):
        raise PrivacyError("privacy.plan", column=missing[0], reason="no-class")
    regions: list[list[Region]] = []
    for path, boxes in zip(paths, targets, strict=True):
        wanted = [box for box in boxes or () if str(box[_CLASS]) in classes]
        regions.append([*((box["x"], box["y"], box["w"], box["h"]) for box in wanted),
                        *given.get(path, ())])  # fmt: skip
    left = {name: count for name, count in sorted(known.items()) if name not in classes}
    counted = {
        "covered": sum(map(len, regions)),
        "covered_images": sum(map(bool, regions)),
        "classes": sorted(classes),
        "boxes_left": [{"class": name, "boxes": count} for name, count in left.items()],
    }
    return regions, counted


def _index(index: pa.Table, made: _Made) -> pa.Table:
    """Return the index with what is measured anew; targets stay."""
    columns: dict[str, Sequence[Any]] = {
        DIGEST: made.digests,
        SIZE: made.sizes,
        "mode": [one.mode for one in made.facts],
        "phash": [None if one.blank else one.phash for one in made.facts],
        "sharpness": [one.sharpness for one in made.facts],
        "brightness": [one.mean for one in made.facts],
        "dark": [one.dark for one in made.facts],
        "bright": [one.bright for one in made.facts],
    }
    for name, values in columns.items():
        at = index.schema.get_field_index(name)
        index = index.set_column(at, name, pa.array(values, index.schema.field(at).type))
    return index


def _raw(table: pa.Table) -> str:
    """Return the digest of paths and digests, as an import has it of what was delivered."""
    digest = hashlib.sha256()
    for sha256, path in zip(table[DIGEST].to_pylist(), table[PATH].to_pylist(), strict=True):
        digest.update(f"{sha256}  {path}\n".encode())
    return digest.hexdigest()


def _canonical(classes: Collection[str], given: Mapping[str, Sequence[Region]]) -> Any:
    boxes = {path: [[f"{side:g}" for side in one] for one in some] for path, some in given.items()}
    return {"classes": sorted(classes), "boxes": boxes}
