"""A door of its own: imports one file and says what it got and how much memory it took.

python -m tests.datasets.importing_child HOME FILE LABEL
"""

from __future__ import annotations

import json
import resource
import sys
from importlib import import_module
from pathlib import Path

import dure
from tests.datasets.world import PASSPHRASE


def main(home: str, file: str, label: str) -> None:
    import_module("dure.datasets.import_")  # what modules take is not to be counted

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with dure.open(Path(home), principal="bravo.steward", passphrase=lambda: PASSPHRASE) as node:
        asset = node.datasets.import_(file, label=label)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"id": asset.id, "rss_kib": after, "grown_kib": after - before}))


if __name__ == "__main__":
    main(*sys.argv[1:])
