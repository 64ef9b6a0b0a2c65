"""De-identification of a corpus: what the scan finds and spans of named tags covered, the others moved along.

Both tables stream out of the vault into the sandbox, and what comes out streams back, sealed under the label
of the source. What nobody tagged and the scan doesn't know is not covered.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from dure.core.assets import Asset
from dure.core.labels import Label
from dure.datasets.about.vocabularies import with_origin, with_terms
from dure.datasets.catalogue import describe
from dure.datasets.corpora.covered import (
    MOST_GLIMPSES,
    Answer,
    Covered,
    Glimpse,
    Glimpses,
    NoSuchTag,
    Work,
)
from dure.datasets.corpora.document import SPANS_FILE, with_spans
from dure.datasets.croissant import (
    MEDIA_TYPE,
    TABLE_FILE,
    Description,
    Table,
    licence_words,
    read_table,
    write_document,
)
from dure.datasets.deidentify import figures
from dure.datasets.deidentify.sandboxed import checked_shapes
from dure.datasets.import_ import any_purpose
from dure.datasets.meter import Meter
from dure.datasets.parts import Parts, parts_of
from dure.datasets.personal.binds import scan_binds
from dure.datasets.personal.kinds import Kind
from dure.datasets.privacy.errors import PrivacyError
from dure.datasets.privacy.guarding import blocks
from dure.datasets.sealing import DATASET, DOCUMENT_SCHEMA, SPANS, TABLE, TABLE_SCHEMA, written
from dure.datasets.spec import DEIDENTIFY
from dure.datasets.words import NAME_CHARACTERS, checked
from dure.governance.house import House
from dure.readers.corpora.errors import CorpusError
from dure.readers.corpora.facts import ANSWER, DOCUMENTS, corpus_limits
from dure.readers.corpora.facts import SPANS as SPANS_LEFT
from dure.readers.errors import ReaderError
from dure.sandbox.box import run
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import Input

_WORKER = ("-m", "dure.datasets.corpora.covering_worker")
_MOST_ANSWER_BYTES = 8 << 20
_Form = TypeVar("_Form", Covered, Glimpses)
_PARQUET = "application/vnd.apache.parquet"


def cover_texts(
    house: House,
    dataset_id: str,
    *,
    tags: Collection[str] = (),
    shapes: Collection[str] = (),
    pseudonyms: Collection[str] = (),
    purpose: str = "",
    generation: int = 1,
    name: str = "",
    progress: Callable[[str], None] = lambda _: None,
) -> Asset:
    """Make a data set of the same texts with what is personal covered, and of their spans, moved along.

    Parameters
    ----------
    house
        The node.
    dataset_id
        The corpus.
    tags
        Tags whose spans are covered too.
    shapes
        Shapes of service numbers to look for; none means the usual one.
    pseudonyms
        Tags and kinds of the scan whose places say by a keyed pseudonym which of them were the same; a
        tag's spans are covered then. The same text under the same name has the same pseudonym for a
        purpose, here and in a table's column of that element.
    purpose
        What the pseudonyms are for, one that the label serves and the principal acts for; by default
        the first of those.
    generation
        Which generation of the purpose's keys.
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
    CorpusError
        ``corpora.folder`` when it has no spans.
    PrivacyError
        ``privacy.plan`` for a tag that no span has, ``privacy.identifier``, ``privacy.scan``; there is no
        data set then.
    GovernanceError
        ``governance.denied``.
    """
    wanted = checked("name", name, NAME_CHARACTERS)
    work = _work(tags, shapes, pseudonyms=pseudonyms)
    source, parts, purpose = _opened(house, dataset_id, purpose)
    keyed = _keyed(work, purpose, generation)
    plan = house.suite.digest("text-covering", {**_canonical(work), **keyed})
    keys = _keys(house, parts, work, purpose, generation)
    old = describe(house, dataset_id, purpose=purpose)
    making = _Making(house, source, parts, old)
    with house.doing(DEIDENTIFY.name, asset=dataset_id) as doing:
        progress("treat")
        counted = _asked(work, keys, _inputs(house, parts, purpose), making, Covered)
        progress("describe")
        block = {
            "version": figures.VERSION,
            "source": dataset_id,
            "purpose": purpose,
            "plan": plan,
            "texts": {**told(counted), **keyed},
        }
        called = f"{house.assets.get(dataset_id).name} (de-identified)"[:NAME_CHARACTERS]
        dataset = making.describe(wanted or called, counted, block)
        doing.asset = dataset.id
        doing.detail.update(source=dataset_id, rows=counted.texts)
    return dataset


def glimpse_texts(
    house: House,
    dataset_id: str,
    *,
    tags: Collection[str] = (),
    shapes: Collection[str] = (),
    pseudonyms: Collection[str] = (),
    places: int = 10,
) -> tuple[Glimpse, ...]:
    """Show the first places that would be covered, by their shapes; a read in the ledger.

    No key is asked for: a place shows its name alone, whether it would have a pseudonym or not.

    Raises
    ------
    CorpusError, PrivacyError, GovernanceError
        As `cover_texts`.
    """
    work = _work(tags, shapes, min(max(places, 1), MOST_GLIMPSES), pseudonyms)
    _, parts, purpose = _opened(house, dataset_id)
    found = _asked(work, b"", _inputs(house, parts, purpose), None, Glimpses)
    return tuple(one.shapes() for one in found.places)


def told(counted: Covered) -> dict[str, Any]:
    """Return what was counted as canonical values."""
    numbers = ("covered_texts", "changed_spans", "left_out", "again")
    return {
        **{name: getattr(counted, name) for name in numbers},
        "covered": dict(counted.covered),
        **{
            name: [{"column": one.column, "kind": str(one.kind), "rows": one.rows} for one in found]
            for name, found in (("before", counted.before), ("after", counted.after))
        },
    }


class _Making:
    """The new tables and their document on their way into the vault."""

    def __init__(self, house: House, source: Asset, parts: Parts, old: Mapping[str, Any]) -> None:
        self._house, self._source, self._parts, self._old = house, source, parts, old
        self._made: dict[str, tuple[Asset, Meter]] = {}

    @property
    def is_whole(self) -> bool:
        """Whether both tables are sealed."""
        return set(self._made) == {TABLE, SPANS}

    def take(self, left: str, content: Iterator[bytes]) -> None:
        """Seal one table."""
        texts, meter = left == DOCUMENTS, Meter()
        kind, file = (TABLE, TABLE_FILE) if texts else (SPANS, SPANS_FILE)
        parent = self._parts.table if texts else self._parts.spans
        asset = self._seal(meter.counted(content), kind, file, (parent,))
        self._made[kind] = asset, meter

    def describe(self, name: str, counted: Covered, block: Mapping[str, Any]) -> Asset:
        """Seal the document that makes both tables a data set."""
        (texts, meter), (spans, of_spans) = self._made[TABLE], self._made[SPANS]
        label: Label = self._source.label
        about = Description(
            name=name,
            description=str(self._old["description"]),
            agency=self._house.agency,
            label=str(label),
            label_policy=label.policy.id,
            licence=licence_words(self._old),
            created=texts.created,
        )
        old, digest = read_table(self._old), meter.digest.hexdigest()
        table = Table(old.fields, counted.texts, meter.size, digest, old.sha256)
        document = with_terms(write_document(about, table), label)
        document = with_origin(document, DEIDENTIFY.name, texts.created)
        document = with_spans(document, counted.spans, of_spans.size, of_spans.digest.hexdigest())
        facts = {"rows": str(counted.texts), "columns": str(len(old.fields))}
        parents = (texts.id, spans.id, self._source.id)
        content = [written(figures.with_block(document, block))]
        return self._seal(content, DATASET, name, parents, facts)

    def _seal(
        self,
        content: Any,
        kind: str,
        name: str,
        parents: tuple[str, ...],
        facts: Mapping[str, str] | None = None,
    ) -> Asset:
        described = kind == DATASET
        return self._house.seal(
            content,
            kind=kind,
            media_type=MEDIA_TYPE if described else _PARQUET,
            schema_id=DOCUMENT_SCHEMA if described else TABLE_SCHEMA,
            label=self._source.label,
            parents=parents,
            producer=DEIDENTIFY.name,
            name=name,
            facts=facts,
        )


class _Leaving:
    """What the program leaves: the answer first, in order of name, then both tables."""

    def __init__(self, work: Work, making: _Making | None) -> None:
        self.answer: object = None
        self._work, self._making = work, making

    def take(self, name: str, content: Iterator[bytes]) -> None:
        if name == ANSWER:
            self.answer = _decoded(content, self._work)
        elif name in (DOCUMENTS, SPANS_LEFT) and self._making and isinstance(self.answer, Covered):
            self._making.take(name, content)


def _asked(
    work: Work,
    keys: bytes,
    inputs: Mapping[str, Input],
    making: _Making | None,
    form: type[_Form],
) -> _Form:
    """Run the program, and hold what it leaves to what was asked."""
    task = python_command(
        _WORKER, inputs=("work", "keys", *inputs), binds=scan_binds(), limits=corpus_limits()
    )
    leaving = _Leaving(work, making)
    told: dict[str, Input] = {"work": msgspec.json.encode(work), "keys": [keys]}
    outcome = run(task, told | dict(inputs), sink=leaving.take)
    if outcome.status != "done":
        raise ReaderError("readers.stopped", cause=outcome.cause, size_bytes=0)
    if not isinstance(leaving.answer, form) or (making is not None and not making.is_whole):
        raise ReaderError("readers.stopped", cause="output", size_bytes=0)
    return leaving.answer


def _decoded(content: Iterator[bytes], work: Work) -> object:
    """Return an answer of the right form, or None; refuse what may not be sealed before it is."""
    kept = bytearray()
    for block in content:
        kept += block
        if len(kept) > _MOST_ANSWER_BYTES:
            return None
    try:
        answer: object = msgspec.json.decode(kept, type=Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if isinstance(answer, NoSuchTag) and answer.tag in work.cover:
        raise PrivacyError("privacy.plan", column=answer.tag, reason="no-tag")
    if isinstance(answer, Covered | Glimpses) and not answer.is_honest(work):
        return None
    if isinstance(answer, Covered):
        answer.refuse_identifiers()
    return answer


def _opened(house: House, dataset_id: str, purpose: str = "") -> tuple[Asset, Parts, str]:
    source = house.assets.get(dataset_id).asset
    purpose = purpose or any_purpose(house, source.label)
    house.require(DEIDENTIFY.name, source.label, purpose=purpose, owner=source.owner)
    parts = parts_of(house, source)
    if not parts.spans:
        raise CorpusError("corpora.folder", name=dataset_id[:16], reason="not-corpus")
    return source, parts, purpose


def _inputs(house: House, parts: Parts, purpose: str) -> dict[str, Input]:
    """Open both tables; while the keeper seals it can't be asked."""
    tables = {"texts": parts.table, "spans": parts.spans}
    return {name: blocks(house.open(one, purpose=purpose, run="")) for name, one in tables.items()}


