"""The worker that splits a data set may have been taken over by it: what it says is held to a form."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from dure.core.errors import DureError
from dure.sandbox.tasks import Outcome
from dure.trials.benchmark import _beginning, _facts
from dure.trials.definition import Definition
from dure.trials.kinds.parts import PARTS
from dure.trials.tasks import TaskType

PARTS_LEFT = dict.fromkeys(PARTS)
ASKED = Definition("x", TaskType.CLASSIFICATION, "y", ("x",))
SECRET = "NEVERSHOWTHIS"


def outcome(status: str = "done") -> Outcome:
    return Outcome(
        status=status,
        cause="",
        exit_status=0,
        wall_s=0.0,
        cpu_s=0.0,
        peak_bytes=0,
        stdout=b"",
        outputs={},
        refused=(),
    )


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 4000,
        b'"refused"',
        b'{"refused":"NEVERSHOWTHIS"}',
        b'{"refused":["NEVERSHOWTHIS"]}',
        b'{"refused":{}}',
        b'{"train_rows":1}',
        b'{"train_rows":1,"test_rows":"NEVERSHOWTHIS","repeated_exactly":0,"repeated_nearly":0}',
        b'{"train_rows":1,"test_rows":-1,"repeated_exactly":0,"repeated_nearly":0}',
        b'{"train_rows":1,"test_rows":0,"repeated_exactly":0,"repeated_nearly":0}',
        b'{"train_rows":1,"test_rows":true,"repeated_exactly":0,"repeated_nearly":0}',
        b'{"train_rows":1,"test_rows":1e400,"repeated_exactly":0,"repeated_nearly":0}',
        b'{"train_rows":1,"test_rows":1,"repeated_exactly":0,"repeated_nearly":0,"more":1}',
        b'{"train_rows":9,"test_rows":9,"repeated_exactly":2,"repeated_nearly":1}',
        b'{"train_rows":9,"test_rows":9,"repeated_exactly":0,"repeated_nearly":10}',
    ],
)
def test_anything_else_is_refused_and_nothing_of_it_repeated(told: bytes):
    with pytest.raises(DureError) as refused:
        _facts(outcome(), [told], PARTS_LEFT, ASKED)
    assert refused.value.code == "trials.worker"
    assert SECRET not in f"{refused.value.what} {refused.value.why} {refused.value.facts}"


def test_what_an_honest_worker_says_is_understood():
    """The positive controls."""
    counts = {"train_rows": 70, "test_rows": 30, "repeated_exactly": 1, "repeated_nearly": 2}
    assert _facts(outcome(), [json.dumps(counts).encode()], PARTS_LEFT, ASKED) == counts
    with pytest.raises(DureError) as refused:
        _facts(outcome(), [b'{"refused": "classes"}'], {}, ASKED)
    assert refused.value.code == "trials.benchmark"


def test_of_a_long_answer_only_the_beginning_is_taken():
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 1000

    assert _beginning(endless()) == b"x" * 4096
    assert _beginning(iter([b"short", b" answer"])) == b"short answer"
