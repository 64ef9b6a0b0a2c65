"""The tiers: which of them this host has, found out by really running something, and which a run takes.

====  ==============================================================================================
A     namespaces, system-call filter, a user of its own where the caller is root, control groups
A+    the same, and gVisor's own kernel within; where a current one is, and only when asked for
B     landlock, system-call filter, resource limits; what it doesn't contain: `dure.sandbox.tier_b`
====  ==============================================================================================

Nothing is ever run bare: without a tier that the policy allows, a run is refused.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from dure.core.findings import Finding, Severity
from dure.core.text import Text
from dure.sandbox import cgroups, gvisor, landlock
from dure.sandbox.box import run
from dure.sandbox.errors import SandboxError
from dure.sandbox.host import probe_host
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import MIB, HostReport, Limits

OPEN = 0
"""Rank of the lowest grade."""

_SMALL = Limits(wall_s=20, cpu_s=10, memory_bytes=256 * MIB, tmp_bytes=MIB, output_bytes=MIB)
_WORD = """
import threading
thread = threading.Thread(target=lambda: open("/out/word", "w").write("contained"))
thread.start()
thread.join()
"""
_TRYING = """
import os, sys
place = os.environ["DURE_PLACE"]
wrong = []
try:
    open(sys.argv[1])
    wrong.append("files")
except PermissionError:
    pass
try:
    os.kill(os.getppid(), 0)
    wrong.append("signals")
except PermissionError:
    pass
open(place + "/out/word", "w").write("contained")
sys.exit(" ".join(wrong) or 0)
"""


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier, as this host has it.

    Parameters
    ----------
    name
        ``A``, ``A+`` or ``B``.
    state
        ``works``, ``found`` (there, but not used) or ``missing``.
    facts
        What was probed.
    findings
        Why it is missing, and how to mend it.
    """

    name: str
    state: str
    facts: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


STATES: Mapping[str, Text] = MappingProxyType(
    {
        "works": Text("works", "작동"),
        "found": Text("there, not used", "있으나 쓰지 않음"),
        "missing": Text("missing", "없음"),
    }
)
"""The states of a tier in words."""


def probe_tiers(host: HostReport) -> tuple[Tier, ...]:
    """Return every tier as this host has it.

    Parameters
    ----------
    host
        `dure.sandbox.host.probe_host`, which has tried tier A.
    """
    state = "works" if host.tier == "A" else "missing"
    first = Tier("A", state, {**host.facts, **group_facts()}, host.findings)
    return first, probe_gvisor(), probe_b()


def probe_host_in(tier: str) -> HostReport:
    """Return what this host provides in one tier: of A as `dure.sandbox.host.probe_host` says it.

    Parameters
    ----------
    tier
        ``A``, ``A+`` or ``B``.
    """
    if tier == "A":
        return probe_host()
    found = probe_b() if tier == "B" else probe_gvisor()
    bounded = "memory" in group_facts().get("control groups", "")
    facts = {
        **found.facts,
        "memory": "control group" if bounded else "resource limits and watching",
    }
    return HostReport(
        tier if found.state == "works" else "none", os.getuid(), facts, found.findings
    )


def probe_b() -> Tier:
    """Run a tiny task in tier B that tries a file and a signal, and report."""
    facts = {"landlock": f"ABI {landlock.abi()}"}
    task = python_command(["-c", _TRYING, "/etc/passwd"], packages=False, limits=_SMALL)
    try:
        outcome = run(task, tier="B")
    except SandboxError as error:
        return Tier("B", "missing", facts, (_because(error, "B"),))
    if outcome.status != "done" or outcome.outputs.get("word") != b"contained":
        return Tier("B", "missing", facts, (_BROKEN,))
    return Tier("B", "works", facts)


def probe_gvisor() -> Tier:
    """Look for gVisor's ``runsc``, and have a current one run a tiny task in tier A+."""
    found = gvisor.program()
    if found is None:
        return Tier("A+", "missing", {"runsc": "-"}, (_NO_GVISOR,))
    facts = {"runsc": gvisor.version_of(found) or "-"}
    try:
        outcome = run(python_command(["-c", _WORD], packages=False, limits=_SMALL), tier="A+")
    except SandboxError as error:
        old = error.facts.get("reason") == "old-gvisor"
        finding = _because(error, "A+") if not old else _old_gvisor(facts["runsc"])
        return Tier("A+", "found" if old else "missing", facts, (finding,))
    works = outcome.status == "done" and outcome.outputs.get("word") == b"contained"
    return Tier("A+", "works" if works else "missing", facts, () if works else (_NO_GVISOR,))


