"""What a run sees, what comes back, and what it may use: with the real sandbox.

These tests run as whoever runs them; `test_ordinary_user` runs them again as an ordinary user.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from dure.sandbox import launching, wire
from dure.sandbox.box import run
from dure.sandbox.errors import SandboxError
from dure.sandbox.feeding import Feeder
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import MIB, Bind, Limits, Outcome
from dure.sandbox.watch import children, tree
from tests.descriptors import no_leak

SMALL = Limits(
    wall_s=20,
    cpu_s=10,
    memory_bytes=256 * MIB,
    processes=32,
    output_bytes=8 * MIB,
    output_files=4,
    tmp_bytes=8 * MIB,
    stdout_bytes=64 * 1024,
)


def python(script: str, inputs=None, *, limits: Limits = SMALL, sink=None, **more) -> Outcome:
    given = inputs or {}
    task = python_command(["-c", script], inputs=list(given), limits=limits, packages=False, **more)
    return run(task, given, sink=sink)


def test_a_run_sees_its_inputs_and_its_outputs_come_back(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"from a file")
    read, write = os.pipe()
    os.write(write, b"from a pipe")
    os.close(write)
    outcome = python(
        "import os\n"
        "for name in os.listdir('/in'): open('/out/' + name, 'wb').write(open('/in/' + name, 'rb').read())\n"
        "print('said')",
        {
            "bytes": b"as bytes",
            "file": tmp_path / "file",
            "pipe": read,
            "chunks": (b"%d" % number for number in range(3)),
        },
    )
    os.close(read)
    assert (outcome.status, outcome.cause, outcome.exit_status) == ("done", "", 0)
    assert outcome.outputs == {
        "bytes": b"as bytes",
        "file": b"from a file",
        "pipe": b"from a pipe",
        "chunks": b"012",
    }
    assert outcome.stdout == b"said\n"
    assert outcome.refused == ()
    assert outcome.wall_s > 0
    assert outcome.cpu_s > 0


def test_a_large_output_streams_to_the_sink_in_order_of_name() -> None:
    seen: list[tuple[str, int]] = []

    def sink(name, blocks) -> None:
        seen.append((name, sum(map(len, blocks))))

    outcome = python(
        "open('/out/b', 'wb').write(bytes(3 << 20)); open('/out/a', 'wb').write(b'x')", sink=sink
    )
    assert seen == [("a", 1), ("b", 3 * MIB)]
    assert outcome.outputs == {}


def test_a_sink_may_stop_reading_early() -> None:
    seen: list[bytes] = []
    python(
        "open('/out/a', 'wb').write(bytes(3 << 20)); open('/out/b', 'wb').write(b'x')",
        sink=lambda name, blocks: seen.append(name.encode() + next(blocks)[:1]),
    )
    assert seen == [b"a\0", b"bx"]


def test_a_sink_that_raises_abandons_the_run() -> None:
    def sink(name, blocks) -> None:
        raise KeyError(name)

    with pytest.raises(KeyError):
        python("open('/out/a', 'wb').write(bytes(3 << 20))", sink=sink)


def test_a_run_whose_inputs_take_their_time_begins_before_they_are_there() -> None:
    def processes(imports: tuple[str, ...] | None) -> int:
        before, seen = len(list(tree(os.getpid()))), []

        def blocks():
            yield bytes(
                2 << 20
            )  # more than the pipe holds: once it has gone, it is being copied in
            seen.append(len(list(tree(os.getpid()))) - before)
            yield b"x"

        task = python_command(["-m", "dure.readers.worker", "parquet", "{}"], inputs=["raw"])
        assert run(task, {"raw": blocks()}, imports=imports).status == "failed"  # it is no Parquet
        return seen[0]

    assert processes(("dure.readers.columnar",)) > 1
    assert processes(None) == 1  # the launcher alone


def streaming(script: str, reader) -> Outcome:
    task = python_command(["-c", script], limits=SMALL, packages=False)
    return run(replace(task, stream=True), reader=reader)


def test_a_stream_is_read_while_the_run_lasts() -> None:
    seen: list[bytes] = []

    def reader(pipe, ended) -> None:
        seen.append(pipe.read(5))  # the rest is more than the pipe holds: the run is still on
        seen.append(pipe.read())
        assert ended() is ended()

    outcome = streaming(
        "import os; open(6, 'wb').write(b'begun' + b'x' * 3_000_000); print(1)", reader
    )
    assert (seen[0], len(seen[1]), outcome.status) == (b"begun", 3_000_000, "done")
    assert outcome.stdout == b"1\n"
    with pytest.raises(SandboxError):
        run(python_command(["-c", ""], packages=False), reader=reader)
    assert python("import os; os.write(6, b'x')").status == "failed"  # no stream, no descriptor


def test_a_reader_that_raises_or_stops_early_is_never_waited_for() -> None:
    def stops(pipe, ended) -> None:
        pipe.read(1)
        assert ended().status == "failed"

    endless = "import os\nwhile True: os.write(6, b'x' * 65536)"
    assert streaming(endless, stops).status == "failed"
    with pytest.raises(ZeroDivisionError):
        streaming(endless, lambda pipe, ended: 1 / 0)


@pytest.mark.parametrize(
    ("script", "status", "cause", "exit_status"),
    [
        ("raise SystemExit(3)", "failed", "exit", 3),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "failed", "signal", 139),
        ("import os; os.abort()", "failed", "signal", 134),
    ],
)
def test_how_a_run_fails(script: str, status: str, cause: str, exit_status: int) -> None:
    outcome = python(script)
    assert (outcome.status, outcome.cause, outcome.exit_status) == (status, cause, exit_status)


def test_a_failed_run_leaves_little_and_never_reaches_the_sink() -> None:
    def sink(name, blocks) -> None:
        raise AssertionError(name)

    outcome = python(
        "open('/out/a', 'w').write('why'); open('/out/b', 'wb').write(bytes(1 << 20)); exit(3)",
        sink=sink,
    )
    assert outcome.outputs == {"a": b"why"}
    assert outcome.refused == (("b", "size"),)


@pytest.mark.parametrize(
    ("script", "limits", "cause"),
    [
        ("import time; time.sleep(60)", {"wall_s": 0.5}, "wall"),
        ("while True: pass", {"cpu_s": 0.5}, "cpu"),
        ("x = []\nwhile True: x.append(b'x' * (1 << 20))", {"memory_bytes": 96 * MIB}, "memory"),
        ("while True: print('x' * 4096)", {"stdout_bytes": 4096}, "stdout"),
    ],
)
def test_a_limit_kills_and_nothing_comes_out(script: str, limits, cause: str) -> None:
    outcome = python(
        f"open('/out/early', 'w').write('x')\n{script}", limits=replace(SMALL, **limits)
    )
    assert (outcome.status, outcome.cause) == ("killed", cause)
    assert outcome.outputs == {}
    assert len(outcome.stdout) <= SMALL.stdout_bytes


def test_too_many_outputs_are_refused_and_the_others_come() -> None:
    outcome = python("for n in range(6): open(f'/out/f{n}', 'w').write('x')")
    assert sorted(outcome.outputs) == ["f0", "f1", "f2", "f3"]
    assert outcome.refused == (("f4", "count"), ("f5", "count"))


def test_a_bound_folder_is_seen_and_its_hidden_parts_are_not(tmp_path: Path) -> None:
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "file").write_text("seen")
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "file").write_text("secret")
    for folder in (tmp_path, *tmp_path.iterdir()):
        folder.chmod(0o755)
    outcome = python(
        "import os; print(open('/data/shown/file').read(), os.listdir('/data/hidden'))",
        binds=[Bind(tmp_path, "/data", hidden=("hidden", "absent"))],
    )
    assert outcome.stdout == b"seen []\n"


def test_the_environment_is_the_tasks_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DURE_CANARY", "secret")
    outcome = python("import os; print(sorted(os.environ))", environment={"MINE": "1"})
    assert b"MINE" in outcome.stdout
    assert b"CANARY" not in outcome.stdout


def test_two_runs_share_nothing() -> None:
    script = "import os; print(os.listdir('/tmp'), os.listdir('/out')); open('/tmp/x', 'w')"
    assert [python(script).stdout for _ in range(2)] == [b"[] []\n"] * 2


def test_runs_at_the_same_time_do_not_disturb_each_other() -> None:
    found: dict[int, bytes] = {}

    def one(number: int) -> None:
        found[number] = python(f"print({number})").stdout

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: b"%d\n" % number for number in range(4)}


def test_the_packages_work_inside() -> None:
    task = python_command(["-c", "import polars; print(polars.DataFrame({'a': [1]}).height)"])
    assert run(task).stdout == b"1\n"


def test_no_descriptor_is_leaked_here() -> None:
    python("pass")
    with no_leak():
        python("pass", {"a": b"x", "b": iter([b"y"])})
        with pytest.raises(SandboxError):
            python("pass", {"a": Path("/nowhere/at/all")})


def test_an_input_that_breaks_off_is_never_taken_for_a_whole_one() -> None:
    def chunks():
        yield b"x" * 100
        raise ValueError("the vault found a broken page")

    with pytest.raises(ValueError, match="broken page"):
        python("open('/out/ran', 'w')", {"a": chunks()})


def test_an_input_that_is_too_large_is_refused() -> None:
    limits = replace(SMALL, input_bytes=MIB)
    assert python("pass", {"a": bytes(MIB // 2)}, limits=limits).status == "done"
    with pytest.raises(SandboxError) as caught:
        python("pass", {"a": bytes(2 * MIB)}, limits=limits)
    assert caught.value.code == "sandbox.input-size"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SandboxError) as caught:
        python("pass", {"a": tmp_path / "absent"})
    assert caught.value.code == "sandbox.source"
    with pytest.raises(SandboxError) as caught:
        python("pass", binds=[Bind(tmp_path / "absent", "/data")])
    assert caught.value.code == "sandbox.source"


def test_a_refusal_is_said_beside_content_that_comes_late(tmp_path: Path) -> None:
    """What was to be fed never began to be: that hides no refusal, and leaves nothing open."""
    with no_leak():
        with pytest.raises(SandboxError) as caught:
            python("pass", {"a": iter([b"late"]), "b": tmp_path / "absent"})
        assert caught.value.code == "sandbox.source"


def test_a_start_that_is_interrupted_ends_as_it_was_told_to() -> None:
    """A worker's signal may come just before a feeder is started."""
    begun_s, others = time.monotonic(), children(os.getpid())
    with (
        mock.patch.object(Feeder, "start", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        python("pass", {"a": iter([b"late"])})
    assert set(children(os.getpid())) <= set(others)
    assert time.monotonic() - begun_s < launching._PATIENCE_S  # it was not waited for


def test_inputs_must_be_the_ones_named() -> None:
    task = python_command(["-c", "pass"], inputs=["a"], packages=False)
    with pytest.raises(SandboxError) as caught:
        run(task, {"b": b""})
    assert caught.value.code == "sandbox.task"


def test_only_known_tiers() -> None:
    task = python_command(["-c", "pass"], packages=False, limits=SMALL)
    assert run(task, tier="A").status == "done"
    with pytest.raises(SandboxError) as caught:
        run(task, tier="none")
    assert caught.value.code == "sandbox.tier"


def test_a_command_that_is_not_there_is_no_outcome() -> None:
    task = replace(python_command(["-c", "pass"], packages=False), argv=("/no/such/program",))
    with pytest.raises(SandboxError) as caught:
        run(task)
    assert caught.value.code == "sandbox.host"
    assert "No such file" in caught.value.why


def test_a_launcher_that_breaks_is_an_error_and_no_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "_START", "raise MemoryError('the launcher broke')")
    with pytest.raises(SandboxError) as caught:
        python("pass")
    assert caught.value.code == "sandbox.launcher"
    assert "the launcher broke" in caught.value.why


def test_a_launcher_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = "import os, sys, time; os.write(int(sys.argv[3]), b'x'); time.sleep(60)"
    monkeypatch.setattr(launching, "_START", hanging)
    monkeypatch.setattr(launching, "_PATIENCE_S", 0.1)

    def broken(_: object) -> None:
        raise wire.Broken

    monkeypatch.setattr(wire.Frames, "take", broken)
    monkeypatch.setattr(
        launching.Launch, "_last_words", lambda _: {"status": 0, "reason": "silent"}
    )
    with pytest.raises(SandboxError, match="it said nothing"):
        python("pass")


@pytest.mark.parametrize("whole", [True, False])
def test_what_the_launcher_began_is_killed_with_it(whole: bool) -> None:
    """Bubblewrap's second process, before it asks to die with the first, was seen to outlive a killed run."""
    code = "import os, time; os.setsid(); os.fork(); print(flush=True); time.sleep(20)"
    launcher = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert launcher.stdout is not None
    with launcher, launcher.stdout as pipe:
        for _ in range(2):
            pipe.readline()
        if whole:
            launching._kill(launcher)
        else:  # the control: the other holds the stream open
            launcher.kill()
        ended, _, _ = select.select([pipe], [], [], 5.0 if whole else 0.2)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(launcher.pid, signal.SIGKILL)
    assert bool(ended) is whole
