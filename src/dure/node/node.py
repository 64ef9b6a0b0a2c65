"""One agency's node: what ``dure.open()`` gives. It introduces the rooms to each other.

Each room's verbs are methods of a small desk (``node.datasets.import_``); the rules are the rooms'
own. Nothing here decides anything.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from dure.governance.charter import SignedCharter
from dure.node.desks.benchmarks import BenchmarksDesk
from dure.node.desks.catalogue import CatalogueDesk
from dure.node.desks.datasets import DatasetsDesk
from dure.node.desks.decisions import DecisionsDesk
from dure.node.desks.exchange import ExchangeDesk
from dure.node.desks.jobs import JobsDesk
from dure.node.desks.ledger import LedgerDesk
from dure.node.desks.transfers import TransfersDesk
from dure.node.desks.trials import TrialsDesk
from dure.node.home import open_home
from dure.node.house import NodeHouse
from dure.node.links import Links

if TYPE_CHECKING:
    from dure.storage.passphrases import Passphrase


def node_passphrase() -> Passphrase:
    """Return the passphrase from the file that ``DURE_PASSPHRASE_FILE`` names, else ask for it."""
    from dure.storage.passphrases import Passphrase

    named = os.environ.get("DURE_PASSPHRASE_FILE")
    if named:
        return Passphrase.from_file(Path(named))
    return Passphrase.from_prompt("Passphrase of the node's keys: ")


class Node:
    """A node, opened for one principal.

    Parameters
    ----------
    house
        The node as its rooms see it.

    Examples
    --------
    >>> node = dure.open("coast-node/")                              # doctest: +SKIP
    >>> node.datasets.import_("ais.csv", label="coast//O// REL coast FOR trial")  # doctest: +SKIP
    """

    def __init__(self, house: NodeHouse) -> None:
        self.house = house

    @cached_property
    def datasets(self) -> DatasetsDesk:
        """Verbs on data sets."""
        return DatasetsDesk(self.house)

    @cached_property
    def catalogue(self) -> CatalogueDesk:
        """Verbs on what is known of data sets, here and elsewhere."""
        return CatalogueDesk(self.house, self.exchange)

    @cached_property
    def trials(self) -> TrialsDesk:
        """Verbs on trials."""
        return TrialsDesk(self.house, self.exchange)

    @cached_property
    def benchmarks(self) -> BenchmarksDesk:
        """Verbs on benchmarks, and on the cards that tell of them."""
        return BenchmarksDesk(self.house, self.exchange)

    @cached_property
    def jobs(self) -> JobsDesk:
        """Verbs on trials that wait in a queue."""
        return JobsDesk(self.house)

    @cached_property
    def decisions(self) -> DecisionsDesk:
        """Verbs on decisions."""
        return DecisionsDesk(self.house)

    @cached_property
    def transfers(self) -> TransfersDesk:
        """Verbs on transfers."""
        return TransfersDesk(self.house, self.exchange)

    @cached_property
    def exchange(self) -> ExchangeDesk:
        """Verbs on envelopes."""
        return ExchangeDesk(self.house)

    @cached_property
    def ledger(self) -> LedgerDesk:
        """Verbs on the ledger."""
        return LedgerDesk(self.house)

    def acting_as(self, principal: str) -> Node:
        """Return the same node for another principal of the agency; both share its services."""
        return Node(NodeHouse(self.house.home, self.house.links, principal))

    def pin_charter(self, signed: SignedCharter) -> None:
        """Pin a charter in every process of this node.

        Raises
        ------
        GovernanceError
            When too few agencies signed it, or it does not follow the pinned one.
        """
        self.house.pin_charter(signed)

    def status(self) -> dict[str, Any]:
        """Return what the node is and holds."""
        house = self.house
        settings = house.home.settings
        found: dict[str, Any] = {
            "home": str(house.home.path),
            "agency": settings.agency,
            "profile": settings.profile,
            "suite": settings.suite,
        }
        charter = house.charter
        found |= {
            "alliance": charter.alliance,
            "charter": f"{charter.version}@{charter.digest()}",
            "members": [member.agency for member in charter.members],
            "principal": house.principal.id,
        }
        head = self.ledger.head()
        return found | {"ledger_entries": head["size"], "requests": len(self.decisions.list())}

    def close(self) -> None:
        """Let go of the node's services and stores."""
        self.house.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open(  # the public name is dure.open
    home: str | Path | None = None,
    *,
    principal: str = "",
    passphrase: Callable[[], Passphrase] | None = None,
) -> Node:
    """Open this agency's node.

    Parameters
    ----------
    home
        The node's folder; by default ``DURE_HOME`` or the current folder.
    principal
        Who acts; by default the node's usual principal.
    passphrase
        Gives the passphrase of an embedded node's keys when one is first needed; by default the
        file that ``DURE_PASSPHRASE_FILE`` names is read, else it is asked at the terminal.

    Raises
    ------
    NodeError
        ``node.home-missing``, ``node.settings``.
    """
    found = open_home(home)
    return Node(NodeHouse(found, Links(found, passphrase or node_passphrase), principal))


@contextmanager
def open_node(
    home: Path | None, *, principal: str, passphrase: Callable[[], Passphrase]
) -> Iterator[Node]:
    """Open a node for one block; its services end with it."""
    node = open(home, principal=principal, passphrase=passphrase)
    try:
        yield node
    finally:
        node.close()