def _work(
    tags: Collection[str],
    shapes: Collection[str],
    glimpses: int = 0,
    pseudonyms: Collection[str] = (),
) -> Work:
    checked_shapes(shapes)
    covered = {*tags, *set(pseudonyms).difference(map(str, Kind))}
    return Work(
        tuple(sorted(covered)), tuple(sorted(set(shapes))), glimpses, tuple(sorted(set(pseudonyms)))
    )


def _keyed(work: Work, purpose: str, generation: int) -> dict[str, Any]:
    """Return what the document says of pseudonyms: nothing where there are none."""
    if not work.pseudonyms:
        return {}
    return {"pseudonyms": list(work.pseudonyms), "purpose": purpose, "generation": generation}


def _keys(house: House, parts: Parts, work: Work, purpose: str, generation: int) -> bytes:
    """Return the keys of the pseudonyms for use on the texts, one behind another."""
    if not work.pseudonyms:
        return b""
    elements = [unicodedata.normalize("NFC", name) for name in work.pseudonyms]
    given = house.element_keys(
        parts.table, purpose=purpose, generation=generation, elements=elements
    )
    return b"".join(given[element] for element in elements)


def _canonical(work: Work) -> dict[str, list[str]]:
    return {"tags": list(work.cover), "service_numbers": list(work.shapes)}
