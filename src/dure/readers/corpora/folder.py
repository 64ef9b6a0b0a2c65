"""Which files a corpus consists of, and how its annotations are written, by the endings of the names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dure.readers.corpora.errors import CorpusError
from dure.readers.corpora.framing import Given
from dure.readers.folder import MAX_FILES, Entry, LeftOut, OpenFolder
from dure.readers.images.folder import SUFFIXES as IMAGES
from dure.readers.splits import split_of, split_of_file

ENDINGS = {
    "jsonl": (".jsonl", ".ndjson", ".json"),
    "conll": (".conll", ".bio", ".iob", ".iob2", ".bioes", ".tsv"),
    "brat": (".txt", ".ann"),
    "none": (".txt",),
}
"""Kind of annotations -> what the names of its files end with."""

_TELLING = (".conll", ".bio", ".iob", ".iob2", ".bioes")
"""Endings of files that are nothing else than a corpus."""
_TABLES = (
    *(".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".arrow", ".feather"),
    *(".xlsx", ".xlsm", ".xls", ".log", ".db", ".sqlite"),
)


class CorpusFolder(OpenFolder):
    """A folder of texts that is held open; a context manager."""

    ERROR = CorpusError
    FAMILY = "corpora"


@dataclass(frozen=True, slots=True)
class Listed:
    """The files of a corpus in the order in which they are read.

    Parameters
    ----------
    kind
        How annotations are written.
    files
        Each file with what is said of it.
    left
        What lies there besides.
    unplaced
        Files of annotations without a text.
    """

    kind: str
    files: tuple[tuple[Entry, Given], ...]
    left: LeftOut = field(default_factory=LeftOut)
    unplaced: int = 0


def is_corpus(source: Path) -> bool:
    """Say whether a file or a folder is a corpus when nobody says what it is.

    A folder with an image in it is one of images. Of other folders those are corpora in which files of
    annotations lie, or texts and no tables. JSON lines are a table unless somebody says otherwise. Where
    there is more than any of them may hold, what was seen until then says whose refusal it gets.
    """
    if not source.is_dir():
        return source.suffix.lower() in _TELLING
    endings: set[str] = set()
    seen = 0
    for _, folders, names in os.walk(source):
        seen += len(folders) + len(names)
        folders[:] = [name for name in folders if not name.startswith(".")]
        endings |= {Path(name).suffix.lower() for name in names if not name.startswith(".")}
        if endings & set(IMAGES):
            return False
        if seen > MAX_FILES:
            break
    if endings & {".ann", *_TELLING}:
        return ".txt" in endings or ".ann" not in endings
    return ".txt" in endings and not endings & set(_TABLES)


def kind_of_file(name: str, wanted: str) -> str:
    """Return how a single file is annotated.

    Raises
    ------
    CorpusError
        ``corpora.folder``.

    Examples
    --------
    >>> kind_of_file("train.JSONL", ""), kind_of_file("train.txt", "conll")
    ('jsonl', 'conll')
    """
    if wanted in ("jsonl", "conll"):
        return wanted
    if wanted:
        raise CorpusError("corpora.folder", name=name, reason="one-file")
    ending = Path(name).suffix.lower()
    found = next((kind for kind in ("jsonl", "conll") if ending in ENDINGS[kind]), "")
    if not found:
        raise CorpusError("corpora.folder", name=name, reason="no-kind")
    return found


def listed(folder: CorpusFolder, wanted: str) -> Listed:
    """Return what a corpus in a folder consists of.

    Parameters
    ----------
    folder
        The folder.
    wanted
        One of `dure.readers.corpora.facts.KINDS`, or "" to find out.

    Raises
    ------
    CorpusError
        ``corpora.folder``, ``corpora.file``.
    """
    left = LeftOut()
    entries = folder.in_order(folder.each(left))
    kind = wanted or _kind(entries)
    taken = [one for one in entries if one.suffix in ENDINGS.get(kind, ())]
    left.others = left.others + len(entries) - len(taken)
    if kind == "brat":
        found = Listed(kind, *_paired(taken, left))
    else:
        name = kind == "none"
        found = Listed(kind, tuple((one, _given(one, "text", named=name)) for one in taken), left)
    if not found.files:
        raise folder.refused_whole("no-texts")
    return found


def _kind(entries: Sequence[Entry]) -> str:
    endings = {one.suffix for one in entries}
    if ".ann" in endings:
        return "brat"
    for kind in ("conll", "jsonl"):
        if endings & set(ENDINGS[kind]):
            return kind
    return "none"


def _paired(
    entries: Sequence[Entry], left: LeftOut
) -> tuple[tuple[tuple[Entry, Given], ...], LeftOut, int]:
    annotations = {one.path.removesuffix(".ann"): one for one in entries if one.suffix == ".ann"}
    texts = [one for one in entries if one.suffix != ".ann"]
    found = tuple(_with_annotations(texts, annotations))
    return found, left, len(entries) - len(found)


def _with_annotations(
    texts: Sequence[Entry], annotations: dict[str, Entry]
) -> Iterator[tuple[Entry, Given]]:
    for one in texts:
        yield one, _given(one, "text", named=True)
        beside = annotations.get(_stem(one.path))
        if beside is not None:
            yield beside, _given(one, "annotations", named=True)


def _given(one: Entry, role: str, *, named: bool) -> Given:
    # The name of a document says nothing about its part; that of a file of documents does.
    split = split_of(one.path) if named else split_of_file(one.path)
    return Given(_stem(one.path) if named else "", split or "", role)


def _stem(path: str) -> str:
    return os.path.splitext(path)[0]  # noqa: PTH122 (a name, not a path here)
