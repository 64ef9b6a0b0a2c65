"""The launcher's own parts, called in this process or in a forked child of it."""

from __future__ import annotations

import errno
import marshal
import os
import resource
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from dure.sandbox import becoming, kernel, launcher, living, staging, tier_b, wire
from dure.sandbox.errors import SandboxError
from dure.sandbox.launching import plan_of
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import MIB, Bind, Limits, Task

SMALL = Limits(wall_s=20, cpu_s=10, memory_bytes=256 * MIB, tmp_bytes=MIB, output_bytes=MIB)


def script(text: str, **more) -> Task:
    more.setdefault("limits", SMALL)
    return python_command(["-c", text], packages=False, **more)


def launched(
    task: Task,
    *inputs: bytes,
    changes=None,
    early: Callable[[int], None] = os.close,
    tier: str = "A",
) -> list:
    """Run the launcher in a forked child, so that what it does is measured; return its frames."""
    given = []
    for number, content in enumerate(inputs):
        descriptor = os.memfd_create(f"input{number}")
        os.write(descriptor, content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        given.append((f"input{number}", descriptor))
    plan = os.memfd_create("plan")
    told = plan_of(task, given)
    if tier == "B":
        told = tier_b.changed(told, task)
    os.write(plan, marshal.dumps({**told, **(changes or {})}))
    os.lseek(plan, 0, os.SEEK_SET)
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(ours)
            launcher.main([str(plan), str(theirs)])
            code = 0
        finally:
            os._exit(code)
    os.close(theirs)
    if early is not os.close:
        early(ours)
    frames = [] if early is not os.close else list(wire.frames(ours))
    if early is os.close:
        os.close(ours)
    for descriptor in (plan, *(descriptor for _, descriptor in given)):
        os.close(descriptor)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return [*frames, code]


def report_of(frames: list) -> dict:
    assert frames[0][0] == wire.REPORT, frames
    return wire.value_of(frames[0][1])


def test_a_run_from_plan_to_answer() -> None:
    frames = launched(
        script(
            "open('/out/a', 'w').write(open('/in/input0').read()); print('x')", inputs=["input0"]
        ),
        b"given",
    )
    report = report_of(frames)
    assert (report["status"], report["stdout"]) == ("done", b"x\n")
    assert frames[1:3] == [(wire.FILE, b"a"), (wire.DATA, b"given")]
    kind, payload = frames[3]
    assert (kind, wire.value_of(payload)) == (wire.END, [])
    assert frames[-1] == 0


@pytest.mark.parametrize(
    ("text", "limits", "cause"),
    [
        ("import time; time.sleep(60)", {"wall_s": 0.3}, "wall"),
        ("while True: pass", {"cpu_s": 0.3}, "cpu"),
        ("x = [b'x' * (1 << 20) for _ in range(1000)]", {"memory_bytes": 64 * MIB}, "memory"),
        ("while True: print('x' * 4096)", {"stdout_bytes": 4096}, "stdout"),
    ],
)
@pytest.mark.parametrize("grouped", [True, False])
def test_a_limit_kills(text: str, limits: dict, cause: str, grouped: bool, monkeypatch) -> None:
    if not grouped:
        monkeypatch.setattr(launcher, "Cgroup", lambda *_: None)
    frames = launched(script(text, limits=replace(SMALL, **limits)))
    assert (report_of(frames)["status"], report_of(frames)["cause"]) == ("killed", cause)


@pytest.mark.root
def test_an_ordinary_users_way_works_for_root_too() -> None:
    # The path through a user namespace, measured here because this process is root.
    frames = launched(script("import os; print(os.getuid())"), changes={"root": False})
    assert report_of(frames)["stdout"] == b"1000\n"


@pytest.mark.parametrize(
    ("text", "limits", "ended"),
    [
        ("open(place + '/out/a', 'w').write(open(place + '/in/input0').read())", {}, "done"),
        (
            "[open(f'{n}', 'wb').write(bytes(1 << 19)) for n in range(9)]; __import__('signal').pause()",
            {},
            "memory",
        ),
        ("os.makedirs('d/' * 9); raise SystemExit(3)", {}, "exit"),
    ],
)
def test_a_run_of_tier_b_from_plan_to_answer(text: str, limits: dict, ended: str) -> None:
    task = script(
        f"import os; place = os.environ['DURE_PLACE']; {text}",
        inputs=["input0"],
        limits=replace(SMALL, **limits),
    )
    frames = launched(task, b"given", tier="B")
    report = report_of(frames)
    assert (report["cause"] or report["status"]) == ended
    assert ((wire.DATA, b"given") in frames) == (ended == "done")


def test_tier_b_without_its_folder_is_refused_and_nothing_is_left() -> None:
    kind, payload = launched(script("pass"), tier="B", changes={"place": "/nowhere/at/all"})[0]
    assert (kind, wire.value_of(payload)[0]) == (wire.REFUSED, "sandbox.host")


@pytest.mark.parametrize("end", ["taken", "too large", "closed", "late", "ended"])
def test_a_spare_from_plan_to_answer(end: str) -> None:
    task = script("pass", inputs=["input0"], limits=replace(SMALL, input_bytes=4096))
    module = "dure.sandbox.bubblewrap" if end != "ended" else "dure.sandbox.absent"
    waiting = replace(task, argv=(*task.argv[:5], "-m", "dure.sandbox.waiter", module), inputs=())
    ours, theirs = socket.socketpair()
    kept = 0.3 if end == "late" else 20.0
    told = plan_of(waiting, [], control=[theirs.fileno()], spare_s=kept)
    given = os.memfd_create("plan")
    os.write(given, marshal.dumps(told))
    os.lseek(given, 0, os.SEEK_SET)
    answer, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            ours.close()
            os.close(answer)
            launcher.main([str(given), str(write)])
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    theirs.close()
    frames = wire.Frames(answer)
    if end in ("taken", "too large"):
        assert frames.take()[0] == wire.READY
        ours.send(living.CLAIM)
        assert frames.take()[0] == wire.TAKEN
        order, content = os.memfd_create("order"), os.memfd_create("input")
        os.write(order, marshal.dumps(([], ["input0"])))
        os.write(content, bytes(4096 if end == "taken" else 4097))
        for one in (order, content):
            os.lseek(one, 0, os.SEEK_SET)
        socket.send_fds(ours, [b"o"], [order, content])
        os.close(order)
        os.close(content)
        kind, payload = frames.take()
        if end == "taken":
            assert (kind, wire.value_of(payload)["status"]) == (wire.REPORT, "done")
        else:
            assert (kind, wire.value_of(payload)[0]) == (wire.REFUSED, "sandbox.input-size")
    if end == "closed":
        ours.close()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code == 0
    if end not in ("taken", "too large"):
        assert wire.REPORT not in os.read(answer, 4096)  # nobody took it, and nothing was answered
    ours.close()
    os.close(answer)
    os.close(given)


def test_too_large_an_input_is_refused_before_anything_runs() -> None:
    task = script("print('ran')", inputs=["input0"], limits=replace(SMALL, input_bytes=4096))
    kind, payload = launched(task, bytes(1 << 20))[0]
    assert kind == wire.REFUSED
    assert wire.value_of(payload) == ("sandbox.input-size", {"name": "input0", "limit_bytes": 4096})


def test_a_missing_bind_is_refused(tmp_path: Path) -> None:
    kind, payload = launched(script("pass", binds=[Bind(tmp_path / "absent", "/data")]))[0]
    assert kind == wire.REFUSED
    assert wire.value_of(payload)[0] == "sandbox.source"


def test_a_program_that_can_not_be_started_is_refused() -> None:
    kind, payload = launched(replace(script("pass"), argv=("/none",)))[0]
    assert kind == wire.REFUSED
    assert wire.value_of(payload)[0] == "sandbox.host"


def test_no_namespaces_is_refused_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.EPERM, "unshare: Operation not permitted")

    monkeypatch.setattr(kernel, "unshare", refuse)
    kind, payload = launched(script("print('ran')"))[0]
    assert kind == wire.REFUSED
    code, facts = wire.value_of(payload)
    assert (code, facts["step"]) == ("sandbox.host", "namespaces")
    refusal = SandboxError(code, **facts)
    assert "operation not permitted" in refusal.why
    assert "sysctl user.max_user_namespaces" in refusal.next_step


