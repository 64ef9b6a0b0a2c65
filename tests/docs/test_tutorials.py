"""The tutorials of data owner, developer and output checker, run as they stand in one alliance."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dure.trials.offering.card import Card, read_card
from tests.docs import pages

pytestmark = pytest.mark.timeout(300)

DOCS = pages.ROOT / "docs"
PAGES = ("data-owner.md", "developer.md", "output-checker.md")


@dataclass
class Story:
    """The folder in which the pages were gone through, and what each said."""

    folder: Path
    said: dict[str, str] = field(default_factory=dict)


def go_through(docs: Path, folder: Path) -> Story:
    """Run the pages one after the other, as three people would."""
    folder.mkdir()
    story = Story(folder)
    for page in PAGES:
        status, story.said[page] = pages.run(docs / page, folder)
        assert status == 0, story.said[page]
    return story


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return go_through(DOCS, tmp_path_factory.mktemp("tutorials") / "work")


def test_the_data_owner_sees_what_the_page_says(story: Story):
    said = story.said["data-owner.md"]
    # The second run tells nothing, the first one did; the version without floors is closed.
    assert len(re.findall(r"│ (?:mae|r2|rmse) +│ held ", said)) == 3
    assert re.search(r"r2 0\.3, subgroups 2", said)
    assert "made without floors" in said


def test_the_card_fits_the_benchmark_and_no_record_is_in_it(story: Story):
    card: Card = read_card(story.folder / "arrival-delay.card")
    assert (story.folder / "first.card").read_bytes() == card.to_bytes()
    assert (card.name, card.definition.floors, card.subgroups) == (
        "arrival-delay@1",
        (("r2", "0.3"),),
        2,
    )
    with (story.folder / "arrivals.csv").open(newline="") as file:
        records = {tuple(row) for row in list(csv.reader(file))[1:]}
    made_up = dummy_rows(card)
    assert len(made_up) == 1000
    assert len(records) > 1400
    assert not made_up & records
    # The routes are codes that the steward let the description tell.
    assert {row[0] for row in made_up} == {row[0] for row in records}


def dummy_rows(card: Card) -> set[tuple[str, ...]]:
    import io

    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(card.dummy))
    return {tuple(map(str, row.values())) for row in table.to_pylist()}


def test_the_developer_sees_what_the_page_says(story: Story):
    said = story.said["developer.md"]
    assert said.count("Its form is right.") == 2
    assert "arrival-delay 0.1" in said
    assert len(list((story.folder / "media").glob("navy-coast-*.dure-envelope"))) == 2


def test_the_output_checker_sees_what_the_page_says(story: Story):
    said = story.said["output-checker.md"]
    assert "it is the report that the request names" in said
    assert "refused: status" in said
    assert re.search(r"state +rejected", said)
    assert re.search(r"ruling +stands", said)
    assert re.search(r"│ 1 +│ navy", said), "the released figures are on the leaderboard"
    assert "The ledger is whole." in said


@pytest.mark.parametrize("page", PAGES)
def test_the_korean_page_has_the_same_commands(page: str):
    english, korean = (pages.blocks(folder / page) for folder in (DOCS, DOCS / "ko"))
    assert len(english) > 5
    assert english == korean


@pytest.mark.exhaustive
def test_the_korean_pages_run_as_they_stand(tmp_path: Path):
    story = go_through(DOCS / "ko", tmp_path / "work")
    assert "The ledger is whole." in story.said["output-checker.md"]
