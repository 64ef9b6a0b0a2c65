"""A document and its annotations, as each format gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class CorpusFault(Exception):  # noqa: N818 (it becomes a CorpusError on the other side)
    """A file can't be read: the reason's code, and the number of the line, record or byte."""

    def __init__(self, fault: str, place: int = 0) -> None:
        super().__init__(fault)
        self.fault, self.place = fault, place


@dataclass(slots=True)
class Annotation:
    """What somebody says of a piece of a text.

    Parameters
    ----------
    id
        Its name in the document.
    fragments
        Start and end of each piece, in whatever unit the file counts.
    tag
        What it is, or "".
    claimed
        The text that stands there, where the file says it.
    attributes
        What else the file says.
    """

    id: str
    fragments: tuple[tuple[int, int], ...]
    tag: str
    claimed: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Document:
    """One text.

    Parameters
    ----------
    name
        Its name, or "".
    text
        As it stands in the file.
    annotations
        What is said of it.
    split
        Part that it belongs to, where it says so itself.
    attributes
        What else the file says of it.
    """

    name: str
    text: str
    annotations: list[Annotation] = field(default_factory=list)
    split: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
