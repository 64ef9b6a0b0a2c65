"""The desk of benchmarks: their versions, and the cards by which other agencies get to know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dure.core.labels import ALL
from dure.governance.errors import GovernanceError
from dure.node.desks.assets import find, rows, visible
from dure.node.desks.exchange import ExchangeDesk
from dure.node.desks.transfers import TransfersDesk
from dure.node.house import NodeHouse
from dure.storage.tables import ASSETS

if TYPE_CHECKING:
    from dure.trials.definition import Definition
    from dure.trials.offering.card import Card

MOST_VALUES = 1_000_000
_ROWS = 1_000


class BenchmarksDesk:
    """Verbs on benchmarks."""

    def __init__(self, house: NodeHouse, exchange: ExchangeDesk) -> None:
        self.house = house
        self._exchange = exchange

    def list(self) -> list[dict[str, Any]]:
        """Return every version of every benchmark that may be seen here, those of a name in order."""
        from dure.datasets.versions.series import version_of
        from dure.trials import view

        found = view.benchmarks(self.house)
        where = visible(self.house) & ASSETS.c.id.in_(sorted(row["asset_id"] for row in found))
        seen = {entry.asset.id for entry in self.house.assets.find(where)}
        told = [
            {
                **row,
                "dataset_name": self.house.assets.get(row["dataset_id"]).name,
                "dataset_version": version_of(self.house, row["dataset_id"]).number,
            }
            for row in found
            if row["asset_id"] in seen
        ]
        return sorted(told, key=lambda row: (row["name"], row["version"]))

    def cards(self) -> Sequence[dict[str, Any]]:
        """Return the benchmark cards that may be read here: ours, and those that others sent."""
        from dure.trials.offering.offer import KIND

        return rows(self.house, KIND)

    def offer(self, benchmark: str, *, to: str, label: str = "") -> dict[str, Any]:
        """Write a benchmark's card, and ask people that it may go to another agency.

        Without a label it keeps the benchmark's own, but that agency may have it too.
        """
        from dure.trials.offering.offer import write_card

        card = write_card(self.house, benchmark)
        wanted = card.label
        if to not in {member.agency for member in self.house.charter.members}:
            raise GovernanceError("governance.unknown", part="agency", name=to[:64])
        if wanted.releasable != ALL:
            wanted = replace(wanted, releasable=wanted.releasable | {to})
        transfers = TransfersDesk(self.house, self._exchange)
        return {"card": card.id, **transfers.request(card.id, to=to, label=label or str(wanted))}

    def card(self, card: str) -> Card:
        """Return a sealed card, to somebody who may read it."""
        from dure.trials.offering.offer import KIND, open_card

        return open_card(self.house, find(self.house, card, KIND).id)

    def close(self, benchmark: str, *, reason: str) -> Mapping[str, Any]:
        """Close a version of a benchmark: nothing new is run on it."""
        from dure.trials.versions import close

        row = close(self.house, benchmark, reason)
        return {
            name: row[name]
            for name in ("name", "version", "closed_at", "closed_by", "closed_reason")
        }


def dummy_rows(house: NodeHouse, dataset: str, definition: Definition) -> Callable[[], bytes]:
    """Return what makes the dummy rows of a benchmark's columns, from the data set's document alone.

    It gives nothing where the document tells of no such columns (images, for one).
    """

    def make() -> bytes:
        from dure.datasets.catalogue import describe
        from dure.datasets.dummy.chosen import chosen_rows
        from dure.trials.offering.card import MOST_DUMMY
        from dure.trials.tasks import OF_IMAGES, Predicted

        if definition.places or definition.task in OF_IMAGES:
            # Rows of chance would be no scenes and no pictures; whoever checks makes up better ones.
            return b""
        columns = [*definition.features, definition.target]
        classes = definition.task.predicts is Predicted.CLASS
        try:
            made = chosen_rows(
                describe(house, dataset),
                columns,
                few=[definition.target] * classes + [definition.series],
                whole=[definition.time],
                rows=min(_ROWS, MOST_VALUES // len(columns)),
            )
        except ValueError:
            return b""
        return made if len(made) <= MOST_DUMMY else b""

    return make
