"""What a sandboxed scan sees of the host besides the interpreter: the quick search's library."""

from __future__ import annotations

from dure.sandbox.runtime import package_binds
from dure.sandbox.tasks import Bind


def scan_binds() -> tuple[Bind, ...]:
    """Return what to bind beside the usual packages so that the scan is quick; () where it isn't there."""
    known = package_binds()
    return tuple(bind for bind in package_binds(("hyperscan",)) if bind not in known)
