"""What a command shows: tables and lines for people, one JSON value for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dure.cli.fields import field_word, value_word
from dure.cli.words import LANGUAGE, say
from dure.core.errors import DureError
from dure.core.text import is_unseen, printable

if TYPE_CHECKING:
    from rich.console import Console


IDS = frozenset(
    {
        "asset_id",
        "benchmark",
        "decision",
        "envelope",
        "id",
        "request",
        "run",
        "short",
        "submission",
        "actor",
        "asset",
    }
)
"""Fields that people copy: a terminal doesn't break them over two lines."""

WHOLE = 20
"""Characters of an id up to which that leaves room for the other columns."""


class Output:
    """Where a command's result goes.

    Parameters
    ----------
    as_json
        Print one JSON value on standard output and nothing else there.
    """

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    def value(self, value: Mapping[str, Any], title: str = "", *, exact: bool = False) -> None:
        """Show one thing: its fields in two columns; ``exact`` keeps the names that are signed."""
        if self.as_json:
            self.json(value)
            return
        from rich.table import Table

        table = Table(title=title or None, show_header=False, box=None, title_justify="left")
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for name, item in value.items():
            words = (name, item) if exact else (field_word(name), value_word(name, item))
            table.add_row(words[0], _plain(words[1]) or "-")
        _console().print(table)

    def rows(
        self,
        rows: Sequence[Mapping[str, Any]],
        columns: Sequence[tuple[str, str]],
        title: str = "",
        *,
        none: str = "",
    ) -> None:
        """Show many things: one row each, with the columns (field, heading); ``none`` when empty."""
        if self.as_json:
            self.json(list(rows))
            return
        if not rows:
            empty = none or say("Nothing to show.", "표시할 것이 없습니다.")
            self.line(f"{title}: {empty}" if title else empty)
            return
        from rich.table import Table

        table = Table(title=title or None, title_justify="left")
        for field, heading in columns:
            widest = max(len(str(row.get(field, ""))) for row in rows)
            whole = field in IDS and widest <= WHOLE
            table.add_column(heading, overflow="fold", no_wrap=whole)
        for row in rows:
            table.add_row(*(_plain(value_word(field, row.get(field, ""))) for field, _ in columns))
        _console().print(table)

    def line(self, text: str) -> None:
        """Say one sentence; silent with ``--json``."""
        if not self.as_json:
            _console().print(printable(text, keep="\n"), markup=False, highlight=False)

    def drawing(self, drawing: object) -> None:
        """Show what rich draws, its words as they are; silent with ``--json``."""
        if not self.as_json:
            _console().print(drawing, markup=False, highlight=False)

    def error(self, error: DureError) -> None:
        """Show an error: what, why and the next step."""
        self.refusal(error.to_dict(LANGUAGE))

    def refusal(self, body: Mapping[str, Any]) -> None:
        """Show why something was refused, from its fields."""
        if self.as_json:
            self.json({"error": body})
            return
        marks = (("what", "✗"), ("why", " "), ("next_step", "→"))
        for name, mark in marks:
            print(f"{mark} {body[name]}", file=sys.stderr)
        print(f"  [{body['code']}]", file=sys.stderr)

    @contextmanager
    def progress(self, title: str) -> Iterator[None]:
        """Show that work goes on and for how long, on standard error, while the block runs."""
        if self.as_json or not sys.stderr.isatty():
            yield
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        ) as bar:
            bar.add_task(title, total=None)
            yield

    def json(self, value: object) -> None:
        """Print one JSON value, which is what it is for people too."""
        text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
        # Line breaks stand between values only; any other control is inside a string.
        print("".join(json.dumps(c)[1:-1] if is_unseen(c) and c != "\n" else c for c in text))


def _console() -> Console:
    from rich.console import Console

    return Console(soft_wrap=not sys.stdout.isatty())


def _plain(value: Any) -> str:
    from rich.markup import escape

    if isinstance(value, Iterable) and not isinstance(value, str | Mapping):
        text = "\n".join(_text(item) for item in value)
    else:
        text = _text(value)
    # Names come from strangers' files and bundles; none of them may steer the terminal.
    return escape(printable(text, keep="\n\t"))


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return str(value)
