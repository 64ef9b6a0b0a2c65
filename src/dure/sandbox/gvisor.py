"""Tier A+, the caller's side: all of tier A, and in it gVisor's own kernel between a task and the host's.

``runsc`` is no part of dure: it is used where it is installed and current. It runs as the throw-away
user, never as root, in the namespaces and folders that tier A has made (`dure.sandbox.gvisored`).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache

from dure.sandbox.errors import SandboxError
from dure.sandbox.seccomp import container_filter
from dure.sandbox.tasks import Task

LEAST_RELEASE = 20261101
"""The oldest release that counts as current. gVisor has no long-term releases: what is mended is mended
in the next one alone, so this goes up with each release of dure. And until the autumn of 2026 a refused
call was answered with EPERM whatever the filter said (gVisor issue 14688): C libraries that try clone3
first could start no thread."""

PLACE = "@place@"
"""What stands for the staging folder in the bundle: only the launcher knows it."""

_PATH = "/usr/local/bin:/usr/bin:/usr/local/sbin:/usr/sbin"
_DATE = re.compile(r"\b(20\d{6})\b")
_VERSION_S = 20.0
_BOUND = ("RLIMIT_CORE", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_NPROC")


def program() -> str | None:
    """Return where ``runsc`` is; None when it isn't here."""
    return shutil.which("runsc", path=_PATH)


def release_of(said: str) -> int:
    """Return the date of a release from what ``runsc --version`` says; 0 when it names none.

    Examples
    --------
    >>> release_of("runsc version release-20251103.0"), release_of("runsc version 0.0~20221219.0")
    (20251103, 20221219)
    >>> release_of("runsc version master")
    0
    """
    found = _DATE.search(said)
    return int(found[1]) if found else 0


@cache
def version_of(path: str) -> str:
    """Return the first line of what a program says of its version; "" when it says nothing."""
    try:
        ended = subprocess.run(
            [path, "--version"],
            capture_output=True,
            text=True,
            check=True,
            timeout=_VERSION_S,
            env={},
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return (ended.stdout.splitlines() or [""])[0][:80]


def current() -> str:
    """Return the program, when it is one that a run may take.

    Raises
    ------
    SandboxError
        ``sandbox.host`` when there is none, or none that is current.
    """
    path = program()
    if path is None:
        raise _missing("no-gvisor")
    if release_of(version_of(path)) < LEAST_RELEASE:
        raise _missing("old-gvisor")
    return path


def changed(plan: dict[str, object], task: Task) -> dict[str, object]:
    """Return a plan for tier A, changed for tier A+.

    Parameters
    ----------
    plan
        `dure.sandbox.launching.plan_of` the task.
    task
        What is run.

    Raises
    ------
    SandboxError
        ``sandbox.host``; ``sandbox.task`` for one that streams, which takes a descriptor more.
    """
    if task.stream:
        raise SandboxError("sandbox.task", part="stream")
    return plan | {"tier": "A+", "runsc": current(), "bundle": json.dumps(_bundle(task))}


def _bundle(task: Task) -> dict[str, object]:
    """Return the container's configuration (OCI runtime specification 1.0.2, config.json)."""
    limits = task.limits
    cpu_s = max(1, int(-(-limits.cpu_s // 1)))
    values = {
        "RLIMIT_CPU": cpu_s,
        "RLIMIT_FSIZE": max(limits.output_bytes, limits.tmp_bytes),
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_NPROC": limits.processes,
    }
    binds = [
        _bind("/in", f"{PLACE}/root/in", "ro"),
        _bind("/out", f"{PLACE}/root/out", "rw"),
        _bind("/tmp", f"{PLACE}/root/tmp", "rw"),  # noqa: S108
        _bind("/dev/shm", f"{PLACE}/shm", "rw"),  # noqa: S108
    ]
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False,
            # The one user that a user namespace without root has; it has no capability, of gVisor's either.
            "user": {"uid": 0, "gid": 0},
            "args": list(task.argv),
            "env": [f"{name}={value}" for name, value in task.environment.items()],
            "cwd": "/tmp",  # noqa: S108
            "capabilities": {},
            "noNewPrivileges": True,
            "rlimits": [
                {"type": name, "hard": values.get(name, 0), "soft": values.get(name, 0)}
                for name in _BOUND
            ],
        },
        # It is a read-only mount already; to say so again would take rights that its user has not.
        "root": {"path": f"{PLACE}/root", "readonly": False},
        "hostname": "dure",
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "dev", "source": "dev"},
            *binds,
        ],
        "linux": {
            "namespaces": [{"type": name} for name in ("pid", "mount", "network", "ipc", "uts")],
            "seccomp": container_filter(),
        },
    }


def _bind(target: str, source: str, right: str) -> dict[str, object]:
    return {
        "destination": target,
        "type": "bind",
        "source": source,
        "options": ["rbind", right, "nosuid", "nodev", "noexec"],
    }


def _missing(reason: str) -> SandboxError:
    return SandboxError("sandbox.host", step="gvisor", reason=reason, mend="gvisor")
