"""Attempts to read or write what is not the run's own. What is read is never told, only that it was."""

# These attempts are made as crudely as an attacker would make them.
# ruff: noqa: PTH112, PTH115, PTH123, S108
from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from dure.trials.probes.attempt import (
    ATTEMPTS,
    NAIVE,
    PLACE,
    Act,
    Clues,
    Contained,
    Remark,
    attempt,
)

_OFD_SETLK = 37
_PLAIN_DEVICES = {
    *("console", "core", "fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin"),
    *("stdout", "tty", "urandom", "zero"),
}


@attempt
def _environment(clues: Clues) -> str:
    texts = ["\0".join(f"{name}={value}" for name, value in os.environ.items())]
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                texts.append((folder / "environ").read_text(errors="replace"))
            except OSError:
                continue
    if not any(clues["secret"] in text for text in texts):
        raise Contained("not visible")
    return "the host's environment"


@attempt
def _descriptors(clues: Clues) -> str:
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue
        if target == clues["file"]:
            return f"descriptor {name} is a file of the host"
        if int(name) > 2 and int(name) not in clues["own"] and not target.startswith("/proc/"):
            return f"descriptor {name} was inherited"
    raise Contained("three descriptors")


@attempt
def _host_file(clues: Clues) -> str:
    return f"{len(Path(clues['file']).read_text())} characters"


@attempt
def _host_file_is_there(clues: Clues) -> str:
    Path(clues["file"]).lstat()
    return "that it is there"


@attempt
def _size_of_host_file(clues: Clues) -> str:
    return f"{Path(clues['file']).stat().st_size} bytes long"


@attempt
def _host_file_through_proc(clues: Clues) -> str:
    for process in ("self", "1", str(clues["process"])):
        path = Path(f"/proc/{process}/root{clues['file']}")
        try:
            return f"{len(path.read_text())} characters"
        except OSError:
            continue
    raise Contained("no way through /proc")


@attempt
def _climb_out(clues: Clues) -> str:
    return f"{len(Path('/tmp' + '/..' * 40 + clues['file']).read_text())} characters"


@attempt
def _accounts(_: Clues) -> str:
    return f"{len(Path('/etc/passwd').read_text())} characters"


@attempt
def _passwords(_: Clues) -> str:
    return f"{len(Path('/etc/shadow').read_text())} characters"


def _opens(path: str, mode: str, reached: str) -> Callable[[Clues], str]:
    """Return an attempt that opens a file in a mode, and writes nothing into it."""

    def go(_: Clues) -> str:
        with open(path, mode):
            return reached

    return go


def _graphics(_: Clues) -> str:
    for name in ("nvidiactl", "nvidia0", "kfd", "dri/renderD128", "dri/card0"):
        if os.access(f"/dev/{name}", os.R_OK):
            return f"could open /dev/{name}"
    raise Contained("none to be seen")


def _changes_inputs(_: Clues) -> str:
    Path(f"{PLACE}/in/clues.json").chmod(0o666)
    return "changed the mode of an input"


ATTEMPTS.update(
    {
        "files.write-inputs": _opens(f"{PLACE}/in/clues.json", "r+", "could change an input"),
        "files.add-input": _opens(f"{PLACE}/in/added", "w", "added an input"),
        "files.unlock-inputs": _changes_inputs,
        "files.write-root": _opens(f"{PLACE}/added", "w", "wrote /"),
        "files.graphics-device": _graphics,
        "files.write-runtime": _opens(f"{PLACE}/py/added", "w", "wrote the runtime"),
        "files.write-source": _opens(f"{PLACE}/dure/dure/added", "w", "wrote the source"),
        "files.kernel-setting": _opens(
            "/proc/sys/kernel/core_pattern", "r+", "could set the kernel's core pattern"
        ),
        "files.sysrq": _opens("/proc/sysrq-trigger", "w", "could trigger a system request"),
        "files.kernel-log": _opens("/dev/kmsg", "rb", "opened the kernel's log"),
        "files.kernel-memory": _opens("/proc/kcore", "rb", "opened the kernel's memory"),
    }
)


@attempt
def _kernel_addresses(_: Clues) -> str:
    with open("/proc/kallsyms") as file:
        if any(int(file.readline().split()[0], 16) for _ in range(50)):
            return "addresses of the kernel"
    raise Contained("zeros")


def _tells(path: str) -> Callable[[Clues], str]:
    """Return an attempt to read what the kernel says of the host in a file or folder of ``/proc``."""

    def go(_: Clues) -> str:
        if any(os.listdir(path)) if os.path.isdir(path) else Path(path).read_bytes():
            return "tells about the host"
        raise Contained("empty")

    return go


