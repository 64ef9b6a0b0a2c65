"""Tier B contains what it says it does, with a control beside each attempt; and which tier a run takes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dure.sandbox import host, landlock, landlocked, tier_b, tiers
from dure.sandbox.box import run
from dure.sandbox.errors import SandboxError
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import MIB, Limits, Outcome
from tests.descriptors import no_leak

SMALL = Limits(wall_s=20, cpu_s=10, memory_bytes=256 * MIB, tmp_bytes=MIB, output_bytes=MIB)

ATTEMPTS = r"""
import ctypes, json, os, resource, signal, socket, sys
place, clues = sys.argv[1], json.loads(sys.argv[2])
libc = ctypes.CDLL(None, use_errno=True)
found = {}
def same(number):
    try:
        return os.fstat(number).st_ino == clues["inode"]
    except OSError:
        return False
def attempt(name, act):
    try:
        found[name] = str(act())
    except BaseException as error:
        found[name] = type(error).__name__
attempt("read a file", lambda: open(clues["file"]).read() and "done")
attempt("write a file", lambda: open(clues["file"], "a").close() or "done")
attempt("truncate a file", lambda: os.truncate(clues["file"], 1) or "done")
attempt("list a folder", lambda: os.listdir(clues["folder"]) and "done")
attempt("make a file", lambda: open(clues["folder"] + "/made", "w").close() or "done")
attempt("rename a file", lambda: os.rename(clues["other"], clues["other"] + "2") or "done")
attempt("change a mode", lambda: os.chmod(clues["file"], 0o777) or "done")
attempt("change a time", lambda: os.utime(clues["file"], (1, 1)) or "done")
attempt("link a file", lambda: os.link(clues["file"], place + "/tmp/link") or "done")
attempt("read by a link", lambda: (os.symlink(clues["file"], place + "/tmp/soft"), open(place + "/tmp/soft").read()) and "done")
attempt("environment of another", lambda: open(f"/proc/{clues['process']}/environ").read() and "done")
attempt("signal another", lambda: os.kill(clues["process"], 0) or "done")
attempt("limits of another", lambda: resource.prlimit(clues["process"], resource.RLIMIT_CORE) and "done")
attempt("processors of another", lambda: os.sched_setaffinity(clues["process"], [0]) or "done")
attempt("tcp", lambda: socket.create_connection(("127.0.0.1", clues["port"]), 2) and "done")
attempt("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM) and "done")
attempt("start a program", lambda: os.execv("/bin/sh", ["/bin/sh", "-c", "exit 7"]) if os.fork() == 0 else (os.waitstatus_to_exitcode(os.wait()[1]) == 7 and "done"))
attempt("environment", lambda: "DURE_CANARY" in os.environ and "done")
attempt("descriptors", lambda: any(same(n) for n in range(3, 64)) and "done")
attempt("own inputs changed", lambda: open(place + "/in/given", "a").close() or "done")
json.dump(found, open(place + "/out/found", "w"))
"""


@pytest.fixture
def clues() -> Iterator[dict[str, object]]:
    # pytest's own folders are closed to other users; this one is open to all of them.
    with tempfile.TemporaryDirectory(prefix="dure-tiers-") as made:
        folder = Path(made)
        folder.chmod(0o777)
        for name in ("secret", "other"):
            (folder / name).write_text("canary")
            (folder / name).chmod(0o666)
        yield from _clues(folder)


def _clues(folder: Path) -> Iterator[dict[str, object]]:
    # A process of whoever the run is: of this user, for an ordinary one.
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        subprocess.Popen(["/bin/sleep", "60"]) as other,
    ):
        yield {
            "file": str(folder / "secret"),
            "other": str(folder / "other"),
            "folder": str(folder),
            "process": other.pid,
            "port": listener.getsockname()[1],
            "inode": (folder / "secret").stat().st_ino,
        }
        other.kill()


def test_tier_b_contains_what_a_bare_process_does(clues, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("DURE_CANARY", "secret")
    held = os.open(clues["file"], os.O_RDONLY)
    os.set_inheritable(held, True)
    task = python_command(
        ["-c", ATTEMPTS.replace("sys.argv[1]", "os.environ['DURE_PLACE']"), "-", json.dumps(clues)],
        inputs=["given"],
        packages=False,
        limits=SMALL,
    )
    outcome = run(task, {"given": b"x"}, tier="B")
    inside = json.loads(outcome.outputs["found"])
    assert [name for name, came in inside.items() if came == "done"] == []
    assert Path(clues["file"]).read_text() == "canary"
    place = tmp_path / "place"
    for name in ("in", "out", "tmp"):
        (place / name).mkdir(parents=True)
    (place / "in" / "given").write_text("x")
    subprocess.run(
        [sys.executable, "-c", ATTEMPTS, str(place), json.dumps(clues)],
        check=True,
        capture_output=True,
        pass_fds=[held],
    )
    os.close(held)
    bare = json.loads((place / "out" / "found").read_text())
    assert [name for name in inside if bare[name] != "done"] == []


@pytest.mark.parametrize(
    ("script", "limits", "cause"),
    [
        ("import time; time.sleep(60)", {"wall_s": 0.3}, "wall"),
        ("while True: pass", {"cpu_s": 0.3}, "cpu"),
        ("x = []\nwhile True: x.append(b'x' * (1 << 20))", {"memory_bytes": 96 * MIB}, "memory"),
        ("while True: print('x' * 4096)", {"stdout_bytes": 4096}, "stdout"),
        (
            "import os, time\nfor n in range(20): open(f'{n}', 'wb').write(bytes(1 << 20))\ntime.sleep(9)",
            {},
            "memory",
        ),
        (
            "import os, time\nfor n in range(5000): open(f'{n}', 'w')\ntime.sleep(9)",
            {},
            "memory",
        ),
    ],
)
def test_tier_b_bounds_a_run(script: str, limits, cause: str) -> None:
    task = python_command(["-c", script], packages=False, limits=replace(SMALL, **limits))
    outcome = run(task, tier="B")
    assert (outcome.status, outcome.cause, outcome.outputs) == ("killed", cause, {})


def test_too_large_an_input_is_refused_in_tier_b_too() -> None:
    limits = replace(SMALL, input_bytes=4096)
    task = python_command(["-c", ""], inputs=["a"], packages=False, limits=limits)
    assert run(task, {"a": bytes(4096)}, tier="B").status == "done"
    with pytest.raises(SandboxError) as caught:
        run(task, {"a": bytes(4097)}, tier="B")
    assert caught.value.code == "sandbox.input-size"


def test_tier_b_runs_packages_streams_and_leaves_nothing(tmp_path: Path) -> None:
    deep = "import os\nfor _ in range(1500):\n    os.mkdir('d'); os.chdir('d')\n"
    script = (
        "import polars, os, sys; place = os.environ['DURE_PLACE']; open(6, 'wb').write(b'streamed')\n"
        "print(polars.DataFrame({'a': [1]}).height, open(place + '/in/given').read(), sys.argv[1:])\n"
        "try: import pytest\nexcept ImportError: print('no neighbours')\n"
        "open(place + '/out/a', 'w').write('left'); os.symlink('/etc/passwd', place + '/out/b')\n"
        + deep
    )
    seen: list[bytes] = []
    task = python_command(["-c", script, "/in/given"], inputs=["given"], limits=SMALL)
    with no_leak():
        outcome = run(
            replace(task, stream=True),
            {"given": iter([b"gi", b"ven"])},
            reader=lambda pipe, ended: seen.append(pipe.read()),
            tier="B",
        )
    lines = outcome.stdout.decode().splitlines()
    place = lines[0].removeprefix("1 given ['").removesuffix("/in/given']")
    assert place.startswith("/dev/shm/dure-")
    assert lines[-1] == "no neighbours"
    assert (outcome.status, seen) == ("done", [b"streamed"])
    assert (dict(outcome.outputs), outcome.refused) == ({"a": b"left"}, (("b", "link"),))
    assert not os.path.lexists(place)


def test_no_process_of_tier_b_outlives_its_run() -> None:
    script = (
        "import os, time\nfor _ in range(5):\n"
        "    if os.fork() == 0: time.sleep(60)\n"
        "open(os.environ['DURE_PLACE'] + '/out/pids', 'w').write(str(os.getpid()))"
    )
    outcome = run(python_command(["-c", script], packages=False, limits=SMALL), tier="B")
    assert outcome.status == "done"
    group = int(outcome.outputs["pids"])
    assert not Path(f"/proc/{group}").exists()
    left = subprocess.run(["pgrep", "-g", str(group)], capture_output=True, check=False)
    assert left.stdout == b""


def test_how_a_run_in_tier_b_fails() -> None:
    def ended(script: str) -> Outcome:
        return run(python_command(["-c", script], packages=False, limits=SMALL), tier="B")

    assert ended("raise SystemExit(3)").exit_status == 3
    assert ended("import os; os.abort()").exit_status == 134
    task = replace(python_command(["-c", ""], packages=False), argv=("/no/such/program",))
    with pytest.raises(SandboxError) as caught:
        run(task, tier="B")
    assert (caught.value.code, caught.value.facts["step"]) == ("sandbox.host", "landlock")


@pytest.mark.parametrize("offered", [0, 5])
def test_an_old_landlock_is_no_tier_b(offered: int) -> None:
    # In the launcher's own function: the launcher is a process of its own.
    real, landlock.abi = landlock.abi, lambda: offered
    try:
        with pytest.raises(landlocked.staging.Refused) as caught:
            landlocked.stage({"place": "/nowhere/at/all", "uid": 1, "root": True, "links": []})
        assert caught.value.facts["reason"] == "old-landlock"
    finally:
        landlock.abi = real
    with pytest.raises(landlocked.staging.Refused) as caught:
        landlocked.stage({"place": "/nowhere/at/all", "uid": 1, "root": True, "links": []})
    assert caught.value.facts["reason"] == "ENOENT"


def test_what_tier_b_is_called_here_was_really_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tiers.probe_b().state == "works"
    ended = Outcome("failed", "exit", 1, {}, (), b"files", 0.1, 0.1, 0)
    monkeypatch.setattr(tiers, "run", lambda *_, **__: ended)
    found = tiers.probe_b()
    assert (found.state, found.findings[0].code) == ("missing", "sandbox.self-test-b")

    def refuse(*_: object, **__: object) -> None:
        raise SandboxError("sandbox.host", step="landlock", reason="old-landlock", mend="landlock")

    monkeypatch.setattr(tiers, "run", refuse)
    found = tiers.probe_b()
    assert found.state == "missing"
    assert "6.12" in found.findings[0].next_step.en


def test_which_control_groups_bound_a_run(tmp_path: Path) -> None:
    here = tiers.group_facts()["control groups"]
    assert here.startswith(("version 1: ", "version 2: "))
    assert tiers.group_facts(str(tmp_path)) == {"control groups": "not mounted"}
    (tmp_path / "cgroup.controllers").write_text("cpu")
    said = tiers.group_facts(str(tmp_path))["control groups"]
    assert said == "version 2: none that this user may use"


@pytest.mark.parametrize(
    ("grade", "profile", "allowed", "here", "tier"),
    [
        (0, "embedded", "A", False, "A"),
        (0, "embedded", "B", True, "A"),
        (0, "embedded", "B", False, "B"),
        (0, "separated", "B", False, "B"),
        (1, "separated", "B", False, "A"),
        (2, "separated", "A", True, "A"),
    ],
)
def test_the_label_decides_the_tier(grade, profile, allowed, here, tier, monkeypatch) -> None:
    monkeypatch.setattr(tiers, "has_a", lambda: here)
    assert tiers.tier_for(grade, profile, allowed) == tier


def test_what_is_above_open_is_run_in_a_separated_node_alone() -> None:
    with pytest.raises(SandboxError, match="separated") as caught:
        tiers.tier_for(1, "embedded", "B")
    assert caught.value.code == "sandbox.tier-policy"
    assert tiers.tier_for(1, "separated", "A") == "A"


def test_whether_this_host_has_tier_a_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiers, "_SEEN", [])
    real = tiers.run

    def refuse(*_: object) -> None:
        raise SandboxError("sandbox.host", step="namespaces", reason="EPERM", mend="namespaces")

    monkeypatch.setattr(tiers, "run", refuse)
    assert not tiers.has_a()
    monkeypatch.setattr(tiers, "run", real)
    assert tiers.has_a()  # one failure isn't remembered
    monkeypatch.setattr(tiers, "run", refuse)
    assert tiers.has_a()  # that it works is


def test_no_task_slides_into_tier_b_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tier_b, "changed", lambda *_: pytest.fail("tier B was not asked for"))
    assert run(python_command(["-c", ""], packages=False)).status == "done"
    assert host.probe_host().tier == "A"
