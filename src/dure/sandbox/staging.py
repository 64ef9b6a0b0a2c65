"""The folders of one run, made in the launcher's own mount namespace.

A small tmpfs hides one folder of the host that holds nothing of this run; below it lie the
read-only binds, and a tmpfs each for ``/in``, ``/out``, ``/tmp`` and ``/dev/shm``, bounded in bytes
and in files. Nothing of this is seen outside the launcher, and it dies with it.
"""

# The launcher imports this; pathlib would slow the start of every run.
# ruff: noqa: PTH102, PTH103, PTH112, PTH114, PTH116, PTH119, PTH120, PTH123
from __future__ import annotations

import errno
import os
import stat

from dure.sandbox import kernel

TYPE_CHECKING = False  # importing `typing` for this would cost a tenth of the start
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_PLACES = ("/mnt", "/media", "/srv", "/opt", "/boot", "/var/tmp", "/tmp", "/var")  # noqa: S108
_COPY_BYTES = 1 << 20

_TELLING_PROC = (
    *("buddyinfo", "bus", "cgroups", "cmdline", "config.gz", "consoles", "crypto", "devices"),
    *("diskstats", "driver", "fs", "interrupts", "iomem", "ioports", "irq", "keys", "loadavg"),
    *(
        "locks",
        "misc",
        "modules",
        "partitions",
        "pressure",
        "schedstat",
        "softirqs",
        "stat",
        "swaps",
    ),
    *("sys", "tty", "uptime", "version", "vmstat", "zoneinfo"),
)
"""What of ``/proc`` tells about the host and other runs, and is readable for anybody."""


