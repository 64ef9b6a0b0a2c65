"""The desk of the transfers room."""

from __future__ import annotations

from dure.node.desks.exchange import ExchangeDesk
from dure.node.house import NodeHouse


class TransfersDesk:
    """Verbs on transfers."""

    def __init__(self, house: NodeHouse, exchange: ExchangeDesk) -> None:
        self.house = house
        self._exchange = exchange
