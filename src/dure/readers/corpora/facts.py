"""What a worker is asked and says about a corpus, and the bounds it keeps: pure values of both sides."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from dure.readers.tables import ENCODINGS
from dure.sandbox.tasks import MIB, Limits

KINDS = ("jsonl", "brat", "conll", "none")
"""How annotations are written; ``none`` is a folder of plain texts."""

OFFSETS = ("characters", "utf-8", "utf-16")
"""What offsets may count: characters are Unicode code points."""

MAX_FILE_BYTES = 1024 * MIB
MAX_TEXT = 1 << 26
"""Characters of one document, and of one JSON record."""
MAX_SPANS = 1 << 22
"""Annotations of one document."""
MAX_TAGS = 10_000
MAX_TAG = 255

ANSWER = "answer.json"
DOCUMENTS = "documents.parquet"
SPANS = "spans.parquet"

DOCUMENT_COLUMNS = (
    ("document", "int64"),
    ("name", "string"),
    ("split", "string"),
    ("text", "string"),
    ("characters", "int64"),
    ("spans", "int64"),
    ("attributes", "string"),
)
SPAN_COLUMNS = (
    ("document", "int64"),
    ("annotation", "string"),
    ("start", "int64"),
    ("end", "int64"),
    ("tag", "string"),
    ("attributes", "string"),
)

WRONG = ("range", "empty-span", "mismatch", "untagged")
"""Why an annotation doesn't fit its text."""
NOTED = ("crossing", "nested", "repeated", "contested", "edges", "stray", "relations", "unplaced")
"""What else is counted about annotations."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a corpus is to be read.

    Parameters
    ----------
    kind
        One of `KINDS`.
    encoding
        One of `dure.readers.tables.ENCODINGS`, or "" to find out for each file.
    offsets
        One of `OFFSETS`; "" means characters, and that offsets which look like something else are
        refused.
    leave_out
        Whether annotations that don't fit are left out; otherwise they end an import.
    """

    kind: str
    encoding: str = ""
    offsets: str = ""
    leave_out: bool = False

    def __post_init__(self) -> None:
        known = self.kind in KINDS and self.encoding in ("", *ENCODINGS)
        if not known or self.offsets not in ("", *OFFSETS):
            raise ValueError("a kind, an encoding or a unit that is not known")


class CorpusFacts(msgspec.Struct, forbid_unknown_fields=True):
    """What was found in a corpus.

    Parameters
    ----------
    documents, spans
        How many rows the two tables have.
    annotations
        How many annotations there are; one in several fragments has several rows.
    tags
        How often each tag stands in the spans.
    wrong
        Code in `WRONG` -> how many spans; none of them is in the table.
    first_wrong
        The same code -> number of the first such document, from 1.
    noted
        Code in `NOTED` -> how many.
    empty, spanless, names_twice
        Documents without a character that can be seen, without a span, and with another's name.
    rebuilt
        Whether the texts were put together from tokens.
    encodings
        Encoding -> how many files.
    splits
        Part -> how many documents; "" where it is not said.
    looks_like
        ``utf-8`` or ``utf-16`` when the offsets look like that; else "".
    telling, fitting
        How many spans could tell it, and how many of these fit as characters.
    fault
        Why a file can't be read; one of `dure.readers.corpora.errors`, or "".
    file, place
        Number of that file, from 0, and where in it.
    """

    documents: int = 0
    spans: int = 0
    annotations: int = 0
    tags: dict[str, int] = {}
    wrong: dict[str, int] = {}
    first_wrong: dict[str, int] = {}
    noted: dict[str, int] = {}
    empty: int = 0
    spanless: int = 0
    names_twice: int = 0
    rebuilt: bool = False
    encodings: dict[str, int] = {}
    splits: dict[str, int] = {}
    looks_like: str = ""
    telling: int = 0
    fitting: int = 0
    fault: str = ""
    file: int = 0
    place: int = 0

    def is_honest(self) -> bool:
        """Say whether it has the form that an honest worker gives it."""
        counts = (
            *(self.documents, self.spans, self.annotations, self.empty, self.spanless),
            *(self.names_twice, self.telling, self.fitting, self.place, self.file),
            *self.tags.values(), *self.wrong.values(), *self.first_wrong.values(),
            *self.noted.values(), *self.encodings.values(), *self.splits.values(),
        )  # fmt: skip
        return (
            all(0 <= count < 1 << 53 for count in counts)
            and len(self.tags) <= MAX_TAGS
            and all(map(is_tag, self.tags))
            and {*self.wrong, *self.first_wrong} <= set(WRONG)
            and set(self.noted) <= set(NOTED)
            and set(self.encodings) <= set(ENCODINGS)
            and all(not name or is_tag(name) for name in self.splits)
            and len(self.splits) <= MAX_TAGS
            and self.looks_like in ("", *OFFSETS[1:])
        )


def is_tag(name: str) -> bool:
    """Say whether a tag can be shown."""
    return 0 < len(name) <= MAX_TAG and name.isprintable()


def corpus_limits() -> Limits:
    """Return what reading a corpus may use."""
    return Limits(
        wall_s=900.0,
        cpu_s=1200.0,
        memory_bytes=4096 * MIB,
        output_bytes=4096 * MIB,
        output_files=5,
        tmp_bytes=8192 * MIB,
        stdout_bytes=64 * 1024,
        input_bytes=4096 * MIB,
    )
