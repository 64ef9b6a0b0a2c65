"""Documents while they are gathered: every annotation is checked, then both tables are written.

Runs inside the sandbox. What does not fit its text is counted and stays out of the table.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from dure.readers.corpora.documents import Annotation, CorpusFault, Document
from dure.readers.corpora.facts import (
    DOCUMENT_COLUMNS,
    DOCUMENTS,
    MAX_SPANS,
    MAX_TAGS,
    MAX_TEXT,
    SPAN_COLUMNS,
    SPANS,
    Asked,
    CorpusFacts,
    is_tag,
)
from dure.readers.corpora.offsets import Suspicion, edges_of, in_characters
from dure.readers.folder import NAME_CHARACTERS
from dure.readers.objects import Flaw, json_text
from dure.readers.table_file import TableFile

_ROWS = 1 << 14
_CHARACTERS = 1 << 23

Row = tuple[object, ...]
Span = tuple[int, int, str, Annotation]


class Gathering:
    """Takes the documents of a corpus; a context manager.

    Parameters
    ----------
    out
        Folder for the two tables.
    asked
        How the corpus is read.
    lasting
        Whether the tables are kept.
    watch
        Given each document with the part that it belongs to, and how many spans it has.
    """

    def __init__(
        self,
        out: Path,
        asked: Asked,
        *,
        lasting: bool = True,
        watch: Callable[[Document, str, int], None] = lambda *_: None,
    ) -> None:
        self.facts = CorpusFacts()
        self._asked, self._watch = asked, watch
        self._documents = RowWriter(out / DOCUMENTS, DOCUMENT_COLUMNS, lasting)
        self._spans = RowWriter(out / SPANS, SPAN_COLUMNS, lasting)
        self._suspicion = Suspicion()
        self._names: set[bytes] = set()
        self._counts: Counter[str] = Counter()
        self._tags: Counter[str] = Counter()
        self._splits: Counter[str] = Counter()

    def take(self, document: Document, name: str, split: str) -> None:
        """Take one document; its own name and part win over the given ones.

        Raises
        ------
        CorpusFault
            What is wrong with it.
        """
        facts = self.facts
        facts.documents += 1
        number = facts.documents
        name, split = document.name or name, document.split or split
        _check_texts(document, name, split, number)
        kept = self._checked(document, number)
        self._note_places(document.text, kept)
        if name:
            self._note_name(name)
        self._splits[split] += 1
        facts.empty += not document.text.strip()
        facts.spanless += not kept
        text, attributes = document.text, _json(document.attributes, number)
        self._documents.add(
            (number, name or None, split or None, text, len(text), len(kept), attributes), len(text)
        )
        for start, end, tag, one in kept:
            row = (number, one.id, start, end, tag, _json(one.attributes, number))
            self._spans.add(row, len(one.id) + len(tag))
        self._watch(document, split, len(kept))

    def finish(self) -> CorpusFacts:
        """End both tables, the one of spans only if there are some; return what was found.

        Raises
        ------
        CorpusFault
            ``surrogate`` in what is no text of a document.
        """
        facts = self.facts
        facts.tags, facts.splits = dict(self._tags.most_common()), dict(self._splits)
        facts.noted |= {name: count for name, count in self._counts.items() if count}
        facts.looks_like, facts.telling, facts.fitting = self._suspicion.verdict()
        self._documents.finish()
        self._spans.finish()
        return facts

    def drop(self) -> None:
        """Write no more: what is there are no tables."""
        self._documents.file.drop()
        self._spans.file.drop()

    def _checked(self, document: Document, number: int) -> list[Span]:
        annotations, text = document.annotations, document.text
        if len(annotations) > MAX_SPANS:
            raise CorpusFault("spans", number)
        self.facts.annotations += len(annotations)
        kept: list[Span] = []
        wrong = False
        for one, fragments in self._placed(text, annotations):
            if one.tag and not is_tag(one.tag):
                raise CorpusFault("tag-name", number)
            why = _wrong(text, one, fragments)
            if why:
                wrong |= why in ("range", "mismatch")
                self.facts.wrong[why] = self.facts.wrong.get(why, 0) + len(fragments)
                self.facts.first_wrong.setdefault(why, number)
                continue
            self._tags[one.tag] += len(fragments)
            kept.extend((start, end, one.tag, one) for start, end in fragments)
        if len(self._tags) > MAX_TAGS:
            raise CorpusFault("tags", number)
        if not self._asked.offsets:
            self._suspicion.look(text, annotations, wrong=wrong)
        self.facts.spans += len(kept)
        return sorted(kept, key=lambda span: (span[0], -span[1], span[2]))

    def _placed(
        self, text: str, annotations: Sequence[Annotation]
    ) -> Iterator[tuple[Annotation, list[tuple[int, int]]]]:
        """Yield each annotation with its fragments in characters."""
        unit = self._asked.offsets or "characters"
        if unit == "characters" or text.isascii():
            for one in annotations:
                yield one, list(one.fragments)
            return
        edges = edges_of(text, unit)
        told = [offset for one in annotations for piece in one.fragments for offset in piece]
        places = iter(in_characters(text, told, unit, edges))
        for one in annotations:
            yield one, [(next(places), next(places)) for _ in one.fragments]

    def _note_places(self, text: str, kept: Sequence[Span]) -> None:
        """Count the spans that overlap an earlier one, or have a blank at an edge; they are in order."""
        reach, before = 0, (-1, -1, "")
        for start, end, tag, _ in kept:
            if (start, end) == before[:2]:
                self._counts["repeated" if tag == before[2] else "contested"] += 1
            elif start < reach:
                self._counts["nested" if end <= reach else "crossing"] += 1
            self._counts["edges"] += text[start].isspace() or text[end - 1].isspace()
            before, reach = (start, end, tag), max(reach, end)

    def _note_name(self, name: str) -> None:
        key = hashlib.blake2b(name.encode(), digest_size=12).digest()
        self.facts.names_twice += key in self._names
        self._names.add(key)


class RowWriter:
    """One of the tables, row by row."""

    def __init__(self, place: Path, columns: Sequence[tuple[str, str]], lasting: bool) -> None:
        types = {"int64": pa.int64(), "string": pa.string()}
        self._schema = pa.schema([(name, types[kind]) for name, kind in columns])
        self.file = TableFile(place, self._schema, lasting)
        self._place = place
        self._rows: list[Row] = []
        self._count = self._characters = 0

    def add(self, row: Row, characters: int) -> None:
        """Add a row; so many characters are in it."""
        self._rows.append(row)
        self._characters += characters
        if len(self._rows) >= _ROWS or self._characters > _CHARACTERS:
            self._flush()

    def finish(self) -> None:
        """End the table; one without rows is no file."""
        self._flush()
        with self.file:
            pass
        if not self._count:
            with suppress(FileNotFoundError):
                self._place.unlink()

    def _flush(self) -> None:
        if not self._rows:
            return
        self._count += len(self._rows)
        try:
            columns = [
                pa.array(values, field.type)
                for values, field in zip(zip(*self._rows, strict=True), self._schema, strict=True)
            ]
        except UnicodeEncodeError:
            raise CorpusFault("surrogate", self._count) from None
        self.file.write(pa.record_batch(columns, schema=self._schema))
        self._rows, self._characters = [], 0


def _check_texts(document: Document, name: str, split: str, number: int) -> None:
    text = document.text
    if len(text) > MAX_TEXT or len(name) > NAME_CHARACTERS:
        raise CorpusFault("too-long", number)
    if split and not is_tag(split):
        raise CorpusFault("tag-name", number)
    for one in (text, name, split):
        if "\0" in one:
            raise CorpusFault("nul", number)
        if not one.isascii():
            try:
                one.encode()
            except UnicodeEncodeError:
                raise CorpusFault("surrogate", number) from None


def _wrong(text: str, one: Annotation, fragments: Sequence[tuple[int, int]]) -> str:
    """Return why an annotation does not fit its text, or ""."""
    for start, end in fragments:
        if start < 0 or max(start, end) > len(text):
            return "range"
        if start >= end:
            return "empty-span"
    if one.claimed is not None:
        there = " ".join(text[start:end] for start, end in fragments)
        if _flat(there) != _flat(one.claimed):
            return "mismatch"
    return "" if one.tag else "untagged"


def _flat(text: str) -> str:
    """Return a text as brat writes it on one line."""
    return text.replace("\r", " ").replace("\n", " ").replace("\t", " ").rstrip()


def _json(attributes: object, number: int) -> str | None:
    if not attributes:
        return None
    try:
        return json_text(attributes, 1)
    except Flaw:
        raise CorpusFault("nested", number) from None