def group_facts(root: str = cgroups.ROOT) -> dict[str, str]:
    """Return which control groups are mounted, and which of the two versions bounds a run here."""
    if os.path.exists(f"{root}/cgroup.controllers"):  # noqa: PTH110
        version = "2"
    elif os.path.isdir(f"{root}/memory"):  # noqa: PTH112
        version = "1"
    else:
        return {"control groups": "not mounted"}
    group = cgroups.Cgroup(f"dure-probe-{os.getpid()}", 64 * MIB, 16, root)
    held = ", ".join(sorted(group.folders)) or "none that this user may use"
    group.remove()
    return {"control groups": f"version {version}: {held}"}


def tier_for(grade: int, profile: str, open_tier: str) -> str:
    """Return the tier that a run takes: A, but B where the policy lets it and there is no A.

    Parameters
    ----------
    grade
        Rank of the highest grade among all that the run sees.
    profile
        How the node is deployed.
    open_tier
        The lowest tier that the node's settings allow for Open data: ``A`` or ``B``.

    Raises
    ------
    SandboxError
        ``sandbox.tier-policy`` for data above Open in a node that isn't separated.

    Examples
    --------
    >>> tier_for(0, "embedded", "A")
    'A'
    """
    if grade > OPEN and profile != "separated":
        raise SandboxError("sandbox.tier-policy", rule="separated")
    if grade > OPEN or open_tier != "B" or has_a():
        return "A"  # where there is none, the refusal says what to mend
    return "B"


def has_a() -> bool:
    """Say whether this host has tier A; a no is asked again, for what was short may be there by then."""
    if not _SEEN:
        try:
            ended = run(python_command(["-c", ""], packages=False))
        except SandboxError:
            return False
        if ended.status == "done":
            _SEEN.append("A")
    return bool(_SEEN)


_SEEN: list[str] = []
"""Tiers that this process saw working."""


def _because(error: SandboxError, tier: str) -> Finding:
    return Finding(
        error.code,
        Severity.INFO,
        f"tier {tier}",
        str(error.facts.get("step", error.facts.get("part", "sandbox"))),
        Text(f"{error.what} {error.why}", f"{error.what_text.ko} {error.why_text.ko}"),
        error.next_text,
    )


_BROKEN = Finding(
    "sandbox.self-test-b",
    Severity.INFO,
    "tier B",
    "landlock",
    Text(
        "The self-test of tier B did not end as it must.",
        "격리 수준 B의 자체 점검이 정상적으로 끝나지 않았습니다.",
    ),
    Text(
        "Use tier A, or a newer kernel (Linux 6.12 on).",
        "격리 수준 A를 쓰거나 Linux 6.12 이상의 커널을 쓰십시오.",
    ),
)
_NO_GVISOR = Finding(
    "sandbox.no-gvisor",
    Severity.INFO,
    "tier A+",
    "runsc",
    Text(
        "gVisor (runsc) is not here or does not start.", "gVisor(runsc)가 없거나 시작되지 않습니다."
    ),
    Text(
        "Nothing to do: tier A does without.",
        "조치할 것이 없습니다. 격리 수준 A에는 필요하지 않습니다.",
    ),
)


def _old_gvisor(version: str) -> Finding:
    return Finding(
        "sandbox.old-gvisor",
        Severity.INFO,
        "tier A+",
        "runsc",
        Text(
            f"gVisor is here ({version}), but older than {gvisor.LEAST_RELEASE}: what was mended since is "
            "not in it, so runs don't use it.",
            f"gVisor가 있지만({version}) {gvisor.LEAST_RELEASE}보다 오래되어 이후의 수정이 빠져 있으므로 "
            "실행에 쓰지 않습니다.",
        ),
        Text(
            "Nothing to do: tier A does without. For A+ install a release of gVisor from its makers.",
            "조치할 것이 없습니다. 격리 수준 A에는 필요하지 않습니다. A+를 쓰려면 gVisor의 최신 릴리스를 "
            "설치하십시오.",
        ),
    )
