"""The attempts themselves, made outside the sandbox where that harms nobody, and their judging."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from dure.sandbox.probes import attempt, inside, resources, suite
from dure.sandbox.probes.attempt import (
    ATTEMPTS,
    Contained,
    Remark,
    call,
    in_child,
    try_apart,
    try_one,
)
from dure.sandbox.probes.catalogue import CATALOGUE
from dure.sandbox.tasks import Outcome

BY_NAME = {entry.name: entry for entry in CATALOGUE}
ENDED = Outcome("done", "", 0, {}, (), b"", 0.1, 0.1, 0)


def test_attempts_that_reach_something_say_what(tmp_path: Path) -> None:
    controls = {"bare", "root"} if os.geteuid() == 0 else {"bare"}
    names = [
        entry.name
        for entry in CATALOGUE
        if entry.control in controls and not entry.name.startswith("resources.")
    ]
    with suite.canaries() as clues:
        (tmp_path / "clues.json").write_text(json.dumps(clues))
        found = inside.main(names, tmp_path / "clues.json")
    assert set(found) == set(names)
    assert not [name for name, (outcome, _) in found.items() if outcome == "broken"]
    assert found["network.tcp-loopback"] == ("escaped", "connected to a service of the host")
    assert found["files.host-file"][1] == clues["secret"]


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
def test_a_little_of_each_resource_can_be_had(name: str) -> None:
    assert try_apart(ATTEMPTS[f"resources.{name}"], {})[0] == "escaped"


def test_tricks_with_outputs_are_real_tricks(tmp_path: Path) -> None:
    (tmp_path / "honest").touch()
    for name, trick in resources.TRICKS.items():
        if name != "second-name":
            trick(str(tmp_path / name))
    assert len(list(tmp_path.iterdir())) == len(resources.TRICKS)


# ── what an attempt's end means ────────────────────────────────────────────────────────────────
def stopped(_: object) -> str:
    raise Contained("held")


def refused(_: object) -> str:
    raise PermissionError(1, "no")


def broken(_: object) -> str:
    raise KeyError("a defect of the attempt")


@pytest.mark.parametrize(
    ("function", "seen"),
    [
        (lambda _: "reached", ("escaped", "reached")),
        (lambda _: Remark("to know"), ("informational", "to know")),
        (stopped, ("contained", "held")),
        (refused, ("contained", "EPERM")),
    ],
)
def test_how_an_attempt_may_end(function, seen: tuple[str, str]) -> None:
    assert try_one(function, {}) == seen
    assert try_apart(function, {}) == seen


def test_a_broken_attempt_proves_nothing() -> None:
    assert try_one(broken, {})[0] == "broken"
    with pytest.raises(RuntimeError):
        in_child(lambda: {}["a defect"])


def test_an_attempt_that_is_killed_was_contained() -> None:
    assert try_apart(lambda _: os.kill(os.getpid(), 9), {}) == ("contained", "killed by signal 9")
    with pytest.raises(Contained, match="signal 9"):
        in_child(lambda: os.kill(os.getpid(), 9))
    with pytest.raises(Contained, match="EBADF"):
        in_child(lambda: os.close(-1))
    assert in_child(lambda: None) == "the child ended well"


def test_a_call_that_a_machine_lacks_is_contained() -> None:
    with pytest.raises(Contained):
        call({"calls": {}}, "none")
    with pytest.raises(OSError, match="close"):
        call({"calls": {"close": 3}}, "close", -1)
    assert attempt.Remark("x") == "x"


@pytest.mark.parametrize(
    ("name", "outcome", "judged"),
    [
        ("resources.memory", replace(ENDED, status="killed", cause="memory"), "contained"),
        ("resources.memory", replace(ENDED, outputs={"outcomes.json": b"{"}), "broken"),
        (
            "resources.memory",
            replace(ENDED, outputs={"outcomes.json": b'{"resources.memory":["escaped","x"]}'}),
            "escaped",
        ),
        ("resources.orphan", ENDED, "contained"),
        ("resources.outputs", replace(ENDED, outputs={"honest": b"", "link": b""}), "escaped"),
        ("resources.outputs", ENDED, "escaped"),
        (
            "resources.outputs",
            replace(ENDED, outputs={"honest": b""}, refused=(("link", "link"),)),
            "contained",
        ),
    ],
)
def test_how_a_run_is_judged(name: str, outcome: Outcome, judged: str) -> None:
    assert suite.judged(BY_NAME[name], outcome).outcome == judged


def test_a_run_without_outcomes_proves_nothing() -> None:
    found = suite.run_probes(lambda task, inputs: replace(ENDED, status="failed", cause="exit"))
    isolation = {one.outcome for one in found if not one.name.startswith("resources.")}
    assert isolation == {"broken"}
