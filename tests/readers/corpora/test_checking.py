"""Every annotation is checked: in range, not empty, the text that it says; and what its offsets count."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from dure.readers.corpora import columns, documents, facts, gathering
from dure.readers.corpora.offsets import edges_of, in_characters
from tests.readers.corpora.inside import Left, brat, read, record

TEXT = "배 한빛호가 부산항에 왔다"
GOOD = [2, 5, "SHIP"]


def spans(place: Path, *wrong: list[object], **asked: object) -> Left:
    return read(place, "jsonl", record(text=TEXT, label=[GOOD, *wrong]), **asked)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ([0, len(TEXT) + 1, "X"], "range"),
        ([-1, 2, "X"], "range"),
        ([99, 98, "X"], "range"),
        ([4, 4, "X"], "empty-span"),
        ([5, 4, "X"], "empty-span"),
        ([4, 5, None], "untagged"),
    ],
)
def test_what_does_not_fit_is_counted_and_left_out(
    tmp_path: Path, wrong: list[object], why: str
) -> None:
    found = spans(tmp_path, wrong, wrong)
    assert (found.facts.wrong, found.facts.first_wrong) == ({why: 2}, {why: 1})
    assert (found.triples, found.documents[0]["spans"]) == ([(2, 5, "SHIP")], 1)


def test_a_span_is_the_text_that_it_says(tmp_path: Path) -> None:
    assert not brat(tmp_path, TEXT, "T1\tSHIP 2 5\t한빛호\n").facts.wrong
    assert brat(tmp_path, TEXT, "T1\tSHIP 1 4\t한빛호\n").facts.wrong == {"mismatch": 1}
    assert brat(tmp_path, TEXT, "T1\tSHIP 2 5;7 8\t한빛호 부산\n").facts.wrong == {"mismatch": 2}


def test_overlaps_are_told_apart_and_kept(tmp_path: Path) -> None:
    more = [[2, 5, "SHIP"], [2, 5, "NAME"], [3, 4, "X"], [4, 8, "X"], [5, 7, "X"], [1, 2, "X"]]
    found = spans(tmp_path, *more)
    assert len(found.triples) == 7
    assert found.facts.noted == {
        "repeated": 1,
        "contested": 1,
        "nested": 2,
        "crossing": 1,
        "edges": 2,
    }


def test_documents_are_counted(tmp_path: Path) -> None:
    text = (
        record(text="  ", id="a") + record(text="b", id="a") + record(text="c", label=[[0, 1, "X"]])
    )
    found = read(tmp_path, "jsonl", text, text.encode("utf-16")).facts
    assert (found.documents, found.empty, found.spanless, found.names_twice) == (6, 2, 4, 3)
    assert found.encodings == {"utf-8": 1, "utf-16": 1}


def in_unit(text: str, start: int, end: int, unit: str) -> list[object]:
    edges = edges_of(text, unit).tolist()
    return [edges[start], edges[end], "PORT"]


SHORT = "배가 부산항에 왔다"
LONG = "배가 부산항에 왔다 그리고 다시 먼 바다로 떠났다"


@pytest.mark.parametrize("text", [SHORT, LONG])
def test_offsets_that_count_bytes_are_noticed_and_taken_only_when_said(
    tmp_path: Path, text: str
) -> None:
    counted = "".join(record(text=text, label=[in_unit(text, 3, 6, "utf-8")]) for _ in range(6))
    found = read(tmp_path, "jsonl", counted).facts
    assert (found.looks_like, found.telling, found.fitting) == ("utf-8", 6, 0)
    said = read(tmp_path, "jsonl", counted, offsets="utf-8")
    assert (said.triples, said.facts.wrong) == ([(3, 6, "PORT")] * 6, {})
    assert not said.facts.looks_like
    right = "".join(record(text=text, label=[[3, 6, "PORT"]]) for _ in range(6))
    assert not read(tmp_path, "jsonl", right).facts.looks_like
    # Where nothing is out of range, a few spans are no proof.
    few = read(tmp_path, "jsonl", record(text=LONG, label=[in_unit(LONG, 3, 6, "utf-8")]))
    assert not few.facts.looks_like


def test_units_of_utf_16_are_noticed_by_what_brat_says(tmp_path: Path) -> None:
    text = "🚢🚢 부산항"
    found = brat(tmp_path, text, "T1\tPORT 5 8\t부산항\n")
    assert (found.facts.looks_like, found.facts.wrong) == ("utf-16", {"range": 1})
    said = brat(tmp_path, text, "T1\tPORT 5 8\t부산항\n", offsets="utf-16")
    assert said.triples == [(3, 6, "PORT")]
    assert not brat(tmp_path, text, "T1\tPORT 3 6\t부산항\n").facts.looks_like


@for_all(st.text(max_size=20), st.sampled_from(["utf-8", "utf-16"]))
def test_an_offset_in_another_unit_is_the_same_place(text: str, unit: str) -> None:
    encoded = {"utf-8": "utf-8", "utf-16": "utf-16-le"}[unit]
    width = 1 if unit == "utf-8" else 2
    there = [len(text[:at].encode(encoded)) // width for at in range(len(text) + 1)]
    assert in_characters(text, there, unit) == list(range(len(text) + 1))
    between = sorted(set(range(-1, there[-1] + 2)) - set(there))
    assert in_characters(text, between, unit) == [-1] * len(between)


def test_a_large_document_and_many_spans(tmp_path: Path) -> None:
    text = "바다 " * 1_200_000  # more than 10 MB of UTF-8
    label = ",".join(f'[{at},{at + 2},"SEA"]' for at in range(0, 60_000, 3))
    found = read(tmp_path, "jsonl", f'{{"text": "{text}", "label": [{label}]}}')
    assert (found.facts.spans, found.documents[0]["characters"]) == (20_000, 3_600_000)
    assert not found.facts.wrong


def test_bounds_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(**bounds: int) -> str:
        with monkeypatch.context() as patch:
            for name, value in bounds.items():
                patch.setattr(gathering, name, value)
            return spans(tmp_path, [3, 4, "X"]).facts.fault

    assert fault() == ""
    assert fault(MAX_SPANS=1) == "spans"
    assert fault(MAX_TAGS=1) == "tags"
    assert fault(MAX_TEXT=3) == "too-long"
    long = read(tmp_path, "jsonl", record(text="a", label=[[0, 1, "X" * (facts.MAX_TAG + 1)]]))
    assert long.facts.fault == "tag-name"
    sentences = "부산 B-X\n\n부산 B-X\n항 I-X\n"
    assert read(tmp_path, "conll", sentences).facts.fault == ""
    monkeypatch.setattr(columns, "MAX_TEXT", 8)
    found = read(tmp_path, "conll", sentences).facts
    assert (found.fault, found.place) == ("too-long", 2)


def test_what_a_worker_says_is_held_to_its_form() -> None:
    assert facts.CorpusFacts(documents=1, tags={"X": 1}).is_honest()
    for lie in (
        {"tags": {"a\nb": 1}},
        {"wrong": {"secret": 1}},
        {"looks_like": "secret"},
        {"encodings": {"secret": 1}},
        {"splits": {"\x1b[2J": 1}},
        {"documents": -1},
    ):
        assert not facts.CorpusFacts(**lie).is_honest()  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not known"):
        facts.Asked("jsonl", offsets="octets")
    assert str(documents.CorpusFault("nul", 3)) == "nul"
