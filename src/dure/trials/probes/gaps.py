"""What a tier weaker than A honestly does not contain, and what it contains by watching alone.

An attempt that succeeds there is a documented gap, not an escape: it is told as something to know, with
the gap in words, and it is why data above Open never come to such a tier (`dure.sandbox.tiers`). What is
contained all the same is told as contained; what is not in this list and succeeds has escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

_PATHS = Text(
    "That a file is there, its size and its times can be seen.",
    "파일이 있다는 것과 그 크기, 시각이 보입니다.",
)
_PROCESSES = Text(
    "Numbers of the host's processes can be seen.", "호스트의 프로세스 번호가 보입니다."
)

GAPS: Mapping[str, Mapping[str, Text]] = MappingProxyType(
    {
        "A": MappingProxyType({}),
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
        "B": frozenset(
            f"resources.{what}-{place}" for what in ("fill", "litter") for place in ("tmp", "out")
        ),
    }
)
"""Tier -> what nothing bounds there, and what ends the run once it is seen: each takes a run of its own."""


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