@pytest.mark.root
def test_every_user_taken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "UIDS", range(61184, 61185))
    uid, claim = launcher._throwaway_user()
    assert uid == 61184
    with pytest.raises(staging.Refused):
        launcher._throwaway_user()
    claim.close()
    assert launcher._throwaway_user()[0] == 61184


def test_a_caller_that_goes_away_ends_the_run() -> None:
    def go_away(answer: int) -> None:
        os.close(answer)

    assert launched(script("import time; time.sleep(60)"), early=go_away)[-1] == 1


def test_folders_for_staging_are_never_above_what_is_used() -> None:
    assert staging.free_place(["/usr/lib"]) != "/usr"
    first = staging.free_place([])
    assert staging.free_place([f"{first}/deep/inside"]) != first
    with pytest.raises(staging.Refused):
        staging.free_place([f"{place}/x" for place in staging._PLACES])


@pytest.mark.parametrize("bounded", [True, False])
def test_the_limits_of_a_process(bounded: bool) -> None:
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            becoming.take_limits(asdict(replace(SMALL, cpu_s=1.5)), bounded=bounded)
            found = [
                resource.getrlimit(resource.RLIMIT_CPU),
                resource.getrlimit(resource.RLIMIT_CORE),
                resource.getrlimit(resource.RLIMIT_DATA)[0] != resource.RLIM_INFINITY,
            ]
            os.write(theirs, marshal.dumps(found))
        finally:
            os._exit(0)
    os.close(theirs)
    found = marshal.loads(os.read(ours, 4096))
    os.close(ours)
    os.waitpid(child, 0)
    assert found == [(2, 3), (0, 0), not bounded]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (b'{ "child-pid": 7 }\n{ "exit-code": 139 }\n', 139),
        (b'{ "child-pid": 7 }\n', None),
        (b"", None),
        (b'"exit-code": x', 137),
        (b'{ "exit-code": -6 }', 137),
        (b'{ "exit-code": 300 }', 137),
    ],
)
def test_the_exit_status_in_bubblewraps_lines(lines: bytes, code: int | None) -> None:
    assert living.exit_code(lines) == code


