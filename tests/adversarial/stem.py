"""Imports everything once, then forks a child for each line: ``fault <tab> verb <tab> folder``.

A child runs one verb on a copied alliance, executor and keeper inside it, and dies at the fault: all
three at the same instant, as in a power cut. Answers with each child's exit status.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

from dure.core import faults
from tests.adversarial.verbs import VERBS, load_everything
from tests.node.alliance import Alliance, services_inside


def main() -> None:
    load_everything()
    print("ready", flush=True)
    for line in sys.stdin:
        fault, verb, folder = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            _run(fault, verb, Path(folder))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(fault: str, verb: str, folder: Path) -> None:
    faults._armed = fault
    try:
        with services_inside():
            VERBS[verb].do(Alliance(folder))
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
