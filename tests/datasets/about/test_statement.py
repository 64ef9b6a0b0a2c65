"""The statement's file: what it may hold, and what is refused with its place."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.datasets.about.statement import (
    EMPTY,
    Frequency,
    Statement,
    parse,
    read_statement,
    template,
)
from dure.datasets.errors import DatasetError
from dure.readers.errors import ReaderError
from tests.datasets.about.statements import FULL


def test_every_part_is_read() -> None:
    found = parse(FULL.encode())
    assert found.frequency is Frequency.ANNUAL
    assert found.place.box == (40.5, -74.3, 40.9, -73.7)
    assert (found.time.since, found.time.resolution) == (dt.date(2013, 1, 1), "PT1M")
    # No part of the form is left out of this file, nor of the template that people fill in.
    parts = msgspec.to_builtins(found)
    for header in ("collection", "use", "place", "time"):
        parts |= {f"{header}.{name}": value for name, value in parts.pop(header).items()}
    assert all(parts.values()), [name for name, value in parts.items() if not value]
    names = {line.lstrip("# ").partition(" = ")[0] for line in template().splitlines()}
    assert {name.rpartition(".")[2] for name in parts} <= names


def test_the_template_says_nothing() -> None:
    assert parse(template().encode()) == EMPTY


@pytest.mark.parametrize(
    ("line", "header", "reason", "place"),
    [
        ("colour = 1", "", "unknown", "colour"),
        ("colour = 1", "[use]", "unknown", "use.colour"),
        ("", "[weather]", "form-line", "L2"),
        ('name = """x"""', "", "form-line", "L2"),
        ('name.first = "x"', "", "form-line", "L2"),
        ("name = 3", "", "value", "name"),
        (f'name = "{"x" * 201}"', "", "value", "name"),
        ('name = "a\\u202eb"', "", "unseen", "name"),
        ('good_for = ["fine", "a\\u0000b"]', "[use]", "unseen", "use.good_for[1]"),
        ('frequency = "sometimes"', "", "value", "frequency"),
        ('languages = ["Korean language"]', "", "value", "languages"),
        ("from = 2013-02-01\nuntil = 2013-01-01", "[time]", "value", "time.until"),
        ("from = 2013-02-01\nuntil = 2013-01-01", "[collection]", "value", "collection.until"),
        ('from = "last year"', "[time]", "value", "time.from"),
        ('resolution = "hourly"', "[time]", "value", "time.resolution"),
        ("south = 3.0", "[place]", "value", "place"),
        ("south = 3.0\nwest = 1.0\nnorth = 2.0\neast = 2.0", "[place]", "value", "place"),
        ("south = 91.0", "[place]", "value", "place.south"),
        ("south = nan\nwest = 1.0\nnorth = 2.0\neast = 2.0", "[place]", "value", "place.south"),
        ("resolution_m = inf", "[place]", "value", "place.resolution_m"),
        ('crs = "flat"', "[place]", "value", "place.crs"),
    ],
)
def test_anything_else_is_refused_with_reason_and_place(
    line: str, header: str, reason: str, place: str
) -> None:
    with pytest.raises(DatasetError) as refused:
        parse(f"about = 1\n{header}\n{line}\n".replace("\n\n", "\n").encode())
    facts = refused.value.facts
    assert (refused.value.code, facts["reason"], facts["place"]) == (
        "datasets.document", reason, place,
    )  # fmt: skip


def test_a_box_over_the_date_line_is_a_box() -> None:
    lines = "about = 1\n[place]\nsouth = -5.0\nwest = 170.0\nnorth = 5.0\neast = -170.0\n"
    assert parse(lines.encode()).place.box == (-5.0, 170.0, 5.0, -170.0)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_statement_or_refused(content: bytes) -> None:
    with suppress(DatasetError):
        assert isinstance(parse(content), Statement)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match=r"readers\.source"):
        read_statement(tmp_path / "no.toml")
    (tmp_path / "yes.toml").write_text(FULL, encoding="utf-8")
    assert read_statement(tmp_path / "yes.toml") == parse(FULL.encode())
