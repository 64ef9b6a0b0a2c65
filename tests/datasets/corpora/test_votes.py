"""Corpora whose label falls and which are shredded, by votes: texts and spans together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dure.datasets.privacy.errors import PrivacyError
from dure.governance.errors import GovernanceError
from dure.node.house import NodeHouse
from dure.node.node import Node
from dure.storage.errors import StorageError
from tests.datasets.corpora.corpora import SPANS, TEXTS, lines
from tests.datasets.voting import due, lying, pages, parts
from tests.node import alliance
from tests.node.alliance import LABEL, SHARED, Alliance, services_inside

NAMES = ("reports", "desks")
"""Two corpora of the same spans: their tables of texts differ."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Alliance:
    return alliance.pinned().copy(tmp_path_factory.mktemp("votes") / "made")


@pytest.fixture(scope="module")
def node(made: Alliance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    place = tmp_path_factory.mktemp("given")
    with services_inside(), made.open() as opened:
        for desk, name in enumerate(NAMES):
            told = [
                {"text": text, "label": spans, "desk": desk}
                for text, spans in zip(TEXTS, SPANS, strict=True)
            ]
            file = lines(place / f"{name}.jsonl", *told)
            opened.datasets.import_(file, label=LABEL, name=name, annotations="jsonl")
        yield opened


def spans(node: Node, dataset: str) -> list[dict[str, Any]]:
    return list(node.datasets.spans(dataset).records())


def test_spans_are_read_under_the_lower_label_and_lie_in_the_vault_once(
    node: Node, made: Alliance
) -> None:
    desk = node.datasets.deidentify
    before, held = spans(node, "reports"), pages(made)
    assert len(before) == sum(map(len, SPANS))
    view = desk.request_lower("reports", SHARED)
    told = view["request"]["arguments"]
    assert (told["spans"], told["images"]) == (parts(node, "reports")[2], "none")
    made.approve(node, view["id"])
    outcome = desk.lower(view["id"])
    lowered = str(outcome["dataset"])
    assert spans(node, lowered) == before
    assert {str(node.house.assets.get(str(outcome[one])).asset.label)
            for one in ("dataset", "table", "spans")} == {SHARED}  # fmt: skip
    assert len(pages(made) - held) == 1  # of the document alone
    node.datasets.export(lowered, made.folder / "exported")
    document = json.loads((made.folder / "exported" / "croissant.json").read_text())
    assert document["usageInfo"]["termCode"] == SHARED
    assert (made.folder / "exported" / "spans.parquet").is_file()


@pytest.mark.parametrize("lie", ["other", "none"])
def test_voters_who_are_shown_other_spans_lower_and_shred_nothing(
    node: Node, made: Alliance, lie: str
) -> None:
    """A door leaves the spans out of what people sign, or puts a table there."""
    proposing, dataset = NodeHouse.propose, parts(node, "desks")

    def propose(self: NodeHouse, action: str, **told: Any) -> Any:
        other = dataset[1] if lie == "other" else "none"
        return proposing(self, action, **lying(told, "spans", other))

    desk = node.datasets
    with mock.patch.object(NodeHouse, "propose", propose):
        asked = [(desk.deidentify.lower, desk.deidentify.request_lower(dataset[0], SHARED)["id"])]
        if lie == "none":
            asked.append((desk.privacy.shred, due(node, dataset[0])))
    for verb, request in asked:
        made.approve(node, request)
        with pytest.raises(PrivacyError) as refused:
            verb(request)
        assert refused.value.facts["reason"] == "document"
    assert len(spans(node, "desks")) == sum(map(len, SPANS))


def test_spans_go_with_the_last_corpus_that_has_them(node: Node, made: Alliance) -> None:
    first, second = parts(node, "reports"), parts(node, "desks")
    assert first[2] == second[2]
    assert first[1] != second[1]
    gone = {}
    for name in NAMES:
        request = due(node, name)
        made.approve(node, request)
        gone[name] = node.datasets.privacy.shred(request)["gone"]
        assert node.datasets.privacy.shred(request)["gone"] == gone[name]
        if name == "reports":
            assert len(spans(node, "desks")) == sum(map(len, SPANS))
    assert gone == {"reports": first[:2], "desks": second}
    for part in {*first, *second}:
        with pytest.raises(StorageError, match=r"storage\.unknown"):
            node.house.read(part, purpose="trial", limit=1 << 20)
    with made.vault() as vault:
        assert not any(map(vault.exists, (*first, *second)))
        assert vault.verify().clean


def test_a_legal_hold_keeps_texts_and_spans(node: Node, made: Alliance, tmp_path: Path) -> None:
    place = lines(tmp_path / "held.jsonl", {"text": "목포항", "label": [[0, 3, "PORT"]]})
    dataset = node.datasets.import_(place, label=LABEL, name="held", annotations="jsonl")
    node.datasets.versions.hold(dataset.id)
    request = due(node, "held")
    made.approve(node, request)
    with pytest.raises(GovernanceError):
        node.datasets.privacy.shred(request)
    assert len(spans(node, "held")) == 1
    with made.vault() as vault:
        assert all(map(vault.exists, parts(node, "held")))
