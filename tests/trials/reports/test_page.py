"""A trial's page: whole, in both languages, harmless, and the outcome first."""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import pairwise
from typing import Any

import pytest

from dure.core.errors import DureError
from dure.trials.outcomes import WORDS, OutcomeClass
from dure.trials.reports import tables
from dure.trials.reports.comparing import compare
from dure.trials.reports.comparing_page import page as comparing_page
from dure.trials.reports.page import page
from dure.trials.reports.writing import check_page, write_page
from tests.html import HOSTILE, Page, luminance
from tests.trials.reports import made

HANGUL = re.compile(r"[가-힣]")


def part(html: str, language: str) -> str:
    """Return what is seen in one language."""
    found = re.search(
        rf'<div class="in-{language}" lang="{language}">(.*?)(?=<div class="in-|</main>)',
        html,
        re.DOTALL,
    )
    assert found is not None
    return found[1]


def pages() -> list[str]:
    released = made.whole(
        released=True,
        evidence={},
        findings=(),
        document={"to": "alpha", "result": {}},
        subgroups=(),
    )
    failed = made.reading({"outcome": "limit-exceeded", "task": "forecasting"})
    others = compare([made.reading(), made.reading(id="c" * 32)])
    return [
        page(made.whole(), "en"),
        page(released, "ko"),
        page(failed, "en"),
        comparing_page(others, "ko"),
    ]


@pytest.mark.parametrize("at", range(4))
def test_a_page_is_whole_in_both_languages_and_runs_nothing(at: int):
    html = pages()[at]
    read = Page(html)
    assert read.all("html") == [{"lang": ["en", "ko", "en", "ko"][at]}]
    names = {name for name, _ in read.elements}
    assert not names & {"script", "img", "link", "iframe", "object", "embed", "form", "base", "a"}
    for _, attributes in read.elements:
        assert not [
            one for one in attributes if one.startswith("on") or one in {"style", "src", "href"}
        ]
    assert not HANGUL.search(part(html, "en").replace("한국어", ""))
    assert HANGUL.search(part(html, "ko"))
    ids = [one["id"] for _, one in read.elements if "id" in one]
    assert len(ids) == len(set(ids))
    assert [one["id"] for one in read.all("input") if "checked" in one] == [
        f"in-{['en', 'ko'][at % 2]}"
    ]
    for language in ("en", "ko"):
        levels = [int(one) for one in re.findall(r"<h([1-6])", part(html, language))]
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(one.get("aria-label") or one.get("aria-hidden") for one in read.all("svg"))


