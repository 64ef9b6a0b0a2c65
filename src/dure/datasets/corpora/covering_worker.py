"""The program inside the sandbox: ``python -m dure.datasets.corpora.covering_worker``.

It reads ``/in/work``, ``/in/texts`` and ``/in/spans`` (the tables of a corpus, in the order of its texts) and
``/in/keys`` (the keys of its pseudonyms, in memory that only this run sees), and leaves ``answer.json`` and,
unless it only glimpses, both tables in ``/out``. It never prints.
"""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from dure.datasets.corpora.covered import (
    AROUND,
    MOST_COVERED,
    MOST_GLIMPSES,
    Answer,
    Covered,
    Glimpse,
    Glimpses,
    NoSuchTag,
    Work,
)
from dure.datasets.corpora.covering import Covering, Place, joined, named
from dure.datasets.deidentify.answers import Found
from dure.datasets.deidentify.coding import KEY_BYTES, pseudonymiser
from dure.datasets.personal.kinds import Hit
from dure.datasets.personal.scan import Scanner
from dure.datasets.personal.shapes import DEFAULT_SHAPES, Shape
from dure.datasets.personal.tables import search
from dure.readers.corpora.facts import ANSWER, DOCUMENT_COLUMNS, DOCUMENTS, SPAN_COLUMNS, SPANS
from dure.readers.corpora.gathering import RowWriter
from dure.readers.tables import FULL_STATUS

_ROWS = 256
_LEAST = 2
_Row = dict[str, Any]


class Covers:
    """Covers the texts of a corpus one by one, and keeps count."""

    def __init__(
        self,
        tags: frozenset[str],
        scanner: Scanner,
        pseudonyms: Mapping[str, Callable[[str], str]] = MappingProxyType({}),
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.covered: Counter[str] = Counter()
        self.glimpses: list[Glimpse] = []
        self._tags, self._scanner, self._pseudonyms = tags, scanner, pseudonyms

    def rows(self, texts: Path, spans: Path) -> Iterator[tuple[_Row, list[_Row]]]:
        """Yield each text with its spans, covered."""
        groups = groupby(self._spans(spans), key=lambda row: row["document"])
        waiting = next(groups, None)
        with pq.ParquetFile(texts) as source:
            for batch in source.iter_batches(_ROWS, use_threads=False):
                found: dict[int, list[Hit]] = {}
                for hit in self._scanner.scan(batch, ("name", "text", "attributes")):
                    found.setdefault(hit.row, []).append(hit)
                for at, text in enumerate(batch.to_pylist()):
                    own: list[_Row] = []
                    if waiting is not None and waiting[0] == text["document"]:
                        own = list(waiting[1])
                        waiting = next(groups, None)
                    yield self._one(text, own, found.get(at, ()))
        if waiting is not None:
            raise ValueError("the spans are in another order than their texts")

    def _spans(self, table: Path) -> Iterator[_Row]:
        """Yield spans, and whether the scan finds something in what is said of them."""
        with pq.ParquetFile(table) as source:
            for batch in source.iter_batches(_ROWS, use_threads=False):
                found = {hit.row for hit in self._scanner.scan(batch, ("attributes",))}
                for at, row in enumerate(batch.to_pylist()):
                    yield {**row, "personal": at in found}

    def _one(self, text: _Row, spans: list[_Row], hits: Any) -> tuple[_Row, list[_Row]]:
        tagged = [row for row in spans if row["tag"] in self._tags]
        places = [Place(row["start"], row["end"], row["tag"]) for row in tagged]
        places = self._joined([*places, *_places(hits, "text")], text["text"])
        said = {text["text"][row["start"] : row["end"]] for row in tagged}
        covering = Covering(text["text"], places)
        self._note(text, places)
        titles = self._joined(_places(hits, "name"), text["name"] or "")
        self.covered.update(one.name for one in titles)
        made = {**text, "text": covering.text, "characters": len(covering.text)}
        made["name"] = Covering(text["name"], titles).text if titles else text["name"]
        if any(hit.column == "attributes" for hit in hits):
            made["attributes"] = None
            self.counts["left_out"] += 1
        rows = [self._span(row, covering) for row in spans]
        beside = "\0".join(filter(None, (made["text"], made["name"], made["attributes"])))
        self.counts["again"] += sum(beside.count(one) for one in said if len(one) >= _LEAST)
        return made, sorted(rows, key=lambda row: (row["start"], -row["end"], row["tag"]))

    def _joined(self, places: list[Place], text: str) -> list[Place]:
        return named(joined(places), text, self._pseudonyms)

    def _span(self, row: _Row, covering: Covering) -> _Row:
        start, end = covering.span(row["start"], row["end"])
        attributes = row["attributes"]
        if covering.touches(row["start"], row["end"]):
            self.counts["changed_spans"] += 1
            attributes = None
        elif row["personal"]:
            self.counts["left_out"] += 1
            attributes = None
        return {**row, "start": start, "end": end, "attributes": attributes}

    def _note(self, row: _Row, places: list[Place]) -> None:
        self.counts["covered_texts"] += bool(places)
        self.covered.update(one.name for one in places)
        text = row["text"]
        for one in places:
            glimpse = Glimpse(
                row["document"],
                text[max(0, one.start - AROUND) : one.start],
                text[one.start : min(one.end, one.start + MOST_COVERED)],
                text[one.end : one.end + AROUND],
                one.name,
            )
            if len(self.glimpses) < MOST_GLIMPSES:
                self.glimpses.append(glimpse.shapes())


def main(folder: Path = Path("/in"), out: Path = Path("/out")) -> int:
    """Cover the texts, write what was found, and return the exit status."""
    work = msgspec.json.decode((folder / "work").read_bytes(), type=Work)
    try:
        pseudonyms = _pseudonyms(work, (folder / "keys").read_bytes())
        answer = _answer(work, folder / "texts", folder / "spans", out, pseudonyms)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG):
            return FULL_STATUS
        raise
    (out / ANSWER).write_bytes(msgspec.json.encode(answer))
    return 0


