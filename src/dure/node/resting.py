"""Awake or at rest: a node is backed up, or given other keys, while none of its services runs.

Each service holds a lock in its own folder below ``run/`` as long as it lives, shared with others of
its kind (an embedded node may have several; of a separated one a second lock lets nobody be the
second). Who needs the node at rest takes both locks alone, and
waits for nobody. The kernel frees a lock when its process dies, so that a crash leaves nothing.

A separated node is put to rest by root (`dure.node.acting`).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from dure.node.acting import acting_for
from dure.node.errors import NodeError
from dure.node.home import Home
from dure.storage.errors import files

SERVICES = ("executor", "keeper")

_LOCK = "lock"
_ALONE = "alone"


def stay_awake(home: Home, process: str) -> int:
    """Say, as long as this process lives, that a service of the node runs; return the lock held.

    Parameters
    ----------
    home
        The node's home.
    process
        ``executor`` or ``keeper``.

    Raises
    ------
    NodeError
        ``node.at-rest`` while the node is backed up or given other keys; ``node.awake`` when this
        service of a separated node runs already.
    StorageError
        ``storage.file``.
    """
    descriptor = _open(home, process, _LOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if home.settings.profile == "separated":
            be_alone(home, process)
    except BlockingIOError:
        os.close(descriptor)
        raise NodeError("node.at-rest", path=home.path) from None
    except NodeError:
        os.close(descriptor)
        raise
    return descriptor


def be_alone(home: Home, process: str) -> int:
    """Return the lock that only one service of this kind can hold.

    Raises
    ------
    NodeError
        ``node.awake`` when another holds it.
    StorageError
        ``storage.file``.
    """
    descriptor = _open(home, process, _ALONE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise NodeError("node.awake", process=process) from None
    return descriptor


@contextmanager
def at_rest(home: Home) -> Iterator[None]:
    """Keep the node's services from running while the body does.

    Raises
    ------
    NodeError
        ``node.awake`` when one of them runs now, or another process keeps the node at rest;
        ``node.separated`` when it is a separated node and this process is not root's.
    StorageError
        ``storage.file``.
    """
    if home.settings.profile == "separated" and os.geteuid() != 0:
        raise NodeError("node.separated", reason="not-root")
    with ExitStack() as held:
        for process in SERVICES:
            descriptor = _open(home, process, _LOCK)
            held.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise NodeError("node.awake", process=process) from None
        yield


def _open(home: Home, process: str, name: str) -> int:
    path = home.socket(process).with_name(name)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    with acting_for(home, process), files(path):
        return os.open(path, flags, 0o600)
