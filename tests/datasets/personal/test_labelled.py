"""Recall and precision on labelled Korean texts: those tuned on, and those held out."""

from __future__ import annotations

import pytest

from dure.datasets.personal.kinds import Kind
from tests.datasets.personal import templates_heldout, templates_tuning
from tests.datasets.personal.corpus import Case, cases
from tests.datasets.personal.scoring import found, scores

SETS = {
    "tuning": (templates_tuning.TEMPLATES, 1),
    "held out": (templates_heldout.TEMPLATES, 777_001),
    "held out, other numbers": (templates_heldout.TEMPLATES, 90_125),
}


@pytest.mark.parametrize("name", SETS)
def test_each_kind_is_found_and_little_else(scanner, name):
    templates, seed = SETS[name]
    labelled = cases(templates, seed, 30)
    measured = scores(scanner, labelled)
    assert set(measured) == set(Kind) - {Kind.NAME}
    low = {kind: pair for kind, pair in measured.items() if min(pair) < 0.98}
    assert not low


def test_no_template_is_in_both_sets():
    assert not set(templates_tuning.TEMPLATES) & set(templates_heldout.TEMPLATES)


def test_both_engines_find_the_same_in_them(scanner, plain):
    labelled = cases([*templates_tuning.TEMPLATES, *templates_heldout.TEMPLATES], 5, 3)
    assert found(scanner, labelled) == found(plain, labelled)


def test_the_scores_would_show_what_is_missed_and_what_is_made_up(scanner):
    text = "담당 010-1234-5678"
    missed = Case(text, frozenset({(3, 16, Kind.PHONE), (0, 2, Kind.PHONE)}))
    made_up = Case(text, frozenset())
    assert scores(scanner, [missed])[Kind.PHONE] == (0.5, 1.0)
    assert scores(scanner, [missed, made_up])[Kind.PHONE] == (0.5, 0.5)
