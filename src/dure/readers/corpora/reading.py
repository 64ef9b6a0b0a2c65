"""From the files of a corpus to its two tables: this side of the sandbox.

The files stream in one after the other, each digested on its way and read once; neither side ever holds
one of them whole for the other. What comes back is held to a strict form.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import msgspec

from dure.core.text import printable
from dure.readers.arrival import unframed
from dure.readers.corpora.errors import FILES, FORMS, CorpusError
from dure.readers.corpora.facts import (
    ANSWER,
    DOCUMENTS,
    MAX_FILE_BYTES,
    SPANS,
    Asked,
    CorpusFacts,
    corpus_limits,
)
from dure.readers.corpora.folder import CorpusFolder, Listed, kind_of_file, listed
from dure.readers.corpora.framing import Given, framed
from dure.readers.errors import ReaderError
from dure.readers.folder import Entry
from dure.readers.parse import bounded, read_inside
from dure.readers.splits import split_of_file
from dure.sandbox.tasks import Bind

Sink = Callable[[str, Iterator[bytes]], None]
"""Given the name of a table and its blocks."""

_ANSWER_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Read:
    """A corpus that was read.

    Parameters
    ----------
    facts
        What was found in it.
    digest, size_bytes
        ``sha256:<hex>`` of its one file, or of the paths and digests of all; and their size.
    """

    facts: CorpusFacts
    digest: str
    size_bytes: int


class Corpus:
    """A file or a folder of texts that is held open; a context manager.

    Parameters
    ----------
    source
        Where it is.
    wanted
        One of `dure.readers.corpora.facts.KINDS`, or "" to find out.

    Raises
    ------
    CorpusError
        ``corpora.folder``, ``corpora.file``.
    """

    def __init__(self, source: Path, wanted: str = "") -> None:
        self.name = source.resolve().name or "/"
        self._is_folder = source.is_dir()
        whole = source.resolve() if not self._is_folder else source
        self._folder = CorpusFolder(whole if self._is_folder else whole.parent)
        self._digests: list[tuple[str, str]] = []
        self._size_bytes = 0
        try:
            self.listed = self._listed(whole, wanted)
        except BaseException:
            self._folder.__exit__()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.__exit__()

    def _listed(self, source: Path, wanted: str) -> Listed:
        if self._is_folder:
            return listed(self._folder, wanted)
        kind = kind_of_file(source.name, wanted)
        entry = Entry(source.name, (source.name,))
        return Listed(kind, ((entry, Given(split=split_of_file(source.name) or "")),))

    def name_of(self, file: int) -> str:
        """Return the path of a file that the worker speaks of."""
        files = self.listed.files
        return printable(files[file][0].path) if 0 <= file < len(files) else self.name

    def document_name(self, number: int) -> str:
        """Return the path of a document, counted from 1, where a file is one; else ""."""
        if self.listed.kind not in ("brat", "none"):
            return ""
        texts = [one for one, given in self.listed.files if given.role == "text"]
        return printable(texts[number - 1].path) if 0 < number <= len(texts) else ""

    def blocks(self) -> Iterator[bytes]:
        """Yield the files as the worker takes them.

        Raises
        ------
        CorpusError
            ``corpora.file`` when one of them changes, or can't be read.
        """
        self._digests, self._size_bytes = [], 0
        files = self.listed.files
        return framed([given for _, given in files], (self._content(one) for one, _ in files))

    def _content(self, entry: Entry) -> Iterator[bytes]:
        digest = hashlib.sha256()
        for block in self._folder.blocks(entry, MAX_FILE_BYTES):
            digest.update(block)
            self._size_bytes += len(block)
            yield block
        self._digests.append((digest.hexdigest(), entry.path))

    def read(self, facts: CorpusFacts) -> Read:
        """Return what was read, after `blocks` ended."""
        if self._is_folder:
            whole = hashlib.sha256()
            for digest, path in self._digests:
                whole.update(f"{digest}  {path}\n".encode())
            return Read(facts, f"sha256:{whole.hexdigest()}", self._size_bytes)
        return Read(facts, f"sha256:{self._digests[0][0]}", self._size_bytes)


def read_corpus(corpus: Corpus, asked: Asked, sink: Sink) -> Read:
    """Read a corpus in the sandbox, and hand over its tables as Parquet.

    Parameters
    ----------
    corpus, asked
        The corpus, and how to read it.
    sink
        Given each table, after the whole corpus has been found to be in order.

    Raises
    ------
    CorpusError
        ``corpora.file`` for what can't be read, ``corpora.annotations`` for what doesn't fit.
    ReaderError
        ``readers.stopped``.
    SandboxError
        When this host can't provide the sandbox.
    """
    found = _Found(corpus, asked, sink)
    run_inside(corpus, "dure.readers.corpora.worker", asked, found.take)
    if found.facts is None or found.missing:
        raise ReaderError("readers.stopped", cause="output", size_bytes=0)
    return corpus.read(found.facts)


def run_inside(
    corpus: Corpus,
    worker: str,
    asked: Asked,
    take: Callable[[str, Iterator[bytes]], None],
    *,
    binds: Sequence[Bind] = (),
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run a worker over a corpus; as `dure.readers.parse.read_inside`."""
    command = ["-m", worker, json.dumps(asdict(asked))]
    limits = corpus_limits()
    read_inside(corpus.blocks(), command, limits, take, binds=binds, environment=environment)


def facts_of(data: bytes, corpus: Corpus) -> CorpusFacts | None:
    """Return what a worker says, or None when an honest one would not say it.

    Raises
    ------
    CorpusError
        ``corpora.file`` with the fault that it names.
    """
    try:
        facts = msgspec.json.decode(data, type=CorpusFacts)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not facts.is_honest():
        return None
    if facts.fault:
        if facts.fault not in {**FILES, **FORMS}:
            return None
        name = corpus.name_of(facts.file)
        raise CorpusError("corpora.file", name=name, reason=facts.fault, place=facts.place)
    return facts


def check_fit(corpus: Corpus, asked: Asked, facts: CorpusFacts) -> None:
    """Refuse annotations that don't fit their texts.

    Raises
    ------
    CorpusError
        ``corpora.annotations``.
    """
    name = printable(corpus.name)
    if facts.looks_like and not asked.offsets:
        raise CorpusError(
            "corpora.annotations", name=name, reason=facts.looks_like, count=0, place=0
        )
    if not asked.leave_out:
        for reason, count in facts.wrong.items():
            place = facts.first_wrong.get(reason, 0)
            raise CorpusError(
                "corpora.annotations", name=name, reason=reason, count=count, place=place
            )


class _Found:
    """What the worker left, held to its form before the caller sees any of it."""

    def __init__(self, corpus: Corpus, asked: Asked, sink: Sink) -> None:
        self.facts: CorpusFacts | None = None
        self.missing = {DOCUMENTS, SPANS}
        self._corpus, self._asked, self._sink = corpus, asked, sink

    def take(self, name: str, blocks: Iterator[bytes]) -> None:
        # In order of name, so the answer comes before the tables.
        if name == ANSWER:
            facts = facts_of(bounded(blocks, _ANSWER_BYTES), self._corpus)
            if facts is None:
                return
            check_fit(self._corpus, self._asked, facts)
            if not facts.spans:
                self.missing.discard(SPANS)
            self.facts = facts
        elif self.facts is not None and name in self.missing:
            self._sink(name, unframed(blocks))
            self.missing.discard(name)
