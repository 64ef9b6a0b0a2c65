"""Recalling pages: an envelope to every agency that was sent a page of a data set that is no more.

What is due follows from what is there: the requests to publish that the executor has done, the
catalogue's withdrawn data sets, and the outbox. So it is made up for, whatever kept it from being made
(a crash, a full disk, a shredding that was settled elsewhere), before anything is next carried away.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dure.datasets.spec import PUBLISH, RECALLED_PAGE
from dure.exchange.header import MAX_LIFE_S, Kind
from dure.exchange.outbox import send, written_keys
from dure.exchange.post import Post
from dure.node.house import NodeHouse


def recall_pages(house: NodeHouse, post: Post, folder: Path) -> list[dict[str, Any]]:
    """Make the envelopes that are due and wait for media; return ``dataset`` and ``to`` of each.

    It lives as long as an envelope may: longer than any page that may still be on its way.

    Raises
    ------
    ExchangeError
        As `dure.exchange.outbox.send`.
    StorageError
        ``storage.file``, ``storage.no-space``.
    """
    from dure.datasets.publish.recall import gone, write_recall

    withdrawn = gone(house)
    if not withdrawn:
        return []
    there = {member.agency for member in house.charter.members}
    made = written_keys(house.database, Kind.REVOCATION)
    due = {
        (agency, dataset)
        for dataset, agency in _published(house)
        if dataset in withdrawn and agency in there and (agency, dataset) not in made
    }
    for agency, dataset in sorted(due):
        payload = write_recall(house, withdrawn[dataset], agency)
        with house.doing(RECALLED_PAGE, asset=dataset, detail={"to": agency}) as doing:
            sent = send(
                post,
                payload,
                to=agency,
                kind=Kind.REVOCATION,
                folder=folder,
                key=dataset,
                life_s=MAX_LIFE_S,
            )
            doing.detail["envelope"] = sent.envelope_id
    return [{"dataset": dataset, "to": agency} for agency, dataset in sorted(due)]


def _published(house: NodeHouse) -> Iterator[tuple[str, str]]:
    """Yield data set and agency of every page that the executor has signed."""
    for row in house.links.ask("executor", "request.list")["requests"]:
        if row["action"] == PUBLISH.name and row["state"] == "done":
            view = house.links.ask("executor", "request.show", id=row["id"])["request"]
            told = view["request"]["arguments"]
            for agency in told["to"]:
                yield told["dataset"], agency
