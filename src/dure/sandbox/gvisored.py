"""Tier A+, the launcher's side: how a fork of the launcher becomes ``runsc`` with the plan's command.

Folders, user, control groups and descriptors are those of tier A. What bounds a process there bounds it
here within gVisor, for ``runsc`` itself maps and opens more than a task may.
"""

# The launcher imports this; pathlib would slow the start of every run.
# ruff: noqa: PTH102, PTH110, PTH123
from __future__ import annotations

import fcntl
import os
import resource

from dure.sandbox import kernel

TYPE_CHECKING = False  # importing `typing` for this would cost a tenth of the start
if TYPE_CHECKING:
    from typing import Any

    from dure.sandbox.cgroups import Cgroup

OWN_PROCESSES = 256
"""Threads and processes that runsc takes for itself, beside those of the task."""
OWN_BYTES = 64 << 20
"""Memory that it takes for itself."""

_FLAGS = (
    "--rootless",
    "--network=none",
    "--ignore-cgroups",
    "--overlay2=none",
    "--host-uds=none",
    "--oci-seccomp",
)
_OPEN_FILES = 4096


def stage(plan: dict[str, Any], place: str) -> None:
    """Write the container's bundle below the staging folder, and a folder for what runsc notes there."""
    os.mkdir(f"{place}/bundle", 0o755)
    with open(f"{place}/bundle/config.json", "w", encoding="utf-8") as file:
        file.write(plan["bundle"].replace("@place@", place))
    os.mkdir(f"{place}/state", 0o700)
    if plan["root"]:
        os.chown(f"{place}/state", plan["uid"], plan["uid"])


def has_begun(place: str) -> bool:
    """Say whether the container was made: what its own program says of it before is not believed."""
    return os.path.exists(f"{place}/state/pid")


def become(  # pragma: no cover (runs between fork and exec)
    plan: dict[str, Any], place: str, group: Cgroup | None, given: tuple[int, int]
) -> None:
    """Turn the calling process, a fork of the launcher, into runsc with the plan's command.

    Parameters
    ----------
    plan
        What `dure.sandbox.launching` has put together.
    place
        The staging folder.
    group
        Its control groups, if any.
    given
        Its output, and where it is told why it could not begin.
    """
    out_write, status_write = given
    try:
        launcher = os.getppid()
        if group is not None:
            group.enter()
        wanted = [os.open("/dev/null", os.O_RDONLY), out_write, out_write, status_write]
        high = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 16) for one in wanted]
        for number, descriptor in enumerate(high):
            os.dup2(descriptor, number, inheritable=number < 3)
        os.closerange(4, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        if plan["root"]:
            uid = plan["uid"]
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        kernel.die_with_parent(launcher)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(_OPEN_FILES, most),) * 2)
        state = f"{place}/state"
        words = ["runsc", *_FLAGS, f"--root={state}", "run", f"--bundle={place}/bundle"]
        words += [f"--pid-file={state}/pid", plan["name"]]
        os.execve(plan["runsc"], words, {"PATH": "/usr/bin:/bin"})  # noqa: S606
    except BaseException as error:  # noqa: BLE001 (nothing may go on in the child)
        os.write(3, f"{type(error).__name__}: {error}\n".encode())
    os._exit(125)
