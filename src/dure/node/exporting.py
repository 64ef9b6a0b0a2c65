"""The ledger's export on its way out: a folder of static tiles, packed into a door's pipe."""

from __future__ import annotations

import os
import shutil
import tarfile
import threading
from contextlib import suppress
from pathlib import Path

from dure.governance import claims
from dure.governance.ledger.export import export_tiles
from dure.governance.ledger.log import Ledger
from dure.governance.ledger.reader import Head

EXPORT = "export-"
"""Begins the name of the folder in which an export is made."""


def stream_ledger(ledger: Ledger, folder: Path, fd: int) -> Head:
    """Write the ledger as a tar of static tiles into a pipe, in a thread, and return its head.

    Parameters
    ----------
    ledger
        The ledger.
    folder
        Where the export is made before; it is gone when the pipe is closed.
    fd
        The pipe; closed here.

    Raises
    ------
    LedgerError
        When the ledger can't be exported.
    """
    _remove_old(folder)
    place = folder / f"{EXPORT}{claims.this_process(os.urandom(4).hex())}"
    try:
        place.mkdir(mode=0o700)
        head = export_tiles(ledger, place)
    except BaseException:
        os.close(fd)
        shutil.rmtree(place, ignore_errors=True)
        raise
    threading.Thread(target=_pack, args=(place, fd), daemon=True).start()
    return head


def _pack(place: Path, fd: int) -> None:
    # The pipe is closed last: who reads to its end knows that nothing was left behind here.
    with suppress(BrokenPipeError), os.fdopen(fd, "wb") as pipe:
        try:
            with tarfile.open(fileobj=pipe, mode="w|") as tar:
                tar.add(place, arcname=".")
        finally:
            shutil.rmtree(place)


def _remove_old(folder: Path) -> None:
    """Remove what exports left whose process was killed."""
    for left in folder.glob(f"{EXPORT}*"):
        if not claims.is_alive(left.name.removeprefix(EXPORT)):
            shutil.rmtree(left, ignore_errors=True)
