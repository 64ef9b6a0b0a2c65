"""A door of its own: imports one file and says what it got and how much memory it took.

python -m tests.datasets.importing_child HOME FILE LABEL
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import dure
from tests.datasets.world import PASSPHRASE


def kib(name: str) -> int:
    """Return a figure of this process's memory (``getrusage`` would remember who started it)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(f"{name}:")[1].split()[0])


def main(home: str, file: str, label: str) -> None:
    import_module("dure.datasets.import_")  # what modules take is not to be counted

    before = kib("VmRSS")
    with dure.open(Path(home), principal="bravo.steward", passphrase=lambda: PASSPHRASE) as node:
        asset = node.datasets.import_(file, label=label)
    after = kib("VmHWM")
    print(json.dumps({"id": asset.id, "rss_kib": after, "grown_kib": after - before}))


if __name__ == "__main__":
    main(*sys.argv[1:])
