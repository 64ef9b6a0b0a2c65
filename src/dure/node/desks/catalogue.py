"""The desk of the catalogue: what there is in the alliance, where it comes from, and who may know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dure.governance.errors import GovernanceError
from dure.node.desks.assets import find, visible
from dure.node.desks.exchange import ExchangeDesk
from dure.node.house import NodeHouse

if TYPE_CHECKING:
    from dure.datasets.lineage import Lineage


class CatalogueDesk:
    """Verbs on what is known of data sets, here and elsewhere."""

    def __init__(self, house: NodeHouse, exchange: ExchangeDesk) -> None:
        self.house = house
        self._exchange = exchange

    def search(
        self, words: str = "", *, agency: str = "", purpose: str = ""
    ) -> list[dict[str, Any]]:
        """Return the data sets that the words find and the principal may see; see `search.search`."""
        from dure.datasets.search import search

        seen = visible(self.house, purpose, withdrawn=True)
        return [hit.to_dict() for hit in search(self.house, seen, words, agency=agency)]

    def lineage(self, asset: str) -> Lineage:
        """Return what an asset was made of and what was made of it; see `lineage.lineage`."""
        from dure.datasets.lineage import lineage

        seen = visible(self.house, withdrawn=True)
        return lineage(self.house, seen, find(self.house, asset, "", withdrawn=True).id)

    def request_publish(self, dataset: str, to: Sequence[str]) -> dict[str, Any]:
        """Open a request to make a data set known to other agencies."""
        from dure.datasets.publish.verbs import request_publication

        asset = find(self.house, dataset, "dataset")
        request = request_publication(self.house, asset.id, to)
        return self._request(request.id)

    def publish(self, request: str) -> dict[str, Any]:
        """Have the executor publish what was approved, and make an envelope for each agency.

        What is published already gives the same page and the same envelopes again.
        """
        from dure.datasets.publish.act import PAYLOAD_KIND
        from dure.datasets.publish.verbs import description
        from dure.datasets.spec import PUBLISH

        whole = self._request(request)
        if whole["request"]["action"] != PUBLISH.name:
            raise GovernanceError("governance.unknown", part="request", name=request[:64])
        outcome = whole["outcome"] if whole["state"] == "done" else self.house.execute(whole["id"])
        head = b"".join(self.house.release_chunks(str(outcome["file"])))
        page = head + description(self.house, str(outcome["source_asset"]))
        sent = [
            self._exchange.put(page, to=agency, kind=PAYLOAD_KIND, key=f"{whole['id']} {agency}")
            for agency in whole["request"]["arguments"]["to"]
        ]
        return {**outcome, "envelopes": [envelope["file"] for envelope in sent]}

    def page(self, page: str) -> dict[str, Any]:
        """Return another agency's page, to somebody who has acknowledged its conditions."""
        from dure.datasets.publish.verbs import open_page
        from dure.datasets.search import PAGE

        found = open_page(self.house, find(self.house, page, PAGE, withdrawn=True).id)
        return {
            "agency": found.agency,
            "dataset": found.dataset,
            "label": str(found.label),
            "published": found.published,
            "croissant": dict(found.croissant),
        }

    def acknowledge(self, page: str) -> Mapping[str, Any]:
        """Note that the principal has read a page's conditions, and return them."""
        from dure.datasets.publish.verbs import acknowledge
        from dure.datasets.search import PAGE

        return acknowledge(self.house, find(self.house, page, PAGE, withdrawn=True).id)

    def _request(self, request: str) -> dict[str, Any]:
        whole: dict[str, Any] = self.house.links.ask("executor", "request.show", id=request)
        return dict(whole["request"])
