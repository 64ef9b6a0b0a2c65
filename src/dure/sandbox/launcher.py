"""The launcher: a small process that makes one run, watches it, ends it and reads what it left.

It is started fresh for each run (a fork of the caller would carry the caller's threads' locks) with
``-I -S`` and imports nothing but the standard library and its neighbours here. Its life:

1. *staged*: own mount namespace (as an ordinary user also a user namespace), binds and tmpfs;
   then the inputs;
2. *running*: a child enters the control groups, gives up every right, takes its limits and becomes
   bubblewrap; the launcher watches the clock, the output, memory and processor time;
   a *spare* is started with `dure.sandbox.waiter` instead, and its inputs and the command come when
   somebody takes it;
3. *dead*: whatever is left is killed and reaped. The launcher adopts orphans, so it knows when the
   last process of the run is gone, and only then goes on;
4. *read*: ``/out`` is read by descriptor, without following links, and streamed to the caller.

When the caller disappears at any time, the pipe to it breaks and the run is killed.
"""

# The launcher imports this; pathlib would slow the start of every run.
from __future__ import annotations

import _socket
import marshal
import os
import sys

from dure.sandbox import gvisored, kernel, landlocked, staging, wire
from dure.sandbox.cgroups import Cgroup
from dure.sandbox.living import Run
from dure.sandbox.outputs import read_outputs

TYPE_CHECKING = False  # importing `typing` for this would cost a tenth of the start
if TYPE_CHECKING:
    from typing import Any

UIDS = range(61184, 65520)
"""Users that systemd keeps for throw-away use (systemd.io/UIDS-GIDS), so nobody owns files as one."""

_DIAGNOSIS_BYTES = 1 << 16
_MOST_DESCRIPTORS = 253


def main(arguments: list[str]) -> None:
    """Make one run as the specification in descriptor ``arguments[0]`` says; answer on the other."""
    specification, answer = (int(word) for word in arguments)
    with os.fdopen(specification, "rb") as file:
        plan = marshal.load(file)  # noqa: S302 (written by our own caller)
    given = [number for _, number in plan["inputs"]]
    for descriptor in (answer, *plan["stream"], *plan["control"], *given):
        os.set_inheritable(descriptor, False)
    group: Cgroup | None = None
    os.umask(0o022)  # what is staged here is for another user, however careful the caller is
    try:
        os.setsid()
        kernel.adopt_orphans()
        plan["uid"], claim = _throwaway_user() if plan["root"] else (os.getuid(), None)
        in_a = plan["tier"] != "B"
        place = staging.stage(plan) if in_a else landlocked.stage(plan)
        limits = plan["limits"]
        if plan["root"]:
            group = _group(plan)
        run = Run(plan, place, group, answer)
        if _begin(run):
            out = f"{place}/root/out" if in_a else f"{place}/out"
            _answer(answer, out, limits, run.live())
        if claim is not None:
            claim.close()
    except staging.Refused as refused:
        wire.send_value(answer, wire.REFUSED, (refused.code, refused.facts))
    finally:
        if group is not None:
            group.remove()
        if plan["tier"] == "B":
            landlocked.clear(plan["place"])


def _group(plan: dict[str, Any]) -> Cgroup:
    """Return the control groups of a run, with room for what its tier takes for itself."""
    limits, more = plan["limits"], plan["tier"] == "A+"
    return Cgroup(
        plan["name"],
        limits["memory_bytes"] + (gvisored.OWN_BYTES if more else 0),
        limits["processes"] + (gvisored.OWN_PROCESSES if more else 0),
    )


def _begin(run: Run) -> bool:
    """Give the run its inputs and have it begin; False when it was a spare that nobody took."""
    plan = run.plan
    most_bytes = plan["limits"]["input_bytes"]
    if not plan["spare"]:
        in_a = plan["tier"] != "B"
        folder = f"{run.place}/feed" if in_a else f"{run.place}/in"
        staging.fill(folder, plan["inputs"], most_bytes, mounted=in_a)
        if plan["tier"] == "A+":
            gvisored.stage(plan, run.place)
        run.start()
        return True
    run.start()
    (control,) = plan["control"]
    if not run.wait(control):
        return False
    try:
        wire.send(run.answer, wire.TAKEN)
        arguments, inputs = _order(control)
        staging.fill(f"{run.place}/feed", inputs, most_bytes)
    except BaseException:
        run.abandon()
        raise
    run.hand_over(arguments)
    return True


def _order(control: int) -> tuple[list[str], list[tuple[str, int]]]:
    """Receive what a spare is to do: the rest of its command, and its inputs by name."""
    socket = _socket.socket(fileno=control)
    _, passed, _, _ = socket.recvmsg(1, _socket.CMSG_SPACE(4 * _MOST_DESCRIPTORS))
    socket.close()
    numbers = [
        int.from_bytes(data[place : place + 4], sys.byteorder)
        for _, _, data in passed
        for place in range(0, len(data), 4)
    ]
    with os.fdopen(numbers[0], "rb") as file:
        arguments, names = marshal.load(file)  # noqa: S302 (written by our own caller)
    return arguments, list(zip(names, numbers[1:], strict=True))


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
