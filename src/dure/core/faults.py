"""Fault points: places where a test may kill the process, to see what a crash leaves behind.

A point does nothing unless the environment variable ``DURE_FAULT`` names it (``name`` or
``name:n`` for its n-th passing). Then the process kills itself with SIGKILL, so that no handler,
no ``finally`` and no buffer gets another chance, exactly as in a power cut.
"""

from __future__ import annotations

import os
import signal

_passed: dict[str, int] = {}
_armed = os.environ.get("DURE_FAULT", "")


def point(name: str) -> None:
    """Die here when the environment says so.

    Parameters
    ----------
    name
        Dotted name of the step that has just been completed, such as ``vault.page.written``.
    """
    if not _armed:
        return
    wanted, _, nth = _armed.partition(":")
    if wanted != name:
        return
    _passed[name] = _passed.get(name, 0) + 1
    if _passed[name] >= int(nth or "1"):
        os.kill(os.getpid(), signal.SIGKILL)
