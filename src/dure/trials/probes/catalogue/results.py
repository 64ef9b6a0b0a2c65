"""Attempts to tell of the data, or to learn the targets, by results that may leave."""

from __future__ import annotations

from dure.trials.probes.catalogue.form import Control, Row, family

RESULTS = family(
    "results",
    (
        Row(
            "worse-than-the-baseline",
            Control.NAIVE,
            "Tell by how much worse than the baseline it is",
            "기준 모델보다 얼마나 못한지로 알리기",
        ),
        Row(
            "little-better-than-the-baseline",
            Control.NAIVE,
            "Tell by how little better than the baseline it is",
            "기준 모델보다 얼마나 조금 나은지로 알리기",
        ),
        Row(
            "another-figure-of-the-same",
            Control.NAIVE,
            "Tell by other figures when it is run again",
            "다시 실행될 때 다른 수치를 내어 알리기",
        ),
        Row(
            "three-digits",
            Control.NAIVE,
            "Write in the digits that may leave",
            "반출되는 자릿수에 적기",
        ),
        Row(
            "class-of-outcome",
            Control.NAIVE,
            "Tell by the class of its outcome",
            "결과의 종류로 알리기",
        ),
        Row(
            "one-row-apart",
            Control.NAIVE,
            "Take one result from another, one row apart",
            "한 행만 다른 두 결과의 차이 구하기",
        ),
        Row(
            "rank-by-chance",
            Control.NAIVE,
            "Tell by ranks that differ by chance",
            "우연히 갈리는 순위로 알리기",
        ),
        Row(
            "asking-again",
            Control.NAIVE,
            "Learn the targets by asking two hundred times",
            "200번 물어 정답 알아내기",
        ),
        Row(
            "asking-by-failing",
            Control.NAIVE,
            "Ask more than the budget by failing",
            "실패하는 실행으로 한도보다 많이 묻기",
        ),
    ),
)
