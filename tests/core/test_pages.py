"""Pages: what every one of them has, whatever a room puts into it."""

from __future__ import annotations

import pytest

from dure.core.pages.document import document, in_both_languages, say
from dure.core.pages.drawing import icon, svg
from dure.core.pages.style import STYLE, SWITCH
from dure.core.text import Text
from tests.html import HOSTILE, Page


@pytest.mark.parametrize("hostile", HOSTILE)
def test_names_are_words_and_nothing_else(hostile: str):
    drawn = svg("share", 10, 10, hostile, '<rect width="1" height="1"/>')
    html = document(hostile, f"<p>{say(hostile, 'en')}</p>{drawn}", language="en", style=STYLE)
    read = Page(html)
    assert not {name for name, _ in read.elements} & {"script", "img"}
    assert len(read.all("svg")) == 1
    assert "\u202e" not in html
    assert "\u0000" not in html


def test_a_page_may_have_pictures_only_where_it_says_so():
    for images, wanted in (
        ("", "default-src 'none'; style-src"),
        ("data:", "img-src data:; style-src"),
    ):
        html = document("a", "", language="en", style=STYLE, images=images)
        (policy,) = [one["content"] for one in Page(html).all("meta") if "http-equiv" in one]
        assert wanted in str(policy)


@pytest.mark.parametrize(("first", "seen"), [("en", "en"), ("ko", "ko"), ("fr", "en")])
def test_both_languages_are_in_one_page_and_one_is_seen_first(first: str, seen: str):
    title, words = Text("A page", "페이지"), Text("Words", "말")
    html = in_both_languages(title, lambda one: say(words, one), first=first, style=STYLE + SWITCH)
    read = Page(html)
    assert read.all("html") == [{"lang": seen}]
    assert [one["id"] for one in read.all("input") if "checked" in one] == [f"in-{seen}"]
    assert [one["for"] for one in read.all("label")] == ["in-en", "in-ko"]
    assert [(one["lang"], one["class"]) for one in read.all("div")] == [
        ("en", "in-en"),
        ("ko", "in-ko"),
    ]
    assert {"Words", "말"} <= {text.strip() for text in read.texts}


def test_a_sign_is_no_word():
    assert 'aria-hidden="true"' in icon("good")
    assert len({icon(tone) for tone in ("good", "fair", "bad")}) == 3
    assert 'preserveAspectRatio="none"' in svg("a", 1, 1, "b", "", stretched=True)
