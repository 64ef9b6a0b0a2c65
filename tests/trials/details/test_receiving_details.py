"""A released report with details comes home as it was told, and with what no gate would pass it doesn't."""

import json

import pytest

from dure.core.canonical import canonical_json
from dure.governance.errors import GovernanceError
from dure.trials.details.form import DETAILS
from dure.trials.details.resources import MORE, STEPS
from dure.trials.errors import TrialsError
from dure.trials.gates.passing import recheck
from dure.trials.receipt import read_released, receive_report
from dure.trials.release import release, request_release
from dure.trials.releasing import form_of
from tests.trials.details.made import ROBUST, TELL, changed, details, gated, score
from tests.trials.house import BRAVO, SUITE, Key
from tests.trials.test_release import EVIDENCE, place, report_bytes

RESULT = json.loads(json.dumps(dict(gated(score(details())).result)))
USED = dict.fromkeys(STEPS, MORE)
ASKED = EVIDENCE | {
    "task": "tabular-classification",
    "metrics": ["accuracy", "f1-macro"],
    "subgroups": 2,
    "robust": list(ROBUST),
    "tell": list(TELL),
    "resources": USED,
}


def released(house, result=RESULT, evidence=ASKED):
    run, _ = place(house, report_bytes(result, evidence))
    request = request_release(house, run)
    house.approve(request)
    return (house.released / release(house, request.id)["file"]).read_bytes()


@pytest.fixture
def payload(house):
    return released(house)


def resigned(payload, result, without="", **changes):
    """Return what an executor that had lost its gates would sign."""
    document = json.loads(payload)["document"] | changes
    document.pop(without, None)
    document |= {"result": result, "result_digest": SUITE.digest("result", result)}
    signature = SUITE.sign_value(Key("bravo executor").private, "released-report", document)
    return canonical_json({"document": document, "signature": signature})


def test_details_and_resources_come_home(payload, developer):
    document = json.loads(payload)["document"]
    assert set(DETAILS) <= set(document["result"])
    assert document["resources"] == USED
    assert receive_report(developer, payload, BRAVO) == receive_report(
        developer, resigned(payload, RESULT), BRAVO
    )


def test_without_some_of_them_it_comes_home_as_an_older_one_does(payload, developer):
    for absent in (*((one,) for one in DETAILS), DETAILS):
        result = {name: part for name, part in RESULT.items() if name not in absent}
        document = read_released(developer, resigned(payload, result, without="resources"), BRAVO)
        assert not {*absent, "resources"} & {*document, *document["result"]}


def test_a_sweep_that_failed_comes_home(payload, developer):
    result = RESULT | {"robustness": {"outcome": "algorithm-error"}}
    assert read_released(developer, resigned(payload, result), BRAVO)["result"] == result


NOISE = ("robustness", "curves", "noise")


BROKEN = (
    (("p", "accuracy"), "0.0004"),
    (("p", "accuracy"), 1),
    (("p", "first row: Kim"), "0.05"),
    (("calibration", "bins", 0, "rows"), "9"),
    (("calibration", "bins", 0, "rows"), "437"),
    (("calibration", "bins", 0, "name"), "Kim"),
    (("calibration", "error", "value"), "0.1234"),
    (("robustness",), []),
    (("robustness", "why"), "row 1"),
    (("robustness", "outcome"), "escaped"),
    (("robustness", "curves"), 3),
    (("robustness", "curves"), None),
    (("robustness", "curves"), ["noise"]),
    (("robustness", "curves"), [["noise"]]),
    (("robustness", "curves"), {}),
    (("robustness", "curves", "fog"), []),
    ((*NOISE, 0, "rows"), "3"),
    ((*NOISE, 0, "level"), "0.26"),
    ((*NOISE, 0, "figure", "value"), "2"),
    (("subgroups",), 3),
    (("subgroups", 0, "accuracy"), {"value": "0.5"}),
    (("subgroups", 0, "mae"), "withheld"),
    (("resources",), USED),
)


def test_what_no_gate_would_have_passed_is_refused(payload, developer):
    for path, value in BROKEN:
        broken = resigned(payload, changed(RESULT, path, value))
        with pytest.raises(TrialsError, match=r"trials\.payload") as caught:
            read_released(developer, broken, BRAVO)
        assert caught.value.facts["reason"] == "report-gates", path


def test_resources_that_are_no_buckets_are_refused(payload, developer):
    for used in ({}, None, USED | {"cpu_s": "5"}, USED | {"rows": "4"}, "much"):
        with pytest.raises(TrialsError, match=r"trials\.payload") as caught:
            read_released(developer, resigned(payload, RESULT, resources=used), BRAVO)
        assert caught.value.facts["reason"] == "report-form", used


@pytest.mark.parametrize(
    ("result", "evidence"),
    [
        (changed(RESULT, ("p", "accuracy"), "0.0004"), ASKED),
        (RESULT, ASKED | {"tell": ["calibration", "subgroups"]}),
        (RESULT, ASKED | {"resources": USED | {"cpu_s": "5"}}),
    ],
)
def test_the_executor_releases_nothing_that_was_not_asked_for(house, result, evidence):
    with pytest.raises(GovernanceError, match=r"trials\.not-releasable"):
        released(house, result, evidence)
    assert list(house.released.iterdir()) == []


def test_evidence_says_what_the_executor_lets_through():
    assert recheck(RESULT, "report", form_of(ASKED)) == ()
    for less in ({"tell": []}, {"robust": []}, {"robust": ["noise"]}, {"tell": ["subgroups"]}):
        assert recheck(RESULT, "report", form_of(ASKED | less))
    for broken in ({"robust": [["noise"]]}, {"robust": ["fog"]}, {"robust": 3}, {"tell": "all"}):
        with pytest.raises(TrialsError, match=r"trials\.not-releasable"):
            form_of(ASKED | broken)


def test_the_form_of_older_evidence_has_no_details():
    form = form_of(EVIDENCE)
    assert (form.robust, form.tell) == ((), ())
    assert form_of(ASKED).robust == ROBUST
