"""The verbs on personal data: de-identified, recorded, its label lowered, and shredded."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pytest

from dure.governance.errors import GovernanceError
from dure.node.house import NodeHouse
from dure.node.node import Node
from tests.adversarial.verb import DONE, Verb, request_id
from tests.datasets.corpora.corpora import lines
from tests.datasets.images.folders import with_classes
from tests.datasets.voting import record_due
from tests.node import alliance
from tests.node.alliance import SHARED, Alliance, services_inside

DUE, SPAN = ("ships", "reports"), [[0, 3, "PORT"]]
PLAN = """deidentify = 1
purpose = "trial"
[[column]]
method = "pseudonym"
name = "kind"
"""


def _treat(made: Alliance) -> None:
    file = made.folder / "out"
    file.write_text(PLAN, encoding="utf-8")
    with made.open() as node:
        node.datasets.deidentify.apply("tracks", file, name="treated")


def _treated(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        assert {row["name"] for row in node.datasets.list()} == {"tracks", "treated"}
        kinds = node.datasets.open("treated").to_polars()["kind"]
    assert (kinds.n_unique(), set(kinds) & {"ferry", "tug"}) == (2, set())
    assert 1 <= seen["dataset.deidentify.done"] <= seen["dataset.deidentify.begun"]
    return DONE


def _today(node: Node) -> dt.date:
    return dt.datetime.fromtimestamp(node.house.now(), dt.UTC).date()


def _record(made: Alliance) -> None:
    with made.open() as node:
        then, until = node.house.now() - 10 * 86_400, _today(node) - dt.timedelta(2)
        with mock.patch.object(NodeHouse, "now", return_value=then):
            node.datasets.privacy.record(
                "treated", basis="law", purpose="test", retain_until=until.isoformat()
            )


def _recorded(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        assert node.datasets.privacy.show("treated")["number"] == 1
        assert [row["name"] for row in node.datasets.privacy.due()] == ["treated"]
    assert 1 <= seen["privacy.record.done"] <= seen["privacy.record.begun"]
    return DONE


def _import_parts(made: Alliance) -> None:
    """Two data sets of the same pictures and two corpora of the same spans; one of each is due."""
    with TemporaryDirectory() as folder, made.open() as node:
        with_classes(Path(folder), 4)
        for name, targets in (("ships", "folders"), ("pictures", "none")):
            node.datasets.import_(folder, label=alliance.LABEL, name=name, targets=[targets])
        for name in ("reports", "desks"):
            file = lines(Path(folder) / "one.jsonl", {"text": "부산항", "label": SPAN, "in": name})
            node.datasets.import_(file, label=alliance.LABEL, name=name, annotations="jsonl")
        for name in DUE:
            record_due(node, name)


def _cover(made: Alliance) -> None:
    with made.open() as node:
        node.datasets.deidentify.texts("desks", cover=["PORT"], name="covered")


def _covered(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        names = sorted(row["name"] for row in node.datasets.list())
        assert names == ["covered", "desks", "pictures", "reports", "ships", "tracks"]
        assert [row["text"] for row in node.datasets.open("covered").records()] == ["[PORT]"]
        (span,) = node.datasets.spans("covered").records()
        assert (span["start"], span["end"], span["tag"]) == (0, 6, "PORT")
        assert [row["text"] for row in node.datasets.open("desks").records()] == ["부산항"]
    assert 1 <= seen["dataset.deidentify.done"] <= seen["dataset.deidentify.begun"]
    return DONE


def _ask_to_shred(made: Alliance) -> None:
    with made.open() as node:
        asked = [node.datasets.privacy.request_shred(name)["id"] for name in DUE]
        for request in asked:
            made.approve(node, request)
        (made.folder / "request").write_text(" ".join(asked))


def _ask_to_lower(made: Alliance) -> None:
    with made.open() as node:
        asked = node.datasets.deidentify.request_lower("pictures", SHARED)
        made.approve(node, asked["id"])
        (made.folder / "request").write_text(asked["id"])


def _shred(made: Alliance) -> None:
    with made.open() as node:
        for request in request_id(made).split():
            _settle(node, request, node.datasets.privacy.shred)


def _lower(made: Alliance) -> None:
    with made.open() as node:
        _settle(node, request_id(made), node.datasets.deidentify.lower)


def _settle(node: Node, request: str, do: Callable[[str], object]) -> None:
    try:
        do(request)
    except GovernanceError as error:
        if error.code != "governance.unsettled":
            raise
        assert node.decisions.reconcile(request)["state"] == "done"
        do(request)


def _shredded(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        assert {row["name"] for row in node.datasets.list()} == {"tracks", "pictures", "desks"}
        assert node.datasets.privacy.due() == []
        assert len(list(node.datasets.images("pictures"))) == 4  # which has the same pictures
        assert node.datasets.spans("desks").rows == 1  # which has the same span
    assert (seen["asset.shred.begun"], seen["asset.shred.done"]) == (2, 2)
    return DONE


def _lowered(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        rows = {row["label"]: row["id"] for row in node.datasets.list()}
        assert len(list(node.datasets.images(rows[SHARED]))) == 4
    assert (seen["label.lower.begun"], seen["label.lower.done"]) == (1, 1)
    return DONE


def _ask_to_shred_keys(made: Alliance) -> None:
    with made.open() as node:
        asked = node.datasets.deidentify.request_shred_keys("trial")
        made.approve(node, asked["id"])
        (made.folder / "request").write_text(asked["id"])


def _shred_keys(made: Alliance) -> None:
    with made.open() as node:
        _settle(node, request_id(made), node.datasets.deidentify.shred_keys)


def _keys_shredded(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        assert node.datasets.deidentify.keys("trial")["shredded"]
        with pytest.raises(GovernanceError, match="shredded"):  # and no other takes its place
            node.datasets.deidentify.apply("tracks", made.folder / "out", name="again")
        assert node.datasets.open("treated").to_polars().height == 3
    assert (seen["pseudonym.shred.begun"], seen["pseudonym.shred.done"]) == (1, 1)
    return DONE


PRIVACY = {
    "treat": Verb(
        "import",
        _treat,
        (
            "keeper.root-used",
            "dataset.deidentify.begun",
            "house.sealed",
            "dataset.deidentify.done",
        ),
        _treated,
    ),
    "keep-record": Verb(
        "treat", _record, ("privacy.record.begun", "privacy.record.done"), _recorded
    ),
    "import-parts": Verb("import", _import_parts),
    "cover-texts": Verb(
        "import-parts",
        _cover,
        (
            "dataset.deidentify.begun",
            "keeper.sealed",
            "house.sealed",
            "keeper.sealed:2",
            "house.sealed:2",
            "keeper.sealed:3",
            "house.sealed:3",
            "dataset.deidentify.done",
        ),
        _covered,
    ),
    "ask-to-shred": Verb("import-parts", _ask_to_shred),
    "shred": Verb(
        "ask-to-shred",
        _shred,
        (
            "permit.claimed",
            "asset.shredded",
            "asset.shredded:2",
            "asset.shredded:5",
            "act.performed",
        ),
        _shredded,
    ),
    "ask-to-shred-keys": Verb("treat", _ask_to_shred_keys),
    "shred-keys": Verb(
        "ask-to-shred-keys",
        _shred_keys,
        ("permit.claimed", "act.performed", "outcome.recorded"),
        _keys_shredded,
    ),
    "ask-to-lower": Verb("import-parts", _ask_to_lower),
    "lower": Verb("ask-to-lower", _lower, ("keeper.sealed:2", "house.executed"), _lowered),
}
