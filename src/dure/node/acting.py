"""Acting for a part of a separated node: what belongs to another uid is done with that uid's rights.

Root backs a separated node up, restores it and gives it other keys, but its folders belong to the
door, the executor and the keeper, and each of them may have been taken over. So root opens none of
their stores and keys itself. There are two ways:

- `acting_for`: this process takes the uid for a moment, to make or open a plain file. What is made
  then belongs to the part, and a link that was planted there leads nowhere that the part could not
  go itself.
- `at_work`: a process that becomes the uid for good opens the store or the key, and does the work
  there. What it is told comes through an inherited socket, never in its arguments or environment.

An embedded node has one uid: the same work is done in this process.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from dure.core.rooms import load
from dure.node import wire
from dure.node.errors import NodeError
from dure.node.home import Home, Settings
from dure.node.service import Operation, Service
from dure.node.users import group_of
from dure.sandbox.kernel import die_with_parent
from dure.storage.hardening import harden

PARTS = ("door", "executor", "keeper")
WORK: Mapping[str, str] = MappingProxyType(
    {
        "store.make": "dure.node.stores:make",
        "store.dump": "dure.node.stores:dump",
        "store.vacate": "dure.node.stores:vacate",
        "store.fill": "dure.node.stores:fill",
        "store.empty": "dure.node.stores:empty",
        "store.settle": "dure.node.stores:settle",
        "numbers.skip": "dure.node.stores:skip_numbers",
        "vault.create": "dure.node.stores:create_vault",
        "vault.examine": "dure.node.rekeying:examine",
        "vault.rotate": "dure.node.rekeying:rotate",
        "vault.recover": "dure.node.rekeying:recover",
        "vault.backup-key": "dure.node.stores:open_for_backup",
        "vault.reach": "dure.node.shelves:reach",
        "pages.marked": "dure.node.shelves:marked",
        "pages.list": "dure.node.shelves:listed",
        "pages.read": "dure.node.shelves:read",
    }
)
"""What a part can be asked to do -> the function that does it: ``(home, fd, **told) -> dict``."""

END_S = 30.0

_ROOT = frozenset({"root"})


class Ask(Protocol):
    """Has a part do a piece of work, with an open file if it takes one; returns plain values."""

    def __call__(self, work: str, fd: int | None = None, **told: Any) -> dict[str, Any]:
        """Return what the work gave; raise what it was refused with."""


def do(home: Home, work: str, fd: int | None = None, **told: Any) -> dict[str, Any]:
    """Do a piece of work in this process.

    Raises
    ------
    DureError
        As the work says.
    """
    done: dict[str, Any] = load(WORK[work])(home, fd, **told)
    return done


def here(home: Home) -> Ask:
    """Return what has work done by this process."""
    return partial(do, home)


@contextmanager
def at_work(home: Home, part: str) -> Iterator[Ask]:
    """Give what has the work of a part done by its own process; of an embedded node, by this one.

    Parameters
    ----------
    home
        The node's home.
    part
        ``door``, ``executor`` or ``keeper``.

    Raises
    ------
    NodeError
        ``node.separated`` when the part's uid can't run this interpreter.
    """
    if home.settings.profile != "separated":
        yield here(home)
        return
    ours, theirs = socket.socketpair()
    uid = uid_of(home.settings, part)
    with ours:
        with theirs:
            words = ["dure.node.acting", "--part", part, "--channel", str(theirs.fileno())]
            child = start_as(uid, words, [theirs.fileno()])
        try:
            yield partial(_ask, home, part, child, ours)
        finally:
            ours.close()
            try:
                child.wait(END_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def start_as(
    uid: int, words: Sequence[str], descriptors: Sequence[int], python: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a module of ours under a uid, for good; as this one when this process is not root.

    Parameters
    ----------
    uid
        User and group that the process has, and no other groups.
    words
        The module and its arguments.
    descriptors
        What it inherits.
    python
        Interpreter that the uid can run; this one by default.

    Raises
    ------
    NodeError
        ``node.separated`` when the uid can't run it.
    """
    root, program = os.geteuid() == 0, str(python or sys.executable)
    try:
        return subprocess.Popen(  # our own module
            # -P: the current folder may be the door's, and nothing is imported from there.
            [program, "-P", "-m", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=descriptors,
            user=uid if root else None,
            group=group_of(uid) if root else None,
            extra_groups=[] if root else None,
            umask=0o077,
        )
    except OSError as error:
        raise no_interpreter(uid, python) from error


def no_interpreter(uid: int, python: Path | None = None) -> NodeError:
    """Return the error for an interpreter that a uid can't run dure with."""
    program = python or sys.executable
    return NodeError("node.separated", reason="interpreter", program=program, uid=uid)


def uid_of(settings: Settings, part: str) -> int:
    """Return the uid of a part of a separated node."""
    uid: int = getattr(settings, f"{part}_uid")
    return uid


@contextmanager
def acting_for(home: Home, part: str) -> Iterator[None]:
    """Act with the uid of a part of a separated node while the body runs; takes root.

    Parameters
    ----------
    home
        The node's home; nothing changes for an embedded one.
    part
        ``door``, ``executor`` or ``keeper``.
    """
    if home.settings.profile != "separated" or os.getuid() != 0:
        yield
        return
    uid, before = uid_of(home.settings, part), (os.geteuid(), os.getegid(), os.getgroups())
    _become(uid, group_of(uid), [])
    try:
        yield
    finally:
        _become(*before)


def _become(uid: int, gid: int, groups: list[int]) -> None:
    os.seteuid(0)  # only root may change its groups, and go from one part to another
    os.setgroups(groups)
    os.setegid(gid)
    os.seteuid(uid)


def refuse_closed_way(home: Home) -> None:
    """Refuse a place that the processes of a separated node can't reach.

    Raises
    ------
    NodeError
        ``node.separated`` with the first folder above the home that one of them can't pass.
    """
    if home.settings.profile != "separated":
        return
    for part in PARTS:
        with acting_for(home, part):
            for folder in reversed(home.path.parents):
                if not os.access(folder, os.X_OK, effective_ids=True):
                    uid = uid_of(home.settings, part)
                    raise NodeError("node.separated", reason="closed-folder", path=folder, uid=uid)


def _ask(
    home: Home,
    part: str,
    child: subprocess.Popen[bytes],
    channel: socket.socket,
    work: str,
    fd: int | None = None,
    **told: Any,
) -> dict[str, Any]:
    place = {"path": str(home.path), "settings": asdict(home.settings)}
    try:
        return wire.call(channel, {"op": work, "home": place, "told": told}, fd)
    except NodeError as error:
        if error.code != "node.process" or error.facts.get("reason") == "defect":
            raise
        status = child.wait(END_S)
        if status == 1:  # what an interpreter ends with that can't read dure
            raise no_interpreter(uid_of(home.settings, part)) from error
        raise NodeError("node.process", process=part, reason="ended", status=status) from error


def main() -> None:
    """Do what is asked through the inherited channel, until it is closed."""
    parser = argparse.ArgumentParser(prog="dure.node.acting")
    parser.add_argument("--part", choices=PARTS, required=True)
    parser.add_argument("--channel", type=int, required=True)
    options = parser.parse_args()
    die_with_parent(os.getppid())
    harden()
    operations = {name: Operation(partial(_do, name), _ROOT) for name in WORK}
    channel = socket.socket(fileno=options.channel)
    Service(options.part, operations).serve_channel(channel, "root")


def _do(work: str, message: dict[str, Any], fd: int | None, _: str) -> dict[str, Any]:
    place = message["home"]
    home = Home(Path(place["path"]), Settings(**place["settings"]))
    try:
        return do(home, work, fd, **message["told"])
    finally:
        if fd is not None:
            with suppress(OSError):
                os.close(fd)


if __name__ == "__main__":
    main()
