"""Notices: what the node's operator did while the executor did not run, for it to write down.

Each is a small file in the executor's own folder, which only the executor and the operator can
write to. The executor takes them into the ledger when it next starts, in their order; each names
itself, so that a crash between the ledger and the removal of the file writes nothing twice.
"""

from __future__ import annotations

import os
import time

from dure.core import faults
from dure.core.canonical import canonical_json, parse_canonical
from dure.core.times import write_time
from dure.governance.events import Event
from dure.governance.executor import Executor
from dure.node.files import read_file, write_file
from dure.node.home import Home
from dure.storage.errors import files

FOLDER = "executor/notices"

_ID_BYTES = 8


def leave(home: Home, type_: str, **detail: object) -> None:
    """Leave a notice.

    Parameters
    ----------
    home
        The node's home.
    type_
        One of `dure.governance.events.OPERATED`.
    **detail
        Canonical values that explain it; the time and the notice's own name are added.

    Raises
    ------
    StorageError
        ``storage.file``, ``storage.no-space``; nothing was left then.
    """
    folder = home.path / FOLDER
    with files(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
    name = os.urandom(_ID_BYTES).hex()
    told = {"type": type_, "detail": {**detail, "at": write_time(time.time()), "notice": name}}
    write_file(folder / f"{time.time_ns():020}-{name}.json", canonical_json(told), mode=0o600)


def deliver(home: Home, executor: Executor) -> None:
    """Have the executor write every notice into the ledger, and remove it.

    Raises
    ------
    GovernanceError
        ``governance.event``, ``governance.request`` for a notice that is none.
    """
    folder = home.path / FOLDER
    for file in sorted(folder.glob("*.json")):
        told = parse_canonical(read_file(file))
        executor.note(Event(str(told["type"]), detail=told["detail"]))
        faults.point("notice.written")
        file.unlink(missing_ok=True)
    for left in folder.glob(".*.partial"):
        left.unlink(missing_ok=True)  # from a crash
