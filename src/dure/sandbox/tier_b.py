"""Tier B, the caller's side: landlock, system-call filter and resource limits, without namespaces.

For a host where namespaces can't be had. What is different from tier A: paths. Nothing can be mounted,
so all that a task knows as ``/in``, ``/out``, ``/tmp``, ``/py`` and so on lies in a folder of the run that
``DURE_PLACE`` names (`dure.sandbox.places`); what is bound is a link there.

It contains: reading and writing any other file, network, signals to and memory of other processes,
processor time, memory, number of processes. It does **not** contain: seeing that a file is there, its
size and times; the processes of its own run after the launcher itself
was killed; exactly bounded space for files (it is watched); a private memory for files, which others of
the same user could open while it runs. That is why it is for Open data alone, and only by policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dure.sandbox import landlock
from dure.sandbox.seccomp import narrow_filter
from dure.sandbox.tasks import Bind, Task

PLACE = "DURE_PLACE"
_FOLDER = "/dev/shm"  # noqa: S108 (memory, and a name in it that nobody guesses)
_HOSTS_OWN = ("/lib", "/usr/", "/etc/", "/sys/")
_OWN_PATHS = ("/in", "/out", "/tmp")  # noqa: S108


def changed(plan: dict[str, object], task: Task) -> dict[str, object]:
    """Return a plan for tier A, changed for tier B.

    Parameters
    ----------
    plan
        `dure.sandbox.launching.plan_of` the task.
    task
        What is run.
    """
    place = f"{_FOLDER}/{plan['name']}"
    links = _links(task)
    tops = frozenset([*_OWN_PATHS, *(f"/{target.split('/')[1]}" for target, _ in links)])
    environment = {
        name: ":".join(_moved(part, place, tops) for part in value.split(":"))
        for name, value in task.environment.items()
    }
    return plan | {
        "tier": "B",
        "place": place,
        "links": links,
        "seccomp": narrow_filter(),
        "allowed": list(_allowed(task)),
        "argv": [_moved(word, place, tops) for word in task.argv],
        "environment": environment | {PLACE: place},
    }


def _links(task: Task) -> list[tuple[str, str]]:
    """Return where in the run's folder a link stands for what is bound: only what is bound has a name."""
    return [
        (bind.target, str(bind.source))
        for bind in task.binds
        if not bind.target.startswith(_HOSTS_OWN)
    ]


def _moved(word: str, place: str, tops: frozenset[str]) -> str:
    return f"{place}{word}" if f"/{word[1:].partition('/')[0]}" in tops else word


def _allowed(task: Task) -> Iterator[tuple[str, int]]:
    for bind in task.binds:
        if bind.target.startswith(_HOSTS_OWN):
            yield bind.target, landlock.READ  # the host's own, for nothing can be put in its place
        if bind.hidden:
            yield from _but(bind)
        else:
            yield str(bind.source), landlock.READ


def _but(bind: Bind) -> Iterator[tuple[str, int]]:
    """Yield a folder's entries but the hidden ones: what is allowed once can't be taken away below."""
    yield str(bind.source), landlock.LIST
    for entry in sorted(Path(bind.source).iterdir()):
        if entry.name not in bind.hidden:
            yield str(entry), landlock.READ
