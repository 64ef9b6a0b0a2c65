"""Tokens in lines with a tag in the last column, sentences apart by an empty line; inside the sandbox.

Tags are O, B-X and I-X, with E-, S-, L- and U- where they are used (IOB1, IOB2, BIOES, BILOU), or X_B and
X_I. Where single blanks are tokens, tokens are characters and the text is what they make together;
otherwise a space goes between two tokens, since nobody knows any more what stood there.

Source
------
Tjong Kim Sang, De Meulder: Introduction to the CoNLL-2003 shared task, section 2 (the format and its tags).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dure.readers.corpora.documents import Annotation, CorpusFault, Document
from dure.readers.corpora.facts import MAX_TEXT

_TAG = re.compile(r"(?:([BIESLU])-(.+)|(.+)_([BIESLU]))")
_OUTSIDE = ("O", "-", "_")
_BREAK = "-DOCSTART-"
_LETTER = re.compile(r"[ \u3000]\t")

Row = tuple[int, list[str]]


class Columns:
    """The sentences of one file.

    Parameters
    ----------
    text
        The file, as UTF-8.
    """

    def __init__(self, text: Path) -> None:
        self._text = text
        self.stray = 0
        """Spans that begin with I-, E- or L- and none of their own before it."""

    def documents(self) -> Iterator[Document]:
        """Yield each sentence.

        Raises
        ------
        CorpusFault
            ``column-line``, ``tag-form`` or ``too-long``.
        """
        with self._text.open(encoding="utf-8-sig", newline="\n") as file:
            joint = "" if any(map(_LETTER.match, file)) else " "
        for rows in self._sentences():
            yield self._document(rows, joint)

    def _sentences(self) -> Iterator[list[Row]]:
        rows: list[Row] = []
        size, sentence = 0, 1
        with self._text.open(encoding="utf-8-sig", newline="\n") as file:
            for number, line in enumerate(file, 1):
                fields = _fields(line.rstrip("\r\n"))
                if not fields or fields[0] == _BREAK:
                    if rows:
                        yield rows
                        sentence += 1
                    rows, size = [], 0
                elif rows or not _is_comment(fields):
                    rows.append((number, fields))
                    size += len(line)
                    if size > MAX_TEXT:
                        raise CorpusFault("too-long", sentence)
        if rows:
            yield rows

    def _document(self, rows: list[Row], joint: str) -> Document:
        at = int(
            all(one[0] == str(place) and len(one) > 2 for place, (_, one) in enumerate(rows, 1))
        )
        tokens, spans, where = [], _Spans(), 0
        for number, fields in rows:
            if len(fields) < at + 2 or not fields[at]:
                raise CorpusFault("column-line", number)
            token = fields[at]
            spans.take(where, where + len(token), fields[-1].strip(), number)
            where += len(token) + len(joint)
            tokens.append(token)
        self.stray += spans.stray
        return Document("", joint.join(tokens), spans.done())


class _Spans:
    """The spans of one sentence, put together token by token."""

    def __init__(self) -> None:
        self.stray = 0
        self._done: list[Annotation] = []
        self._open: tuple[str, int, int] | None = None

    def take(self, start: int, end: int, word: str, line: int) -> None:
        if word in _OUTSIDE:
            self._close()
            return
        found = _TAG.fullmatch(word)
        if found is None:
            raise CorpusFault("tag-form", line)
        sign, tag = (found[1], found[2]) if found[1] else (found[4], found[3])
        continues = self._open is not None and self._open[0] == tag
        if sign in "IEL" and continues and self._open is not None:
            self._open = (tag, self._open[1], end)
        else:
            self.stray += sign in "IEL"
            self._close()
            self._open = (tag, start, end)
        if sign in "ESLU":
            self._close()

    def done(self) -> list[Annotation]:
        self._close()
        return self._done

    def _close(self) -> None:
        if self._open is not None:
            tag, start, end = self._open
            self._done.append(Annotation(str(len(self._done) + 1), ((start, end),), tag))
        self._open = None


def _fields(line: str) -> list[str]:
    return line.split("\t") if "\t" in line else line.split()


def _is_comment(fields: list[str]) -> bool:
    """Say whether a line before a sentence is none of its tokens."""
    last = fields[-1].strip()
    tagged = len(fields) > 1 and (last in _OUTSIDE or _TAG.fullmatch(last))
    return fields[0].startswith("#") and not tagged
