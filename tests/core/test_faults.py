"""A fault point kills the process that the environment arms, and no other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from dure.core import faults

PROGRAM = """
from dure.core import faults
for turn in range(3):
    faults.point("other.step")
    faults.point("vault.page.written")
    print(turn, flush=True)
"""


def _run(armed: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "DURE_FAULT": armed, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.split()


def test_an_armed_point_dies_by_sigkill_at_its_nth_passing() -> None:
    assert _run("vault.page.written") == (-signal.SIGKILL, [])
    assert _run("vault.page.written:3") == (-signal.SIGKILL, ["0", "1"])


def test_an_unarmed_process_lives() -> None:
    assert _run("") == (0, ["0", "1", "2"])
    assert _run("vault.page") == (0, ["0", "1", "2"])


def test_the_count_is_by_point(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, sign: killed.append((pid, sign)))
    monkeypatch.setattr(faults, "_passed", {})
    monkeypatch.setattr(faults, "_armed", "")
    faults.point("a.b")
    monkeypatch.setattr(faults, "_armed", "a.b:2")
    faults.point("a.c")
    faults.point("a.b")
    assert killed == []
    faults.point("a.b")
    assert killed == [(os.getpid(), signal.SIGKILL)]
