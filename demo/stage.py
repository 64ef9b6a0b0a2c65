"""Tells the story on the terminal, and keeps what happened for the evidence page."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from dure.cli.words import say
from dure.core.errors import DureError

__all__ = ["Chapter", "Check", "Link", "Rows", "Sentence", "Stage", "say"]


@dataclass(frozen=True)
class Sentence:
    """A sentence."""

    text: str


@dataclass(frozen=True)
class Check:
    """Something that must hold, and whether it does."""

    held: bool
    text: str


@dataclass(frozen=True)
class Link:
    """A file that a person can open."""

    file: Path
    text: str


@dataclass(frozen=True)
class Rows:
    """A table."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass
class Chapter:
    """One chapter: its lines, tables and checks, in order."""

    title: str
    parts: list[Sentence | Check | Link | Rows] = field(default_factory=list)
    seconds: float = 0.0


class Stage:
    """Where the demonstration speaks."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)
        self.chapters: list[Chapter] = []
        self.checks_held = 0
        self.checks_failed = 0

    @contextmanager
    def chapter(self, en: str, ko: str) -> Iterator[None]:
        """Open a chapter; say how long it took at its end."""
        chapter = Chapter(say(en, ko))
        self.chapters.append(chapter)
        self.console.rule(f"[bold]{len(self.chapters)}. {chapter.title}", align="left")
        began = time.perf_counter()
        yield
        chapter.seconds = time.perf_counter() - began
        self.console.print(f"  [dim]{chapter.seconds:.1f} s[/]")

    def tell(self, en: str, ko: str) -> None:
        """Say a sentence."""
        text = say(en, ko)
        self.chapters[-1].parts.append(Sentence(text))
        self.console.print(f"  {text}", markup=False)

    @contextmanager
    def working(self, en: str, ko: str) -> Iterator[None]:
        """Show that something takes a while."""
        text = say(en, ko)
        if self.console.is_terminal:
            with self.console.status(f"  {text}"):
                yield
        else:
            self.console.print(f"  {text} …", markup=False)
            yield

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
        """Show a table."""
        self.chapters[-1].parts.append(Rows(title, columns, rows))
        table = Table(title=title or None, title_justify="left")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*row)
        self.console.print(table)

    def values(self, title: str, values: Mapping[str, object]) -> None:
        """Show named values."""
        self.table(
            [say("field", "항목"), say("value", "값")],
            [[name, str(value)] for name, value in values.items()],
            title,
        )

    def link(self, file: Path, en: str, ko: str) -> None:
        """Name a file that a person can open; the evidence page links it."""
        self.chapters[-1].parts.append(Link(file, say(en, ko)))
        self.console.print(f"  → {say(en, ko)}: {file}", markup=False, soft_wrap=True)

    def check(self, held: bool, en: str, ko: str) -> None:
        """Say whether something that must hold does; the demonstration fails when one doesn't."""
        text = say(en, ko)
        self.chapters[-1].parts.append(Check(held, text))
        self.checks_held += held
        self.checks_failed += not held
        self.console.print(f"  {'✓' if held else '✗'} {text}", markup=False)

    @contextmanager
    def refused(self, code: str, en: str, ko: str) -> Iterator[None]:
        """Check that the block is refused with this very code, and show the reason given."""
        try:
            yield
        except DureError as error:
            because = say(error.why_text.en, error.why_text.ko)
            self.check(
                error.code == code,
                f"{en} — {because} [{error.code}]",
                f"{ko} — {because} [{error.code}]",
            )
        else:
            self.check(False, f"{en} — NOT REFUSED", f"{ko} — 거부되지 않음")
