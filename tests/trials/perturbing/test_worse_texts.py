"""Texts made worse, in Korean as well: a wrong letter, not a wrong syllable; and words left out."""

import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.trials.perturbing.texts import dropped_words, typos

KOREAN = "부산항에 정박한 선박은 내일 아침 출항할 예정이며 짐을 싣고 있다"
ENGLISH = "The vessel in Busan leaves tomorrow morning at 06:30 with its load"


def worse(change, texts, level, seed=1, kind=None):
    column = pa.array(texts, kind or pa.string())
    return change({"t": column}, level, {}, np.random.default_rng(seed))["t"].to_pylist()


def wrong_words(before, after):
    one, other = before.split(), after.split()
    assert len(one) == len(other)
    return [(a, b) for a, b in zip(one, other, strict=True) if a != b]


def letters(text):
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize("text", [KOREAN, ENGLISH])
@pytest.mark.parametrize("seed", range(20))
def test_a_typing_error_is_one_letter_of_a_word(text, seed):
    [after] = worse(typos, [text], 0.05, seed)
    wrong = wrong_words(text, after)
    assert wrong
    for before, now in wrong:
        places = [n for n in range(min(len(before), len(now))) if before[n] != now[n]]
        if len(before) == len(now):
            assert len(places) == 1
            if "가" <= before[places[0]] <= "힣":
                one, other = letters(before[places[0]]), letters(now[places[0]])
                assert "가" <= now[places[0]] <= "힣"
                differing = sum(a != b for a, b in zip(one, other, strict=False))
                assert differing + abs(len(one) - len(other)) == 1
                assert len(other) <= len(one)
        else:
            assert len(now) == len(before) + 1  # a sign that is on no neighbouring key comes twice


def test_a_final_consonant_is_sometimes_left_out_and_sometimes_another_letter_is_wrong():
    after = worse(typos, ["강"] * 200, 1.0)
    assert "가" in after
    assert {letters(one)[0] for one in after} > {letters("강")[0]}
    assert {letters(one)[1] for one in after} > {letters("강")[1]}
    assert "강" not in after


@given(st.text(min_size=1, max_size=30), st.sampled_from([0.05, 0.3, 1.0]), st.integers(0, 99))
def test_a_text_with_a_word_is_never_the_same(text, level, seed):
    [after] = worse(typos, [text], level, seed)
    assert (after != text) == bool(text.split())


@pytest.mark.parametrize("level", [0.05, 0.15, 0.3])
def test_the_share_of_words_that_are_wrong(level):
    texts = [" ".join([KOREAN] * 3)] * 40
    wrong = [len(wrong_words(texts[0], one)) for one in worse(typos, texts, level)]
    assert min(wrong) >= 1
    assert sum(wrong) / (40 * len(texts[0].split())) == pytest.approx(level, abs=0.05)


@pytest.mark.parametrize("text", [KOREAN, ENGLISH])
@pytest.mark.parametrize("level", [0.1, 0.25, 0.5])
def test_words_left_out_leave_the_others_in_order(text, level):
    after = worse(dropped_words, [text] * 200, level)
    words = text.split()
    for one in after:
        kept = iter(words)
        assert all(word in kept for word in one.split())
        assert 1 <= len(one.split()) < len(words)
    gone = sum(len(words) - len(one.split()) for one in after) / (200 * len(words))
    assert gone == pytest.approx(level, abs=0.06)


def test_a_text_keeps_a_word():
    assert set(worse(dropped_words, ["하나 둘"] * 60, 0.99)) <= {"하나 ", "둘", "하나"}
    assert worse(dropped_words, ["하나", "", "  "], 0.99) == ["하나", "", "  "]


@pytest.mark.parametrize("change", [typos, dropped_words])
def test_what_is_missing_stays_so_and_the_seed_decides(change):
    texts = [KOREAN, None, "", ENGLISH]
    one, same, other = (worse(change, texts, 0.3, seed) for seed in (1, 1, 2))
    assert one == same != other
    assert one[1:3] == [None, ""]


@pytest.mark.parametrize("change", [typos, dropped_words])
@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_types_stay(change, ordered, kind):
    plain = pa.array([KOREAN, None, ENGLISH] * 3, kind)
    encoded = plain.dictionary_encode()
    category = pa.DictionaryArray.from_arrays(encoded.indices, encoded.dictionary, ordered=ordered)
    for column in (plain, category):
        after = change({"t": column}, 0.3, {}, np.random.default_rng(1))["t"]
        assert after.type == column.type
        assert after[0].as_py() != KOREAN
