"""Pure and small parts of the sandbox: values, frames, outputs, usage, control groups, the filter."""

from __future__ import annotations

import errno
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.errors import error_table
from dure.sandbox import bubblewrap, host, runtime, seccomp, watch, wire
from dure.sandbox.cgroups import Cgroup
from dure.sandbox.errors import SandboxError
from dure.sandbox.outputs import plain_name, read_outputs
from dure.sandbox.tasks import Bind, Limits, Outcome, Task


# ── values ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("field", ["wall_s", "memory_bytes", "processes", "output_files"])
def test_a_limit_must_be_positive(field: str) -> None:
    with pytest.raises(SandboxError, match=field):
        Limits(**{field: 0})


@pytest.mark.parametrize(
    "target",
    ["", "data", "/", "//", "/in/x", "/proc", "/a/../b", "/a/./b", "/out", "/dev/sda", "/a/"],
)
def test_a_bind_goes_to_a_plain_absolute_place_of_its_own(target: str) -> None:
    assert Bind(Path("/x"), "/data/deep").target == "/data/deep"
    with pytest.raises(SandboxError):
        Bind(Path("/x"), target)


@pytest.mark.parametrize(
    "wrong",
    [
        {"argv": ()},
        {"argv": ("python3",)},
        {"argv": ("/a", "b\0c")},
        {"argv": ("/a",), "inputs": ("x", "x")},
        {"argv": ("/a",), "inputs": ("../x",)},
        {"argv": ("/a",), "inputs": (".x",)},
        {"argv": ("/a",), "binds": (Bind(Path("/x"), "/b"), Bind(Path("/y"), "/b/c"))},
        {"argv": ("/a",), "binds": (Bind(Path("/x"), "/b"), Bind(Path("/y"), "/b"))},
        {"argv": ("/a",), "environment": {"A=B": "c"}},
        {"argv": ("/a",), "environment": {"A": "c\0"}},
    ],
)
def test_a_malformed_task_is_refused(wrong: dict) -> None:
    binds = (Bind(Path("/x"), "/b/c"), Bind(Path("/y"), "/b/cd"))
    Task(argv=("/a", "b"), binds=binds, inputs=("x", "y.z"), environment={"A": "b"})
    with pytest.raises(SandboxError) as caught:
        Task(**wrong)
    assert caught.value.code == "sandbox.task"


def test_the_errors_of_the_sandbox_have_their_own_statuses_in_both_languages() -> None:
    for code, row in SandboxError.TABLE.items():
        assert error_table()[code] is row
        assert 35 <= row.exit_status <= 44
        assert all(
            (text.ko and text.ko != text.en) or "{mend}" in text.en
            for text in (row.what, row.next_step)
        )


# ── frames ─────────────────────────────────────────────────────────────────────────────────────
def through_a_pipe(data: bytes) -> list[tuple[bytes, bytes]]:
    ours, theirs = os.pipe()
    os.write(theirs, data)
    os.close(theirs)
    try:
        return list(wire.frames(ours))
    finally:
        os.close(ours)


def test_frames_come_back_as_they_were_sent() -> None:
    ours, theirs = os.pipe()
    wire.send(theirs, wire.DATA, b"block")
    wire.send_value(theirs, wire.END, [("name", "reason")])
    os.close(theirs)
    (first, block), (last, value) = wire.frames(ours)
    os.close(ours)
    assert (first, block, last, wire.value_of(value)) == (
        wire.DATA,
        b"block",
        wire.END,
        [("name", "reason")],
    )


@given(st.binary(max_size=200))
def test_any_other_bytes_are_broken_or_frames_but_never_hang(data: bytes) -> None:
    try:
        frames = through_a_pipe(data)
    except wire.Broken:
        return
    assert frames[-1][0] in (wire.END, wire.REFUSED)


def test_an_answer_that_breaks_off_is_broken() -> None:
    whole = wire.END + (3).to_bytes(4, "big") + b"abc"
    assert through_a_pipe(whole) == [(wire.END, b"abc")]
    for length in range(len(whole)):
        with pytest.raises(wire.Broken):
            through_a_pipe(whole[:length])


# ── outputs ────────────────────────────────────────────────────────────────────────────────────
def taken(
    folder: Path, size: int = 1 << 20, count: int = 10
) -> tuple[dict[str, bytes], dict[str, str]]:
    found: dict[str, bytes] = {}

    def begin(name: str) -> None:
        found[name] = b""

    def give(block: bytes) -> None:
        found[list(found)[-1]] += block

    refused = read_outputs(str(folder), size, count, begin, give)
    return found, dict(refused)


