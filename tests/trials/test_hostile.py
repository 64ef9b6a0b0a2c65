"""The demo's hostile algorithm: each attempt contained, each with a control where it succeeds."""

import json
import os
import socket
import subprocess
import sys

import pytest

from dure.trials import run, steps, view
from dure.trials.diagnosis import read_attempts
from dure.trials.outcomes import OutcomeClass
from dure.trials.submission import pack_folder
from tests.trials.conftest import DEMO

SCRIPT = DEMO / "hostile/attempts.py"
NAMES = [
    "network-tcp", "network-udp", "network-dns", "network-unix", "file-shadow", "file-host",
    "file-homes", "file-other-runs", "environment", "proc-others", "proc-parent-memory",
    "descriptors", "targets-files", "targets-descriptors", "write-outside", "write-core-pattern",
    "namespace", "shell", "fork-bomb",
]  # fmt: skip
INERT = {"namespace"}
"""Attempts that some kernels refuse to everybody; no control is claimed for them."""
if os.geteuid() != 0:
    INERT |= {"proc-parent-memory"}


@pytest.fixture(scope="module")
def canary(tmp_path_factory):
    """Harmless targets on this host, alive while the tests run."""
    folder = tmp_path_factory.mktemp("canary")
    (folder / "answers.parquet").write_bytes(b"PAR1 harmless")
    (folder / "file").write_bytes(b"canary")
    (folder / "pattern").write_bytes(b"core")
    with (
        socket.socket() as tcp,
        socket.socket(type=socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX) as unix,
    ):
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        udp.bind(("127.0.0.1", 0))
        name = f"dure-canary-{os.getpid()}"
        unix.bind("\0" + name)
        unix.listen()
        yield {
            "tcp_port": tcp.getsockname()[1],
            "udp_port": udp.getsockname()[1],
            "unix_name": name,
            "host_file": str(folder / "file"),
            "folder": str(folder),
        }


@pytest.mark.parametrize("name", [name for name in NAMES if name not in INERT])
def test_control_outside_the_sandbox_it_succeeds(name, canary):
    folder = canary["folder"]
    told = canary | {
        "shadow": f"{folder}/file",
        "homes": folder,
        "scratch": folder,
        "search": folder,
        "write": folder,
        "core_pattern": f"{folder}/pattern",
        "forks": 80,
    }
    # The one in the middle is a process with a secret, and the parent of the one that attempts.
    outer = (
        "import os, subprocess, sys; fd = os.open(sys.argv[1], os.O_RDONLY); "
        "os.set_inheritable(fd, True); "
        "sys.exit(subprocess.run(sys.argv[2:], close_fds=False).returncode)"
    )
    inner = [sys.executable, str(SCRIPT), name, json.dumps(told)]
    done = subprocess.run(
        [sys.executable, "-c", outer, f"{folder}/answers.parquet", *inner],
        env=os.environ | {"DURE_CANARY": "x"},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout)["outcome"] == "escaped", done.stdout


def test_contained(world, canary):
    trial = world.trial(
        "hostile",
        tcp_port=str(canary["tcp_port"]),
        udp_port=str(canary["udp_port"]),
        unix_name=json.dumps(canary["unix_name"]),
        host_file=json.dumps(canary["host_file"]),
    )
    assert trial.outcome is OutcomeClass.INVALID_PREDICTIONS
    diagnosis = view.diagnosis(world.bravo, trial.id)
    attempts = diagnosis["algorithm"]["attempts"]
    assert list(attempts) == sorted(NAMES)
    assert {name: told["outcome"] for name, told in attempts.items()} == dict.fromkeys(
        sorted(NAMES), "contained"
    ), attempts
    assert diagnosis["scoring"]["reason"] == "not-finite"
    said = json.dumps(trial.report.to_dict())
    assert not any(word in said for word in ("contained", "network", "not-finite", "attempt"))


@pytest.mark.parametrize("poison", ["symlink", "extra-files", "nothing"])
def test_files_nobody_asked_for(world, poison):
    trial = world.trial("hostile", mode='"none"', poison=f'"{poison}"')
    assert trial.outcome is OutcomeClass.INVALID_PREDICTIONS
    told = view.diagnosis(world.bravo, trial.id)
    seen = {
        "symlink": told["algorithm"]["refused"] == [["predictions.jsonl", "link"]],
        "extra-files": told["algorithm"]["extra"] == ["extra-0", "extra-1", "extra-2"],
        "nothing": told["scoring"] == {"reason": "missing"},
    }
    assert [name for name, was in seen.items() if was] == [poison]


@pytest.mark.parametrize("mode", ["memory", "spin", "sleep", "flood"])
def test_resources(world, mode):
    wall_s = "3" if mode in ("spin", "sleep") else "100"
    trial = world.trial("hostile", mode=f'"{mode}"', wall_s=wall_s, memory_mib="400")
    told = view.diagnosis(world.bravo, trial.id)["algorithm"]
    causes = {
        "memory": ("memory", "exit"),
        "spin": ("cpu", "wall"),
        "sleep": ("wall",),
        "flood": ("stdout",),
    }
    assert told["cause"] in causes[mode]
    if told["cause"] != "exit":  # without a cgroup the kernel refuses it the memory instead
        assert trial.outcome is OutcomeClass.LIMIT_EXCEEDED
    assert set(trial.report.result) == {"outcome", "task"}


def test_control_within_the_same_limits_zeros_are_written(world):
    folder = world.variant(
        "hostile", mode='"none"', poison='"honest"', wall_s="20", memory_mib="400"
    )
    manifest, packed = pack_folder(folder)
    made, content = world.benchmark, world.bravo.contents.content
    ended = steps.run_step(
        steps.RUNNER,
        {
            "algorithm.tar": packed,
            "train.parquet": content[made.train.id],
            "features.parquet": content[made.features.id],
            "task.json": b'{"target": "arr_delay", "features": ["distance"], "seed": 1}',
        },
        steps.algorithm_limits(manifest),
    )
    assert (ended.status, set(ended.outputs)) == ("done", {"predictions.jsonl"})


def test_scoring_that_dies_is_refused_not_passed(world, monkeypatch):
    folder = world.variant("hostile", mode='"none"', poison='"honest"')
    submission = world.send(folder)
    monkeypatch.setattr(run.steps, "SCORING", "dure.trials.no_such_module")
    trial = run.run(world.bravo, submission.id, world.benchmark.asset.id)
    assert trial.outcome is OutcomeClass.REFUSED
    assert view.diagnosis(world.bravo, trial.id)["scoring"]["status"] == "failed"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[" * 60_000,
        b"[]",
        b"\xff",
        b'{"a": {"outcome": "done"}}',
        b'{"a": {"outcome": "contained", "seen": 3}}',
        b'{"a b!": {"outcome": "contained"}}',
        b'{"' + b"a" * 41 + b'": {"outcome": "contained"}}',
        b" " * 70_000,
    ],
)
def test_attempts_are_read_with_suspicion(data):
    assert read_attempts(data) == {}


def test_what_an_attempt_saw_is_short_and_printable():
    data = json.dumps({"a": {"outcome": "escaped", "seen": "\x1b[31m" + "x" * 500}}).encode()
    seen = read_attempts(data)["a"]["seen"]
    assert len(seen) == 200
    assert seen.isprintable() or "�" in seen
