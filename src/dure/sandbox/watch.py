"""What a running tree of processes uses, read from ``/proc`` or from its control groups."""

# The launcher imports this; pathlib would slow the start of every run.
# ruff: noqa: PTH123
from __future__ import annotations

import os

TYPE_CHECKING = False  # importing `typing` for this would cost a tenth of the start
if TYPE_CHECKING:
    from collections.abc import Iterator

    from dure.sandbox.cgroups import Cgroup

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Usage:
    """The resident memory and processor time of one run.

    Parameters
    ----------
    root
        Process id of its first process, as the launcher sees it.
    group
        Its control groups, if any.
    """

    def __init__(self, root: int, group: Cgroup | None) -> None:
        self.root, self.group = root, group
        self._cpu_s: dict[int, float] = {}

    def resident_bytes(self) -> int:
        """Return the resident memory of all its processes; pages they share count once for each."""
        return sum(_resident_bytes(process) for process in tree(self.root))

    def cpu_s(self) -> float:
        """Return the processor time of all its processes so far, also of those that have ended."""
        known = self.group.cpu_s() if self.group is not None else None
        if known is not None:
            return known
        for process in tree(self.root):
            self._cpu_s[process] = max(self._cpu_s.get(process, 0.0), _own_cpu_s(process))
        return sum(self._cpu_s.values())


def tree(root: int) -> Iterator[int]:
    """Yield a process and all its descendants."""
    waiting, seen = [root], {root}
    while waiting:
        process = waiting.pop()
        yield process
        for child in children(process):
            if child not in seen:
                seen.add(child)
                waiting.append(child)


def children(process: int) -> list[int]:
    """Return the direct children of a process; of one that has gone, none."""
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{process}/task")
    except OSError:
        return found
    for thread in threads:
        found += [int(word) for word in _words(f"/proc/{process}/task/{thread}/children")]
    return found


def _resident_bytes(process: int) -> int:
    words = _words(f"/proc/{process}/statm")
    return int(words[1]) * _PAGE_BYTES if len(words) > 1 else 0


def _own_cpu_s(process: int) -> float:
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            words = file.read().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / _TICKS_PER_S


def _words(path: str) -> list[bytes]:
    try:
        with open(path, "rb") as file:
            return file.read().split()
    except OSError:
        return []
