"""A corpus inspected: what is found, in words of both languages, and never a text of it."""

from __future__ import annotations

import itertools
import json
import unicodedata
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dure.core.findings import Severity
from dure.datasets.corpora import inspection, worker
from dure.datasets.corpora import likeness as likenesses
from dure.datasets.corpora.inspection import inspect_corpus
from dure.datasets.corpora.judging import judge
from dure.datasets.corpora.likeness import Likeness, plain_text
from dure.datasets.corpora.sketches import LIKE, RUN, alike_sketches, resemblance, sketch
from dure.datasets.corpora.statistics import TextStatistics
from dure.datasets.corpora.words import SENTENCES
from dure.readers.corpora.documents import Document
from dure.readers.corpora.facts import NOTED, WRONG, Asked, CorpusFacts
from dure.readers.corpora.folder import Listed
from dure.readers.corpora.framing import Given, framed
from dure.readers.corpora.reading import Corpus
from dure.readers.errors import ReaderError
from dure.readers.folder import LeftOut
from tests.datasets.corpora.corpora import lines

NOW_S = 1_800_000_000
WORDS = [f"{a}{b}" for a, b in itertools.product("가나다라마바사", "각낙닥락막박삭")]


def story(seed: int, words: int = 200) -> str:
    chosen = np.random.default_rng(seed).choice(WORDS, words)
    return " ".join(chosen.tolist())


def measured(*documents: tuple[str, str]) -> TextStatistics:
    likeness = Likeness()
    for text, split in documents:
        likeness.watch(Document("", text), split, 0)
    found = likeness.statistics(np.zeros(0, np.int64))
    assert found.is_honest(len(documents))
    return found


def test_copies_and_near_copies_are_told_apart() -> None:
    long = story(1)
    near = long.replace(long[:2], "하", 1)
    assert near != long
    assert resemblance(sketch(long), sketch(near)) >= LIKE
    found = measured(
        (long, "train"),
        (story(2), "train"),
        (f" {long}\n", "train"),
        (near, "test"),
        ("짧다", "train"),
        ("짧다!", "test"),
        ("짧다", "test"),
        ("", "test"),
        ("", "train"),
    )
    assert found.counts == {"copies": 2, "near": 1, "copies-across": 1, "near-across": 1}
    assert found.examples == {
        "copies": (3, 7),
        "near": (4,),
        "copies-across": (7,),
        "near-across": (4,),
    }
    assert measured((long, ""), (long, "test")).counts == {"copies": 1}
    assert not measured((long, "train"), (story(3), "test")).counts


def shared(one: str, other: str) -> float:
    """The share of all their runs that two texts have in common."""
    first, second = (
        {text[at : at + RUN] for at in range(len(text) - RUN + 1)} for text in (one, other)
    )
    return len(first & second) / len(first | second)


def edited(text: str, edits: int, seed: int) -> str:
    dice, words = np.random.default_rng(seed), text.split(" ")
    for place in dice.choice(len(words), edits, replace=False):
        words[place] = "하" * int(dice.integers(1, 4))
    return " ".join(words)