def test_a_browser_may_load_nothing_but_the_page_s_own_style():
    html = page(made.whole(), "en")
    (policy,) = [one["content"] for one in Page(html).all("meta") if "http-equiv" in one]
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert (
        policy
        == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style[1]
    assert "http" not in html.replace("http-equiv", "")


def test_the_outcome_comes_first_and_every_part_is_told():
    reading = made.whole()
    seen = " ".join(Page(page(reading, "en")).text.split())
    places = [
        seen.index(words)
        for words in (
            "Surely better than always answering with the most frequent class in 2 of 4 metrics.",
            "Figures beside the baseline",
            "Subgroups",
            "When the data get worse",
            "Can its own confidence be trusted?",
            "Floors",
            "Resources",
            "Before it is released",
            "Gates",
            "Evidence",
        )
    ]
    assert places == sorted(places)
    for words in ("0.23 (0.2 – 0.26)", "carrier = UA", "withheld", "held", "Missing values", "Noise in every number", "as it is",
                  "more than the largest bucket", "limits.wall_s", "sha256:" + "1" * 64, "not small",
                  "nobody has released it"):  # fmt: skip
        assert words in seen, words
    korean = part(page(reading, "en"), "ko")
    for words in ("정답이 들어 있을 수 있습니다", "시험 행 천 개 가운데 30개", "숨김", "보류"):
        assert words in korean, words


def test_what_is_not_told_is_not_drawn():
    seen = Page(page(made.reading(subgroups=()), "en")).text
    for words in (
        "Subgroups",
        "When the data",
        "confidence",
        "Floors",
        "Resources",
        "Before it is",
    ):
        assert words not in seen, words
    failed = made.RESULT | {"robustness": {"outcome": "algorithm-error"}}
    assert WORDS[OutcomeClass.ALGORITHM_ERROR].en in Page(page(made.reading(failed), "en")).text
    quantiles = {"levels": [{"level": "0.1", "share": made.side("0.12", "0.1", "0.14")}]}
    seen = Page(page(made.reading(made.RESULT | {"calibration": quantiles}), "en")).text
    assert "quantile" in seen
    alike = made.DETAILS["calibration"] | {"error": "withheld"}
    assert "apart" not in Page(page(made.reading(made.RESULT | {"calibration": alike}), "en")).text
    assert "apart" in Page(page(made.whole(), "en")).text
    hidden = {"levels": [{"level": "0.1", "share": "withheld"}]}
    seen = Page(page(made.reading(made.RESULT | {"calibration": hidden}), "en")).text
    assert "Can its own" not in seen
    nothing = {"outcome": "ok", "metric": "roc-auc", "curves": {"noise": [
        {"level": "1", "rows": "withheld", "figure": "withheld"}]}}  # fmt: skip
    assert "<polyline" not in page(made.reading(made.RESULT | {"robustness": nothing}), "en")
    swept = {"outcome": "ok", "metric": "roc-auc", "curves": {"noise": [
        {"level": "1", "rows": "50", "figure": made.side("0.5", "0.4", "0.6")}]}}  # fmt: skip
    assert "<polyline" in page(made.reading(made.RESULT | {"robustness": swept}), "en")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_are_words_and_nothing_else(hostile: str):
    reading = made.whole(
        algorithm=hostile, benchmark=hostile, owner=hostile, label=hostile, id=hostile,
        subgroups=(hostile, hostile), resources={hostile: hostile},
        evidence=made.EVIDENCE | {hostile: hostile, "gates": [
            {"gate": hostile, "parameters": {hostile: hostile}, "passage": "passed"}]},
        digests={"result": hostile, "evidence": hostile},
    )  # fmt: skip
    swept = {"robustness": {"outcome": "ok", "metric": "accuracy", "curves": {
        hostile: made.DETAILS["robustness"]["curves"]["noise"]}}, "baseline": hostile}  # fmt: skip
    curves = made.reading(made.RESULT | swept, algorithm=hostile, subgroups=())
    other = made.whole(
        id="other", algorithm=hostile, benchmark=hostile, owner=hostile, label=hostile
    )
    beside = comparing_page(compare([reading, other]), "en")
    for html in (page(reading, "en"), page(curves, "ko"), beside):
        read = Page(html)
        assert not {name for name, _ in read.elements} & {"script", "img"}
        assert not [one for _, one in read.elements if {"onload", "onerror"} & set(one)]
        assert "\u202e" not in html
        assert "\u0000" not in html
    if hostile == HOSTILE[0]:  # the positive control: it is there, as words
        assert hostile in Page(page(reading, "en")).text


def test_words_stand_out_from_their_ground():
    """WCAG 2.2, 1.4.3 and 1.4.11: 4.5 to 1 for text, 3 to 1 for what is drawn."""
    html = page(made.whole(), "en")
    told = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]+)", html))
    pairs = [(told[one], told["paper"], 4.5) for one in ("ink", "soft", "accent", "good", "warn")]
    pairs += [(told["ink"], told[back], 4.5) for back in ("good-bg", "warn-bg", "bad-bg")]
    pairs += [("#6b7683", told["paper"], 3.0)]
    assert "#6b7683" in html
    for front, back, least in pairs:
        one, other = sorted((luminance(front), luminance(back)))
        assert (other + 0.05) / (one + 0.05) >= least, (front, back)


def test_a_page_is_written_where_a_page_belongs(tmp_path):
    file = tmp_path / "report.html"
    write_page(file, page(made.reading(), "en"))
    assert file.stat().st_mode & 0o777 == 0o600
    check_page(file)  # an earlier page is replaced
    for refused in (tmp_path / "report.txt", tmp_path / "folder.html"):
        (tmp_path / "folder.html").mkdir(exist_ok=True)
        with pytest.raises(DureError, match=r"trials\.page"):
            check_page(refused)
    with pytest.raises(DureError):
        write_page(tmp_path / "none" / "report.html", "x")


def test_a_table_says_what_is_hidden_and_names_what_it_can():
    reading = made.whole()
    support = tables.support_table(reading)
    assert support is not None
    assert [row[0] for row in support.rows] == [
        "carrier = AA",
        "carrier = UA",
        tables.OTHERS,
        tables.ALL,
    ]
    assert support.rows[1][1:] == (tables.HIDDEN, tables.HIDDEN, "170")
    nameless = tables.support_table(made.whole(subgroups=()))
    assert nameless is not None
    assert [str(getattr(row[0], "en", row[0])) for row in nameless.rows][:2] == [
        "subgroup 1",
        "subgroup 2",
    ]
    numbers: dict[str, Any] = made.RESULT | {
        "support": [["40", "40"], ["80", "80"], ["120", "120"]]
    }
    counted = tables.support_table(made.reading(numbers, subgroups=("site = x",)))
    assert counted is not None
    assert [row[1:] for row in counted.rows] == [("40",), ("80",), ("120",)]
    for none in (tables.figures_table, tables.support_table, tables.subgroups_table, tables.floors_table,
                 tables.resources_table):  # fmt: skip
        assert none(made.reading({"outcome": "refused", "task": "forecasting"})) is None
    assert tables.gates_table(made.reading(evidence={})) is None
