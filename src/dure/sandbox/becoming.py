"""How a fork of the launcher becomes bubblewrap: its rights given up, its limits taken.

Nothing here is undone, and nothing runs after it: what can't be done ends the process.
"""

from __future__ import annotations

import fcntl
import os
import resource

from dure.sandbox import kernel, staging

TYPE_CHECKING = False  # importing `typing` for this would cost a tenth of the start
if TYPE_CHECKING:
    from typing import Any

    from dure.sandbox.cgroups import Cgroup

_UNTOUCHED_BYTES = 1 << 30


def arguments_of(plan: dict[str, Any], place: str) -> list[str]:
    """Return bubblewrap's arguments (bwrap(1)), apart from descriptors.

    Parameters
    ----------
    plan
        What `dure.sandbox.box` has put together.
    place
        The staging folder.
    """
    words = ["--unshare-all", "--unshare-user", "--disable-userns", "--uid", "1000"]
    words += ["--gid", "1000", "--hostname", "dure", "--new-session", "--die-with-parent"]
    words += ["--clearenv", "--cap-drop", "ALL"]
    # The root has been built with its binds and limits; their flags are locked from here on.
    words += ["--bind", f"{place}/root", "/", "--proc", "/proc", "--dev", "/dev"]
    for source, target in staging.quiet_proc(place, plan["limits"]["memory_bytes"]):
        words += ["--ro-bind", source, target]
    words += ["--bind", f"{place}/shm", "/dev/shm", "--remount-ro", "/dev"]  # noqa: S108
    words += ["--chdir", "/tmp"]  # noqa: S108
    for name, value in plan["environment"].items():
        words += ["--setenv", name, value]
    return words


def become(  # pragma: no cover (runs between fork and exec)
    plan: dict[str, Any],
    place: str,
    group: Cgroup | None,
    arguments: list[str],
    given: tuple[int, int, int],
) -> None:
    """Turn the calling process, a fork of the launcher, into bubblewrap with the plan's command.

    Parameters
    ----------
    plan
        What `dure.sandbox.box` has put together.
    place
        The staging folder.
    group
        Its control groups, if any.
    arguments
        `arguments_of` the plan, made before the fork.
    given
        Its standard input (or -1 for none), its output, and where bubblewrap tells how it goes.
    """
    stdin, out_write, status_write = given
    try:
        launcher = os.getppid()
        if group is not None:
            group.enter()
        rules = _in_memory(plan["seccomp"])
        words = [*arguments, "--seccomp", "3", "--json-status-fd", "5"]
        listed = _in_memory(b"".join(os.fsencode(word) + b"\0" for word in words))
        first = stdin if stdin >= 0 else os.open("/dev/null", os.O_RDONLY)
        wanted = [first, out_write, out_write, rules, listed, status_write, *plan["stream"]]
        high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 16) for descriptor in wanted]
        for number, descriptor in enumerate(high):
            os.dup2(descriptor, number)
        os.closerange(len(wanted), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        if plan["root"]:
            uid = plan["uid"]
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        kernel.die_with_parent(launcher)
        kernel.no_new_privileges()
        bounded = group is not None and group.bounds_memory
        take_limits(plan["limits"], bounded=bounded)
        program = f"{place}/x/{plan['bwrap'][0]}"
        os.execve(program, ["bwrap", "--args", "4", "--", *plan["argv"]], {})  # noqa: S606
    except BaseException as error:  # noqa: BLE001 (nothing may go on in the child)
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    os._exit(125)


def take_limits(limits: dict[str, Any], *, bounded: bool) -> None:
    """Set the resource limits of the calling process, for good.

    Parameters
    ----------
    limits
        The fields of `dure.sandbox.tasks.Limits`.
    bounded
        Whether control groups bound the memory; else the private memory of each process is
        bounded here, with room for what allocators map and never touch.
    """
    cpu_s = max(1, int(-(-limits["cpu_s"] // 1)))
    file_bytes = max(limits["output_bytes"], limits["tmp_bytes"])
    bounds = {
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_CPU: (cpu_s, cpu_s + 1),
        resource.RLIMIT_FSIZE: (file_bytes, file_bytes),
        resource.RLIMIT_NOFILE: (limits["open_files"], limits["open_files"]),
        resource.RLIMIT_NPROC: (limits["processes"], limits["processes"]),
        resource.RLIMIT_MEMLOCK: (0, 0),
        resource.RLIMIT_MSGQUEUE: (0, 0),
    }
    if not bounded:
        data_bytes = limits["memory_bytes"] + _UNTOUCHED_BYTES
        bounds[resource.RLIMIT_DATA] = (data_bytes, data_bytes)
    for kind, (soft, hard) in bounds.items():
        most = resource.getrlimit(kind)[1]
        room = most if most != resource.RLIM_INFINITY else hard
        resource.setrlimit(kind, (min(soft, room), min(hard, room)))


def _in_memory(content: bytes) -> int:  # pragma: no cover (runs between fork and exec)
    descriptor = os.memfd_create("dure")
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
