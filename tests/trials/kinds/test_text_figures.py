"""Figures of texts: by hand, by their definitions, and beside sacreBLEU's."""

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics import CHRF

from dure.trials.kinds.texts.figures import generation, generation_p, shared
from dure.trials.kinds.texts.overlaps import (
    chrf,
    longest_common,
    rouge_l,
    run_counts,
    token_f1,
)
from dure.trials.kinds.texts.tokens import plain, tokens

TEXTS = st.text(st.sampled_from("가나다 ab. \n"), max_size=12)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6))
def test_chrf_is_sacrebleu_s(pairs):
    counts = np.sum([run_counts(target, made) for target, made in pairs], axis=0)
    told = CHRF().corpus_score([made for _, made in pairs], [[target for target, _ in pairs]])
    assert 100 * chrf(counts) == pytest.approx(told.score)


def by_table(first, second):
    @lru_cache(None)
    def of(one, other):
        if not one or not other:
            return 0
        if first[one - 1] == second[other - 1]:
            return of(one - 1, other - 1) + 1
        return max(of(one - 1, other), of(one, other - 1))

    return of(len(first), len(second))


@given(st.text("abc", max_size=12), st.text("abc", max_size=12))
def test_the_longest_common_subsequence_is_the_textbook_s(first, second):
    assert longest_common(first, second) == by_table(first, second)


def test_korean_is_told_by_syllables_and_particles_cost_what_they_are():
    assert tokens("선박이 3번 항구에 입항했다.") == [*"선박이", "3", *"번항구에입항했다"]
    assert token_f1(tokens("선박이"), tokens("선박을")) == pytest.approx(2 / 3)
    assert rouge_l(tokens("엔진 점검 완료"), tokens("완료 엔진 점검")) == pytest.approx(4 / 6)
    assert token_f1(tokens("엔진 점검 완료"), tokens("완료 엔진 점검")) == 1.0


@pytest.mark.parametrize(
    ("target", "made"),
    [
        ("Engine FAULT", "engine fault"),
        ("가", "가"),  # jamo and syllable are one letter in two spellings
        ("Ａ１", "a1"),
        ("a_b", "a b"),
        ("점검, 완료!", "점검완료"),
    ],
)
def test_spelling_is_no_difference_between_tokens(target, made):
    assert tokens(target) == tokens(made)


def test_what_is_exactly_the_same():
    assert shared(["엔진  점검\n"], ["엔진 점검"])[0, 1] == 1.0
    assert shared(["Engine"], ["engine"])[0, 1] == 0.0
    assert plain(" ａ \t b ") == "a b"


def test_empty_texts():
    both, one = shared(["", "abc"], ["", ""])
    assert list(both[:4]) == [1.0, 1.0, 1.0, 1.0]
    assert list(one[:4]) == [1.0, 0.0, 0.0, 0.0]
    assert chrf(both[4:]) == chrf(one[4:]) == 0.0


def test_figures_with_intervals_beside_a_baseline():
    targets = [f"보고 {n}: 엔진 {n % 7}번 점검 완료" for n in range(60)]
    made = [text if n % 3 else text[:6] for n, text in enumerate(targets)]
    own, base = shared(targets, made), shared(targets, ["보고"] * 60)
    found = {one.metric: one for one in generation(own, base, 200, np.random.default_rng(1))}
    assert list(found) == ["exact-match", "chrf", "rouge-l", "token-f1"]
    assert found["exact-match"].algorithm.value == pytest.approx(40 / 60)
    told = CHRF().corpus_score(made, [targets]).score
    assert found["chrf"].algorithm.value == pytest.approx(told / 100)
    for one in found.values():
        assert one.algorithm.lower < one.algorithm.value < one.algorithm.upper
        assert one.difference.lower > 0
        assert one.difference.value == pytest.approx(one.algorithm.value - one.baseline.value)


def test_the_resampled_values_are_the_figures_of_resamples():
    """One resample by hand: rows drawn again, and the corpus figure of what was drawn."""
    targets, made = ["abcd", "efgh", "ijkl"], ["abcx", "efgh", "zzzz"]
    rows = shared(targets, made)
    drawn = [1, 1, 2]
    told = CHRF().corpus_score([made[n] for n in drawn], [[targets[n] for n in drawn]]).score
    assert 100 * chrf(rows[drawn].sum(axis=0)[4:]) == pytest.approx(told)


def test_p_is_small_where_texts_are_better_and_one_where_they_are_the_baseline_s():
    targets = [f"비행기 {n}편이 늦게 도착합니다" for n in range(60)]
    right, wrong = shared(targets, targets), shared(targets, ["모릅니다"] * 60)
    rng = np.random.default_rng(1)
    assert set(generation_p(right, wrong, rng).values()) == {0.001}
    assert set(generation_p(wrong, wrong, rng).values()) == {1.0}
    mixed = np.where(np.arange(60)[:, None] % 2, right, wrong)
    other = np.where(np.arange(60)[:, None] % 2, wrong, right)
    assert min(generation_p(mixed, other, rng).values()) > 0.05  # each is right in half of them
