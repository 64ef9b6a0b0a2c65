"""The report as a browser and a screen reader meet it."""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dure.datasets.inspect.inspection import Inspection
from dure.datasets.inspect.judging import judge
from dure.datasets.inspect.measuring import Measured
from dure.datasets.inspect.plots import heat_map, number
from dure.datasets.inspect.quality import measures
from dure.datasets.inspect.statistics import Asked, Statistics
from dure.datasets.inspect.verdict import verdict_on
from dure.readers.parse import Raw
from tests.datasets.inspect.tables import statistics_of
from tests.html import HOSTILE, Page, luminance

RNG = np.random.default_rng(4)
ROWS = 400


def inspection(found: Statistics, name: str = "holdings.csv", *, show: bool = False,
               withheld: frozenset[str] = frozenset()) -> Inspection:  # fmt: skip
    findings = judge(found, name)
    return Inspection(
        subject=name,
        made_at="2027-01-15T08:00:00Z",
        asked=Asked(show_values=show),
        measured=Measured(found, (), Raw("sha256:00", 12_345_678)),
        findings=findings,
        verdict=verdict_on(findings),
        quality=measures(found, findings),
        withheld=withheld,
    )


def rich() -> dict[str, Any]:
    one = RNG.normal(size=ROWS)
    return {
        "id": list(range(ROWS)),
        "site": ["Busan", "Ulsan"] * (ROWS // 2),
        "speed": one,
        "speed_kmh": one * 1.852,
        "depth": [None, 1.0, 2.0, 3.0] * (ROWS // 4),
        "when": pa.array(np.arange(ROWS) * 3600, pa.timestamp("s")),
        "clock": pa.array([1, 2, 3, 4] * (ROWS // 4), pa.time64("us")),
        "flag": [True, False] * (ROWS // 2),
        "empty": pa.nulls(ROWS),
        "part": ["train"] * 300 + ["test"] * 100,
        "goal": ["yes"] * 300 + ["no"] * 100,
    }


@pytest.fixture(scope="module")
def found() -> Statistics:
    return statistics_of(rich(), target="goal", split="part")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_page_is_whole_and_says_what_was_found(found: Statistics, language: str):
    told = inspection(found)
    html = told.to_html(language)
    page = Page(html)
    assert page.all("html") == [{"lang": language}]
    words = " ".join(page.text.split())
    assert told.verdict.readiness.title.say(language) in words
    for one in told.findings:
        assert one.words.say(language) in words, one.code
        assert one.next_step.say(language) in words, one.code
    for column in found.columns:
        assert column.name in words
    hangul = re.findall(r"[가-힣]+", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))
    assert bool(hangul) == (language == "ko")
    # The verdict comes first, then measures and findings, then columns.
    places = [words.index(text) for text in (
        told.verdict.readiness.title.say(language), told.quality[0].about.say(language),
        told.findings[-1].next_step.say(language),
    )]  # fmt: skip
    assert places == sorted(places)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_page_loads_nothing_and_runs_nothing(found: Statistics, language: str):
    html = inspection(found).to_html(language)
    page = Page(html)
    names = {name for name, _ in page.elements}
    assert not names & {
        "script",
        "img",
        "link",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "foreignobject",
    }
    for name, attributes in page.elements:
        assert not [one for one in attributes if one.startswith("on") or one in {"style", "src"}], (
            name
        )
        href = attributes.get("href")
        assert href is None or re.fullmatch(r"#c\d+", href)
    assert "http" not in re.sub("http-equiv", "", html)
    (policy,) = [one["content"] for one in page.all("meta") if "http-equiv" in one]
    assert policy is not None
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert (
        policy
        == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_pictures_have_words_and_headings_have_order(found: Statistics):
    page = Page(inspection(found).to_html())
    pictures = page.all("svg")
    assert len(pictures) > 10
    assert all(one.get("aria-label") or one.get("aria-hidden") == "true" for one in pictures)
    levels = [int(name[1]) for name, _ in page.elements if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [one["id"] for _, one in page.elements if "id" in one]
    assert len(ids) == len(set(ids))
    linked = {one["href"] for one in page.all("a")}
    assert linked <= {f"#{one}" for one in ids}


def test_words_stand_out_from_their_ground(found: Statistics):
    """WCAG 2.2, 1.4.3: a contrast of 4.5 to 1 for text."""
    style = Page(inspection(found).to_html()).text
    told = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]+)", style))
    pairs = [("ink", "paper"), ("ink", "ground"), ("soft", "paper"), ("soft", "ground"), ("accent", "ground"),
             ("ink", "good-bg"), ("ink", "warn-bg"), ("ink", "bad-bg")]  # fmt: skip
    for front, back in pairs:
        one, other = sorted((luminance(told[front]), luminance(told[back])))
        assert (other + 0.05) / (one + 0.05) >= 4.5, (front, back)
    heat = dict(re.findall(r"\.heat \.((?:up|down)\.s\d)\{fill:(#[0-9a-f]+)\}", style))
    assert len(heat) == 10
    for name, ground in heat.items():
        front = "#fff" if name[-1] in "34" else told["ink"]
        one, other = sorted((luminance(front), luminance(ground)))
        assert (other + 0.05) / (one + 0.05) >= 4.5, name


@pytest.mark.parametrize("language", ["en", "ko"])
def test_hostile_names_are_words_and_nothing_else(language: str):
    from dataclasses import replace

    plain = statistics_of({f"c{n}": RNG.normal(size=30) for n in range(len(HOSTILE))}, target="c0")
    columns = tuple(
        replace(column, name=name) for column, name in zip(plain.columns, HOSTILE, strict=True)
    )
    found = replace(plain, columns=columns, correlations=plain.correlations)
    html = inspection(found, name=HOSTILE[0]).to_html(language)
    page = Page(html)
    assert not {name for name, _ in page.elements} & {"script", "img"}
    assert not [one for _, one in page.elements if {"onload", "onerror"} & set(one)]
    assert "\u202e" not in html
    assert "\u0000" not in html
    assert HOSTILE[0] in page.text
    assert "{column}" in page.text
    assert "&lt;b&gt;" in page.text
    assert "x" * 10_000 in page.text


def test_hostile_values_are_words_and_nothing_else():
    found = statistics_of(
        {"x": [HOSTILE[0]] * 3 + ["\u202eb"] * 2 + [""] * 2}, show_values=True, target="x"
    )
    html = inspection(found, show=True).to_html()
    page = Page(html)
    assert "script" not in {name for name, _ in page.elements}
    assert HOSTILE[0] in page.text
    assert "\u202e" not in html


def test_values_of_text_are_not_there_unless_asked_for(found: Statistics):
    html = inspection(found).to_html()
    assert "Busan" not in html
    assert "--show-values" in html
    shown = statistics_of(rich(), target="goal", split="part", show_values=True)
    html = inspection(shown, show=True).to_html()
    assert "Busan" in html
    assert ">yes<" in html
    assert ">train<" in html
    assert "handle it like the data" in html


def test_a_column_with_personal_data_shows_no_value():
    columns = {
        "phone": [1_012_345_678 + n % 9 for n in range(ROWS)],
        "n": [n % 7 for n in range(ROWS)],
    }
    found = statistics_of(columns, target="phone")
    open_, closed = inspection(found), inspection(found, withheld=frozenset({"phone"}))
    for language in ("en", "ko"):
        assert "1,012,345,678" in open_.to_html(language)
        assert "1012345678" in open_.to_html(language)
        html = closed.to_html(language)
        assert "1,012,345,678" not in html
        assert "1012345678" not in html
    assert "1012345678" in str(open_.to_dict())
    told = closed.to_dict()
    assert "10123456" not in str(told)
    assert told["statistics"]["columns"][1]["numbers"]["maximum"] == 6  # type: ignore[index]


def test_many_columns_and_few_rows():
    wide = statistics_of({f"c{n}": [n, n] for n in range(300)})
    page = Page(inspection(wide).to_html())
    assert len(page.all("article")) == 300
    assert "more" in page.text  # of three hundred findings some are only counted
    one = statistics_of({"a": [1], "b": [None], "c": ["x"], "d": pa.array([0], pa.date32())})
    assert len(Page(inspection(one).to_html("ko")).all("article")) == 4


def test_estimates_are_marked():
    columns = {"x": RNG.normal(size=5000), "t": pa.array(np.arange(5000), pa.timestamp("s"))}
    assert "≈" in inspection(statistics_of(columns, exact_rows=1000)).to_html()
    assert "≈" not in inspection(statistics_of(columns)).to_html()


def test_times_beyond_the_calendar_are_numbers():
    found = statistics_of({"t": pa.array([0, 2**60], pa.timestamp("us"))})
    assert "<svg" in inspection(found).to_html()


def test_numbers_are_short():
    assert [number(one) for one in (0.0, 1234.5678, 1e20, -0.00001, float("inf"), 12.5)] == [
        "0", "1,235", "1e+20", "-1e-05", "inf", "12.5",
    ]  # fmt: skip


def test_correlations_that_are_not_known_are_left_out():
    picture = heat_map(["a", "b"], [[1.0, None], [None, 1.0]], "told")
    assert picture.count('class="value') == 2
