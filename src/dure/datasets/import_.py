"""Import: a raw file becomes a described, checked, labelled and sealed data set.

The file's bytes are parsed in the sandbox alone; what comes out is a typed Parquet table, which is
sealed while it streams, and a Croissant document that names its digest. The document is the data
set (its id, its label); the table is its parent. Until the document is recorded there is no data
set, so that a crash leaves nothing half-imported, and importing again on the same day gives the same ids.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from dure.core import faults
from dure.core.assets import Asset
from dure.core.labels import ALL, Label
from dure.core.times import write_time
from dure.datasets.croissant import TABLE_FILE, Field, Table, write_document
from dure.datasets.errors import DatasetError
from dure.datasets.spec import IMPORT
from dure.governance.house import House
from dure.readers.parse import parse
from dure.readers.tables import Parsed

KINDS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet"}

DATASET = "dataset"
TABLE = "dataset.table"
DOCUMENT_SCHEMA = "croissant/1.1"
TABLE_SCHEMA = "dure/table/v1"


@dataclass(slots=True)
class _Tally:
    """Counts and digests the table while it streams by."""

    size: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def counted(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        for block in blocks:
            self.digest.update(block)
            self.size += len(block)
            yield block


def import_(
    house: House,
    source: Path,
    *,
    label: str,
    name: str = "",
    description: str = "",
    licence: str = "",
    kind: str = "",
    progress: Callable[[str], None] = lambda _: None,
) -> Asset:
    """Import one file as a data set of this agency.

    Parameters
    ----------
    house
        The node.
    source
        CSV, TSV or Parquet file.
    label
        Text of its label; the importing agency is added to those it is releasable to.
    name, description, licence
        Words for the Croissant document; the name is the file's by default.
    kind
        ``csv`` or ``parquet``; by default the file's ending tells.
    progress
        Told the step under way.

    Returns
    -------
    Asset
        The data set. The same file, words and label on the same day give the same asset.

    Raises
    ------
    DatasetError
        ``datasets.kind``, ``datasets.owner``.
    CoreError
        ``core.label-text``, ``core.label-term``.
    ReaderError
        What is wrong with the file.
    GovernanceError
        ``governance.denied``.
    """
    kind = kind or KINDS.get(source.suffix.lower(), "")
    if kind not in set(KINDS.values()):
        raise DatasetError("datasets.kind", path=source.name, known=" ".join(sorted(KINDS)))
    wanted = own_label(house, label)
    house.require(IMPORT.name, wanted, purpose=any_purpose(house, wanted), owner=house.agency)
    sealed: list[tuple[Asset, int, str]] = []

    def sink(blocks: Iterator[bytes]) -> None:
        progress("seal")
        tally = _Tally()
        table = house.seal(
            tally.counted(blocks),
            kind=TABLE,
            media_type="application/vnd.apache.parquet",
            schema_id=TABLE_SCHEMA,
            label=wanted,
            producer=IMPORT.name,
            name=TABLE_FILE,
        )
        sealed.append((table, tally.size, tally.digest.hexdigest()))

    with house.doing(IMPORT.name, detail={"kind": kind}) as doing:
        progress("parse")
        parsed = parse(source, kind, sink=sink)
        faults.point("dataset.table-sealed")
        dataset = _describe(house, parsed, *sealed[0], name or source.stem, description, licence)
        faults.point("dataset.sealed")
        doing.asset = dataset.id
        doing.detail["rows"] = parsed.rows
        doing.detail["columns"] = len(parsed.columns)
    return dataset


def any_purpose(house: House, label: Label) -> str:
    """Return a purpose that both the label serves and the principal may act for, or "".

    Stewards act on a data set as a whole: one purpose in common is what the policy asks of them.
    """
    return min((name for name in house.principal.purposes if label.serves(name)), default="")


def own_label(house: House, text: str) -> Label:
    """Return the label with this agency among those it is releasable to.

    Raises
    ------
    DatasetError
        ``datasets.owner`` when another agency owns it.
    """
    label = Label.parse(text, house.charter.labels)
    if label.owners != {house.agency}:
        raise DatasetError("datasets.owner", agency=house.agency)
    if label.releasable == ALL:
        return label
    return replace(label, releasable=label.releasable | {house.agency})


def _describe(
    house: House,
    parsed: Parsed,
    table: Asset,
    size: int,
    sha256: str,
    name: str,
    description: str,
    licence: str,
) -> Asset:
    document = write_document(
        name=name,
        description=description or f"{name}: {parsed.rows} rows, {len(parsed.columns)} columns.",
        agency=house.agency,
        label=str(table.label),
        licence=licence,
        created=write_time(house.now()),
        table=Table(
            tuple(Field(column.name, column.type) for column in parsed.columns),
            parsed.rows,
            size,
            sha256,
        ),
    )
    return house.seal(
        [json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8")],
        kind=DATASET,
        media_type="application/ld+json",
        schema_id=DOCUMENT_SCHEMA,
        label=table.label,
        parents=(table.id,),
        producer=IMPORT.name,
        name=name,
        facts={
            "rows": str(parsed.rows),
            "columns": str(len(parsed.columns)),
            "raw": parsed.digest,
        },
    )
