"""Control groups of one run, version 1 or 2, where the caller may make them.

They bound memory and processes of the whole run exactly. Without them (an ordinary user, a
read-only ``/sys/fs/cgroup``) resource limits and the launcher's own watching bound the same things
less tightly; the report of the host says which of the two it is.
"""

# The launcher imports this; pathlib would slow the start of every run.
# ruff: noqa: PTH102, PTH106, PTH110, PTH112, PTH123
from __future__ import annotations

import os
import time

ROOT = "/sys/fs/cgroup"
_TRIES = 200
_PAUSE_S = 0.005


class Cgroup:
    """One run's control groups; a controller that can't be had is left out.

    Parameters
    ----------
    name
        Folder name of this run, unused so far.
    memory_bytes, processes
        The bounds.
    root
        Where the hierarchies are mounted.
    """

    def __init__(self, name: str, memory_bytes: int, processes: int, root: str = ROOT) -> None:
        self.folders: dict[str, str] = {}
        self.version = 2 if os.path.exists(f"{root}/cgroup.controllers") else 1
        try:
            if self.version == 2:
                self._make_unified(root, name, memory_bytes, processes)
            else:
                self._make_each(root, name, memory_bytes, processes)
        except OSError:
            self.remove()

    def _make_unified(self, root: str, name: str, memory_bytes: int, processes: int) -> None:
        controllers = _read(f"{root}/cgroup.controllers").split()
        if not {"memory", "pids"} <= set(controllers):
            return
        enabled = _read(f"{root}/cgroup.subtree_control").split()
        if not {"memory", "pids"} <= set(enabled):
            _write(f"{root}/cgroup.subtree_control", "+memory +pids")
        folder = f"{root}/{name}"
        os.mkdir(folder)
        self.folders = {"memory": folder, "pids": folder}
        _write(f"{folder}/memory.max", str(memory_bytes))
        _write(f"{folder}/pids.max", str(processes))
        for file, value in (("memory.swap.max", "0"), ("memory.oom.group", "1")):
            _try_write(f"{folder}/{file}", value)

    def _make_each(self, root: str, name: str, memory_bytes: int, processes: int) -> None:
        bounds = {
            "memory": ("memory.limit_in_bytes", memory_bytes),
            "pids": ("pids.max", processes),
            "cpuacct": (None, 0),
        }
        for controller, (file, value) in bounds.items():
            parent = f"{root}/{controller}"
            if not os.path.exists(f"{parent}/cgroup.procs"):
                continue
            folder = f"{parent}{_own_path(controller, parent)}/{name}"
            os.mkdir(folder)
            self.folders[controller] = folder
            if file is not None:
                _write(f"{folder}/{file}", str(value))
        if "memory" in self.folders:
            _try_write(f"{self.folders['memory']}/memory.memsw.limit_in_bytes", str(memory_bytes))

    @property
    def bounds_memory(self) -> bool:
        """Whether the memory of the whole run is bounded here."""
        return "memory" in self.folders

    def enter(self) -> None:
        """Put the calling process, which has one thread, into the groups."""
        # Version 1 moves the calling thread alone without waiting for every processor to take
        # notice, which moving a process always does (10 to 30 ms).
        file = "cgroup.procs" if self.version == 2 else "tasks"
        for folder in dict.fromkeys(self.folders.values()):
            _write(f"{folder}/{file}", "0")

    def out_of_memory(self) -> bool:
        """Whether the kernel has killed something of this run for its memory."""
        if "memory" not in self.folders:
            return False
        file = "memory.events" if self.version == 2 else "memory.oom_control"
        return _field(f"{self.folders['memory']}/{file}", "oom_kill") > 0

    def out_of_processes(self) -> bool:
        """Whether a process was refused because there were too many."""
        return "pids" in self.folders and _field(f"{self.folders['pids']}/pids.events", "max") > 0

    def peak_bytes(self) -> int:
        """Return the largest memory seen, 0 when unknown."""
        file = "memory.peak" if self.version == 2 else "memory.max_usage_in_bytes"
        return _number(f"{self.folders.get('memory', '')}/{file}")

    def cpu_s(self) -> float | None:
        """Return the processor time of the whole run so far, or None when unknown."""
        if self.version == 2 and self.folders:
            return _field(f"{self.folders['memory']}/cpu.stat", "usage_usec") / 1e6
        if "cpuacct" in self.folders:
            return _number(f"{self.folders['cpuacct']}/cpuacct.usage") / 1e9
        return None

    def members(self) -> list[int]:
        """Return the process ids in the groups."""
        found: set[int] = set()
        for folder in dict.fromkeys(self.folders.values()):
            try:
                found.update(int(word) for word in _read(f"{folder}/cgroup.procs").split())
            except OSError:
                continue
        return sorted(found)

    def remove(self) -> None:
        """Remove the groups; the kernel needs a moment after the last process is gone."""
        for folder in dict.fromkeys(self.folders.values()):
            for _ in range(_TRIES):
                try:
                    os.rmdir(folder)
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(_PAUSE_S)
                else:
                    break
        self.folders = {}


def _own_path(controller: str, parent: str) -> str:
    """Return where this process is in the hierarchy, so that the limits around it hold on."""
    try:
        lines = _read("/proc/self/cgroup").splitlines()
    except OSError:
        return ""
    for line in lines:
        _, names, path = line.split(":", 2)
        if controller in names.split(",") and os.path.isdir(parent + path):
            return path.rstrip("/")
    return ""


def _read(path: str) -> str:
    with open(path, encoding="ascii") as file:
        return file.read()


def _write(path: str, value: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(value)


def _try_write(path: str, value: str) -> None:
    try:
        _write(path, value)
    except OSError:
        return


def _number(path: str) -> int:
    try:
        return int(_read(path))
    except (OSError, ValueError):
        return 0


def _field(path: str, name: str) -> int:
    try:
        for line in _read(path).splitlines():
            words = line.split()
            if words and words[0] == name:
                return int(words[1])
    except (OSError, ValueError):
        return 0
    return 0
