"""Words that people give a data set."""

from __future__ import annotations

import unicodedata
from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.text import is_unseen
from dure.datasets.errors import DatasetError
from dure.datasets.words import NAME_CHARACTERS, checked, name_of

# What a file system may hand out: undecodable bytes come as lone surrogates.
STEMS = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=250)


@given(STEMS)
def test_every_file_gives_a_name_that_stands_in_every_document(stem: str) -> None:
    name = name_of(PurePath(f"{stem}.csv"))
    assert checked("name", name, NAME_CHARACTERS) == name
    assert unicodedata.is_normalized("NFC", name)
    assert name.encode("utf-8")


@given(st.text(max_size=60), st.booleans())
def test_words_are_one_form_or_refused(text: str, lines: bool) -> None:
    try:
        words = checked("description", text, 50, lines=lines)
    except DatasetError as refused:
        assert refused.code == "datasets.words"  # noqa: PT017  # either answer is right
        return
    assert checked("description", words, 50, lines=lines) == words
    assert len(words) <= 50
    assert not any(is_unseen(char) for char in words.replace("\n", "").replace("\t", ""))
    assert lines or "\n" not in words


@pytest.mark.parametrize("text", ["x" * 51, "\x1b[2J.", ".\u2028.", "\udc80"])
def test_refused_words(text: str) -> None:
    assert checked("name", "x" * 50, 50) == "x" * 50
    with pytest.raises(DatasetError):
        checked("name", text, 50)
