"""What a tier other than A honestly does not contain, and what ends the run rather than failing.

An attempt that succeeds there is documented, no escape: it is told as something to know, in words. In B
these are gaps, and why data above Open never come there (`dure.sandbox.tiers`); in A+ they reach gVisor's
own kernel, which is the run's alone, and not the host's. What is contained all the same is told as
contained; what is not in this list and succeeds has escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

_PATHS = Text(
    "That a file is there, its size and its times can be seen.",
    "파일이 있다는 것과 그 크기, 시각이 보입니다.",
)
_OWN_KERNEL = Text(
    "It reaches gVisor's own kernel, which is this run's alone, not the host's.",
    "호스트가 아니라 이 실행만의 gVisor 커널에 닿습니다.",
)
_OWN_MEMORY = Text(
    "It is memory of the run, and counted as such.", "실행의 메모리이며 그렇게 집계됩니다."
)
_PROCESSOR = Text(
    "Kind and features of the host's processor can be seen.",
    "호스트 프로세서의 종류와 기능이 보입니다.",
)
_PROCESSES = Text(
    "Numbers of the host's processes can be seen.", "호스트의 프로세스 번호가 보입니다."
)

GAPS: Mapping[str, Mapping[str, Text]] = MappingProxyType(
    {
        "A": MappingProxyType({}),
        "A+": MappingProxyType(
            {
                **dict.fromkeys(
                    (
                        *("files.devices", "files.host-kernel-command", "files.host-load"),
                        *("files.host-processor-use", "files.host-settings", "files.host-uptime"),
                        *("files.host-version", "processes.descriptors-of-first-process"),
                        *("processes.spare-from-oom", "files.host-control-groups"),
                    ),
                    _OWN_KERNEL,
                ),
                "files.host-processors": _PROCESSOR,
                "processes.huge-pages": _OWN_MEMORY,
                "resources.fill-dev": _OWN_MEMORY,
            }
        ),
        "B": MappingProxyType(
            {
                "files.host-file-is-there": _PATHS,
                "files.size-of-host-file": _PATHS,
                "processes.see-host": _PROCESSES,
            }
        ),
    }
)
"""Tier -> name of a probe -> what the tier does not contain."""

WATCHED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "A": frozenset(),
        "A+": frozenset({"resources.processes", "resources.threads"}),
        "B": frozenset(
            f"resources.{what}-{place}" for what in ("fill", "litter") for place in ("tmp", "out")
        ),
    }
)
"""Tier -> what is not refused there but ends the run: each takes a run of its own."""


def judged_in(tier: str, name: str, outcome: str, seen: str) -> tuple[str, str]:
    """Return outcome and words of an attempt in a tier: what is a documented gap there has not escaped.

    Examples
    --------
    >>> judged_in("B", "processes.see-host", "escaped", "sees a process of the host")
    ('informational', 'sees a process of the host')
    >>> judged_in("A", "processes.see-host", "escaped", "sees a process of the host")[0]
    'escaped'
    """
    if outcome == "escaped" and name in GAPS[tier]:
        return "informational", seen
    return outcome, seen
