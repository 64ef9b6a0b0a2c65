"""The gates: nothing but the demanded form, finite, rounded, well founded and within budget."""

import copy
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.trials.figures import DIGITS, significant_digits
from dure.trials.gates.candidate import Budget, Candidate
from dure.trials.gates.form import MOST_SCORE_BYTES
from dure.trials.gates.passing import pass_gates, recheck
from dure.trials.outcomes import WORDS, OutcomeClass, class_of
from dure.trials.results import ResultForm
from dure.trials.tasks import METRICS, TaskType

REGRESSION = ResultForm(TaskType.REGRESSION, ("mae", "rmse", "r2"))
CLASSES = ResultForm(
    TaskType.CLASSIFICATION, ("accuracy", "balanced-accuracy", "f1-macro", "roc-auc")
)
BUDGET = Budget(1, 20)
SIDES = ("algorithm", "baseline", "difference")
OWN = {side: [0.5, 0.25, 0.75] for side in SIDES}
FIGURES = {
    "mae": OWN | {"difference": [-0.9, -0.95, -0.85]},
    "rmse": OWN | {"difference": [-0.9, -0.95, -0.85]},
    "r2": OWN | {"difference": [0.9, 0.85, 0.95]},
}
SCORE = {
    "rows": 98203,
    "smallest_cell": 98203,
    "figures": FIGURES,
    "leak": False,
    "isolated": [],
    "shared": [],
}


def gate(score, form=REGRESSION, outcome=OutcomeClass.OK, budget=BUDGET):
    data = score if isinstance(score, bytes) else json.dumps(score).encode()
    return pass_gates(Candidate("run", form, outcome, data, budget))


def changed(path, value):
    score = copy.deepcopy(SCORE)
    place = score
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return score


def numbers_in(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from numbers_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from numbers_in(item)
    else:
        yield value


def assert_tight(result):
    """No number but figures of three digits, anywhere."""
    for value in numbers_in(result):
        assert isinstance(value, str)
        if re.fullmatch(r"[-+.e0-9]+", value):
            assert significant_digits(value) <= DIGITS


def test_a_sound_score_passes():
    gated = gate(SCORE)
    assert (gated.outcome, gated.findings) == (OutcomeClass.OK, ())
    assert gated.result["rows"] == "98200"
    assert gated.result["figures"]["mae"]["algorithm"] == {
        "value": "0.5",
        "lower": "0.25",
        "upper": "0.75",
    }
    assert recheck(gated.result, "report", REGRESSION) == ()


@given(
    st.fixed_dictionaries(
        {
            name: st.fixed_dictionaries(
                {side: st.lists(st.floats(), min_size=3, max_size=3) for side in SIDES}
            )
            for name in REGRESSION.metrics
        }
    ),
    st.integers(-1, 10**13),
    st.integers(-1, 10**13),
)
def test_whatever_passes_is_finite_and_short(figures, rows, smallest):
    gated = gate(SCORE | {"rows": rows, "smallest_cell": smallest, "figures": figures})
    assert_tight(gated.result)
    if gated.outcome is OutcomeClass.OK:
        assert min(rows, smallest) >= 10
        assert recheck(gated.result, "report", REGRESSION) == ()
    else:
        assert dict(gated.result) == {"outcome": "refused", "task": "tabular-regression"}
        assert len(gated.findings) == 1


POSITIVE = st.floats(0, 1e15)


@given(st.tuples(POSITIVE, POSITIVE, POSITIVE), st.integers(10, 10**12))
def test_sound_figures_pass_whatever_their_size(triple, rows):
    value, lower, upper = triple[0], min(triple), max(triple)
    score = changed(("figures", "mae", "algorithm"), [value, lower, upper])
    gated = gate(score | {"rows": rows, "smallest_cell": rows})
    assert gated.outcome is OutcomeClass.OK
    assert_tight(gated.result)


@given(st.binary(max_size=400))
def test_any_bytes_are_refused(data):
    gated = gate(data)
    assert gated.outcome is OutcomeClass.REFUSED
    assert set(gated.result) == {"outcome", "task"}


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), st.lists))
def test_any_json_is_refused(value):
    assert gate(value).outcome is OutcomeClass.REFUSED


