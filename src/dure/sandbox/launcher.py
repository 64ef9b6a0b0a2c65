"""The launcher: a small process that makes one run, watches it, ends it and reads what it left.

It is started fresh for each run (a fork of the caller would carry the caller's threads' locks) with
``-I -S`` and imports nothing but the standard library and its neighbours here. Its life:

1. *staged*: own mount namespace (as an ordinary user also a user namespace), binds, tmpfs, inputs;
2. *running*: a child enters the control groups, gives up every right, takes its limits and becomes
   bubblewrap; the launcher watches the clock, the output, memory and processor time;
3. *dead*: whatever is left is killed and reaped. The launcher adopts orphans, so it knows when the
   last process of the run is gone, and only then goes on;
4. *read*: ``/out`` is read by descriptor, without following links, and streamed to the caller.

When the caller disappears at any time, the pipe to it breaks and the run is killed.
"""

# The launcher imports this; pathlib would slow the start of every run.
# ruff: noqa: PTH102, PTH103, PTH123
from __future__ import annotations

import _socket
import fcntl
import marshal
import os
import resource
import select
import time

from dure.sandbox import kernel, staging, wire
from dure.sandbox.cgroups import Cgroup
from dure.sandbox.outputs import read_outputs
from dure.sandbox.watch import Usage, children

TYPE_CHECKING = False  # importing `typing` for this would cost a tenth of the start
if TYPE_CHECKING:
    from typing import Any

UIDS = range(61184, 65520)
"""Users that systemd keeps for throw-away use (systemd.io/UIDS-GIDS), so nobody owns files as one."""

_SIGKILL, _SIGXCPU = 9, 24
_KILLED_STATUS = 128 + _SIGKILL
_TICK_MS = 50
_STOP_S = 10.0
_UNTOUCHED_BYTES = 1 << 30
_DIAGNOSIS_BYTES = 1 << 16


def main(arguments: list[str]) -> None:
    """Make one run as the specification in descriptor ``arguments[0]`` says; answer on the other."""
    specification, answer = (int(word) for word in arguments)
    with os.fdopen(specification, "rb") as file:
        plan = marshal.load(file)  # noqa: S302 (written by our own caller)
    for descriptor in (answer, *plan["stream"], *(number for _, number in plan["inputs"])):
        os.set_inheritable(descriptor, False)
    group: Cgroup | None = None
    os.umask(0o022)  # what is staged here is for another user, however careful the caller is
    try:
        os.setsid()
        kernel.adopt_orphans()
        plan["uid"], claim = _throwaway_user() if plan["root"] else (os.getuid(), None)
        place = _stage(plan)
        limits = plan["limits"]
        if plan["root"]:
            group = Cgroup(plan["name"], limits["memory_bytes"], limits["processes"])
        started = time.monotonic()
        report = Run(plan, place, group, answer).live()
        report["wall_s"] = time.monotonic() - started
        _answer(answer, f"{place}/root/out", limits, report)
        if claim is not None:
            claim.close()
    except staging.Refused as refused:
        wire.send_value(answer, wire.REFUSED, (refused.code, refused.facts))
    finally:
        if group is not None:
            group.remove()


def _throwaway_user() -> tuple[int, _socket.socket]:
    """Return a user that no other run has now, and the claim on it, which dies with the launcher."""
    start = int.from_bytes(os.urandom(4), "big") % len(UIDS)
    for step in range(len(UIDS)):
        uid = UIDS[(start + step) % len(UIDS)]
        # An abstract name needs no file, is taken by one process at a time, and is never left over.
        claim = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0dure-sandbox-user-{uid}".encode())
        except OSError:
            claim.close()
            continue
        return uid, claim
    raise staging.Refused(
        "sandbox.host",
        step="user",
        reason="no-user",
        mend="doctor",
    )


