"""Tier A+: what counts as current, what the container is told, and how a run in it ends."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dure.sandbox import gvisor, gvisored, seccomp, tiers
from dure.sandbox.box import run
from dure.sandbox.errors import SandboxError
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import MIB, Limits
from tests.descriptors import no_leak

SMALL = Limits(wall_s=20, cpu_s=10, memory_bytes=256 * MIB, tmp_bytes=MIB, output_bytes=MIB)
HERE = gvisor.program()
RECENT = f"runsc version release-{gvisor.LEAST_RELEASE}.0"


def refused(tier: str = "A+", **more: bool) -> dict[str, object]:
    task = replace(python_command(["-c", ""], packages=False, limits=SMALL), **more)
    reader = (lambda pipe, ended: None) if more else None
    with pytest.raises(SandboxError) as caught:
        run(task, tier=tier, reader=reader)
    return dict(caught.value.facts)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A program in place of runsc; pytest's own folders are closed to other users."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        program = folder / "runsc"
        monkeypatch.setattr(gvisor, "program", lambda: str(program))
        monkeypatch.setattr(gvisor, "version_of", lambda _: RECENT)
        yield program


def write(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_only_a_current_gvisor_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gvisor, "program", lambda: None)
    assert refused() == {"step": "gvisor", "reason": "no-gvisor", "mend": "gvisor"}
    assert tiers.probe_gvisor().state == "missing"
    monkeypatch.setattr(gvisor, "program", lambda: "/usr/bin/runsc")
    for said in ("runsc version 0.0~20221219.0", "runsc version master", ""):
        monkeypatch.setattr(gvisor, "version_of", lambda _, said=said: said)
        assert refused()["reason"] == "old-gvisor"
        found = tiers.probe_gvisor()
        assert (found.state, found.findings[0].code) == ("found", "sandbox.old-gvisor")
        assert str(gvisor.LEAST_RELEASE) in found.findings[0].words.en
    monkeypatch.setattr(gvisor, "version_of", lambda _: RECENT)
    assert gvisor.current() == "/usr/bin/runsc"
    assert refused(stream=True) == {"part": "stream"}


def test_what_a_program_says_of_its_version(tmp_path: Path) -> None:
    program = tmp_path / "runsc"
    assert gvisor.version_of(str(program)) == ""
    write(program, "echo runsc version release-20251103.0; echo spec: 1.1.0")
    assert gvisor.version_of(f"{tmp_path}/./runsc") == "runsc version release-20251103.0"
    write(program, "exit 1")
    assert gvisor.version_of(f"{tmp_path}/../{tmp_path.name}/runsc") == ""


def test_the_container_is_told_nothing_of_the_host_and_given_no_right() -> None:
    task = python_command(["-c", "pass"], limits=SMALL)
    told = gvisor._bundle(task)
    sources = {one["source"] for one in told["mounts"] if one["type"] == "bind"}
    assert all(source.startswith("@place@/") for source in sources)
    assert told["process"]["capabilities"] == {}
    assert told["process"]["noNewPrivileges"] is True
    assert {one["type"]: one["hard"] for one in told["process"]["rlimits"]} == {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": 10,
        "RLIMIT_FSIZE": MIB,
        "RLIMIT_NOFILE": SMALL.open_files,
        "RLIMIT_NPROC": SMALL.processes,
    }
    rules = told["linux"]["seccomp"]
    plain = next(one for one in rules["syscalls"] if "args" not in one)
    assert set(plain["names"]) == seccomp.ALLOWED
    looked_at = {name for one in rules["syscalls"] if "args" in one for name in one["names"]}
    assert looked_at == {"clone", "fcntl", "ioctl", "prctl", "socketpair", "sendto"}


def test_the_bundle_lies_in_the_staging_folder(tmp_path: Path) -> None:
    plan = {"bundle": json.dumps({"root": "@place@/root"}), "root": False}
    gvisored.stage(plan, str(tmp_path))
    told = json.loads((tmp_path / "bundle" / "config.json").read_text())
    assert told == {"root": f"{tmp_path}/root"}
    assert not gvisored.has_begun(str(tmp_path))
    (tmp_path / "state" / "pid").touch()
    assert gvisored.has_begun(str(tmp_path))


def test_how_a_run_ends_that_never_began(stand_in: Path) -> None:
    with no_leak():
        write(stand_in, "echo 'creating container: no' >&2; exit 128")
        facts = refused()
        assert (facts["step"], facts["reason"]) == ("gvisor", "said")
        assert facts["detail"] == "creating container: no"
        assert tiers.probe_gvisor().state == "missing"
        assert tiers.probe_host_in("A+").tier == "none"
        # A task may end so, too, once it has begun; nothing that it says is believed.
        begun = 'for word; do case "$word" in --pid-file=*) touch "${word#*=}";; esac; done\n'
        task = python_command(["-c", ""], packages=False, limits=SMALL)
        for status, cause in ((128, "exit"), (3, "exit"), (137, "signal")):
            write(stand_in, f"{begun}exit {status}")
            outcome = run(task, tier="A+")
            assert (outcome.status, outcome.cause, outcome.exit_status) == ("failed", cause, status)
        write(stand_in, f"{begun}[ $(id -u) = {os.geteuid() or -1} ] && exit 4; exit 0")
        assert run(task, tier="A+").status == ("done" if os.geteuid() == 0 else "failed")


def with_clone3() -> dict[str, object]:
    """Return the filter for an old release, which has no clone3 but would answer it with EPERM."""
    return seccomp.container_filter() | {
        "syscalls": [
            *seccomp.container_filter()["syscalls"],
            {"names": ["clone3"], "action": "SCMP_ACT_ALLOW"},
        ]
    }


if HERE is not None:  # where there is one, whatever its age

    @pytest.fixture
    def any_release(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gvisor, "LEAST_RELEASE", 0)
        monkeypatch.setattr(gvisor, "container_filter", with_clone3)

    @pytest.mark.exhaustive
    @pytest.mark.usefixtures("any_release")
    def test_a_run_in_gvisor() -> None:
        assert tiers.probe_gvisor().state == "works"
        script = "import os; open('/out/a', 'w').write(open('/in/a').read() + os.uname().release)"
        task = python_command(["-c", script], inputs=["a"], packages=False, limits=SMALL)
        with no_leak():
            outcome = run(task, {"a": b"given "}, tier="A+")
        assert outcome.status == "done"
        assert outcome.outputs["a"].startswith(b"given ")
        assert outcome.outputs["a"] != b"given " + os.uname().release.encode()
