"""Tier B, the launcher's side: a run's folders, and how a fork of the launcher gives up its rights.

No namespace: the folders lie where the host's memory files do, under a name that nobody guesses, and
others of the same user could open them. So only Open data may come here, and only by policy.
"""

# The launcher imports this; pathlib would slow the start of every run.
# ruff: noqa: PTH102, PTH103, PTH104, PTH106, PTH108, PTH116, PTH120, PTH211, S108
from __future__ import annotations

import contextlib
import fcntl
import os
import resource

from dure.sandbox import kernel, landlock, staging
from dure.sandbox.becoming import take_limits

TYPE_CHECKING = False  # importing `typing` for this would cost a tenth of the start
if TYPE_CHECKING:
    from typing import Any

    from dure.sandbox.cgroups import Cgroup

_FILES = 4096
_BLOCK_BYTES = 512
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/dev/random")


def stage(plan: dict[str, Any]) -> str:
    """Make the folders of a run, and return the one that they lie in.

    Raises
    ------
    Refused
        ``sandbox.host`` when the kernel can't do what this tier takes.
    """
    if landlock.abi() < landlock.LEAST_ABI:
        raise staging.Refused(
            "sandbox.host", step="landlock", reason="old-landlock", mend="landlock"
        )
    place: str = plan["place"]
    uid = plan["uid"]
    try:
        os.mkdir(place, 0o711 if plan["root"] else 0o700)
        for name, mode in (("in", 0o755), ("out", 0o700), ("tmp", 0o700)):
            os.mkdir(f"{place}/{name}", mode)
            if plan["root"] and name != "in":
                os.chown(f"{place}/{name}", uid, uid)
        for target, source in plan["links"]:
            os.makedirs(os.path.dirname(place + target), exist_ok=True)
            os.symlink(source, place + target)
    except OSError as error:
        reason = staging.reason_of(error)
        raise staging.Refused(
            "sandbox.host", step="staging", reason=reason, mend="doctor"
        ) from None
    return place


def clear(place: str) -> None:
    """Remove the folders of a run, which may be nested deeper than a path can say."""
    waiting, moved = [place], 0
    found = []
    while waiting:
        folder = waiting.pop()
        found.append(folder)
        with contextlib.suppress(OSError):
            os.chmod(folder, 0o700)  # a folder may be made without any right on it
        for entry in _entries(folder):
            with contextlib.suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    moved += 1
                    os.chmod(entry.path, 0o700)
                    os.rename(entry.path, f"{place}/.{moved}")
                    waiting.append(f"{place}/.{moved}")
                else:
                    os.unlink(entry.path)
    for folder in reversed(found):
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def overfull(place: str, limits: dict[str, Any]) -> bool:
    """Say whether a run has left more than it may: nothing but watching bounds it here."""
    left_bytes: int = limits["output_bytes"] + limits["tmp_bytes"]
    left_files: int = _FILES + 2 * limits["output_files"]
    waiting = [f"{place}/out", f"{place}/tmp"]
    while waiting and left_bytes >= 0 and left_files >= 0:
        for entry in _entries(waiting.pop()):
            left_files -= 1
            with contextlib.suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    left_bytes -= entry.stat(follow_symlinks=False).st_blocks * _BLOCK_BYTES
    return left_bytes < 0 or left_files < 0


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def become(  # pragma: no cover (runs between fork and exec)
    plan: dict[str, Any], place: str, group: Cgroup | None, given: tuple[int, int]
) -> None:
    """Turn the calling process, a fork of the launcher, into the plan's command.

    Parameters
    ----------
    plan
        What `dure.sandbox.launching` has put together.
    place
        Its folders.
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
        stream = plan["stream"][0] if plan["stream"] else -1
        wanted = [os.open("/dev/null", os.O_RDONLY), out_write, out_write, status_write]
        high = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 16) for one in wanted]
        streamed = fcntl.fcntl(stream, fcntl.F_DUPFD_CLOEXEC, 16) if stream >= 0 else -1
        for number, descriptor in enumerate(high):
            os.dup2(descriptor, number, inheritable=number < 3)
        os.closerange(4, 16)
        if streamed >= 0:
            os.dup2(streamed, 6)
        os.closerange(7, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        if plan["root"]:
            uid = plan["uid"]
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        kernel.die_with_parent(launcher)
        bounded = group is not None and group.bounds_memory
        others = 0 if plan["root"] else _own_threads()
        limits = {**plan["limits"], "processes": plan["limits"]["processes"] + others}
        take_limits(limits, bounded=bounded)
        os.chdir(f"{place}/tmp")
        # Its own folders by what is allowed on them; the links lead to what the plan allows.
        own = [(place, landlock.READ_FILE | landlock.READ_DIR)]
        own += [(f"{place}/{name}", landlock.OWN) for name in ("out", "tmp")]
        devices = [(name, landlock.USE) for name in _DEVICES]
        landlock.restrict([*plan["allowed"], *own, *devices])
        kernel.filter_calls(plan["seccomp"])
        os.execve(plan["argv"][0], plan["argv"], plan["environment"])  # noqa: S606
    except BaseException as error:  # noqa: BLE001 (nothing may go on in the child)
        os.write(3, f"{type(error).__name__}: {error}\n".encode())
    os._exit(125)


def _own_threads() -> int:  # pragma: no cover (runs between fork and exec)
    """Return how many threads this user has: the kernel counts them all against the limit."""
    found, user = 0, os.getuid()
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == user:
                found += len(os.listdir(f"/proc/{name}/task"))
        except OSError:
            continue
    return found
