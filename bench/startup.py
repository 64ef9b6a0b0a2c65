"""How long a person waits before anything happens: ``import dure`` and ``dure --help``.

``python bench/startup.py``. The peer is the same interpreter doing nothing, in the same session.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from statistics import median

COMMANDS = {
    "bare": ["-c", "pass"],
    "import": ["-c", "import dure"],
    "help": ["-c", "from dure.cli.main import run; run()", "--help"],
}


def main() -> None:
    """Print one figure a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds + 1):  # the first warms the disk's cache
        for name, arguments in COMMANDS.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
            seconds[name].append(time.perf_counter() - began)
    bare = median(seconds["bare"][1:])
    for name in ("import", "help"):
        taken = median(seconds[name][1:])
        figure = {
            "figure": f"startup.{name}",
            "over_bare_ms": round(1000 * (taken - bare), 1),
            "median_ms": round(1000 * taken, 1),
            "bare_ms": round(1000 * bare, 1),
            "rounds": rounds,
        }
        print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