ATTEMPTS.update(
    {
        f"files.host-{name}": _tells(f"/proc/{path}")
        for name, path in (
            ("control-groups", "cgroups"),
            ("device-drivers", "devices"),
            ("disks", "partitions"),
            ("interrupts", "interrupts"),
            ("kernel-build", "config.gz"),
            ("locks", "locks"),
            ("ports", "ioports"),
            ("kernel-command", "cmdline"),
            ("kernel-keys", "keys"),
            ("load", "loadavg"),
            ("memory-use", "vmstat"),
            ("modules", "modules"),
            ("pressure", "pressure"),
            ("processor-use", "stat"),
            ("processors", "cpuinfo"),
            ("settings", "sys"),
            ("uptime", "uptime"),
            ("version", "version"),
        )
    }
)


# ── what is bound is the same file for every run ───────────────────────────────────────────────
def _shared() -> int:
    return os.open(sys.executable, os.O_RDONLY)


@attempt
def _lock_shared_file(_: Clues) -> str:
    fcntl.flock(_shared(), fcntl.LOCK_SH | fcntl.LOCK_NB)
    return "a lock that another run can see"


@attempt
def _lock_part_of_shared_file(_: Clues) -> str:
    fcntl.lockf(_shared(), fcntl.LOCK_SH | fcntl.LOCK_NB, 1)
    return "a lock that another run can see"


@attempt
def _lock_of_open_file(_: Clues) -> str:
    fcntl.fcntl(_shared(), _OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 1, 0))
    return "a lock that another run can see"


@attempt
def _watch_shared_folder(_: Clues) -> str:
    folder = os.open(os.path.dirname(os.__file__), os.O_RDONLY)  # noqa: PTH120
    fcntl.fcntl(folder, fcntl.F_NOTIFY, fcntl.DN_ACCESS)
    fcntl.fcntl(folder, fcntl.F_NOTIFY, 0)
    return "is told when another run reads a file"


@attempt
def _reopen_input(_: Clues) -> str:
    read = os.open(f"{PLACE}/in/clues.json", os.O_RDONLY)
    os.close(os.open(f"/proc/self/fd/{read}", os.O_RDWR))
    return "opened an input again, to write"


@attempt
def _mount_sources(clues: Clues) -> object:
    text = Path("/proc/self/mountinfo").read_text()
    if clues["source"] in text:
        return Remark("mountinfo names the folders of the host that are bound")
    raise Contained("not named")


@attempt
def _devices(_: Clues) -> str:
    extra = sorted(set(os.listdir("/dev")) - _PLAIN_DEVICES)
    if extra:
        return " ".join(extra)
    raise Contained("only plain ones")


@attempt
def _make_device(clues: Clues) -> str:
    path = Path(clues["scratch"], "device")
    os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    path.unlink()
    return "made a device"


@attempt
def _run_from_tmp(clues: Clues) -> str:
    path = Path(clues["scratch"], "program")
    path.write_text("#!/proc/self/exe\n")
    path.chmod(0o755)
    try:
        subprocess.run([str(path)], check=False, capture_output=True, timeout=5)
    finally:
        path.unlink()
    return "started a program that it had written"


@attempt
def _control_groups(_: Clues) -> str:
    for folder, _folders, names in os.walk("/sys/fs/cgroup"):
        if "cgroup.procs" in names:
            with open(f"{folder}/cgroup.procs", "r+"):
                return "could move processes between control groups"
    raise Contained("none to be seen")


@attempt
def _control_group_path(_: Clues) -> object:
    if Path("/proc/self/cgroup").read_text().strip():
        return Remark("its own control group is named, from the root of its namespace")
    raise Contained("not named")


# ── from one run to the next ───────────────────────────────────────────────────────────────────
PLACES = {"tmp": f"{PLACE}/tmp", "shared-memory": "/dev/shm", "out": f"{PLACE}/out"}


def leave(clues: Clues) -> None:
    """Leave a mark in every place that a run may write to, for another run to find."""
    for place in PLACES.values():
        with contextlib.suppress(OSError):  # where nothing can be left, nothing will be found
            Path(place, f"dure-{clues['secret']}").write_text("a mark")


def _finds(place: str) -> Act:
    def go(clues: Clues) -> str:
        if Path(place, f"dure-{clues['secret']}").exists():
            return "what another run had left"
        raise Contained("nothing is left of another run")

    return go


def _finds_in_shared(name: str) -> Act:
    def go(clues: Clues) -> str:
        place = Path(clues["scratch"], f"shared-{name}")
        place.mkdir()
        if os.fork() == 0:
            (place / f"dure-{clues['secret']}").write_text("a mark")
            os._exit(0)
        os.wait()
        return str(_finds(str(place))(clues))

    return go


for _entry, _place in PLACES.items():
    ATTEMPTS[f"files.left-in-{_entry}"] = _finds(_place)
    NAIVE[f"files.left-in-{_entry}"] = _finds_in_shared(_entry)
