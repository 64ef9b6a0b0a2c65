"""Running the attempts in the sandbox of this host, with canaries set out for them."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from dure.sandbox import box
from dure.sandbox.probes.catalogue import CATALOGUE, Attempt
from dure.sandbox.probes.inside import TOGETHER
from dure.sandbox.runtime import python_command
from dure.sandbox.seccomp import call_numbers
from dure.sandbox.tasks import MIB, Limits, Outcome, Task

Runner = Callable[[Task, Mapping[str, bytes]], Outcome]

_MODULE = "dure.sandbox.probes.inside"
_OUTCOMES = "outcomes.json"
TIGHT = Limits(
    wall_s=20.0,
    cpu_s=20.0,
    memory_bytes=96 * MIB,
    processes=32,
    output_bytes=8 * MIB,
    output_files=16,
    tmp_bytes=8 * MIB,
    stdout_bytes=256 * 1024,
    open_files=128,
)
"""What an attempt on resources is given: less than it tries to take."""


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """What came of one attempt.

    Parameters
    ----------
    name
        ``module.attempt``.
    outcome
        ``contained``, ``escaped``, ``informational``, or ``broken`` (proves nothing).
    words
        What stopped it, or what it reached.
    """

    name: str
    outcome: str
    words: str


def run_probes(runner: Runner = box.run) -> tuple[ProbeOutcome, ...]:
    """Make every attempt of the catalogue and return what came of each, in its order.

    Parameters
    ----------
    runner
        Runs one task; the sandbox of this host unless a test weakens it.

    Raises
    ------
    SandboxError
        When this host can't provide the sandbox.
    """
    found: dict[str, ProbeOutcome] = {}
    with canaries() as clues:
        together = [entry.name for entry in CATALOGUE if entry.limits is None]
        found |= _isolation(together, clues, runner)
        for entry in CATALOGUE:
            if entry.limits is not None:
                limits = replace(TIGHT, **entry.limits)
                found[entry.name] = pressure(entry, clues, limits, runner)
    return tuple(found[entry.name] for entry in CATALOGUE)


def _isolation(
    names: Sequence[str], clues: Mapping[str, object], runner: Runner
) -> dict[str, ProbeOutcome]:
    task = python_command(["-m", _MODULE, *names], inputs=["clues.json"], packages=False)
    outcome = runner(task, {"clues.json": json.dumps(clues).encode()})
    seen = _seen(outcome)
    return {
        name: ProbeOutcome(name, *seen.get(name, ("broken", f"the run was {outcome.status}")))
        for name in names
    }


def pressure(
    entry: Attempt, clues: Mapping[str, object], limits: Limits, runner: Runner
) -> ProbeOutcome:
    """Make one attempt on resources in a run of its own.

    Parameters
    ----------
    entry
        Its row in the catalogue.
    clues
        What `canaries` has set out.
    limits
        What the run is given.
    runner
        Runs the task.
    """
    task = python_command(
        ["-m", _MODULE, TOGETHER, entry.name],
        inputs=["clues.json"],
        packages=False,
        limits=limits,
    )
    outcome = runner(task, {"clues.json": json.dumps(clues).encode()})
    return judged(entry, outcome)


def judged(entry: Attempt, outcome: Outcome) -> ProbeOutcome:
    """Say what came of an attempt on resources or outputs, from how its run ended."""
    name = entry.name
    if outcome.status != "done":
        return ProbeOutcome(name, "contained", f"{outcome.status}: {outcome.cause}")
    if name == "resources.outputs":
        extra = sorted(set(outcome.outputs) - {"honest", _OUTCOMES})
        if extra or "honest" not in outcome.outputs:
            return ProbeOutcome(name, "escaped", " ".join(extra))
        reasons = sorted({reason for _, reason in outcome.refused})
        return ProbeOutcome(
            name, "contained", f"{len(outcome.refused)} refused: {', '.join(reasons)}"
        )
    if name == "resources.orphan":
        # The run has ended, and a run ends when its last process is gone.
        return ProbeOutcome(name, "contained", "ended with the run")
    return ProbeOutcome(name, *_seen(outcome).get(name, ("broken", "no outcome")))


def _seen(outcome: Outcome) -> dict[str, tuple[str, str]]:
    try:
        raw = outcome.outputs.get(_OUTCOMES, b"{}")
        return msgspec.json.decode(raw, type=dict[str, tuple[str, str]])
    except msgspec.DecodeError:
        return {}


@contextlib.contextmanager
def canaries() -> Iterator[dict[str, object]]:
    """Set out what the attempts try to reach, and yield the clues to it.

    Listeners on loopback, an abstract and a path socket, a file with a secret that is open and
    inheritable, and a variable in the environment; all are gone afterwards.
    """
    secret = secrets.token_hex(16)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dure-canary-")))
        folder.chmod(0o755)
        file = folder / "secret"
        file.write_text(secret, encoding="ascii")
        opened = stack.enter_context(file.open("rb"))
        os.set_inheritable(opened.fileno(), True)
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        names = [f"dure-canary-{secret[:8]}-{number}" for number in range(2)]
        for kind, address in (
            (socket.SOCK_STREAM, "\0" + names[0]),
            (socket.SOCK_DGRAM, "\0" + names[1]),
            (socket.SOCK_STREAM, str(folder / "socket")),
        ):
            listener = stack.enter_context(socket.socket(socket.AF_UNIX, kind))
            listener.bind(address)
            if kind == socket.SOCK_STREAM:
                listener.listen()
        (folder / "socket").chmod(0o666)
        variable = f"DURE_CANARY_{secret[:8].upper()}"
        os.environ[variable] = secret
        stack.callback(os.environ.pop, variable, None)
        yield {
            "port": tcp.getsockname()[1],
            "abstract": names[0],
            "abstract_datagram": names[1],
            "socket_path": str(folder / "socket"),
            "file": str(file),
            "secret": secret,
            "process": os.getpid(),
            "source": str(Path(__file__).parents[2]),
            "calls": call_numbers(),
        }
