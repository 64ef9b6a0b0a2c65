"""What a sandboxed run is given, and what comes back: pure values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dure.core.findings import Finding
from dure.sandbox.errors import SandboxError

MIB = 1 << 20
STREAM = 6
"""Descriptor on which a task that streams writes, inside."""
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")

Input = bytes | Path | int | Iterable[bytes]
"""Content of one input: bytes, a file, a readable descriptor, or chunks (fed as they come)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. Every bound is enforced from outside the sandboxed process.

    Parameters
    ----------
    wall_s, cpu_s
        Seconds on the clock, and of processor time over all its processes.
    memory_bytes
        Resident memory of all its processes together; without a cgroup also the private
        memory that each one may map.
    processes
        Processes and threads at one time.
    output_bytes, output_files
        Size and count of what it may leave in ``/out``.
    tmp_bytes
        Size of ``/tmp``; ``/dev/shm`` has the same.
    stdout_bytes
        Standard output and error together.
    open_files
        Descriptors of one process.
    input_bytes
        Size of ``/in``, which lies in memory outside ``memory_bytes``.

    Raises
    ------
    SandboxError
        ``sandbox.task`` when a bound is not positive.
    """

    wall_s: float = 60.0
    cpu_s: float = 60.0
    memory_bytes: int = 2048 * MIB
    processes: int = 64
    output_bytes: int = 64 * MIB
    output_files: int = 16
    tmp_bytes: int = 64 * MIB
    stdout_bytes: int = 1 * MIB
    open_files: int = 256
    input_bytes: int = 4096 * MIB

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not getattr(self, name) > 0:
                raise SandboxError("sandbox.task", part="limit", limit=name)


PROCESSORS = "/sys/devices/system/cpu"
"""Where libraries count processors. The host's own is never shown there."""


@dataclass(frozen=True, slots=True)
class Bind:
    """One file or folder of the host, seen read-only inside.

    Parameters
    ----------
    source
        Path on the host.
    target
        Absolute path inside, outside ``/in``, ``/out``, ``/tmp``, ``/proc``, ``/dev`` and ``/sys``;
        but it may be `PROCESSORS`.
    hidden
        Names right under the source that are covered by an empty folder.
    """

    source: Path
    target: str
    hidden: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        parts = self.target.split("/")
        if (
            len(parts) < 2
            or parts[0]
            or not all(parts[1:])
            or {".", ".."} & set(parts)
            or (
                parts[1] in ("in", "out", "tmp", "proc", "dev", "sys") and self.target != PROCESSORS
            )
        ):
            raise SandboxError("sandbox.task", part="target", target=ascii(self.target[:64]))


@dataclass(frozen=True, slots=True)
class Task:
    """One command, with all that it may see.

    Parameters
    ----------
    argv
        The command, as paths inside.
    binds
        What of the host it sees, read-only.
    inputs
        Names that appear under ``/in``; their content is given to `run`.
    environment
        The whole environment of the command.
    limits
        What it may use.
    stream
        Whether it hands on content while it runs, through the descriptor `STREAM`. Its reader bounds that.
    """

    argv: tuple[str, ...]
    binds: tuple[Bind, ...] = ()
    inputs: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    stream: bool = False

    def __post_init__(self) -> None:
        if not self.argv or not self.argv[0].startswith("/"):
            raise SandboxError("sandbox.task", part="command")
        if len(set(self.inputs)) != len(self.inputs) or not all(map(NAME.fullmatch, self.inputs)):
            raise SandboxError("sandbox.task", part="inputs")
        targets = [bind.target + "/" for bind in self.binds]
        if any(one != other and one.startswith(other) for one in targets for other in targets) or (
            len(set(targets)) != len(targets)
        ):
            raise SandboxError("sandbox.task", part="nested")
        words = [*self.argv, *self.environment, *self.environment.values()]
        if any("\0" in word for word in words) or any("=" in name for name in self.environment):
            raise SandboxError("sandbox.task", part="words")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended and what it left.

    Parameters
    ----------
    status
        ``done``, ``failed`` (it ended by itself with another exit status than 0) or ``killed``.
    cause
        Empty when done; else ``exit``, ``signal``, ``cpu``, ``memory``, ``wall``, ``stdout`` or
        ``processes``.
    exit_status
        As a shell counts it: 128 + n after signal n; -1 when it was killed from outside.
    outputs
        Names and bytes, where no sink took them. Of a failed run at most 64 KiB together; of a
        killed one nothing.
    refused
        Names left in ``/out`` that were not read, and why.
    stdout
        Standard output and error, for the host's own diagnosis; never to be released.
    cpu_s, wall_s
        Seconds used; never to be released.
    peak_bytes
        Largest resident memory that was seen; never to be released.
    """

    status: str
    cause: str
    exit_status: int
    outputs: Mapping[str, bytes]
    refused: tuple[tuple[str, str], ...]
    stdout: bytes
    cpu_s: float
    wall_s: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class HostReport:
    """Whether this host can provide the sandbox.

    Parameters
    ----------
    tier
        ``A`` (namespaces, seccomp, limits) or ``none``.
    uid
        Who asked.
    facts
        What was found: versions and the mechanisms that bound memory.
    findings
        What is missing or weaker than it could be, with the next step.
    """

    tier: str
    uid: int
    facts: Mapping[str, str]
    findings: tuple[Finding, ...]