def _stage(plan: dict[str, Any]) -> str:
    """Make the namespaces and folders, and copy the inputs in. Return the staging folder."""
    limits, uid = plan["limits"], plan["uid"]
    sources = [source for source, _, _ in plan["binds"]]
    program, folders = plan["bwrap"]
    place = staging.free_place([*sources, *folders])
    root = f"{place}/root"
    try:
        if plan["root"]:
            kernel.unshare(kernel.CLONE_NEWNS)
        else:
            _own_user_namespace()
        kernel.make_private()
        kernel.mount_tmpfs(place, "size=1m,nr_inodes=64,mode=0755", executable=True)
        for name in ("root", "empty", "shm"):
            os.mkdir(f"{place}/{name}", 0o755)
        kernel.mount_tmpfs(root, "size=1m,nr_inodes=1024,mode=0755")
        # Only the group that the user namespace maps may own anything in it.
        own = f"uid={uid},gid={uid if plan['root'] else os.getgid()},mode=0700"
        small = limits["tmp_bytes"], 4096
        for path, (size, inodes), options in (
            (f"{root}/in", (limits["input_bytes"], len(plan["inputs"]) + 8), "mode=0755"),
            (f"{root}/out", (limits["output_bytes"], 2 * limits["output_files"] + 16), own),
            (f"{root}/tmp", small, own),  # noqa: S108
            (f"{place}/shm", small, own),
        ):
            os.makedirs(path, exist_ok=True)
            kernel.mount_tmpfs(path, f"size={size},nr_inodes={inodes},{options}")
        for name in ("proc", "dev"):
            os.mkdir(f"{root}/{name}")
        staging.bind_program(place, program, folders)
    except OSError as error:
        raise staging.Refused(
            "sandbox.host",
            step="namespaces",
            reason=staging.reason_of(error),
            mend="namespaces",
        ) from None
    staging.build_root(root, f"{place}/empty", plan["binds"])
    seen = [(target, root + target, source) for source, target, _ in plan["binds"]]
    started = f"{place}/x/{program}"
    staging.refuse_closed(uid, [*seen, ("bwrap", started, folders[0])], started)
    staging.fill(f"{root}/in", plan["inputs"], limits["input_bytes"])
    kernel.set_read_only(root, below=False)
    return place


def _own_user_namespace() -> None:
    user, group = os.getuid(), os.getgid()
    kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


