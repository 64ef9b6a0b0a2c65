"""The pages that a newcomer follows, run as they stand."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.docs import pages

DOCS = pages.ROOT / "docs"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "work"
    made.mkdir()
    return made


@pytest.mark.timeout(300)
def test_getting_started(folder: Path):
    status, said = pages.run(DOCS / "getting-started.md", folder)
    assert status == 0, said
    assert "A first alliance of one" in said
    assert "The ledger is whole." in said
    assert (folder / "record").is_dir()
    assert (folder / "record-2").is_dir()


@pytest.mark.timeout(300)
@pytest.mark.exhaustive
def test_a_stewards_first_hour(folder: Path):
    status, said = pages.run(DOCS / "steward.md", folder)
    assert status == 0, said
    # What the page says that one sees there.
    assert "Ready after some work." in said
    assert "not ready: status 1" in said
    assert re.search(r"resident registration +│", said)
    assert re.search(r"\b(\d+) of \1 rules hold", said)
    assert re.search(r"│ k \(smallest class\) +│ 1 +│ 39 ", said)
    assert "score  100.0%" in said
    assert "The ledger is whole." in said
    record = re.compile(r"\d{6}-[12]\d{6}")
    reports = [
        (folder / name).read_text(encoding="utf-8") for name in ("flights.html", "complaints.html")
    ]
    assert record.search((folder / "complaints.csv").read_text(encoding="utf-8"))
    assert not [text for text in (*reports, said) if record.search(text)]
    # The other agency has the description, and no record.
    croissant = json.loads((folder / "croissant.json").read_text(encoding="utf-8"))
    assert croissant["name"] == "flights"
    assert len((folder / "dummy.csv").read_text(encoding="utf-8").splitlines()) == 101


def test_the_korean_hour_has_the_same_commands():
    english, korean = (pages.blocks(DOCS / name) for name in ("steward.md", "ko/steward.md"))
    assert len(english) > 10
    assert english == korean


def test_a_page_that_fails_is_told(folder: Path):
    """What a page does wrong ends its run, and is among what it said."""
    page = folder.parent / "page.md"
    page.write_text("```sh\ndure datasets inspect nothing.csv\necho on\n```\n", encoding="utf-8")
    status, said = pages.run(page, folder)
    assert status == 45
    assert "nothing.csv" in said
    assert "on" not in said.splitlines()