@pytest.mark.parametrize(
    ("score", "code"),
    [
        (changed(("figures", "mae", "algorithm", 0), float("nan")), "gate.range"),
        (changed(("figures", "mae", "algorithm", 0), float("inf")), "gate.range"),
        (json.dumps(SCORE).replace("0.25", "1e999", 1).encode(), "gate.range"),
        (json.dumps(SCORE).replace("98203", "9" * 100_000, 1).encode(), "gate.schema"),
        (json.dumps(SCORE).replace("98203", "9" * 5000, 1).encode(), "gate.schema"),
        (json.dumps(SCORE).replace('"rows"', '"rows": 1, "rows"', 1).encode(), "gate.schema"),
        (changed(("figures", "mae", "algorithm", 0), -0.5), "gate.range"),
        (changed(("figures", "r2", "algorithm", 2), 1.5), "gate.range"),
        (changed(("figures", "r2", "algorithm", 1), 0.9), "gate.range"),
        (changed(("figures", "mae", "algorithm", 0), 1e16), "gate.range"),
        (changed(("figures", "mae", "algorithm", 0), 1), "gate.schema"),
        (changed(("figures", "mae", "algorithm", 0), "0.5"), "gate.schema"),
        (changed(("figures", "mae", "algorithm"), [0.5, 0.5]), "gate.schema"),
        (changed(("figures", "mae", "extra"), [0.5, 0.5, 0.5]), "gate.schema"),
        (changed(("figures", "first row: Kim"), {}), "gate.schema"),
        (changed(("figures",), {}), "gate.schema"),
        (changed(("figures",), [1]), "gate.schema"),
        (changed(("figures", "mae"), 1), "gate.schema"),
        (changed(("stdout",), "a row of data"), "gate.schema"),
        (changed(("leak",), 1), "gate.schema"),
        (changed(("isolated",), [True]), "gate.schema"),
        (changed(("shared",), [True]), "gate.schema"),
        (changed(("subgroups",), []), "gate.schema"),
        (changed(("rows",), True), "gate.schema"),
        (changed(("rows",), 1.0), "gate.schema"),
        (changed(("rows",), -1), "gate.schema"),
        (changed(("rows",), 10**14), "gate.schema"),
        (changed(("rows",), 9), "gate.cells"),
        (changed(("smallest_cell",), 9), "gate.cells"),
        (b" " * (MOST_SCORE_BYTES + 1), "gate.schema"),
        (b"[" * 60_000, "gate.schema"),
        (b"\xff", "gate.schema"),
        (b"[]", "gate.schema"),
        (b'{"refused": "nan"}', "gate.schema"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_each_gate(score, code):
    gated = gate(score)
    assert gated.outcome is OutcomeClass.REFUSED
    assert [finding.code for finding in gated.findings] == [code]
    assert dict(gated.result) == {"outcome": "refused", "task": "tabular-regression"}
    words = gated.findings[0].to_dict("ko")
    assert "Kim" not in json.dumps(words)


def test_the_smallest_cell_that_passes():
    gated = gate(SCORE | {"rows": 10, "smallest_cell": 10})
    assert gated.outcome is OutcomeClass.OK


def test_the_last_bit_of_a_float_is_no_reason():
    assert gate(changed(("figures", "r2", "algorithm", 2), 1.0 + 2**-52)).outcome == "ok"


@pytest.mark.parametrize(("spent", "passes"), [(0, False), (20, True), (21, False)])
def test_budget(spent, passes):
    gated = gate(SCORE, budget=Budget(spent, 20))
    assert (gated.outcome is OutcomeClass.OK) is passes
    assert passes or gated.findings[0].code == "gate.budget"


@pytest.mark.parametrize("outcome", [o for o in OutcomeClass if o is not OutcomeClass.OK])
def test_of_a_failure_only_the_class(outcome):
    gated = gate(b"Traceback: the first row is Kim", outcome=outcome)
    assert dict(gated.result) == {"outcome": outcome.value, "task": "tabular-regression"}
    assert gated.outcome is outcome
    assert recheck(gated.result, "report", REGRESSION) == ()
    assert WORDS[outcome].ko != WORDS[outcome].en


def test_metrics_that_need_scores_may_be_missing():
    sound = FIGURES["r2"]
    plain = dict.fromkeys(CLASSES.metrics[:3], sound)
    for figures in (plain, plain | {"roc-auc": sound}):
        score = SCORE | {"rows": 100, "smallest_cell": 50, "figures": figures}
        assert gate(score, CLASSES).outcome is OutcomeClass.OK
    for figures in ({"roc-auc": sound}, plain | {"mae": sound}):
        score = SCORE | {"rows": 100, "smallest_cell": 50, "figures": figures}
        assert gate(score, CLASSES).outcome is OutcomeClass.REFUSED


def passed():
    return copy.deepcopy(dict(gate(SCORE).result))


def _set(result, path, value):
    place = result
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return result


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("figures", "mae", "algorithm", "value"), "0.1234", "gate.digits"),
        (("figures", "mae", "algorithm", "value"), 0.5, "gate.digits"),
        (("figures", "mae", "algorithm", "value"), "NaN", "gate.digits"),
        (("figures", "mae", "algorithm", "value"), "0.50", "gate.digits"),
        (("figures", "mae", "algorithm", "value"), "-1", "gate.range"),
        (("figures", "mae", "algorithm", "note"), "x", "gate.schema"),
        (("figures", "mae", "subgroup"), {}, "gate.schema"),
        (("figures", "accuracy"), {}, "gate.schema"),
        (("figures",), [], "gate.schema"),
        (("rows",), "9", "gate.cells"),
        (("rows",), "98203", "gate.digits"),
        (("interval",), "99 %", "gate.schema"),
        (("baseline",), "rows of Kim", "gate.schema"),
        (("stdout",), "x", "gate.schema"),
        (("task",), "other", "gate.schema"),
        (("outcome",), "escaped", "gate.outcome"),
        (("outcome",), "refused", "gate.outcome"),
    ],
)
def test_recheck_finds_what_was_changed(path, value, code):
    assert recheck(passed(), "report", REGRESSION) == ()
    findings = recheck(_set(passed(), path, value), "report", REGRESSION)
    assert [finding.code for finding in findings] == [code]


def test_recheck_of_no_result_at_all():
    assert recheck([], "report", REGRESSION)[0].code == "gate.schema"
    assert recheck(passed(), "report", ResultForm(TaskType.REGRESSION, ("nonsense",)))


@pytest.mark.parametrize(
    ("status", "cause", "refused", "outcome"),
    [
        ("done", "", (), "ok"),
        ("done", "", ("link",), "invalid-predictions"),
        ("failed", "exit", (), "algorithm-error"),
        ("failed", "signal", (), "algorithm-error"),
        *(
            ("killed", cause, (), "limit-exceeded")
            for cause in ("cpu", "memory", "wall", "stdout", "processes")
        ),
    ],
)
def test_classes(status, cause, refused, outcome):
    assert class_of(status, cause, frozenset(refused)) == outcome


def test_every_metric_has_both_languages():
    for metrics in METRICS.values():
        for metric in metrics:
            assert metric.title.en != metric.title.ko
            assert metric.lowest < metric.highest
