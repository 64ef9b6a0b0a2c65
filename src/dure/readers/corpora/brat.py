"""brat standoff: annotations in a file of their own beside each text; runs inside the sandbox.

Of an annotation its fragments, tag, attributes, normalisations and notes are kept; relations, events and
equivalences between annotations are counted and left behind.

Source
------
brat standoff format: text-bound annotations (T), attributes (A, M), normalisations (N), notes (#),
relations (R), events (E), equivalences (*). Offsets count characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dure.readers.corpora.documents import Annotation, CorpusFault

_BOUND = re.compile(r"(T\S+)\t(\S+) (\d{1,18} \d{1,18}(?:;\d{1,18} \d{1,18})*)\t(.*)")
_ATTRIBUTE = re.compile(r"[AM]\S+\t(\S+) (\S+)(?: (.*))?")
_NORMAL = re.compile(r"N\S+\t\S+ (\S+) (\S+)(?:\t(.*))?")
_NOTE = re.compile(r"#\S*\t(\S+) (\S+)\t?(.*)")
_BETWEEN = re.compile(r"(?:[RE]\S+|\*)\t.*")


def read_brat(text: str) -> tuple[list[Annotation], int]:
    r"""Return the annotations of an ``.ann`` file, and how many relations and events were left behind.

    Raises
    ------
    CorpusFault
        ``ann-line``.

    Examples
    --------
    >>> read_brat("T1\tPER 0 3\tAnn\nA1\tSure T1\n")[0][0].attributes
    {'Sure': True}
    """
    found: dict[str, Annotation] = {}
    said: list[tuple[str, str, object]] = []
    between = 0
    for number, line in _lines(text):
        if bound := _BOUND.fullmatch(line):
            if bound[1] in found:
                raise CorpusFault("ann-line", number)
            pieces = [piece.split(" ") for piece in bound[3].split(";")]
            fragments = tuple((int(start), int(end)) for start, end in pieces)
            found[bound[1]] = Annotation(bound[1], fragments, bound[2], bound[4], {})
        elif told := _ATTRIBUTE.fullmatch(line):
            said.append((told[2], told[1], told[3] or True))
        elif told := _NORMAL.fullmatch(line):
            said.append((told[1], "reference", told[2]))
        elif told := _NOTE.fullmatch(line):
            said.append((told[2], "note", told[3]))
        elif _BETWEEN.fullmatch(line):
            between += 1
        else:
            raise CorpusFault("ann-line", number)
    for whom, name, value in said:
        if whom in found:  # others are said of relations and events
            attributes = dict(found[whom].attributes)
            attributes[_free(attributes, name)] = value
            found[whom].attributes = attributes
    return list(found.values()), between


def _free(attributes: dict[str, object], name: str) -> str:
    """Return the name, numbered when it is taken: an annotation may have several notes."""
    free, number = name, 1
    while free in attributes:
        number += 1
        free = f"{name}.{number}"
    return free


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")  # noqa: PLW2901 (the same line)
        if line.strip():
            yield number, line
