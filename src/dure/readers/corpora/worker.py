"""The program inside the sandbox: ``python -m dure.readers.corpora.worker ASKED`` (JSON).

It reads ``/in/raw`` (`dure.readers.corpora.framing`) and leaves in ``/out`` what
`dure.readers.corpora.facts` names: an answer, and if nothing was wrong the streams of two tables
(`dure.readers.pieces`). It never prints: the bytes are somebody's data.
"""

from __future__ import annotations

import errno
import os
import sys
from collections import Counter
from pathlib import Path

import msgspec

from dure.readers.corpora.brat import read_brat
from dure.readers.corpora.columns import Columns
from dure.readers.corpora.documents import CorpusFault, Document
from dure.readers.corpora.facts import ANSWER, DOCUMENTS, MAX_TEXT, SPANS, Asked, CorpusFacts
from dure.readers.corpora.framing import Given, unframed
from dure.readers.corpora.gathering import Gathering
from dure.readers.corpora.objects import read_objects
from dure.readers.faults import Fault
from dure.readers.lasting import hand_on
from dure.readers.tables import FULL_STATUS
from dure.readers.text import find_encoding, write_utf8


def main(
    arguments: list[str],
    *,
    raw: Path = Path("/in/raw"),
    out: Path = Path("/out"),
    scratch: Path = Path("/tmp/text"),  # noqa: S108 (the run's own tmpfs)
) -> int:
    """Read the corpus, write what it is, and return the exit status.

    Parameters
    ----------
    arguments
        `dure.readers.corpora.facts.Asked` as JSON.
    raw, out, scratch
        Where the corpus is, where results go, and a file for one text at a time.
    """
    asked = msgspec.json.decode(arguments[0], type=Asked)
    try:
        facts = gather(Gathering(out, asked), asked, raw, scratch)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG):
            return FULL_STATUS
        raise
    (out / ANSWER).write_bytes(msgspec.json.encode(facts))
    for table in (out / DOCUMENTS, out / SPANS):
        if table.exists():
            hand_on(table, out / "stream")
            (out / "stream").replace(table)
    return 0


def gather(gathering: Gathering, asked: Asked, raw: Path, scratch: Path) -> CorpusFacts:
    """Read every file into a gathering, and return what was found: a fault, where there is one."""
    reading = _Reading(asked, gathering, scratch)
    file = 0
    try:
        with raw.open("rb") as source:
            for number, given in unframed(source, scratch):
                file = number
                reading.take(given)
        reading.pending()
        if gathering.facts.documents:
            return gathering.finish()
    except CorpusFault as fault:
        gathering.drop()
        return CorpusFacts(fault=fault.fault, file=file, place=fault.place)
    except BaseException:
        gathering.drop()
        raise
    gathering.drop()
    return CorpusFacts(fault="empty", file=file)


class _Reading:
    """The files of one corpus, one after the other."""

    def __init__(self, asked: Asked, gathering: Gathering, scratch: Path) -> None:
        self._asked, self._into = asked, gathering
        self._scratch, self._utf8 = scratch, scratch.with_name(f"{scratch.name}.utf8")
        self._encodings: Counter[str] = Counter()
        self._text: tuple[Given, str] | None = None
        self._noted: Counter[str] = Counter()

    def take(self, given: Given) -> None:
        """Take the file that lies in the scratch place."""
        text = self._readable()
        if self._asked.kind in ("jsonl", "conll"):
            columns = Columns(text)
            read = read_objects(text) if self._asked.kind == "jsonl" else columns.documents()
            for document in read:
                self._into.take(document, "", given.split)
            self._noted["stray"] += columns.stray
            self._into.facts.rebuilt |= self._asked.kind == "conll"
        elif given.role == "text":
            self.pending()
            self._text = given, _whole(text)
        elif self._text is not None:
            annotations, between = read_brat(_whole(text))
            self._noted["relations"] += between
            (about, content), self._text = self._text, None
            self._into.take(Document("", content, annotations), about.name, about.split)
        facts = self._into.facts
        facts.encodings = dict(self._encodings)
        facts.noted = {name: count for name, count in self._noted.items() if count}

    def pending(self) -> None:
        """Take the text that waits for annotations which don't come."""
        if self._text is not None:
            given, text = self._text
            self._into.take(Document("", text), given.name, given.split)
            self._text = None

    def _readable(self) -> Path:
        """Return a place where the file is UTF-8."""
        try:
            found = find_encoding(self._scratch, self._asked.encoding)
        except Fault as fault:
            raise CorpusFault("not-text", int(fault.facts["offset"]) + 1) from None
        self._encodings[found] += 1
        if found in ("utf-8", "utf-8-sig"):
            return self._scratch
        write_utf8(self._scratch, found, self._utf8)
        return self._utf8


def _whole(text: Path) -> str:
    if text.stat().st_size > 4 * MAX_TEXT:
        raise CorpusFault("too-long", 1)
    with text.open(encoding="utf-8-sig", newline="") as file:
        return file.read()


if __name__ == "__main__":
    status = main(sys.argv[1:])
    # Arrow's threads are not waited for: everything is written and closed by now.
    os._exit(status)
