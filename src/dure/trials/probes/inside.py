"""The program inside: ``python -m dure.trials.probes.inside CLUES`` makes the attempts of its clues.

It reads a file of clues and writes ``/out/outcomes.json``, or to where the clues say (a positive
control, run outside the sandbox). Each attempt is made in a forked child with its own time, so that
what one does to itself ends with it; with `TOGETHER` the one attempt is made in this very process, for
what it uses is then what the run uses.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from dure.trials.probes.attempt import ATTEMPTS, NAIVE, PLACE, Clues, try_apart, try_one

TOGETHER = "together"
APART = "apart"
OUTSIDE = "outside"
FAMILIES = (
    *("network", "files", "processes", "calls", "resources"),
    *("outputs", "parsers", "archives", "models", "channels", "results"),
)

Seen = dict[str, tuple[str, str]]


def load(families: Iterable[str] = FAMILIES) -> None:
    """Register every attempt of some families."""
    for family in families:
        importlib.import_module(f"dure.trials.probes.{family}")


def main(clues: Clues) -> Seen:
    """Make the attempts that the clues name and return what came of each.

    Parameters
    ----------
    clues
        ``names`` of the attempts, ``how`` they are made (`APART`, `TOGETHER`, or `OUTSIDE` the sandbox,
        where the careless way is taken when there is one), and what each needs to know.
    """
    names: list[str] = clues["names"]
    broken = _load_each({name.partition(".")[0] for name in names})
    known = {"own": [], **clues}
    if clues.get("leave"):
        importlib.import_module("dure.trials.probes.files").leave(known)
    acts = {**ATTEMPTS, **NAIVE} if clues["how"] == OUTSIDE else ATTEMPTS
    act = try_one if clues["how"] == TOGETHER else try_apart
    return {name: act(acts[name], known) if name in acts else broken for name in names}


def _load_each(families: Iterable[str]) -> tuple[str, str]:
    """Load families; one that can't be loaded leaves its own attempts unprobed, and no others."""
    broken = "unprobed", "no such attempt"
    for family in families:
        try:
            load([family])
        except ImportError as error:
            broken = "unprobed", f"{type(error).__name__}: {error}"[:80]
    return broken


def run(path: str) -> None:
    """Make the attempts of a file of clues and write what came of each."""
    clues = json.loads(Path(path).read_text(encoding="utf-8"))
    clues |= {name: PLACE + clues[name] for name in ("out", "scratch") if name in clues}
    out = Path(clues["out"])
    if clues.get("honest"):
        (out / "honest").write_text("honest", encoding="ascii")
    outcomes = out / "outcomes.json"
    outcomes.touch()  # what follows may take every name that there is room for
    outcomes.write_text(json.dumps(main(clues)), encoding="utf-8")


if __name__ == "__main__":
    run(sys.argv[1])
    os._exit(0)
