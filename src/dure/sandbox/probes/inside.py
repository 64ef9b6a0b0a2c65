"""The program inside: ``python -m dure.sandbox.probes.inside NAME…`` makes the named attempts.

It reads ``/in/clues.json`` and writes ``/out/outcomes.json``, or standard output where there is no
``/out`` (a positive control, run outside the sandbox).
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path

from dure.sandbox.probes.attempt import ATTEMPTS, try_apart, try_one

MODULES = ("network", "files", "processes", "calls", "resources")
TOGETHER = "--together"
"""Makes the one attempt in this very process: what it uses is then what the run uses."""


def load() -> None:
    """Register every attempt."""
    for module in MODULES:
        importlib.import_module(f"dure.sandbox.probes.{module}")


def main(arguments: list[str], clues: Path = Path("/in/clues.json")) -> dict[str, tuple[str, str]]:
    """Make the named attempts and return what came of each."""
    load()
    known = json.loads(clues.read_text(encoding="utf-8"))
    known.setdefault("own", [])
    names = [name for name in arguments if name != TOGETHER]
    act = try_one if TOGETHER in arguments else try_apart
    return {name: act(ATTEMPTS[name], known) for name in names}


if __name__ == "__main__":
    found = json.dumps(main(sys.argv[1:]))
    Path("/out/outcomes.json").write_text(found, encoding="utf-8")
    os._exit(0)