def test_only_plain_files_are_taken(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"x")
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "dangling").symlink_to("/nowhere")
    os.link(tmp_path / "plain", tmp_path / "second")
    (tmp_path / "honest").write_bytes(b"y")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    found, refused = taken(tmp_path)
    assert found == {"honest": b"y"}
    assert refused == {
        "dangling": "link",
        "folder": "folder",
        "link": "link",
        "pipe": "kind",
        "plain": "links",
        "second": "links",
    }


def test_names_never_reach_a_log_as_they_are(tmp_path: Path) -> None:
    for name in ("\x1b[31mred", "new\nline", "한글", "-rf", ".hidden", "x" * 200):
        (tmp_path / name).touch()
    found, refused = taken(tmp_path)
    assert found == {}
    assert set(refused.values()) == {"name"}
    assert all(name.isascii() and name.isprintable() for name in refused)


def test_sizes_and_counts_are_held(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"f{number}").write_bytes(bytes(10))
    assert taken(tmp_path, 1000, 2)[1] == {"f2": "count"}
    assert taken(tmp_path, 25, 9)[1] == {"f2": "size"}
    with (tmp_path / "hole").open("wb") as file:
        file.truncate(1 << 40)
    assert taken(tmp_path)[1] == {"hole": "size"}


@given(st.binary(min_size=1, max_size=140))
def test_a_plain_name_is_harmless_everywhere(raw: bytes) -> None:
    if plain_name(raw):
        text = raw.decode("ascii")
        assert "/" not in text
        assert text not in {".", ".."}
        assert text.isprintable()
        assert not text.startswith(("-", "."))


# ── usage ──────────────────────────────────────────────────────────────────────────────────────
def test_the_usage_of_a_tree_counts_children_and_what_has_ended() -> None:
    script = (
        "import os, sys, time\n"
        "while time.process_time() < 0.2: pass\n"
        "child = os.fork()\n"
        "print('ready', flush=True) if child else None\n"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        usage = watch.Usage(process.pid, None)
        assert len(list(watch.tree(process.pid))) == 2
        assert usage.resident_bytes() > 1 << 20
        before = usage.cpu_s()
        assert before >= 0.1
        process.communicate(b"")
    assert usage.cpu_s() == before
    assert usage.resident_bytes() == 0
    assert watch.children(process.pid) == []


# ── control groups ─────────────────────────────────────────────────────────────────────────────
def fake_unified(root: Path, enabled: str = "memory pids") -> None:
    (root / "cgroup.controllers").write_text("cpu memory pids")
    (root / "cgroup.subtree_control").write_text(enabled)


@pytest.mark.parametrize("enabled", ["memory pids", "cpu"])
def test_a_unified_hierarchy(tmp_path: Path, enabled: str) -> None:
    fake_unified(tmp_path, enabled)
    group = Cgroup("run", 1 << 20, 7, str(tmp_path))
    folder = tmp_path / "run"
    assert group.bounds_memory
    assert (folder / "memory.max").read_text() == str(1 << 20)
    assert (folder / "pids.max").read_text() == "7"
    assert (folder / "memory.swap.max").read_text() == "0"
    group.enter()
    assert group.members() == [0]
    (folder / "memory.events").write_text("low 0\noom_kill 2\n")
    (folder / "pids.events").write_text("max 1\n")
    (folder / "memory.peak").write_text("4096")
    (folder / "cpu.stat").write_text("usage_usec 1500000\nuser_usec 1\n")
    assert (group.out_of_memory(), group.out_of_processes()) == (True, True)
    assert (group.peak_bytes(), group.cpu_s()) == (4096, 1.5)


def test_no_group_where_none_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu")
    for root in (tmp_path, tmp_path / "absent"):
        group = Cgroup("run", 1, 1, str(root))
        assert not group.bounds_memory
        assert group.members() == []
        assert (group.out_of_memory(), group.out_of_processes()) == (False, False)
        assert (group.peak_bytes(), group.cpu_s()) == (0, None)
        group.enter()
        group.remove()


def test_a_group_that_fails_half_way_is_removed(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "cgroup.procs").touch()
    (tmp_path / "memory" / "run").mkdir()
    assert not Cgroup("run", 1, 1, str(tmp_path)).bounds_memory


def test_a_group_that_is_still_busy_is_tried_again(tmp_path: Path, monkeypatch) -> None:
    fake_unified(tmp_path)
    group = Cgroup("run", 1, 1, str(tmp_path))
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        for path in (tmp_path / "run").iterdir():
            path.unlink()

    monkeypatch.setattr("dure.sandbox.cgroups.time.sleep", pause)
    group.remove()
    assert len(pauses) == 1
    assert not (tmp_path / "run").exists()


def test_separate_hierarchies(tmp_path: Path) -> None:
    for controller in ("memory", "cpuacct"):
        (tmp_path / controller).mkdir()
        (tmp_path / controller / "cgroup.procs").touch()
    group = Cgroup("run", 1 << 20, 7, str(tmp_path))
    folders = {path.parent.name for path in tmp_path.glob("*/run")}
    assert folders == {"memory", "cpuacct"}
    (tmp_path / "cpuacct" / "run" / "cpuacct.usage").write_text("2500000000")
    (tmp_path / "memory" / "run" / "memory.oom_control").write_text(
        "oom_kill_disable 0\noom_kill 0\n"
    )
    assert group.cpu_s() == 2.5
    assert not group.out_of_memory()
    (tmp_path / "memory" / "run" / "cgroup.procs").write_text("junk")
    for path in tmp_path.glob("*/run/*"):
        path.unlink()
    group.remove()
    assert list(tmp_path.glob("*/run")) == []


# ── the filter and the parts ───────────────────────────────────────────────────────────────────
def test_the_filter_is_a_whole_bpf_program() -> None:
    program = seccomp.filter_program()
    assert len(program) % 8 == 0
    assert 50 < len(program) // 8 < 4096
    returns = {value for code, _, _, value in struct.iter_unpack("<HBBI", program) if code == 6}
    assert 0x00050000 | errno.ENOSYS in returns
    assert {value & 0xFFFF0000 for value in returns} <= {0x7FFF0000, 0x00050000, 0, 0x80000000}


@pytest.mark.parametrize(
    "name",
    [
        "socket",
        "connect",
        "mount",
        "unshare",
        "ptrace",
        "bpf",
        "io_uring_setup",
        "setsid",
        "keyctl",
    ],
)
def test_what_a_computation_never_needs_is_not_allowed(name: str) -> None:
    assert "read" in seccomp.ALLOWED
    assert name not in seccomp.ALLOWED


def test_a_missing_binding_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    with pytest.raises(SandboxError, match="pyseccomp"):
        seccomp._library()


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pyseccomp.py").write_text("raise RuntimeError('Unable to find libseccomp')")
    monkeypatch.delitem(sys.modules, "pyseccomp", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SandboxError, match="libseccomp2"):
        seccomp._library()


def test_bubblewrap_is_found_in_the_package_and_else_in_the_system(monkeypatch) -> None:
    assert bubblewrap.program()[0].endswith("bwrap")
    monkeypatch.setattr(bubblewrap.importlib.util, "find_spec", lambda _: None)
    find = bubblewrap.program.__wrapped__
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda *_, **__: "/usr/bin/true")
    assert find() == ("bwrap", [os.path.realpath("/usr/bin/true")])
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda *_, **__: None)
    with pytest.raises(SandboxError) as caught:
        find()
    assert caught.value.code == "sandbox.part-missing"


