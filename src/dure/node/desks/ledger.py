"""The desk of the ledger."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path
from typing import Any

from dure.governance.spec import EXPORT
from dure.node.audit import verify_ledger
from dure.node.house import NodeHouse


class LedgerDesk:
    """Verbs on the ledger."""

    def __init__(self, house: NodeHouse) -> None:
        self.house = house

    def head(self) -> dict[str, Any]:
        """Return size, root and signed checkpoint."""
        return self.house.links.ask("executor", "ledger.head")

    def show(self, last: int = 20) -> list[dict[str, Any]]:
        """Return the newest entries, the newest last."""
        answer = self.house.links.ask("executor", "ledger.entries", last=last)
        found: list[dict[str, Any]] = answer["entries"]
        return found

    def export(self, folder: str | Path) -> dict[str, Any]:
        """Write the ledger as static tiles, with the charter beside them; return the checkpoint."""
        folder = Path(folder)
        with self.house.doing(EXPORT.name):
            pass
        fd, answer = self.house.links.draw("executor", "ledger.export")
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(fd, "rb") as pipe, tarfile.open(fileobj=pipe, mode="r|") as tar:
            tar.extractall(folder, filter="data")
        return {"folder": str(folder), **answer["head"]}

    def verify(self, folder: str | Path, since: str | None = None) -> dict[str, object]:
        """Verify an exported ledger of this agency against the pinned charter."""
        house = self.house
        return verify_ledger(Path(folder), house.charter, house.agency, since)
