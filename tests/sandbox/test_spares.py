"""Spare sandboxes: the same walls and the same verdicts, no data until taken, each used once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dure.sandbox import box, spares, waiter
from dure.sandbox.box import run
from dure.sandbox.errors import SandboxError
from dure.sandbox.launching import Launch
from dure.sandbox.runtime import python_command
from dure.sandbox.spares import Spares
from dure.sandbox.tasks import MIB, Bind, Limits, Outcome, Task
from dure.trials.probes.suite import run_suite
from tests.descriptors import no_leak

SMALL = Limits(wall_s=20, cpu_s=10, memory_bytes=256 * MIB, tmp_bytes=MIB, output_bytes=MIB)
LISTENING = """
import os, sys
def look():
    return [sorted(os.listdir(place)) for place in ("/in", "/out", "/tmp")]
def main():
    given = open("/in/script").read()
    exec(given, {"sys": sys, "os": os})
print(__name__, look() if os.path.isdir("/in") else "")
if __name__ == "__main__":
    main()
"""


@pytest.fixture(autouse=True)
def any_module(monkeypatch: pytest.MonkeyPatch) -> None:
    # Ours alone may wait in a spare; the tests bring one that runs what it is given.
    monkeypatch.setattr(spares, "_OURS", "")


@pytest.fixture(scope="module")
def task() -> Iterator[Task]:
    # pytest's own folders are closed to other users.
    with tempfile.TemporaryDirectory(prefix="dure-spares-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "listening.py").write_text(LISTENING)
        (folder / "listening.py").chmod(0o644)
        yield python_command(
            ["-m", "listening"],
            inputs=["script"],
            binds=[Bind(folder, "/more")],
            environment={"PYTHONPATH": "/dure:/more"},
            limits=SMALL,
            packages=False,
        )


@pytest.fixture
def unmoved(monkeypatch: pytest.MonkeyPatch) -> None:
    # Whoever compiles a module for the first time, or edits one, makes every spare of now stale.
    monkeypatch.setattr(spares, "_signs", lambda _: ())


@pytest.fixture
def kept() -> Iterator[Spares]:
    with Spares() as made:
        yield made


def warm(kept: Spares, task: Task, script: str) -> Outcome:
    before = kept.taken
    kept.prepare(task)
    assert kept.wait()
    outcome = run(task, {"script": script.encode()})
    assert kept.taken == before + 1
    return outcome


def test_a_spare_has_nothing_until_it_is_taken_and_is_used_once(kept: Spares, task: Task) -> None:
    script = "print(sys.argv[1:], open(0).read() == ''); open('/out/a', 'w').write('x')"
    asked = replace(task, argv=(*task.argv, "one", "two"))
    outcome = warm(kept, asked, script)
    assert (outcome.status, outcome.outputs) == ("done", {"a": b"x"})
    waited, begun, said = outcome.stdout.decode().splitlines()
    assert waited == "listening [[], [], []]"
    assert begun == "__main__ [['script'], [], []]"
    assert said == "['one', 'two'] True"
    cold = run(asked, {"script": script.encode()})
    assert kept.taken == 1
    assert cold.stdout.decode().splitlines() == [begun, said]


def test_a_spare_sees_what_a_cold_run_sees(kept: Spares, task: Task) -> None:
    script = (
        "print(sorted(os.listdir('/proc/self/fd')), [os.readlink(f'/proc/self/fd/{n}')[:5] for n in range(3)],"
        "sorted(os.environ.items()), os.getcwd(), sys.flags, sys.path, os.getuid(),"
        "sorted(line for line in open('/proc/self/status') if line[:3] in ('Cap', 'Sec', 'NoN')),"
        "[line.split()[4:6] for line in open('/proc/self/mountinfo')],"
        "os.access('/in', os.W_OK), os.access('/in/script', os.W_OK))"
    )
    first = warm(kept, task, script).stdout.splitlines()[-1]
    assert first == run(task, {"script": script.encode()}).stdout.splitlines()[-1]
    assert b"/dev/" in first


@pytest.mark.parametrize(
    ("script", "limits", "cause"),
    [
        ("import time; time.sleep(60)", {"wall_s": 0.5}, "wall"),
        ("while True: pass", {"cpu_s": 0.5}, "cpu"),
        ("x = []\nwhile True: x.append(b'x' * (1 << 20))", {"memory_bytes": 96 * MIB}, "memory"),
    ],
)
def test_the_limits_hold_and_waiting_is_not_counted(
    kept: Spares, task: Task, script: str, limits, cause: str
) -> None:
    bounded = replace(task, limits=replace(SMALL, **limits))
    kept.prepare(bounded)
    assert kept.wait()
    if cause == "wall":
        time.sleep(2 * limits["wall_s"])
        assert warm(kept, bounded, "").status == "done"
    outcome = warm(kept, bounded, script)
    assert (outcome.status, outcome.cause, outcome.outputs) == ("killed", cause, {})


def test_inputs_come_as_ever_and_a_broken_one_is_no_outcome(kept: Spares, task: Task) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 100
        raise ValueError("the vault found a broken page")

    with no_leak():
        kept.prepare(task)
        kept.wait()
        with pytest.raises(ValueError, match="broken page"):
            run(task, {"script": broken()})
        kept.prepare(task)
        with pytest.raises(SandboxError) as caught:
            run(task, {"script": Path("/nowhere/at/all")})
        assert caught.value.code == "sandbox.source"
        small = replace(task, limits=replace(SMALL, input_bytes=4096))
        kept.prepare(small)
        with pytest.raises(SandboxError) as caught:
            run(small, {"script": bytes(1 << 20)})
        assert caught.value.code == "sandbox.input-size"
        kept.prepare(task)
        assert run(task, {"script": iter([b"print", b"(6 * 7)"])}).stdout.endswith(b"\n42\n")
        assert kept.taken == 4


def test_a_stream_comes_out_of_a_spare(kept: Spares, task: Task) -> None:
    streaming = replace(task, stream=True)
    seen: list[bytes] = []
    kept.prepare(streaming)
    ended = run(
        streaming,
        {"script": b"open(6, 'wb').write(b'begun')"},
        reader=lambda pipe, over: seen.append(pipe.read()),
    )
    assert (ended.status, seen, kept.taken) == ("done", [b"begun"], 1)


def test_a_spare_of_another_kind_is_not_given(kept: Spares, task: Task) -> None:
    kept.prepare(task)
    for other in (
        replace(task, limits=replace(SMALL, wall_s=19)),
        replace(task, environment={**task.environment, "MORE": "1"}),
        replace(task, binds=task.binds[:-1], argv=(*task.argv[:-1], "dure.sandbox.tasks")),
        replace(task, argv=(*task.argv[:5], "-c", "pass")),
    ):
        run(other, {"script": b""})
        assert kept.taken == 0
    run(task, {"script": b""})
    assert kept.taken == 1


def test_a_stale_spare_is_thrown_away(
    kept: Spares, task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = task.binds[-1].source
    kept.prepare(task)
    os.utime(source, ns=(0, time.time_ns()))
    assert run(task, {"script": b""}).status == "done"
    assert kept.taken == 0
    with Spares(age_s=0.001) as short:
        short.prepare(task)
        time.sleep(0.01)
        assert run(task, {"script": b""}).status == "done"
        assert short.taken == 0
    signs = spares._signs((Bind(Path(box.__file__).parent.parent, spares.OWN),))
    assert len(signs) > 20  # our own folders, one by one
    # One that ended, whatever for, is found out when it is claimed.
    kept.prepare(replace(task, argv=(*task.argv[:-1], "absent")))
    kept.prepare(task)
    (spare,) = kept._ready[spares._key(task)]
    spare.launch._process.kill()
    spare.launch._process.wait()
    assert run(task, {"script": b""}).status == "done"
    assert kept.taken == 0


def test_kept_spares_are_replaced_and_there_are_never_too_many(task: Task) -> None:
    with Spares(most=2) as kept:
        kept.keep(task, 2)
        kept.prepare(replace(task, stream=True))
        assert sum(map(len, kept._ready.values())) == 2
        run(task, {"script": b""})
        deadline = time.monotonic() + 20
        while (found := len(kept._ready[spares._key(task)])) < 2 and time.monotonic() < deadline:
            os.sched_yield()
        assert found == 2
        elsewhere = threading.Thread(target=run, args=(task, {"script": b""}))
        elsewhere.start()
        elsewhere.join()
        assert kept.taken == 1  # another thread's runs are its own
    assert spares.current() is None
    kept.prepare(task)  # it is closed, so nothing is started that nobody would end
    assert not any(kept._ready.values())
    run(task, {"script": b""})
    assert kept.taken == 1


def test_what_is_no_module_of_ours_never_waits_in_a_spare(
    kept: Spares, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spares, "_OURS", "dure.")
    kept.prepare(task)
    kept.prepare(replace(task, argv=("/bin/true",)))
    assert not kept._ready


def test_a_host_without_the_sandbox_shows_when_it_is_used(
    kept: Spares, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise SandboxError("sandbox.part-missing", part="bubblewrap", mend="bubblewrap")

    monkeypatch.setattr(Launch, "start_spare", missing)
    kept.prepare(task)
    assert run(task, {"script": b""}).status == "done"
    assert kept.taken == 0


@pytest.mark.parametrize("how", ["killed", "forked"])
def test_spares_end_with_their_process(task: Task, how: str) -> None:
    script = (
        "import os, pickle, sys, signal\n"
        "from dure.sandbox import spares\n"
        "spares._OURS = ''\n"
        "task = pickle.load(sys.stdin.buffer)\n"
        "kept = spares.Spares().__enter__()\n"
        "kept.prepare(task)\n"
        "assert kept.wait()\n"
        "(one,), = kept._ready.values()\n"
        "if sys.argv[1] == 'forked' and os.fork() == 0:\n"
        "    assert kept.take(task, {'script': b''}) is None\n"
        "    os._exit(0)\n"
        "pid = one.launch._process.pid\n"
        "print(pid, open(f'/proc/{pid}/task/{pid}/children').read(), flush=True)\n"
        "if sys.argv[1] == 'forked': assert os.wait()[1] == 0\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    import pickle

    ended = subprocess.run(
        [sys.executable, "-c", script, how],
        input=pickle.dumps(task),
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    pids = [int(word) for word in ended.stdout.split()]
    assert len(pids) == 2
    deadline = time.monotonic() + 20
    while any(map(_lives, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(_lives, pids))


def _lives(pid: int) -> bool:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return words[0] != "Z"


@pytest.mark.usefixtures("unmoved")
def test_nothing_escapes_a_spare_that_a_cold_run_contains(kept: Spares) -> None:
    def runner(task: Task, inputs) -> Outcome:
        kept.prepare(task)
        assert kept.wait()
        return run(task, inputs)

    found = run_suite(["network", "files", "processes", "calls"], runner=runner, controls=False)
    assert kept.taken == 2  # what one leaves behind, the other looks for
    assert len(found) > 100
    assert [one for one in found if one.outcome in ("escaped", "unprobed")] == []


@pytest.mark.exhaustive
@pytest.mark.usefixtures("unmoved")
def test_every_probe_is_contained_in_spares(kept: Spares) -> None:
    def runner(task: Task, inputs) -> Outcome:
        kept.prepare(task)
        return run(task, inputs)

    found = run_suite(runner=runner, controls=False)
    assert kept.taken > 10
    assert [one for one in found if one.outcome in ("escaped", "unprobed")] == []


def test_the_waiter_runs_a_module_as_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    program, code = waiter._program("dure.sandbox.bubblewrap")
    assert program.__name__ == "__main__"
    exec(code, program.__dict__)
    assert program.program.__module__ == "__main__"
    for absent in ("dure.sandbox.absent", "marshal"):
        with pytest.raises((ModuleNotFoundError, AssertionError)):
            waiter._program(absent)
