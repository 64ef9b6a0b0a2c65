"""Whether this host can provide the sandbox: found out by really running a tiny task in it."""

from __future__ import annotations

import os
import platform
import sys

from dure.core.findings import Finding, Severity
from dure.core.text import Text
from dure.sandbox.box import run
from dure.sandbox.bubblewrap import program
from dure.sandbox.errors import SandboxError
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import MIB, HostReport, Limits, Outcome

_SUBJECT = "host"
_WORD = b"contained"
_SCRIPT = r"""
import os, sys
status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines())
open("/out/word", "w").write("contained")
own = os.listdir("/proc/self/fd")
wrong = [
    name
    for name, right in (
        ("no_new_privs", status["NoNewPrivs"] == "1"),
        ("seccomp", status["Seccomp"] == "2"),
        ("capabilities", int(status["CapBnd"], 16) == 0),
        ("descriptors", len(own) <= 4),
        ("root", not os.access("/", os.W_OK)),
    )
    if not right
]
sys.exit(" ".join(wrong) or 0)
"""


def probe_host() -> HostReport:
    """Run a tiny task in the sandbox and report what this host provides.

    Nothing is raised: a host without the sandbox is a finding, with what to mend.

    Returns
    -------
    HostReport
        Tier ``A``, or ``none`` with a finding of severity error.

    Examples
    --------
    >>> probe_host().tier
    'A'
    """
    facts = {
        "kernel": platform.release(),
        "python": sys.version.split()[0],
        "user": "root, dropped to a throw-away user" if os.geteuid() == 0 else "ordinary",
    }
    try:
        facts["bubblewrap"] = program()[0]
        outcome = run(python_command(["-c", _SCRIPT], packages=False, limits=_small()))
    except SandboxError as error:
        return HostReport("none", os.getuid(), facts, (_missing(error),))
    if outcome.status != "done" or dict(outcome.outputs) != {"word": _WORD}:
        return HostReport("none", os.getuid(), facts, (_broken(outcome),))
    bounded = outcome.peak_bytes > 0 and os.geteuid() == 0
    facts["memory"] = "control group" if bounded else "resource limits and watching"
    return HostReport("A", os.getuid(), facts, () if bounded else (_LOOSE,))


def _small() -> Limits:
    return Limits(wall_s=20, cpu_s=10, memory_bytes=256 * MIB, tmp_bytes=MIB, output_bytes=MIB)


def _missing(error: SandboxError) -> Finding:
    return Finding(
        code=error.code,
        severity=Severity.ERROR,
        subject=_SUBJECT,
        locator=str(error.facts.get("step", error.facts.get("part", "sandbox"))),
        words=Text(f"{error.what} {error.why}", f"{error.what_text.ko} {error.why_text.ko}"),
        next_step=error.next_text,
    )


def _broken(outcome: Outcome) -> Finding:
    return Finding(
        code="sandbox.self-test",
        severity=Severity.ERROR,
        subject=_SUBJECT,
        locator=outcome.cause or "outputs",
        words=Text(
            "The self-test of the sandbox did not end as it must.",
            "격리 실행 환경의 자체 점검이 정상적으로 끝나지 않았습니다.",
        ),
        next_step=Text(
            "Update the kernel and bubblewrap, then run dure node doctor again.",
            "커널과 bubblewrap을 갱신한 뒤 dure node doctor를 다시 실행하십시오.",
        ),
    )


_LOOSE = Finding(
    code="sandbox.no-control-group",
    severity=Severity.NOTICE,
    subject=_SUBJECT,
    locator="memory",
    words=Text(
        "Memory and processes of a run are bounded by resource limits and by watching it, because "
        "this user may not make control groups.",
        "이 사용자는 제어 그룹을 만들 수 없어, 실행의 메모리와 프로세스를 자원 한도와 감시로 제한합니다.",
    ),
    next_step=Text(
        "For exact bounds run the node's trials service as root, or delegate a control group to it.",
        "정확히 제한하려면 노드의 시험 서비스를 root로 실행하거나 제어 그룹을 위임하십시오.",
    ),
)
