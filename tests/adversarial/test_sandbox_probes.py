"""Every hostile attempt against the sandbox of this host, each beside a positive control."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dure.sandbox.box import run
from dure.sandbox.probes.attempt import ATTEMPTS
from dure.sandbox.probes.catalogue import CATALOGUE, Attempt
from dure.sandbox.probes.inside import load
from dure.sandbox.probes.suite import ProbeOutcome, canaries, pressure, run_probes
from dure.sandbox.tasks import MIB, Limits
from tests.adversarial.weak_box import bare, opened

LOOSE = Limits(
    wall_s=60,
    cpu_s=60,
    memory_bytes=1024 * MIB,
    processes=300,
    output_bytes=64 * MIB,
    output_files=6000,
    tmp_bytes=1100 * MIB,
    stdout_bytes=16 * MIB,
    open_files=1024,
)
OF_SOME_KERNELS = {
    *("network.udp6-loopback", "network.netlink", "network.raw-packet", "network.raw-internet"),
    *("network.vsock", "files.kernel-setting", "files.kernel-log", "files.kernel-addresses"),
    *(
        "files.make-device",
        "files.run-from-tmp",
        "files.control-groups",
        "processes.join-namespace",
    ),
    *("processes.user-namespace", "processes.user-namespace-by-clone", "processes.raise-limit"),
    *("processes.calls-of-32-bits", "calls.keyring", "calls.add-key", "calls.join-keyring-session"),
    *("calls.io-uring", "calls.bpf", "calls.perf", "calls.userfaultfd", "calls.file-handle"),
    *("calls.local-descriptors", "calls.message-queue", "calls.posix-queue", "calls.watch-files"),
}
"""What a container, a setting or another machine may withhold even outside the sandbox."""


def named(*controls: str) -> list[str]:
    return [entry.name for entry in CATALOGUE if entry.control in controls]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, ProbeOutcome]:
    return {one.name: one for one in run_probes()}


@pytest.fixture(scope="module")
def clues() -> Iterator[dict[str, object]]:
    with canaries() as found:
        yield found


def test_the_catalogue_names_every_attempt_once() -> None:
    load()
    names = [entry.name for entry in CATALOGUE]
    assert sorted(names) == sorted(ATTEMPTS)
    assert all(entry.title.en and entry.title.ko for entry in CATALOGUE)


def test_nothing_escapes_and_nothing_is_broken(outcomes: dict[str, ProbeOutcome]) -> None:
    wrong = [one for one in outcomes.values() if one.outcome in {"escaped", "broken"}]
    assert wrong == []


def test_bare_attempts_succeed_outside(
    outcomes: dict[str, ProbeOutcome], clues: dict[str, object], tmp_path: Path
) -> None:
    names = [name for name in named("bare") if not name.startswith("resources.")]
    found = bare(names, clues, tmp_path)
    failed = {name for name in names if found[name][0] in {"contained", "broken"}}
    # Of these a kernel may have none, and then being contained proves nothing there.
    assert failed <= OF_SOME_KERNELS
    held = [name for name in names if name not in failed and outcomes[name].outcome == "contained"]
    assert len(held) >= 30


@pytest.mark.root
def test_roots_attempts_succeed_outside(
    outcomes: dict[str, ProbeOutcome], clues: dict[str, object], tmp_path: Path
) -> None:
    found = bare(named("root"), clues, tmp_path)
    failed = {name for name, seen in found.items() if seen[0] != "escaped"}
    assert failed <= OF_SOME_KERNELS
    assert all(outcomes[name].outcome == "contained" for name in found)


@pytest.mark.parametrize("name", named("open"))
def test_an_attempt_succeeds_in_the_weakened_box(
    name: str, clues: dict[str, object], tmp_path: Path
) -> None:
    assert opened(name, clues, tmp_path)[0] == "escaped"


@pytest.mark.parametrize(
    "entry",
    # The control of the poisoned outputs is the honest output beside them, which does come out.
    [one for one in CATALOGUE if one.control == "loose" and one.name != "resources.outputs"],
    ids=lambda entry: entry.name,
)
def test_an_attempt_on_resources_succeeds_with_wider_limits(
    entry: Attempt, clues: dict[str, object]
) -> None:
    assert pressure(entry, clues, LOOSE, run).outcome == "escaped"


def test_an_orphan_outlives_its_parent_outside_and_not_inside(
    outcomes: dict[str, ProbeOutcome],
) -> None:
    script = "import os, time\nchild = os.fork()\nprint(child) if child else time.sleep(60)"
    ended = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert ended.stdout is not None
    child = int(ended.stdout.readline())
    ended.wait()
    os.kill(child, 0)
    os.kill(child, signal.SIGKILL)
    ended.stdout.close()
    assert outcomes["resources.orphan"].outcome == "contained"
    assert processes_of_the_sandbox() == []


def test_no_process_of_any_run_is_left(outcomes: dict[str, ProbeOutcome]) -> None:
    assert processes_of_the_sandbox() == []


def processes_of_the_sandbox() -> list[str]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"dure.sandbox.probes.inside" in words:
                found.append(folder.name)
    return found
