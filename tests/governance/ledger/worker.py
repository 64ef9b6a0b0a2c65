"""A process of its own for tests: appends or exports until told, or until a fault point kills it.

python worker.py append URL NAME BATCHES   acknowledges every append on standard output
python worker.py export URL DIRECTORY
"""

from __future__ import annotations

import sys
from pathlib import Path

from dure.governance.ledger.export import export_tiles
from dure.storage.database import open_database
from tests.governance.ledger.ledgers import Keys, open_ledger


def main() -> None:
    verb, url, *rest = sys.argv[1:]
    ledger = open_ledger(open_database(url), Keys())
    if verb == "export":
        export_tiles(ledger, Path(rest[0]))
        return
    name, batches = rest[0], int(rest[1])
    for batch in range(batches):
        appended = ledger.append([f"{name} {batch} {n}".encode() for n in range(1 + batch % 150)])
        print(f"{appended.first} {appended.size} {batch}", flush=True)


if __name__ == "__main__":
    main()