def test_a_python_without_its_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime.sysconfig, "get_path", lambda _: "/nowhere/at/all")
    with pytest.raises(SandboxError, match="standard library"):
        runtime.interpreter_binds.__wrapped__()


def test_the_system_is_bound_whole_where_there_is_no_multiarch(monkeypatch) -> None:
    monkeypatch.setattr(runtime.sys, "implementation", object())
    targets = {bind.target for bind in runtime.system_binds.__wrapped__()}
    assert "/usr/lib" in targets


# ── the host ───────────────────────────────────────────────────────────────────────────────────
def test_this_host_provides_the_sandbox() -> None:
    report = host.probe_host()
    assert report.tier == "A"
    assert report.uid == os.getuid()
    assert report.facts["bubblewrap"].endswith("bwrap")


def test_a_host_without_a_part_is_told_what_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> Outcome:
        raise SandboxError("sandbox.host", step="namespaces", reason="EPERM", mend="namespaces")

    monkeypatch.setattr(host, "run", missing)
    report = host.probe_host()
    (finding,) = report.findings
    assert (report.tier, finding.code, finding.locator) == ("none", "sandbox.host", "namespaces")
    assert "sysctl user.max_user_namespaces" in finding.next_step.en


def test_a_self_test_that_ends_otherwise_is_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Outcome("failed", "exit", 1, {}, (), b"seccomp", 0.1, 0.1, 0)
    monkeypatch.setattr(host, "run", lambda *_, **__: ended)
    report = host.probe_host()
    assert (report.tier, report.findings[0].code) == ("none", "sandbox.self-test")


def test_without_a_control_group_the_bounds_are_called_looser(monkeypatch) -> None:
    ended = Outcome("done", "", 0, {"word": b"contained"}, (), b"", 0.1, 0.1, 0)
    monkeypatch.setattr(host, "run", lambda *_, **__: ended)
    report = host.probe_host()
    assert (report.tier, report.findings[0].code) == ("A", "sandbox.no-control-group")
