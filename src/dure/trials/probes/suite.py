"""Every probe on this host: each attempt in the sandbox, and its positive control without it.

The sandbox starts once for all attempts that leave it whole, once more for those that meet tight
limits, and for each that ends its run; the controls share three processes. So all of it takes seconds.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import msgspec

from dure.sandbox import box
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import MIB, Limits, Outcome, Task
from dure.trials.probes import outputs, weakened
from dure.trials.probes.canaries import canaries
from dure.trials.probes.catalogue import CATALOGUE, FAMILIES, Control, Group, Probe
from dure.trials.probes.gaps import WATCHED, judged_in
from dure.trials.probes.inside import APART, TOGETHER, Seen

Runner = Callable[[Task, Mapping[str, bytes]], Outcome]
Clues = Mapping[str, object]

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

ROOMY = replace(TIGHT, memory_bytes=1024 * MIB)
"""For those that meet tight limits together: without control groups, what forks share counts for each."""

_MODULE = "dure.trials.probes.inside"
_OUTCOMES = "outcomes.json"
_STOPS = frozenset({"cpu", "memory", "wall", "stdout", "processes", "signal"})


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """What came of one probe.

    Parameters
    ----------
    name
        ``family.attempt``.
    outcome
        ``contained``, ``escaped``, ``informational``, or ``unprobed`` (it proves nothing).
    seen
        What stopped it, or what it reached.
    where
        Where its control was made.
    control
        ``worked``; or ``failed`` (not even there, so this host's sandbox is not shown to stop it),
        ``needs-root``, ``inert``, ``not-made``.
    reached
        What the control reached, or what stopped it.
    """

    name: str
    outcome: str
    seen: str
    where: Control
    control: str
    reached: str

    @property
    def counted(self) -> bool:
        """Whether it was contained, and a control showed that the attempt is a real one."""
        return self.outcome == "contained" and self.control == "worked"


def run_suite(
    families: Iterable[str] = (),
    *,
    progress: Callable[[str], None] = lambda _: None,
    runner: Runner | None = None,
    controls: bool = True,
    tier: str = "A",
) -> tuple[ProbeOutcome, ...]:
    """Make every attempt and its control, and return what came of each, in order of the catalogue.

    Parameters
    ----------
    families
        Only these families; all when empty.
    progress
        Told the step under way: the name of a `Group` or of a `Control`.
    runner
        Runs one task; the sandbox of this host unless a test weakens it.
    controls
        Whether to make the controls, too.
    tier
        In which tier; what it does not contain by its nature is no escape (`dure.trials.probes.gaps`).

    Raises
    ------
    SandboxError
        When this host can't provide the sandbox.

    Examples
    --------
    >>> outcomes = run_suite(["archives"])
    >>> {outcome.outcome for outcome in outcomes}
    {'contained'}
    """
    wanted = set(families) or set(FAMILIES)
    probes = [probe for probe in CATALOGUE if probe.family in wanted]
    with canaries() as clues:
        runs = runner or partial(box.run, tier=tier)
        attempts = _attempts(_grouped(probes, tier), clues, runs, progress)
        wide = partial(
            box.run, tier="B" if tier == "B" else "A"
        )  # where there is a B, there may be no A
        made = _controls(probes if controls else (), clues, progress, wide)
    return tuple(
        ProbeOutcome(
            probe.name,
            *judged_in(
                tier, probe.name, *attempts.get(probe.name, ("unprobed", "its run ended before"))
            ),
            probe.control,
            *made.get(probe.name, ("not-made", "")),
        )
        for probe in probes
    )


def _grouped(probes: Sequence[Probe], tier: str) -> list[Probe]:
    """Give what is watched in a tier a run of its own, for it ends its run."""
    return [replace(one, group=Group.ALONE) if one.name in WATCHED[tier] else one for one in probes]


# ── the attempts ─────────────────────────────────────────────────────────────────────────────────
def _attempts(
    probes: Sequence[Probe], clues: Clues, runner: Runner, progress: Callable[[str], None]
) -> Seen:
    named = {group: [one for one in probes if one.group is group] for group in Group}
    found: Seen = {}
    for group, limits, more in (
        (Group.TOGETHER, None, {"leave": True}),
        (Group.BOUNDED, ROOMY, {}),
    ):
        if named[group]:
            progress(group)
            names = [probe.name for probe in named[group]]
            found |= _seen(_run(names, APART, {**clues, **more}, limits, runner))
    if named[Group.ALONE]:
        progress(Group.ALONE)
    for probe in named[Group.ALONE]:
        limits = replace(TIGHT, **probe.limits)
        found[probe.name] = judged(probe.name, _run([probe.name], TOGETHER, clues, limits, runner))
    if named[Group.OUTPUTS]:
        progress(Group.OUTPUTS)
        names = [probe.name for probe in named[Group.OUTPUTS]]
        ended = _run(names, APART, {**clues, "honest": True}, TIGHT, runner)
        found |= {name: handed_over(name, ended, str(clues["secret"])) for name in names}
    return found


def _run(
    names: Sequence[str], how: str, clues: Clues, limits: Limits | None, runner: Runner
) -> Outcome:
    told = {**clues, "names": list(names), "how": how, "out": "/out", "scratch": "/tmp"}  # noqa: S108
    task = python_command(
        ["-m", _MODULE, "/in/clues.json"],
        inputs=["clues.json"],
        environment={"OPENBLAS_NUM_THREADS": "1"},  # attempts are made in forked children
        packages=limits is None,  # which the gates need
        limits=limits,
    )
    return runner(task, {"clues.json": json.dumps(told).encode()})


def judged(name: str, ended: Outcome) -> tuple[str, str]:
    """Say what came of an attempt that was alone in its run, from how that run ended."""
    if ended.status != "done":
        outcome = "contained" if ended.cause in _STOPS else "unprobed"
        return outcome, f"{ended.status}: {ended.cause}"
    if name == "resources.orphan":
        # The run has ended, and a run ends when its last process is gone.
        return "contained", "ended with the run"
    return _seen(ended).get(name, ("unprobed", "no outcome"))


def handed_over(name: str, ended: Outcome, secret: str) -> tuple[str, str]:
    """Say what came of something that was left among the outputs."""
    tried = _seen(ended).get(name)
    if tried is None or outputs.HONEST not in ended.outputs:
        return "unprobed", f"{ended.status}: {ended.cause}"
    got = outputs.got_out(name.partition(".")[2], ended.outputs, secret, TIGHT.output_files)
    if got:
        return "escaped", got
    return ("contained", "left, and not handed over") if tried[0] == "escaped" else tried


def _seen(ended: Outcome) -> Seen:
    try:
        raw = ended.outputs.get(_OUTCOMES, b"{}")
        return msgspec.json.decode(raw, type=Seen)
    except msgspec.DecodeError:
        return {}


# ── the controls ─────────────────────────────────────────────────────────────────────────────────
def _controls(
    probes: Sequence[Probe], clues: Clues, progress: Callable[[str], None], runner: Runner
) -> Seen:
    named = {one: [p.name for p in probes if p.control is one] for one in Control}
    found: Seen = dict.fromkeys(named[Control.INERT], ("inert", ""))
    outside = [*named[Control.BARE], *named[Control.NAIVE]]
    if os.geteuid() == 0:
        outside += named[Control.ROOT]
    else:
        found |= dict.fromkeys(named[Control.ROOT], ("needs-root", ""))
    seen: Seen = {}
    if outside:
        progress(Control.BARE)
        seen |= weakened.outside(outside, clues)
    if named[Control.OPEN]:
        progress(Control.OPEN)
        seen |= weakened.opened(named[Control.OPEN], clues)
    if named[Control.LOOSE]:
        progress(Control.LOOSE)
        told = {**clues, **weakened.ENOUGH}
        ended = _run(named[Control.LOOSE], APART, told, weakened.LOOSE, runner)
        seen |= _seen(ended)
    for probe in probes:
        if probe.name not in found:
            outcome, words = seen.get(probe.name, ("unprobed", "no outcome"))
            reached = outcome in {"escaped", "informational"}
            found[probe.name] = ("worked" if reached else "failed", words)
    return found
