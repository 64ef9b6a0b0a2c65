"""The desk of the transfers room."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dure.core.labels import Label
from dure.governance.errors import GovernanceError
from dure.node.desks.assets import find_any
from dure.node.desks.exchange import ExchangeDesk
from dure.node.house import NodeHouse


class TransfersDesk:
    """Verbs on transfers."""

    def __init__(self, house: NodeHouse, exchange: ExchangeDesk) -> None:
        self.house = house
        self._exchange = exchange

    def request(self, asset: str, *, to: str, label: str) -> dict[str, Any]:
        """Ask people to have an asset sealed for another agency under a label."""
        from dure.transfers.verbs import request

        target = Label.parse(label, self.house.charter.labels)
        asked = request(self.house, find_any(self.house, asset).id, to, target)
        return self._view(asked.id)

    def seal(self, request: str) -> dict[str, Any]:
        """Have the executor seal an approved transfer, and make the envelope that takes it there.

        What is sealed already gives the same bundle and the same envelope again.
        """
        from dure.transfers.verbs import note_sealed, seal

        view = self._view(request)
        whole = str(view["id"])
        if view["state"] == "done":
            # Sealed already: a crash may have kept the envelope from being made. Nothing is done twice.
            outcome = view["outcome"]
            note_sealed(self.house, whole, outcome)
        else:
            outcome = seal(self.house, whole)
        return {**outcome, "envelope": self.send_bundle(whole, outcome)["file"]}

    def send_bundle(self, request: str, outcome: Mapping[str, object]) -> dict[str, Any]:
        """Make the envelope of a sealed bundle; the same bundle gives the same envelope."""
        chunks = self.house.release_chunks(str(outcome["bundle"]))
        return self._exchange.put(chunks, to=str(outcome["to"]), kind="bundle", key=request)

    def open(self, bundle: str | Path) -> dict[str, Any]:
        """Verify a bundle whole, offline, and take its content into our vault."""
        from dure.transfers.verbs import open as open_

        asset = open_(
            self.house, Path(bundle), self._exchange.unwrap, earlier=self.house.charters()[:-1]
        )
        entry = self.house.assets.get(asset.id)
        return {**asset.to_dict(), "name": entry.name, **entry.facts}

    def arrivals(self) -> list[str]:
        """Return the bundles that came in envelopes and lie ready to be opened."""
        folder = self.house.home.door / "arrivals"
        if not folder.is_dir():
            return []
        return [str(path) for path in sorted(folder.glob("*.dure-bundle"))]

    def _view(self, request: str) -> dict[str, Any]:
        view = self.house.links.ask("executor", "request.show", id=request)["request"]
        if view["request"]["action"] != "asset.transfer":
            raise GovernanceError("governance.unknown", part="request", name=request[:64])
        found: dict[str, Any] = view
        return found
