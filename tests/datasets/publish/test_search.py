"""Search and lineage return what the asker may see, and counts tell no more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dure.core.labels import Label
from dure.datasets.search import MAX_WORDS, folded, words_of
from dure.node.node import Node
from tests.datasets.about.statements import FULL
from tests.node import alliance
from tests.node.alliance import LABEL

SECRET = "bravo//O//maritime REL bravo FOR trial"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with alliance.services_inside():
        made = alliance.pinned().copy(tmp_path / "made")
        files = {}
        for name, text in {
            "항적자료": "선박이름,speed_kn\n가,1\n",
            "ports_100%": "port_name,depth_m\na,2\n",
        }.items():
            files[name] = tmp_path / f"{name}.csv"
            files[name].write_text(text, encoding="utf-8")
        (tmp_path / "about.toml").write_text(FULL, encoding="utf-8")
        with made.open() as node:
            node.datasets.import_(files["항적자료"], label=LABEL)
            node.datasets.import_(
                files["ports_100%"], label=LABEL, about=tmp_path / "about.toml", name="ports_100%"
            )
            node.house.seal(
                [b"{}"], kind="dataset", media_type="-", schema_id="-", producer="note",
                label=Label.parse(SECRET, node.house.charter.labels), name="quiet",
                facts={"words": "quiet delay"},
            )  # fmt: skip
            yield node


def names(node: Node, words: str) -> list[str]:
    return [hit["name"] for hit in node.catalogue.search(words)]


def test_words_find_names_keywords_subjects_and_places(node: Node) -> None:
    assert names(node, "항적") == ["항적자료"]
    assert names(node, "DELAY flight") == ["ports_100%"]  # keywords
    assert names(node, "세 공항의 항공") == ["ports_100%"]  # the Korean name and keyword
    assert names(node, "york transport") == ["ports_100%"]  # place and subject
    assert names(node, "york 항적") == []
    assert names(node, "port_name") == []  # columns stay sealed
    assert len(names(node, "")) == 2


def test_a_sign_of_the_database_is_a_sign(node: Node) -> None:
    assert names(node, "100%") == ["ports_100%"]
    assert names(node, "1%0") == []
    assert names(node, "___") == []
    assert names(node, "'; DROP TABLE storage_assets; --") == []
    assert len(names(node, "")) == 2


def test_what_may_not_be_seen_changes_nothing(node: Node) -> None:
    """``quiet`` takes a category that the steward is not cleared for; its words match."""
    assert names(node, "delay") == ["ports_100%"]
    assert names(node, "quiet delay") == []
    every = node.house.assets.find()
    assert any(entry.name == "quiet" for entry in every)  # it is there


def test_the_best_comes_first(node: Node, tmp_path: Path) -> None:
    file = tmp_path / "z delay.csv"
    file.write_text("a\n1\n", encoding="utf-8")
    node.datasets.import_(file, label=LABEL)
    assert names(node, "delay") == ["z delay", "ports_100%"]


def test_lineage_goes_both_ways_and_no_further_than_the_eye(node: Node) -> None:
    row = next(row for row in node.datasets.list() if row["name"] == "항적자료")
    table = node.house.assets.get(row["id"]).asset.parents[0]
    label = node.house.assets.get(row["id"]).asset.label
    words = {"kind": "note", "media_type": "text/plain", "schema_id": "-", "producer": "note"}
    seen = node.house.seal([b"1"], label=label, name="derived", parents=[row["id"]], **words)
    hidden = node.house.seal(
        [b"2"],
        label=Label.parse(SECRET, node.house.charter.labels),
        name="hidden",
        parents=[seen.id],
        **words,
    )
    beyond = node.house.seal(
        [b"3"], label=hidden.label, name="beyond", parents=[hidden.id], **words
    )
    graph = node.catalogue.lineage("항적자료")
    assert set(graph.assets) == {table, row["id"], seen.id}
    assert graph.parents[seen.id] == (row["id"],)
    assert graph.children(row["id"]) == (seen.id,)
    told = graph.to_dict()
    assert {(edge["from"], edge["to"]) for edge in told["edges"]} == {
        (table, row["id"]), (row["id"], seen.id),
    }  # fmt: skip
    assert hidden.id not in str(told)
    assert beyond.id not in str(told)
    assert set(node.catalogue.lineage(seen.id).assets) == {table, row["id"], seen.id}


def test_the_words_have_a_bound(node: Node) -> None:
    document = dict(node.datasets.show("항적자료")["croissant"])
    document["keywords"] = [f"word{number}" for number in range(5_000)]
    assert len(words_of(document)) <= MAX_WORDS
    assert folded("ＡＢ 가") == "ab 가"
