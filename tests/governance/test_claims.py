"""Claims: a claimant that is gone is told from one that lives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from dure.governance.claims import is_alive, this_process


def test_this_process_lives() -> None:
    assert is_alive(this_process("01"))
    assert this_process("01") != this_process("02")


def test_a_process_that_ended_does_not() -> None:
    code = "from dure.governance.claims import this_process; print(this_process('00'))"
    source = str(Path(__file__).resolve().parents[2] / "src")
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not is_alive(done.stdout.strip())


def test_a_zombie_does_not() -> None:
    child = subprocess.Popen(["sleep", "60"])
    mine = this_process("00").split(":")
    started = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[19]
    name = ":".join((*mine[:2], str(child.pid), started, "00"))
    assert is_alive(name)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(name)
    child.wait()


def test_another_boot_another_namespace_another_start() -> None:
    boot, namespace, pid, started, instance = this_process("00").split(":")
    assert not is_alive(f"other:{namespace}:{pid}:{started}:{instance}")
    assert is_alive(f"{boot}:1:{pid}:{started}:{instance}")
    assert not is_alive(f"{boot}:{namespace}:{pid}:1:{instance}")