class Refused(Exception):  # noqa: N818 (it becomes a SandboxError on the other side)
    """The run can't be staged: a code of `SandboxError` and its facts."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def reason_of(error: OSError) -> str:
    """Return the code of a system error, as `dure.core.system.reason_of` (whose import costs)."""
    return errno.errorcode.get(error.errno or 0, "no-errno")


def stage(plan: dict[str, Any]) -> str:
    """Make the namespaces and folders of a run, and return the staging folder.

    The inputs come later, by `fill`, through the folder ``feed``, which nobody inside can reach: what
    is at ``/in`` inside is the same memory, read-only from the start.

    Parameters
    ----------
    plan
        What `dure.sandbox.box` has put together, and ``uid``, the user of the run.

    Raises
    ------
    Refused
        ``sandbox.host`` or ``sandbox.source``.
    """
    limits, uid = plan["limits"], plan["uid"]
    sources = [source for source, _, _ in plan["binds"]]
    program, folders = plan["bwrap"]
    place = free_place([*sources, *folders])
    root = f"{place}/root"
    try:
        if plan["root"]:
            kernel.unshare(kernel.CLONE_NEWNS)
        else:
            own_user_namespace()
        kernel.make_private()
        kernel.mount_tmpfs(place, "size=1m,nr_inodes=64,mode=0755", executable=True)
        for name in ("root", "empty", "shm", "feed"):
            os.mkdir(f"{place}/{name}", 0o755)
        kernel.mount_tmpfs(root, "size=1m,nr_inodes=1024,mode=0755")
        # Only the group that the user namespace maps may own anything in it.
        own = f"uid={uid},gid={uid if plan['root'] else os.getgid()},mode=0700"
        small = limits["tmp_bytes"], 4096
        for path, (size, inodes), options in (
            (f"{place}/feed", (limits["input_bytes"], plan["most_inputs"] + 8), "mode=0755"),
            (f"{root}/out", (limits["output_bytes"], 2 * limits["output_files"] + 16), own),
            (f"{root}/tmp", small, own),  # noqa: S108
            (f"{place}/shm", small, own),
        ):
            os.makedirs(path, exist_ok=True)
            kernel.mount_tmpfs(path, f"size={size},nr_inodes={inodes},{options}")
        for name in ("in", "proc", "dev", "dev/shm"):
            os.mkdir(f"{root}/{name}")
        kernel.bind_read_only(f"{place}/feed", f"{root}/in")
        bind_program(place, program, folders)
    except OSError as error:
        raise Refused(
            "sandbox.host",
            step="namespaces",
            reason=reason_of(error),
            mend="namespaces",
        ) from None
    build_root(root, f"{place}/empty", plan["binds"])
    seen = [(target, root + target, source) for source, target, _ in plan["binds"]]
    started = f"{place}/x/{program}"
    refuse_closed(uid, [*seen, ("bwrap", started, folders[0])], started)
    kernel.set_read_only(root, below=False)
    return place


def own_user_namespace() -> None:
    """Give the calling process a user namespace, in which it is whoever it was, and its own mounts."""
    user, group = os.getuid(), os.getgid()
    kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def free_place(used: Iterable[str]) -> str:
    """Return a folder of the host that is no ancestor of anything in use.

    Raises
    ------
    Refused
        ``sandbox.host`` when there is none.
    """
    taken = [path + "/" for path in used]
    for place in _PLACES:
        in_use = any(path.startswith(place + "/") for path in taken)
        if not in_use and os.path.isdir(place) and os.path.realpath(place) == place:
            return place
    raise Refused(
        "sandbox.host",
        step="staging",
        reason="no-place",
        mend="no-place",
    )


def build_root(root: str, empty: str, binds: list[tuple[str, str, list[str]]]) -> None:
    """Bind everything that the run sees into the folder that will be its root.

    Parameters
    ----------
    root
        An empty folder of our own, so that no link in it leads elsewhere.
    empty
        An empty folder, which covers what is hidden.
    binds
        Source, target inside, and the names under the source to cover; no target lies in another.

    Raises
    ------
    Refused
        ``sandbox.source`` when a source is missing or can't be bound.
    """
    for source, target, hidden in binds:
        path = root + target
        try:
            if stat.S_ISDIR(os.stat(source).st_mode):
                os.makedirs(path, 0o755, exist_ok=True)
            else:
                os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
            kernel.bind_read_only(source, path)
            for name in hidden:
                part = f"{path}/{name}"
                if os.path.isdir(part) and not os.path.islink(part):
                    kernel.bind_read_only(empty, part)
        except OSError as error:
            raise Refused("sandbox.source", name=target, reason=reason_of(error)) from None


def bind_program(place: str, program: str, folders: list[str]) -> None:
    """Stage the program that makes the sandbox, where the throw-away user can reach it.

    Parameters
    ----------
    place
        The staging folder; the program will be ``place/x/program``.
    program
        Its path relative to the folders' parent.
    folders
        The folders (or the one file) that it needs, side by side.
    """
    os.mkdir(f"{place}/x", 0o755)
    for folder in folders:
        target = f"{place}/x/{os.path.basename(folder)}"
        if os.path.isdir(folder):
            os.mkdir(target, 0o755)
        else:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o755))
        kernel.bind_read_only(folder, target)
    if not os.access(f"{place}/x/{program}", os.X_OK):
        raise Refused("sandbox.source", name="bwrap", reason="not-executable")


def refuse_closed(uid: int, seen: list[tuple[str, str, str]], program: str) -> None:
    """Refuse a run that would not see what was bound for it: its user is not the one who bound it.

    What root checked out or installed under a strict umask is root's alone. A bind does not change
    that, and only says so when the run has begun, in words that nobody is shown.

    Parameters
    ----------
    uid
        The user of the run.
    seen
        Name, staged path and source of each thing that it must be able to read.
    program
        The one among the staged paths that it must be able to start.

    Raises
    ------
    Refused
        ``sandbox.source`` with the sources, or with the folder that several of them lie in.
    """
    closed = _closed(uid, seen, program)
    if not closed:
        return
    folders = [os.path.dirname(source) for _, source in closed]
    paths = {
        source if folders.count(folder) == 1 else folder
        for (_, source), folder in zip(closed, folders, strict=True)
    }
    name = closed[0][0]
    raise Refused("sandbox.source", name=name, reason="closed", paths=" ".join(sorted(paths)))


def _closed(uid: int, seen: list[tuple[str, str, str]], program: str) -> list[tuple[str, str]]:
    user, group = os.geteuid(), os.getegid()
    if uid != user:
        os.setgroups([])  # the run has none either
        os.setegid(uid)
        os.seteuid(uid)
    found = []
    for name, path, source in seen:
        wanted = os.X_OK if path == program else os.R_OK
        if os.path.isdir(path):
            wanted |= os.X_OK
        if not os.access(path, wanted, effective_ids=True):
            found.append((name, source))
    if uid != user:
        os.seteuid(user)
        os.setegid(group)
    return found


def quiet_proc(place: str, memory_bytes: int) -> list[tuple[str, str]]:
    """Stage what covers the parts of ``/proc`` that nobody inside needs, and return the pairs.

    Most tell about the host. The first process inside is bubblewrap's own, of the same user as the
    run: it takes the filter a moment after the run has begun, holds descriptors of the host until
    then, and passes on how the run ended. Who can't open its memory and descriptors gains nothing.
    """
    folder = f"{place}/proc"
    os.mkdir(folder, 0o755)
    total = memory_bytes // 1024
    words = {
        "empty": "",
        "cpuinfo": "",
        "meminfo": f"MemTotal: {total} kB\nMemFree: {total} kB\nMemAvailable: {total} kB\n"
        "Buffers: 0 kB\nCached: 0 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n",
    }
    for name, text in words.items():
        with open(f"{folder}/{name}", "w", encoding="ascii") as file:
            file.write(text)
    pairs = [(f"{folder}/{name}", f"/proc/{name}") for name in ("cpuinfo", "meminfo")]
    pairs.append((f"{place}/empty", "/proc/1"))
    for name in _TELLING_PROC:
        path = f"/proc/{name}"
        if not os.access(path, os.R_OK):
            continue
        cover = f"{place}/empty" if os.path.isdir(path) else f"{folder}/empty"
        pairs.append((cover, path))
    return pairs


def _refuse_negative(left_bytes: int) -> None:
    if left_bytes < 0:
        raise OSError(errno.ENOSPC, "more than it may be given")


def fill(
    folder: str, inputs: list[tuple[str, int]], limit_bytes: int, *, mounted: bool = True
) -> None:
    """Copy descriptors into files of a folder, then make the folder read-only if it is a mount.

    Raises
    ------
    Refused
        ``sandbox.input-size`` or ``sandbox.source``.
    """
    left_bytes = limit_bytes
    for name, descriptor in inputs:
        target = os.open(f"{folder}/{name}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o444)
        try:
            while block := os.read(descriptor, _COPY_BYTES):
                left_bytes -= len(block)
                _refuse_negative(left_bytes)
                view = memoryview(block)
                while view:
                    view = view[os.write(target, view) :]
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise Refused("sandbox.input-size", name=name, limit_bytes=limit_bytes) from None
            raise Refused("sandbox.source", name=name, reason=reason_of(error)) from None
        finally:
            os.close(target)
            os.close(descriptor)
    if mounted:
        kernel.set_read_only(folder)
