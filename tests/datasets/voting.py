"""What tests of data sets by votes share: their parts, the vault's pages, a data set that is due."""

from __future__ import annotations

import datetime as dt
from typing import Any
from unittest import mock

from dure.node.house import NodeHouse
from dure.node.node import Node
from tests.node.alliance import Alliance


def parts(node: Node, dataset: str) -> list[str]:
    """Return the ids of a data set, of its table and of what it has beside it."""
    ids = {row["name"]: row["id"] for row in node.datasets.list()}
    return [ids[dataset], *node.house.assets.get(ids[dataset]).asset.parents[:2]]


def pages(made: Alliance) -> set[str]:
    return {path.name for path in (made.home() / "vault" / "pages").glob("*/*")}


def record_due(node: Node, dataset: str) -> None:
    """Write a record that has been over since yesterday."""
    then = node.house.now() - 30 * 86_400
    until = dt.datetime.fromtimestamp(node.house.now(), dt.UTC).date() - dt.timedelta(1)
    with mock.patch.object(NodeHouse, "now", return_value=then):
        node.datasets.privacy.record(
            dataset, basis="law", purpose="rescue", retain_until=until.isoformat()
        )


def due(node: Node, dataset: str) -> str:
    """Ask for a data set to be shredded that has been due since yesterday."""
    record_due(node, dataset)
    return str(node.datasets.privacy.request_shred(dataset)["id"])


def lying(told: dict[str, Any], part: str, other: str) -> dict[str, Any]:
    """Return what a door proposes with another asset, or "none", for a part."""
    true = told["arguments"][part]
    assets = [other if one == true else one for one in told["assets"]]
    return {
        **told,
        "arguments": {**told["arguments"], part: other},
        "assets": [one for one in assets if one != "none"],
    }
