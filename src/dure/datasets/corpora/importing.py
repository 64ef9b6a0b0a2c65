"""Import a corpus: a table of its texts, a table of their spans, and a description of both.

The files are parsed and every annotation is checked in the sandbox; what comes out of it are the two
tables, sealed while they stream. The description is the data set; the tables are its parents. Until it is
recorded there is no data set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from dure.core import faults
from dure.core.assets import Asset
from dure.core.labels import Label
from dure.datasets.about.statement import EMPTY, Statement
from dure.datasets.corpora.document import SPANS_FILE, with_spans
from dure.datasets.import_ import any_purpose, own_label
from dure.datasets.meter import Meter
from dure.datasets.rules.contract import Contract
from dure.datasets.rules.enforcing import enforced
from dure.datasets.sealing import SPANS, TABLE_SCHEMA, Words, document_of, seal_document, seal_table
from dure.datasets.spec import IMPORT
from dure.datasets.words import DESCRIPTION_CHARACTERS, NAME_CHARACTERS, checked, name_of
from dure.governance.house import House
from dure.readers.corpora.facts import DOCUMENT_COLUMNS, DOCUMENTS, Asked
from dure.readers.corpora.reading import Corpus, Read, read_corpus
from dure.readers.tables import Column, Parsed

_PARQUET = "application/vnd.apache.parquet"


def import_corpus(
    house: House,
    source: Path,
    *,
    label: str,
    name: str = "",
    description: str = "",
    licence: str = "",
    annotations: str = "",
    encoding: str = "",
    offsets: str = "",
    leave_out_damaged: bool = False,
    rules: Contract | None = None,
    statement: Statement = EMPTY,
    progress: Callable[[str], None] = lambda _: None,
) -> Asset:
    """Import a corpus as a data set of this agency.

    Parameters
    ----------
    house
        The node.
    source
        A file of JSON lines or of columns, or a folder of texts.
    label
        Text of its label; the importing agency is added to those it is releasable to.
    name, description, licence
        Words for the Croissant document; the name is the file's by default.
    annotations
        One of `dure.readers.corpora.facts.KINDS`, or "" to find out.
    encoding
        Of the files; "" to find out for each.
    offsets
        What offsets count: ``characters``, ``utf-8`` or ``utf-16``. "" means characters, and that
        offsets which look like something else end the import.
    leave_out_damaged
        Whether annotations that don't fit their text are left out; otherwise they end the import.
    rules
        Contract that the table of texts must keep; when it is broken, there is no data set.
    statement
        What else the steward states.
    progress
        Told the step under way: ``parse``, ``seal``, ``describe``.

    Returns
    -------
    Asset
        The data set. The same corpus, words and label give the same asset.

    Raises
    ------
    DatasetError
        ``datasets.owner``, ``datasets.words``, ``datasets.rules``.
    CorpusError
        What is wrong with the corpus, a file in it, or its annotations.
    ReaderError
        ``readers.stopped``.
    GovernanceError
        ``governance.denied``.
    StorageError
        What the disk refused.
    """
    wanted = own_label(house, label)
    words = Words(
        checked("name", name or statement.name, NAME_CHARACTERS) or name_of(source.resolve()),
        checked("description", description or statement.description, DESCRIPTION_CHARACTERS, lines=True),
        checked("licence", licence or statement.licence, NAME_CHARACTERS),
    )  # fmt: skip
    house.require(IMPORT.name, wanted, purpose=any_purpose(house, wanted), owner=house.agency)
    sealed: dict[str, tuple[Asset, Meter]] = {}

    def sink(table: str, blocks: Iterator[bytes]) -> None:
        progress("seal")
        if table == DOCUMENTS:
            kept = blocks if rules is None else enforced(blocks, rules)
            sealed[table] = seal_table(house, kept, wanted)
        else:
            sealed[table] = _seal_spans(house, blocks, wanted)

    with (
        house.doing(IMPORT.name, detail={"kind": "corpus"}) as doing,
        Corpus(source, annotations) as corpus,
    ):
        progress("parse")
        asked = Asked(corpus.listed.kind, encoding, offsets, leave_out_damaged)
        read = read_corpus(corpus, asked, sink)
        faults.point("dataset.table-sealed")
        progress("describe")
        parsed, (table, meter) = _parsed(read), sealed.pop(DOCUMENTS)
        document = document_of(house, parsed, table, meter, words, {}, statement)
        after = []
        for spans, of_spans in sealed.values():
            digest = of_spans.digest.hexdigest()
            document = with_spans(document, read.facts.spans, of_spans.size, digest)
            after.append(spans.id)
        dataset = seal_document(house, document, table, words.name, parsed, after=after)
        faults.point("dataset.sealed")
        doing.asset = dataset.id
        doing.detail.update(rows=parsed.rows, columns=len(parsed.columns))
    return dataset


def _seal_spans(house: House, blocks: Iterator[bytes], label: Label) -> tuple[Asset, Meter]:
    meter = Meter()
    spans = house.seal(
        meter.counted(blocks),
        kind=SPANS,
        media_type=_PARQUET,
        schema_id=TABLE_SCHEMA,
        label=label,
        producer=IMPORT.name,
        name=SPANS_FILE,
    )
    return spans, meter


def _parsed(read: Read) -> Parsed:
    """Return what is known of the table of texts, as of any table that was read."""
    columns = tuple(Column(name, kind, 0) for name, kind in DOCUMENT_COLUMNS)
    return Parsed(columns, read.facts.documents, read.digest, read.size_bytes, {})
