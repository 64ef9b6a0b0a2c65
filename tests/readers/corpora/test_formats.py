"""JSON lines, brat and columns: what becomes of each, and what is refused with which reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dure.readers.corpora.framing import Given
from tests.readers.corpora.inside import brat, read, record

TEXT = "한빛호가 부산항에 왔다"


@pytest.mark.parametrize(
    "spans",
    [
        {"label": [[5, 8, "PORT"]]},
        {"entities": [[5, 8, "PORT"]], "label": ["뉴스"]},
        {"spans": [{"start": 5, "end": 8, "label": "PORT"}], "entities": []},
        {"labels": [{"start_offset": 5, "end_offset": 8, "tag": "PORT", "text": "부산항"}]},
    ],
)
def test_spans_of_json_lines_in_each_shape(tmp_path: Path, spans: dict[str, object]) -> None:
    assert read(tmp_path, "jsonl", record(text=TEXT, **spans)).triples == [(5, 8, "PORT")]


def test_what_else_a_record_says_is_kept(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "jsonl",
        record(text="a", id=7, split="dev", label=["x"], rate=0.10, relations=[])
        + record(
            data="부산", guid="b", spans=[{"start": 0, "end": 2, "label": 3, "id": "s", "by": 1}]
        ),
        given=[Given(split="test")],
    )
    first, second = found.documents
    assert (first["name"], first["split"], second["name"], second["split"]) == (
        "7",
        "dev",
        "b",
        "test",
    )
    assert first["attributes"] == '{"label":["x"],"rate":0.1,"relations":[]}'
    assert [(one["annotation"], one["tag"], one["attributes"]) for one in found.spans] == [
        ("s", "3", '{"by":1}')
    ]


def test_a_list_of_objects_is_read_too(tmp_path: Path) -> None:
    listed = json.dumps([{"text": "a", "label": [[0, 1, "X"]]}, {"text": "b"}])
    assert [one["text"] for one in read(tmp_path, "jsonl", listed).documents] == ["a", "b"]


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ('{"text": "a"', "not-json"),
        ("[1]", "not-object"),
        ('{"text": "a", "text": "b"}', "twice"),
        ('{"text": "a", "x": NaN}', "not-finite"),
        ('{"text": "a", "x": ' + "[" * 100_000, "nested"),
        ('{"text": "a", "x": ' + "[" * 50 + "]" * 50 + "}", "nested"),
        ('{"text": "a", "x": ' + "9" * 5000 + "}", "not-json"),
        ('{"words": "a"}', "no-text"),
        ('{"text": "a\\u0000"}', "nul"),
        ('{"text": "a\\ud800"}', "surrogate"),
        ('{"text": "a", "x": "\\ud800"}', "surrogate"),
        ('{"text": "a", "label": [[0, 1]]}', "span-form"),
        ('{"text": "a", "label": [[0, 1.0, "X"]]}', "span-form"),
        ('{"text": "a", "label": [[false, true, "X"]]}', "span-form"),
        ('{"text": "a", "label": [[0, 1, "X"], "Y"]}', "span-form"),
        ('{"text": "a", "label": [[0, 1, "X"]], "spans": [[0, 1, "X"]]}', "several-keys"),
        ('{"text": "a", "label": [[0, 1, "\\u001b[2J"]]}', "tag-name"),
        ('{"text": "a", "split": "\\u202e"}', "tag-name"),
        ("", "empty"),
        ("\xff".encode("latin-1"), "not-text"),
        (b'{"text": "\x00"}', "not-text"),
    ],
)
def test_a_record_that_is_none_says_why(tmp_path: Path, wrong: str | bytes, fault: str) -> None:
    """Beside a whole record, which alone is read."""
    whole = record(text="a", label=[[0, 1, "X"]])
    assert read(tmp_path, "jsonl", whole).triples == [(0, 1, "X")]
    found = read(tmp_path, "jsonl", *(whole, wrong) if wrong else ("",)).facts
    assert found.fault == fault
    assert found.file == (1 if wrong else 0)


def test_brat_with_all_that_it_may_say(tmp_path: Path) -> None:
    found = brat(
        tmp_path,
        TEXT,
        "T1\tSHIP 0 3\t한빛호\nT2\tPORT 5 8;10 11\t부산항 왔\n\n"
        "A1\tSure T2 High\nN1\tReference T1 Wiki:Q1\t한빛\n#1\tAnnotatorNotes T1\t봄\n#2\tAnnotatorNotes T1\t또\n"
        "R1\tIn Arg1:T1 Arg2:T2\nE1\tArrive:T2 Who:T1\n*\tEquiv T1 T2\nA2\tNegated E1\n",
    )
    assert found.triples == [(0, 3, "SHIP"), (5, 8, "PORT"), (10, 11, "PORT")]
    assert [one["annotation"] for one in found.spans] == ["T1", "T2", "T2"]
    said = [json.loads(one["attributes"]) for one in found.spans]
    assert said[0] == {"reference": "Wiki:Q1", "note": "봄", "note.2": "또"}
    assert said[1] == said[2] == {"Sure": "High"}
    assert (found.facts.annotations, found.facts.noted["relations"]) == (2, 3)
    assert (found.documents[0]["name"], found.documents[0]["split"]) == ("a", "train")


def test_brat_counts_line_ends_as_they_stand(tmp_path: Path) -> None:
    text = "첫 줄\r\n둘째 줄"
    found = brat(tmp_path, text, f"T1\tLINES 2 {len(text)}\t줄  둘째 줄\r\n")
    assert found.triples == [(2, len(text), "LINES")]


@pytest.mark.parametrize(
    "line",
    ["T1 PORT 5 8 부산항", "T1\tPORT 5\t부산항", "T1\tPORT 5 8", "T1\tPORT -1 8\t부산항", "?"],
)
def test_a_line_that_brat_does_not_write_is_refused(tmp_path: Path, line: str) -> None:
    good = "T9\tPORT 5 8\t부산항\n"
    assert brat(tmp_path, TEXT, good).triples == [(5, 8, "PORT")]
    found = brat(tmp_path, TEXT, good + line + "\n").facts
    assert (found.fault, found.file, found.place) == ("ann-line", 1, 2)
    assert brat(tmp_path, TEXT, good + good).facts.fault == "ann-line"


def test_a_text_without_annotations_is_a_document(tmp_path: Path) -> None:
    found = read(tmp_path, "brat", "a", "b", given=[Given("a"), Given("b")])
    assert [one["name"] for one in found.documents] == ["a", "b"]
    assert found.facts.spanless == 2


SCHEMES = {
    "IOB2": "B-A I-A O B-A B-B",
    "IOB1": "I-A I-A O I-A I-B",
    "BIOES": "B-A E-A O S-A S-B",
    "BILOU": "B-A L-A O U-A U-B",
    "after": "A_B A_I - A_B B_B",
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_columns_in_each_scheme(tmp_path: Path, scheme: str) -> None:
    words = ["하나", "둘", "셋", "넷", "다섯"]
    tags = SCHEMES[scheme].split()
    lines = "".join(f"{word} x {tag}\n" for word, tag in zip(words, tags, strict=True))
    found = read(
        tmp_path, "conll", f"-DOCSTART- -X- O\n\n{lines}\n\n# note\n{lines}".encode("cp949")
    )
    text = "하나 둘 셋 넷 다섯"
    assert [one["text"] for one in found.documents] == [text, text]
    assert [(text[start:end], tag) for start, end, tag in found.triples[:3]] == [
        ("하나 둘", "A"),
        ("넷", "A"),
        ("다섯", "B"),
    ]
    assert found.facts.noted.get("stray", 0) == (6 if scheme == "IOB1" else 0)
    assert found.facts.rebuilt
    assert found.facts.encodings == {"cp949": 1}


def test_columns_of_characters_make_their_text_again(tmp_path: Path) -> None:
    letters = "".join(
        f"{one}\t{'B-PORT' if at == 3 else 'I-PORT' if at in (4, 5) else 'O'}\n"
        for at, one in enumerate("배가 부산항")
    )
    found = read(tmp_path, "conll", letters)
    assert (found.documents[0]["text"], found.triples) == ("배가 부산항", [(3, 6, "PORT")])


def test_columns_with_a_number_before_the_token(tmp_path: Path) -> None:
    found = read(tmp_path, "conll", "1\t부산항\tLOC_B\n2\t에서\t-\n")
    assert (found.documents[0]["text"], found.triples) == ("부산항 에서", [(0, 3, "LOC")])


@pytest.mark.parametrize(("line", "fault"), [("부산", "column-line"), ("부산 PORT", "tag-form")])
def test_a_line_without_a_tag_is_refused(tmp_path: Path, line: str, fault: str) -> None:
    assert read(tmp_path, "conll", "부산 B-PORT\n").triples == [(0, 2, "PORT")]
    found = read(tmp_path, "conll", f"부산 B-PORT\n{line}\n").facts
    assert (found.fault, found.place) == (fault, 2)
