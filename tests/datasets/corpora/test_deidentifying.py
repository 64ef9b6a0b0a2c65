"""A corpus de-identified at a node: covered, its other spans moved along, counted, previewed, lowered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dure.core.errors import DureError
from dure.datasets.deidentify.figures import TERM
from dure.node.node import Node
from tests.datasets.corpora.corpora import lines
from tests.node import alliance
from tests.node.alliance import LABEL, SHARED, Alliance, command, services_inside

CALL = "김하늘 선장의 번호는 010-1234-5678, 부산항에서 김하늘을 찾는다."
QUIET = "한빛호가 부산항에 들어왔다."
RECORDS = (
    {
        "id": "010-9876-5432",
        "text": CALL,
        "label": [
            {"id": "T1", "start": 0, "end": 3, "label": "PERSON", "note": "선장 본인"},
            {"id": "T2", "start": 2, "end": 6, "label": "ROLE", "note": "걸침"},
            {"id": "T3", "start": 27, "end": 30, "label": "PORT", "note": "항구"},
            {"id": "T4", "start": 8, "end": 25, "label": "CLAIM", "note": "겹침"},
        ],
        "desk": "010-1111-2222",
    },
    {
        "text": QUIET,
        "label": [
            {"id": "T1", "start": 5, "end": 8, "label": "PORT", "note": "문의 010-2222-3333"},
            {"id": "T2", "start": 0, "end": 3, "label": "SHIP", "note": "배"},
        ],
        "desk": "3",
    },
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Alliance:
    return alliance.pinned().copy(tmp_path_factory.mktemp("covering") / "made")


@pytest.fixture(scope="module")
def source(made: Alliance) -> str:
    file = lines(made.folder / "calls.jsonl", *RECORDS)
    with services_inside(), made.open() as node:
        return node.datasets.import_(file, label=LABEL, name="calls", annotations="jsonl").id


@pytest.fixture
def node(made: Alliance, source: str) -> Iterator[Node]:
    with services_inside(), made.open() as opened:
        yield opened


def stand(node: Node, dataset: str) -> dict[tuple[int, str], tuple[str, str | None]]:
    """Return what each span says, and what is said of it."""
    texts = {row["document"]: row["text"] for row in node.datasets.open(dataset).records()}
    return {
        (row["document"], row["annotation"]): (
            texts[row["document"]][row["start"] : row["end"]],
            row["attributes"],
        )
        for row in node.datasets.spans(dataset).records()
    }


def test_what_is_personal_is_covered_and_every_other_span_says_what_it_said(
    node: Node, made: Alliance, source: str, tmp_path: Path
) -> None:
    covered = node.datasets.deidentify.texts(source, cover=["PERSON"])
    assert str(covered.label) == LABEL
    texts = list(node.datasets.open(covered.id).records())
    assert [row["text"] for row in texts] == [
        "[PERSON] 선장의 번호는 [phone], 부산항에서 김하늘을 찾는다.",
        QUIET,
    ]
    assert [row["characters"] for row in texts] == [len(row["text"]) for row in texts]
    assert texts[0]["name"] == "[phone]"
    assert [row["attributes"] for row in texts] == [None, '{"desk":"3"}']
    before, after = stand(node, source), stand(node, covered.id)
    assert before[1, "T3"][0] == "부산항"
    kept = {(1, "T3"), (2, "T2")}
    assert {one: after[one] for one in kept} == {one: before[one] for one in kept}
    assert {one: after[one] for one in set(after) - kept} == {
        (1, "T1"): ("[PERSON]", None),
        (1, "T2"): ("[PERSON] 선장", None),
        (1, "T4"): ("번호는 [phone]", None),
        (2, "T1"): ("부산항", None),
    }
    told = node.datasets.show(covered.id)["croissant"][TERM]["texts"]
    assert told["covered"] == {"PERSON": 1, "phone": 2}
    assert (told["covered_texts"], told["changed_spans"], told["left_out"]) == (1, 3, 2)
    assert told["again"] == 1  # nobody tagged the second one
    assert {(one["column"], one["kind"], one["rows"]) for one in told["before"]} == {
        (column, "phone", 1) for column in ("name", "text", "attributes", "spans.attributes")
    }
    assert told["after"] == []
    node.datasets.export(covered.id, tmp_path / "out")  # verified on the way

    view = node.datasets.deidentify.request_lower(covered.id, SHARED)
    assert view["request"]["arguments"]["figures"]["again"] == 1
    made.approve(node, view["id"])
    lowered = str(node.datasets.deidentify.lower(view["id"])["dataset"])
    assert stand(node, lowered) == after


def test_what_may_not_be_sealed_is_not(node: Node, source: str, tmp_path: Path) -> None:
    named = {"id": "900101-1234568", "start": 0, "end": 3, "label": "SHIP"}
    file = lines(tmp_path / "named.jsonl", {"text": QUIET, "label": [named]})
    other = node.datasets.import_(file, label=LABEL, name="named", annotations="jsonl").id
    plain = lines(tmp_path / "plain.jsonl", {"text": QUIET, "label": []})
    without = node.datasets.import_(plain, label=LABEL, name="plain", annotations="jsonl").id
    held = node.house.assets.count()
    cases: list[tuple[str, dict[str, Any], str, dict[str, object]]] = [
        (source, {"cover": ["NAME"]}, "privacy.plan", {"column": "NAME", "reason": "no-tag"}),
        (source, {"service_numbers": ["?"]}, "privacy.scan", {"reason": "shape"}),
        (other, {}, "privacy.identifier", {"column": "spans.annotation", "rows": 1}),
        (without, {}, "corpora.folder", {"reason": "not-corpus"}),
    ]
    for dataset, options, code, facts in cases:
        with pytest.raises(DureError) as refused:
            node.datasets.deidentify.texts(dataset, **options)
        assert refused.value.code == code
        assert facts.items() <= refused.value.facts.items()
    assert node.house.assets.count() == held


def test_pseudonyms_of_places_join_within_a_purpose_and_with_columns(
    node: Node, source: str, tmp_path: Path
) -> None:
    """Who is the same stays known: in texts, and in a table whose column is the same element."""

    def covered(**more: Any) -> tuple[str, dict[str, Any]]:
        made = node.datasets.deidentify.texts(
            source, pseudonyms=["PERSON", "phone"], name=f"keyed {len(more)}", **more
        )
        shown = node.datasets.show(made.id)["croissant"][TERM]["texts"]
        return made.id, shown

    first, told = covered()
    assert (told["pseudonyms"], told["purpose"], told["generation"]) == (
        ["PERSON", "phone"], "scoring", 1,
    )  # fmt: skip
    text = next(iter(node.datasets.open(first).records()))["text"]
    found = re.fullmatch(
        r"\[PERSON ([b-t]{32})\] 선장의 번호는 \[phone ([b-t]{32})\], 부산항에서 김하늘을 찾는다.",
        text,
    )
    assert found
    stood = stand(node, first)
    assert stood[1, "T1"][0] == f"[PERSON {found[1]}]"
    assert stood[1, "T3"][0] == "부산항"
    people = tmp_path / "people.csv"
    people.write_text("who,n\n김하늘,1\n남바다,2\n", encoding="utf-8")
    node.datasets.import_(people, label=LABEL, name="people")
    plan = tmp_path / "plan.toml"
    plan.write_text(
        'deidentify = 1\npurpose = "scoring"\n[[column]]\nmethod = "pseudonym"\nname = "who"\n'
        'of = "PERSON"\n',
        encoding="utf-8",
    )
    table = node.datasets.deidentify.apply("people", plan).dataset.id
    assert [row["who"] == found[1] for row in node.datasets.open(table).records()] == [True, False]
    other, _ = covered(purpose="trial", generation=2)
    line = next(iter(node.datasets.open(other).records()))["text"]
    assert line.startswith("[PERSON ")
    assert not {found[1], found[2]} & set(re.findall("[b-t]{32}", line))
    assert node.datasets.deidentify.keys("scoring")["uses"] == 2
    shown = node.datasets.deidentify.glimpse_texts(source, pseudonyms=["PERSON"], places=1)
    assert [one.name for one in shown] == ["PERSON"]


def test_the_command_shows_shapes_and_says_what_was_covered(made: Alliance, source: str) -> None:
    asked = ("--json", "datasets", "deidentify", "texts", source, "--cover", "PERSON")
    with services_inside():
        seen = command(made, *asked, "--preview", "5")
        said = command(made, *asked, "--name", "covered")
    assert (seen.status, said.status) == (0, 0), (seen.err, said.err)
    assert [(row["before"], row["after"]) for row in json.loads(seen.out)] == [
        ("가가가 가가가 가가가 999", "[PERSON] 가가가 가가가 999"),
        ("가가가 가가가 가가가 999-9999-9999, 가가가가가 가가가가", "가가가 가가가 가가가 [phone], 가가가가가 가가가가"),
    ]  # fmt: skip
    told = json.loads(said.out)
    assert (told["name"], told["covered"], told["personal_after"]) == ("covered", 3, 0)