class Run:
    """One run from its start to its last process.

    Parameters
    ----------
    plan
        What `dure.sandbox.box` has put together.
    place
        The staging folder.
    group
        Its control groups, if any.
    answer
        The pipe to the caller; when it breaks, the caller is gone.
    """

    def __init__(self, plan: dict[str, Any], place: str, group: Cgroup | None, answer: int) -> None:
        self.plan, self.place, self.group, self.answer = plan, place, group, answer
        self.limits = plan["limits"]
        self.stdout = bytearray()
        self.status = b""
        self.cause = ""
        self.peak_bytes = 0

    def live(self) -> dict[str, Any]:
        """Start the run, watch it to its end, and return how it ended."""
        arguments = self._arguments()
        out_read, out_write = os.pipe()
        status_read, status_write = os.pipe()
        child = os.fork()
        if child == 0:  # pragma: no cover (becomes another program)
            self._become(arguments, out_write, status_write)
        # Its reader sees the end of the stream when nobody else can write to it either.
        for descriptor in (out_write, status_write, *self.plan["stream"]):
            os.close(descriptor)
        self._watch(child, out_read, status_read)
        code = self._end(child)
        self._drain(out_read, status_read)
        return self._report(code)

    def _arguments(self) -> list[str]:
        """Return bubblewrap's arguments (bwrap(1)), apart from descriptors."""
        plan, place = self.plan, self.place
        words = ["--unshare-all", "--unshare-user", "--disable-userns", "--uid", "1000"]
        words += ["--gid", "1000", "--hostname", "dure", "--new-session", "--die-with-parent"]
        words += ["--clearenv", "--cap-drop", "ALL"]
        # The root has been built with its binds and limits; their flags are locked from here on.
        words += ["--bind", f"{place}/root", "/", "--proc", "/proc", "--dev", "/dev"]
        for source, target in staging.quiet_proc(place, self.limits["memory_bytes"]):
            words += ["--ro-bind", source, target]
        words += ["--bind", f"{place}/shm", "/dev/shm", "--remount-ro", "/dev"]  # noqa: S108
        words += ["--chdir", "/tmp"]  # noqa: S108
        for name, value in plan["environment"].items():
            words += ["--setenv", name, value]
        return words

    def _become(  # pragma: no cover (runs between fork and exec)
        self, arguments: list[str], out_write: int, status_write: int
    ) -> None:
        try:
            launcher = os.getppid()
            if self.group is not None:
                self.group.enter()
            rules = _in_memory(self.plan["seccomp"])
            words = [*arguments, "--seccomp", "3", "--json-status-fd", "5"]
            listed = _in_memory(b"".join(os.fsencode(word) + b"\0" for word in words))
            nothing = os.open("/dev/null", os.O_RDONLY)
            given = [nothing, out_write, out_write, rules, listed, status_write]
            given += self.plan["stream"]
            high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 16) for descriptor in given]
            for number, descriptor in enumerate(high):
                os.dup2(descriptor, number)
            os.closerange(len(given), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
            if self.plan["root"]:
                uid = self.plan["uid"]
                os.setgroups([])
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
            kernel.die_with_parent(launcher)
            kernel.no_new_privileges()
            bounded = self.group is not None and self.group.bounds_memory
            take_limits(self.limits, bounded=bounded)
            program = f"{self.place}/x/{self.plan['bwrap'][0]}"
            os.execve(program, ["bwrap", "--args", "4", "--", *self.plan["argv"]], {})  # noqa: S606
        except BaseException as error:  # noqa: BLE001 (nothing may go on in the child)
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(125)

    def _watch(self, child: int, out_read: int, status_read: int) -> None:
        """Look after the run until its first process has ended or there is a cause to kill it."""
        limits = self.limits
        usage = Usage(child, self.group)
        ended = os.pidfd_open(child)
        poll = select.poll()
        for descriptor, events in (
            (ended, select.POLLIN),
            (out_read, select.POLLIN),
            (status_read, select.POLLIN),
            (self.answer, 0),
        ):
            poll.register(descriptor, events)
        deadline = time.monotonic() + limits["wall_s"]
        looked = 0.0
        while not self.cause:
            left_ms = int((deadline - time.monotonic()) * 1000) + 1
            ready = dict(poll.poll(max(0, min(left_ms, _TICK_MS))))
            if self.answer in ready:
                self.cause = "caller"
            for descriptor, keep in ((out_read, self._hear), (status_read, self._note)):
                if descriptor in ready and not keep(os.read(descriptor, 65536)):
                    poll.unregister(descriptor)
            if ended in ready:
                break
            now = time.monotonic()
            if now >= deadline:
                self.cause = self.cause or "wall"
            if now - looked >= _TICK_MS / 1000:
                looked = now
                self._look(usage)
        os.close(ended)

    def _hear(self, block: bytes) -> bool:
        room = self.limits["stdout_bytes"] - len(self.stdout)
        self.stdout += block[:room]
        if len(block) > room:
            self.cause = self.cause or "stdout"
        return bool(block)

    def _note(self, block: bytes) -> bool:
        self.status += block
        return bool(block)

    def _look(self, usage: Usage) -> None:
        if self.group is None or not self.group.bounds_memory:
            resident = usage.resident_bytes()
            self.peak_bytes = max(self.peak_bytes, resident)
            if resident > self.limits["memory_bytes"]:
                self.cause = self.cause or "memory"
        if usage.cpu_s() > self.limits["cpu_s"]:
            self.cause = self.cause or "cpu"

    def _end(self, child: int) -> int:
        """Kill whatever is left, reap all of it, and return the status of the first process.

        Orphans come to this process, and the kernel lets the first process of a process namespace
        be reaped only when every other one in it is gone. So no child left means nobody left.
        """
        code = -1
        deadline = time.monotonic() + _STOP_S
        if self.cause:
            self._kill([child])
        while True:
            try:
                process, status = os.waitpid(-1, 0 if not self.cause else os.WNOHANG)
            except ChildProcessError:
                return code
            if process == child:
                code = os.waitstatus_to_exitcode(status)
                self.cause = self.cause or "over"
            if process == 0:
                self._kill(children(os.getpid()))
                if time.monotonic() > deadline:
                    raise staging.Refused("sandbox.launcher", status="-", reason="processes-stay")
                time.sleep(0.0002)

    def _kill(self, processes: list[int]) -> None:
        for process in {*processes, *(self.group.members() if self.group else ())}:
            try:
                os.kill(process, _SIGKILL)
            except ProcessLookupError:
                continue

    def _drain(self, out_read: int, status_read: int) -> None:
        while block := os.read(status_read, 65536):
            self.status += block
        while (block := os.read(out_read, 65536)) and self._hear(block):
            if self.cause == "stdout":
                break
        os.close(out_read)
        os.close(status_read)

    def _report(self, code: int) -> dict[str, Any]:
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        group = self.group
        cause = "" if self.cause == "over" else self.cause
        exit_status = exit_code(self.status)
        cpu_s = spent.ru_utime + spent.ru_stime
        out_of_memory = group is not None and group.out_of_memory()
        status = "killed"
        if cause:
            exit_status = -1
        elif exit_status == 0:
            status = "done"
        elif out_of_memory:
            cause = "memory"
        elif exit_status == 128 + _SIGXCPU or cpu_s > self.limits["cpu_s"]:
            cause = "cpu"
        elif exit_status is None and code in (-9, 137):
            cause, exit_status = "signal", _KILLED_STATUS
        elif exit_status is None:
            raise staging.Refused(
                "sandbox.host",
                step="bubblewrap",
                reason="said",
                detail=last_line(bytes(self.stdout)),
                mend="doctor",
            )
        else:
            status = "failed"
            crowded = group is not None and group.out_of_processes()
            cause = "processes" if crowded else "signal" if exit_status > 128 else "exit"
        peak = group.peak_bytes() if group is not None else 0
        return {
            "status": status,
            "cause": cause,
            "exit_status": exit_status,
            "stdout": bytes(self.stdout),
            "cpu_s": cpu_s,
            "peak_bytes": max(peak, self.peak_bytes),
        }


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


def exit_code(status: bytes) -> int | None:
    r"""Return the exit status in bubblewrap's status lines; None when the command never started.

    The first process inside passes it on, and nothing inside is believed: what is no exit status
    counts as a death by signal, never as a sandbox that could not be made.

    Examples
    --------
    >>> exit_code(b'{ "child-pid": 7 }\n{ "exit-code": 3 }\n')
    3
    """
    _, found, rest = status.rpartition(b'"exit-code":')
    if not found:
        return None
    word = rest.strip().rstrip(b"}").strip()
    return int(word) if word.isdigit() and len(word) <= 3 and int(word) < 256 else _KILLED_STATUS


def last_line(text: bytes) -> str:
    """Return the last line of a program's complaint, printable and short."""
    lines = text[-512:].decode("utf-8", "replace").strip().splitlines() or ["-"]
    return "".join(letter for letter in lines[-1] if letter.isprintable())[:200]


def _in_memory(content: bytes) -> int:  # pragma: no cover (runs between fork and exec)
    descriptor = os.memfd_create("dure")
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _answer(answer: int, folder: str, limits: dict[str, Any], report: dict[str, Any]) -> None:
    wire.send_value(answer, wire.REPORT, report)
    refused: list[tuple[str, str]] = []
    if report["status"] != "killed":
        done = report["status"] == "done"
        refused = read_outputs(
            folder,
            limits["output_bytes"] if done else _DIAGNOSIS_BYTES,
            limits["output_files"],
            lambda name: wire.send(answer, wire.FILE, name.encode("ascii")),
            lambda block: wire.send(answer, wire.DATA, block),
        )
    wire.send_value(answer, wire.END, refused)