def test_the_last_line_of_a_complaint_is_short_and_printable() -> None:
    assert living.last_line(b"first\n\x1b[31mlast\x07") == "[31mlast"
    assert living.last_line(b"") == "-"
    assert len(living.last_line(b"x" * 10_000)) <= 200


def test_a_parent_that_has_gone_is_noticed() -> None:
    child = os.fork()
    if child == 0:
        kernel.die_with_parent(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 125


def test_kernel_calls_say_what_failed() -> None:
    with pytest.raises(OSError, match="mount"):
        kernel.mount_tmpfs("/nowhere/at/all", "size=1m")
    with pytest.raises(OSError, match="mount_setattr"):
        kernel.set_read_only("/nowhere/at/all")
    with pytest.raises(OSError, match="bind"):
        kernel.bind_read_only("/nowhere/at/all", "/nowhere/at/all")


def test_a_kill_of_the_launcher_leaves_no_process_behind() -> None:
    task = script("import time; time.sleep(60)")
    pids: list[int] = []

    def kill(answer: int) -> None:
        deadline = time.monotonic() + 20
        while not pids and time.monotonic() < deadline:
            mine = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
            for launcher_pid in mine:
                below = (
                    Path(f"/proc/{launcher_pid}/task/{launcher_pid}/children").read_text().split()
                )
                if below:
                    pids.extend([int(launcher_pid), int(below[0])])
            os.sched_yield()
        os.kill(pids[0], signal.SIGKILL)
        os.close(answer)

    launched(task, early=kill)
    descriptor = None
    try:
        descriptor = os.pidfd_open(pids[1])
    except ProcessLookupError:
        return
    import select

    assert select.select([descriptor], [], [], 10)[0], "the run outlived its launcher"
    os.close(descriptor)