def test_near_copies_are_found_from_what_they_share_and_others_are_not() -> None:
    """Planted at every distance: those that share nine tenths are found, those of two thirds are not."""
    planted, clear = [], {True: 0, False: 0}
    for seed in range(160):
        length, edits = 40 + seed * 3, 1 + seed % 20
        one = plain_text(story(seed, length))
        other = plain_text(edited(one, min(edits, length // 3), seed))
        planted.append((one, other, shared(one, other)))
        estimated = resemblance(sketch(one), sketch(other))
        assert abs(estimated - planted[-1][2]) < 0.17  # four standard errors
    texts = [text for one, other, _ in planted for text in (one, other)]
    groups = alike_sketches(np.array([list(sketch(text)) for text in texts], np.uint8)).groups
    for number, (_, _, share) in enumerate(planted):
        found = bool(groups[2 * number] == groups[2 * number + 1])
        if share >= 0.92 or share <= 0.66:
            assert found == (share >= LIKE), share
            clear[found] += 1
    assert min(clear.values()) > 15
    assert len(set(groups[::2].tolist())) == len(planted)  # no two stories are taken for one


def test_a_text_of_nothing_but_marks_takes_no_longer_than_another() -> None:
    """Normalising takes the square of the marks on one letter: a million would take an hour."""
    marks = "\u0323\u0301\uff9e\u3099"
    assert len(plain_text("a" + marks * 250_000)) <= 31
    assert len(plain_text(marks * 250_000)) <= 30
    usual = "a\u0323\u0301 b" * 40  # marks on many letters are no run
    assert plain_text(usual) == unicodedata.normalize("NFKC", usual)


def test_the_search_for_near_copies_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    one = plain_text(story(1))
    many = np.array([list(sketch(edited(one, 1, seed))) for seed in range(60)], np.uint8)
    whole, cut = alike_sketches(many), alike_sketches(many, most_compared=20)
    assert (whole.whole, len(set(whole.groups.tolist()))) == (True, 1)
    assert (cut.whole, cut.compared < 200) == (False, True)
    assert not alike_sketches(many[:0]).groups.size
    monkeypatch.setattr(likenesses, "MOST_TEXTS", 2)
    left = measured((one, "train"), (story(2), "train"), (edited(one, 1, 1), "test"))
    assert (left.searched_whole, left.counts) == (False, {})


def test_what_an_inspection_finds(tmp_path: Path) -> None:
    long = story(5)
    place = lines(
        tmp_path / "reports.jsonl",
        {"text": f"연락처 010-2345-6789 {long}", "label": [[4, 17, "PHONE"]], "split": "train"},
        {"text": f"연락처 010-2345-6789 {long}", "label": [[0, 999999, "PHONE"]], "split": "test"},
        {"text": "", "label": []},
    )
    found = inspect_corpus(place, now_s=NOW_S, annotations="jsonl")
    codes = {one.code: one.severity for one in found.findings}
    assert codes["accuracy.outside"] == Severity.ERROR
    assert codes["similarity.split-leak"] == Severity.ERROR
    assert codes["completeness.empty"] == Severity.WARNING
    assert codes["personal.phone"] == Severity.WARNING
    assert found.verdict.readiness == "not-ready"
    assert found.read.facts.tags == {"PHONE": 1}
    assert found.statistics.spans is not None
    assert (found.statistics.spans.most, found.statistics.texts.least) == (13, 0)
    quality = {one.family.value: one.value for one in found.quality}
    assert (quality["identifiability"], quality["accuracy"]) == (pytest.approx(1 / 3), 0.5)
    for language in ("en", "ko"):
        page = found.to_html(language)
        told = json.dumps(found.to_dict(language), ensure_ascii=False)
        assert "PHONE" in page
        for one in (page, told):
            assert "2345" not in one
            assert long[:40] not in one


def test_every_finding_has_words_and_can_be_made() -> None:
    facts = CorpusFacts(
        documents=9,
        spans=50,
        annotations=50,
        tags={"A": 40, "B": 9},
        wrong=dict.fromkeys(WRONG, 1),
        first_wrong=dict.fromkeys(WRONG, 1),
        noted=dict.fromkeys(NOTED, 2),
        empty=1,
        spanless=1,
        names_twice=1,
        rebuilt=True,
        encodings={"utf-8": 1, "cp949": 1},
    )
    texts = measured((story(1), "train"), (story(1), "test"), (story(1)[3:], "validation"))
    made = set()
    for look in ("utf-8", "utf-16"):
        for tags in ({"A": 40, "B": 9}, {"A": 40}, {"A": 900, "B": 10}):
            facts.looks_like, facts.tags = look, tags
            told = judge(facts, texts, Listed("brat", (), LeftOut(1, 1), 1), "c")
            assert all(one.words.ko and one.next_step.ko and one.evidence for one in told)
            made |= {one.code for one in told}
    facts.annotations = facts.spans = 0
    cut = TextStatistics(1, texts.texts, searched_whole=False)
    made |= {one.code for one in judge(facts, cut, Listed("none", ()), "c")}
    assert made == set(SENTENCES)


def test_the_worker_leaves_numbers_alone(tmp_path: Path) -> None:
    def left(*contents: bytes) -> dict[str, Any]:
        here = tmp_path / str(len(contents))
        (here / "out").mkdir(parents=True)
        given = [Given() for _ in contents]
        (here / "raw").write_bytes(b"".join(framed(given, (iter([one]) for one in contents))))
        words = json.dumps(asdict(Asked("jsonl")))
        assert worker.main([words], raw=here / "raw", out=here / "out", scratch=here) == 0
        assert [one.name for one in (here / "out").iterdir()] == ["answer.json"]
        found: dict[str, Any] = json.loads((here / "out" / "answer.json").read_text())
        return found

    phone = json.dumps({"text": "전화 010-2345-6789", "label": [[3, 16, "PHONE"]]}).encode()
    answer = left(phone)
    assert answer["having"] == 1
    assert [one["kind"] for one in answer["personal"]] == ["phone"]
    assert answer["statistics"]["spans"]["most"] == 13
    assert "2345" not in json.dumps(answer)
    assert left(phone, b"[1]")["facts"]["fault"] == "not-object"


def test_a_run_that_was_taken_over_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("a")
    lengths = {"least": 1, "median": 1, "most": 1}
    lengths["histogram"] = {"low": 0, "high": 8, "counts": [1], "below": 0, "above": 0}  # type: ignore[assignment]
    honest = {"facts": {"documents": 1}, "statistics": {"characters": 1, "texts": lengths}}
    answers: list[dict[str, object]] = []
    endless = itertools.repeat(bytes(1 << 20), 0)

    def inside(corpus: Corpus, worker: str, asked: object, take: object, **_: object) -> None:
        list(corpus.blocks())
        said = iter([json.dumps(answers[-1]).encode()])
        take("answer.json", itertools.chain(said, endless))  # type: ignore[operator]

    monkeypatch.setattr(inspection, "run_inside", inside)
    answers.append(honest)
    assert inspect_corpus(tmp_path, now_s=NOW_S).read.facts.documents == 1
    statistics = honest["statistics"]
    for lie in (
        {},
        {"facts": {"documents": 1}},
        {**honest, "having": 2},
        {**honest, "statistics": {**statistics, "counts": {"secret": 1}}},
        {**honest, "statistics": {**statistics, "examples": {"copies": [7]}}},
    ):
        answers.append(lie)
        with pytest.raises(ReaderError):
            inspect_corpus(tmp_path, now_s=NOW_S)
    answers.append(honest)
    endless = itertools.repeat(bytes(1 << 20), 200)
    with pytest.raises(ReaderError):
        inspect_corpus(tmp_path, now_s=NOW_S)
    assert len(list(endless)) > 100  # it was not read to its end
