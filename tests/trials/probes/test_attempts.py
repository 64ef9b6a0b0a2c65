"""How an attempt may end, and what the end of a run says of it."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from dure.sandbox.tasks import Outcome
from dure.trials.probes import attempt, inside, models, outputs, resources, suite
from dure.trials.probes.attempt import (
    ATTEMPTS,
    NAIVE,
    Contained,
    Remark,
    call,
    in_child,
    try_apart,
    try_one,
)
from dure.trials.probes.canaries import canaries
from dure.trials.probes.catalogue import CATALOGUE, CONTROLS, FAMILIES, Control

ENDED = Outcome("done", "", 0, {}, (), b"", 0.1, 0.1, 0)


# ── the catalogue ──────────────────────────────────────────────────────────────────────────────
def test_the_catalogue_names_every_attempt_once():
    inside.load()
    assert sorted(probe.name for probe in CATALOGUE) == sorted(ATTEMPTS)
    careless = {probe.name for probe in CATALOGUE if probe.control is Control.NAIVE}
    assert careless | {"resources.orphan"} == set(NAIVE)
    assert {probe.family for probe in CATALOGUE} == set(FAMILIES) == set(inside.FAMILIES)
    assert set(CONTROLS) == set(Control)


def test_an_inert_probe_says_why_and_the_others_have_a_control():
    for probe in CATALOGUE:
        assert (probe.inert is None) == (probe.control is not Control.INERT), probe.name
        assert probe.title.en
        assert probe.title.ko


def test_there_are_as_many_probes_as_were_asked_for():
    assert len(CATALOGUE) >= 110
    assert sum(probe.control is not Control.INERT for probe in CATALOGUE) >= 90


# ── attempts that need no sandbox ──────────────────────────────────────────────────────────────
@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("PROCESSES", 2),
        ("MEMORY_BYTES", 4 << 20),
        ("DISK_BYTES", 8 << 20),
        ("FILES", 3),
        ("STDOUT_BYTES", 65536),
        ("CPU_S", 0.01),
        ("WALL_S", 0.01),
        ("HOLD_S", 0.01),
    ):
        monkeypatch.setattr(resources, name, value)


@pytest.mark.parametrize(
    "name",
    [
        *("processes", "threads", "memory", "shared-pages", "memory-over-children", "open-files"),
        *("processor", "processor-unwilling", "processor-over-children", "time", "output-text"),
        *("fill-tmp", "fill-shm", "litter-tmp", "litter-shm", "hole"),
    ],
)
@pytest.mark.usefixtures("little")
def test_a_little_of_each_resource_can_be_had(name: str):
    assert try_apart(ATTEMPTS[f"resources.{name}"], {})[0] == "escaped"


def test_tricks_with_outputs_are_real_tricks(tmp_path: Path):
    clues = {"file": "/proc/self/status", "process": "self", "out": str(tmp_path)}
    for _, trick in outputs.TRICKS.values():
        left = next(name for name, (_, known) in outputs.TRICKS.items() if known is trick)
        trick(str(tmp_path / outputs.TRICKS[left][0]), clues)
    assert len(list(tmp_path.iterdir())) == len(outputs.TRICKS) + 1  # and what a name is second to


def test_an_onnx_model_says_where_its_weights_lie():
    for location in ("weights.bin", "../" * 60 + "etc/passwd"):
        model = models.onnx_with_external_data(location)
        assert models.external_location(model) == location


# ── how an attempt may end ─────────────────────────────────────────────────────────────────────
def stopped(_: object) -> str:
    raise Contained("held")


def refused(_: object) -> str:
    raise PermissionError(1, "no")


def out_of_memory(_: object) -> str:
    raise MemoryError


def broken(_: object) -> str:
    raise KeyError("a defect of the attempt")


@pytest.mark.parametrize(
    ("function", "seen"),
    [
        (lambda _: "reached", ("escaped", "reached")),
        (lambda _: Remark("to know"), ("informational", "to know")),
        (stopped, ("contained", "held")),
        (refused, ("contained", "EPERM")),
        (out_of_memory, ("contained", "MemoryError")),
    ],
)
def test_how_an_attempt_may_end(function, seen: tuple[str, str]):
    assert try_one(function, {}) == seen
    assert try_apart(function, {}) == seen


def test_a_broken_attempt_proves_nothing():
    assert try_one(broken, {})[0] == "unprobed"
    with pytest.raises(RuntimeError):
        in_child(lambda: {}["a defect"])


def test_an_attempt_that_is_killed_was_contained():
    assert try_apart(lambda _: os.kill(os.getpid(), 9), {}) == ("contained", "killed by signal 9")
    with pytest.raises(Contained, match="signal 9"):
        in_child(lambda: os.kill(os.getpid(), 9))
    with pytest.raises(Contained, match="EBADF"):
        in_child(lambda: os.close(-1))
    assert in_child(lambda: None) == "the child ended well"


def test_an_attempt_that_took_too_long_proves_nothing():
    def late(*_: object) -> None:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # pytest's own time limit has a handler
        os.kill(os.getpid(), signal.SIGALRM)

    assert try_apart(late, {}) == ("unprobed", "killed by signal 14")
    with pytest.raises(RuntimeError, match="too long"):
        in_child(late)


def test_a_call_that_a_machine_lacks_is_contained():
    with pytest.raises(Contained):
        call({"calls": {}}, "none")
    with pytest.raises(OSError, match="close"):
        call({"calls": {"close": 3}}, "close", -1)
    assert attempt.Remark("x") == "x"


def test_the_program_inside_writes_what_it_saw(tmp_path: Path):
    told = {"names": ["parsers.infinity"], "how": inside.APART, "out": str(tmp_path), "honest": 1}
    (tmp_path / "clues.json").write_text(json.dumps(told))
    inside.run(str(tmp_path / "clues.json"))
    seen = json.loads((tmp_path / "outcomes.json").read_text())
    assert seen == {"parsers.infinity": ["contained", "not-finite"]}
    assert (tmp_path / "honest").read_text() == "honest"


# ── what the end of a run says ─────────────────────────────────────────────────────────────────
def outcomes(**seen: tuple[str, str]) -> dict[str, bytes]:
    told = {f"{name.replace('__', '.').replace('_', '-')}": one for name, one in seen.items()}
    return {"outcomes.json": json.dumps(told).encode()}


@pytest.mark.parametrize(
    ("name", "ended", "outcome"),
    [
        ("resources.memory", replace(ENDED, status="killed", cause="memory"), "contained"),
        ("resources.memory", replace(ENDED, status="failed", cause="exit"), "unprobed"),
        ("resources.memory", replace(ENDED, outputs={"outcomes.json": b"{"}), "unprobed"),
        ("resources.memory", replace(ENDED, outputs={"outcomes.json": b"[1]"}), "unprobed"),
        (
            "resources.memory",
            replace(ENDED, outputs=outcomes(resources__memory=("escaped", "x"))),
            "escaped",
        ),
        ("resources.orphan", ENDED, "contained"),
    ],
)
def test_how_a_run_is_judged(name: str, ended: Outcome, outcome: str):
    assert suite.judged(name, ended)[0] == outcome


LEFT = outcomes(
    outputs__link=("escaped", "left"),
    outputs__pipe=("contained", "ENOSYS"),
    outputs__hole=("contained", "EFBIG"),
    outputs__swapped=("escaped", "left"),
    outputs__too_many=("escaped", "left"),
) | {"honest": b"honest"}


@pytest.mark.parametrize(
    ("name", "more", "outcome"),
    [
        ("outputs.link", {}, "contained"),
        ("outputs.link", {"link": b"anything"}, "escaped"),
        ("outputs.pipe", {}, "contained"),
        ("outputs.hole", {"hole": b""}, "contained"),
        ("outputs.swapped", {"swapped": b"left here"}, "contained"),
        ("outputs.swapped", {"swapped": b"it is THE SECRET of it"}, "escaped"),
        ("outputs.too-many", {f"f{n}": b"" for n in range(20)}, "escaped"),
        ("outputs.folder", {}, "unprobed"),
    ],
)
def test_how_what_was_left_is_judged(name: str, more: dict[str, bytes], outcome: str):
    ended = replace(ENDED, outputs=LEFT | more)
    assert suite.handed_over(name, ended, "THE SECRET")[0] == outcome
    # Without the honest output beside it, nothing is shown by a name that is missing.
    alone = {name: data for name, data in ended.outputs.items() if name != "honest"}
    assert suite.handed_over(name, replace(ended, outputs=alone), "THE SECRET")[0] == "unprobed"


def test_a_run_without_outcomes_proves_nothing():
    failing = replace(ENDED, status="failed", cause="exit")
    found = suite.run_suite(["archives"], runner=lambda task, inputs: failing)
    assert {one.outcome for one in found} == {"unprobed"}
    assert not any(one.counted for one in found)


def test_canaries_are_gone_afterwards():
    with canaries() as clues:
        folder = Path(str(clues["file"])).parent.parent
        assert folder.is_dir()
        assert any(value == clues["secret"] for value in os.environ.values())
    assert not folder.exists()
    assert not any(value == clues["secret"] for value in os.environ.values())
