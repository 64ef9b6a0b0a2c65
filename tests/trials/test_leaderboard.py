"""A leaderboard: from what was told, and no finer than what was found out."""

import pytest

from dure.trials.leaderboard.standings import Entry, standings
from dure.trials.tasks import TaskType, metric_of

ACCURACY = metric_of(TaskType.CLASSIFICATION, "accuracy")
MAE = metric_of(TaskType.REGRESSION, "mae")


def entry(agency, value, run="r", metric="accuracy", half=0.02, released=True):
    triple = (value, value - half, value + half)
    figures = {metric: {"algorithm": triple, "difference": triple}}
    return Entry(agency, f"{agency} 1.0", run, released, figures)


def ranks(entries, metric=ACCURACY):
    return [(one.rank, one.entry.agency) for one in standings(entries, metric, 60)]


def test_the_best_is_first_and_what_cannot_be_told_apart_shares_a_rank():
    entries = [
        entry("alpha", 0.7),
        entry("bravo", 0.9),
        entry("charlie", 0.88),
        entry("delta", 0.6),
    ]
    assert ranks(entries) == [(1, "bravo"), (1, "charlie"), (3, "alpha"), (4, "delta")]


def test_many_small_differences_make_no_large_one():
    entries = [entry(name, 0.9 - 0.05 * n) for n, name in enumerate("abcd")]
    assert ranks(entries) == [(1, "a"), (1, "b"), (3, "c"), (3, "d")]


def test_each_agency_stands_once_with_its_best():
    entries = [entry("alpha", 0.7, "1"), entry("alpha", 0.8, "2"), entry("alpha", 0.75, "3")]
    [standing] = standings(entries, ACCURACY, 60)
    assert standing.entry.run == "2"


def test_of_an_error_less_is_better():
    entries = [entry("alpha", 5.0, metric="mae"), entry("bravo", 2.0, metric="mae")]
    assert ranks(entries, MAE) == [(1, "bravo"), (2, "alpha")]


def test_who_was_told_nothing_has_no_place():
    assert ranks([entry("alpha", 0.9, metric="f1-macro")]) == []
    assert ranks([]) == []


@pytest.mark.parametrize("half", [0.0, 0.001])
def test_sure_figures_are_told_apart(half):
    entries = [entry("alpha", 0.9, half=half), entry("bravo", 0.89, half=half)]
    assert ranks(entries) == [(1, "alpha"), (2, "bravo")]