def _pseudonyms(work: Work, keys: bytes) -> dict[str, Callable[[str], str]]:
    return {
        name: pseudonymiser(keys[place * KEY_BYTES : (place + 1) * KEY_BYTES])
        for place, name in enumerate(work.pseudonyms)
    }


def _answer(
    work: Work,
    texts: Path,
    spans: Path,
    out: Path,
    pseudonyms: Mapping[str, Callable[[str], str]],
) -> Answer:
    tags = _tags(spans)
    for tag in work.cover:
        if tag not in tags:
            return NoSuchTag(tag)
    scanner = Scanner(shapes=tuple(map(Shape, work.shapes)) or DEFAULT_SHAPES)
    covers = Covers(frozenset(work.cover), scanner, pseudonyms)
    if work.glimpses:
        for _ in covers.rows(texts, spans):
            if len(covers.glimpses) >= work.glimpses:
                break
        return Glimpses(tuple(covers.glimpses[: work.glimpses]))
    before = _searched(texts, spans, scanner)
    made = RowWriter(out / DOCUMENTS, DOCUMENT_COLUMNS, lasting=True)
    moved = RowWriter(out / SPANS, SPAN_COLUMNS, lasting=True)
    count = rows = 0
    for text, own in covers.rows(texts, spans):
        made.add(tuple(text[name] for name, _ in DOCUMENT_COLUMNS), len(text["text"]))
        for row in own:
            moved.add(tuple(row[name] for name, _ in SPAN_COLUMNS), len(row["tag"]))
        count, rows = count + 1, rows + len(own)
    made.finish()
    moved.finish()
    return Covered(
        texts=count,
        spans=rows,
        covered=dict(sorted(covers.covered.items())),
        before=before,
        after=_searched(out / DOCUMENTS, out / SPANS, scanner),
        **{name: covers.counts[name]
           for name in ("covered_texts", "changed_spans", "left_out", "again")},
    )  # fmt: skip


def _searched(texts: Path, spans: Path, scanner: Scanner) -> tuple[Found, ...]:
    named = [("", texts, ("name", "split", "text", "attributes")),
             ("spans.", spans, ("annotation", "tag", "attributes"))]  # fmt: skip
    return tuple(
        Found(f"{prefix}{one.column}", one.kind, one.hits, one.rows, one.low, one.medium, one.high,
              one.examples)
        for prefix, table, columns in named
        for one in search(table, scanner, columns)
    )  # fmt: skip


def _places(hits: Any, column: str) -> list[Place]:
    return [Place(hit.start, hit.end, str(hit.kind)) for hit in hits if hit.column == column]


def _tags(spans: Path) -> set[str]:
    found: set[str] = set()
    with pq.ParquetFile(spans) as source:
        for batch in source.iter_batches(columns=["tag"], use_threads=False):
            found.update(batch.column("tag").unique().to_pylist())
    return found


if __name__ == "__main__":
    pa.set_cpu_count(1)
    status = main()
    # The threads of the writers are not waited for: everything is written by now.
    os._exit(status)
