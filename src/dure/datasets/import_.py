"""Import: a raw file becomes a described, checked, labelled and sealed data set.

The file's bytes are parsed in the sandbox alone; what comes out is a typed Parquet table, which is
sealed while it streams, and read a second time on the way, and a Croissant document that names its
digest and says of it what both readings found. The document is the data set (its id, its label); the
table is its parent.

Until the document is recorded there is no data set: a crash in between leaves a sealed table that no
list shows, and the same import takes it up again. Everything in the document follows from the file,
the words and the label, its date from the day on which the table was first sealed. So importing the
same file again, whenever that may be, gives the same data set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dure.core import faults
from dure.core.assets import Asset
from dure.core.labels import ALL, Label
from dure.datasets.about.statement import EMPTY, Statement
from dure.datasets.errors import DatasetError
from dure.datasets.kinds import opened
from dure.datasets.meter import Meter
from dure.datasets.rules.contract import Contract
from dure.datasets.rules.enforcing import enforced
from dure.datasets.sealing import (
    Words,
    document_of,
    fields_of,
    seal_document,
    seal_table,
)
from dure.datasets.second_reading import hold_document, looked_at
from dure.datasets.spec import IMPORT
from dure.datasets.versions.worker import Checked
from dure.datasets.words import DESCRIPTION_CHARACTERS, NAME_CHARACTERS, checked, name_of
from dure.governance.house import House
from dure.readers.parse import parse
from dure.readers.tables import Options

if TYPE_CHECKING:
    from dure.datasets.feeds import Query
    from dure.datasets.others.delivery import Delivery


def import_(
    house: House,
    source: Path | Query | Delivery,
    *,
    label: str,
    name: str = "",
    description: str = "",
    licence: str = "",
    kind: str = "",
    options: Options | None = None,
    rules: Contract | None = None,
    ranges: bool = False,
    statement: Statement = EMPTY,
    progress: Callable[[str], None] = lambda _: None,
) -> Asset:
    """Import one file as a data set of this agency.

    Parameters
    ----------
    house
        The node.
    source
        The file, of a kind in `dure.datasets.kinds.KINDS`; a query to a database; or what a document of
        others delivers.
    label
        Text of its label; the importing agency is added to those it is releasable to.
    name, description, licence
        Words for the Croissant document; the name is the file's by default.
    kind
        By default the file's ending tells.
    options
        How to read it.
    rules
        Contract that the data must keep; when they break it, nothing is sealed.
    ranges
        Whether the document is to carry released statistics (`dure.datasets.dummy.released`), for
        dummy data; it never does unless the steward says so.
    statement
        What else the steward states about it; ``name``, ``description`` and ``licence`` win over its.
    progress
        Told the step under way: ``parse``, ``seal``, ``measure``, ``describe``.

    Returns
    -------
    Asset
        The data set. The same file, words and label give the same asset.

    Raises
    ------
    DatasetError
        ``datasets.kind``, ``datasets.option``, ``datasets.feed``, ``datasets.owner``, ``datasets.words``,
        ``datasets.rules``, ``datasets.changed`` when the second reading finds another table than the first.
    CoreError
        ``core.label-text``, ``core.label-term``.
    ReaderError
        What is wrong with the file.
    GovernanceError
        ``governance.denied``.
    StorageError
        What the disk refused.
    """
    content, found = opened(source, kind, options)
    wanted = own_label(house, label)
    words = Words(
        checked("name", name or statement.name, NAME_CHARACTERS) or name_of(Path(source.name)),
        checked(
            "description",
            description or statement.description,
            DESCRIPTION_CHARACTERS,
            lines=True,
        ),
        checked("licence", licence or statement.licence, NAME_CHARACTERS),
    )
    house.require(IMPORT.name, wanted, purpose=any_purpose(house, wanted), owner=house.agency)
    sealed: list[tuple[Asset, Meter, Checked]] = []

    def sink(blocks: Iterator[bytes]) -> None:
        progress("seal")
        seen: list[Checked] = []
        kept = looked_at(blocks if rules is None else enforced(blocks, rules), seen)
        sealed.append((*seal_table(house, kept, wanted), seen[0]))

    with house.doing(
        IMPORT.name, detail={"kind": "sql" if found == "jsonl" and source is not content else found}
    ) as doing:
        progress("parse")
        parsed = parse(content, found, sink=sink, options=options)
        faults.point("dataset.table-sealed")
        released: Mapping[str, Any] = {}
        if ranges:
            from dure.datasets.dummy.measured import measured

            progress("measure")
            fields, purpose = fields_of(parsed), any_purpose(house, wanted)
            released = measured(house, sealed[0][0].id, fields, purpose)
        progress("describe")
        table, meter, seen = sealed[0]
        document = document_of(house, parsed, table, meter, words, released, statement)
        if found == "several":
            document = cast("Delivery", source).complete(document)
        hold_document(document, meter, seen, words.name)
        dataset = seal_document(house, document, table, words.name, parsed)
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
