"""The desk of the exchange: which envelopes a node sends, and who takes those that come."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dure.core import faults
from dure.exchange.envelope import SUFFIX, open_header
from dure.exchange.header import Kind
from dure.exchange.inbox import Delivery, Handler, receive
from dure.exchange.outbox import resume, send, tidy
from dure.exchange.payloads import Payload
from dure.exchange.post import Post, status
from dure.governance.errors import GovernanceError
from dure.governance.spec import RECEIVE, SEND
from dure.node.house import NodeHouse
from dure.storage.errors import files
from dure.storage.sealed_files import new_file, sync_folder, write_all

MAX_SUBMISSION_BYTES = 64 * 1024 * 1024


class ExchangeDesk:
    """Verbs on envelopes."""

    def __init__(self, house: NodeHouse) -> None:
        self.house = house

    @property
    def waiting(self) -> Path:
        """Folder of envelopes that wait for media."""
        return self.house.home.door / "outgoing"

    def post(self) -> Post:
        """Return the node's post."""
        house = self.house
        return Post(
            agency=house.agency,
            charter=house.charter,
            charters={each.version: each.digest() for each in house.charters()},
            database=house.database,
            spool=house.home.door / "spool",
            sign=self._sign,
            unwrap=self.unwrap,
            now=house.now,
            random=house.random,
        )

    def put(self, payload: Payload, *, to: str, kind: str, key: str = "") -> dict[str, Any]:
        """Make an envelope that waits for media.

        Raises
        ------
        ExchangeError
            ``exchange.stranger`` and others.
        GovernanceError
            ``governance.denied``; a report or bundle that no permit released is not signed.
        """
        self.house.require_here(SEND.name)
        with self.house.doing(SEND.name, detail={"to": to, "kind": kind}) as doing:
            self.waiting.mkdir(exist_ok=True)
            sent = send(self.post(), payload, to=to, kind=Kind(kind), folder=self.waiting, key=key)
            doing.detail["envelope"] = sent.envelope_id
        return {"file": sent.path.name, "to": to, "number": sent.number, "kind": kind}

    def send(self, folder: str | Path, *, again: bool = False) -> list[dict[str, Any]]:
        """Write waiting envelopes onto the media, and return them."""
        self.house.require_here(SEND.name)
        folder, post = Path(folder), self.post()
        with files(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self.waiting.mkdir(exist_ok=True)
        tidy(post)
        self.recall()
        resume(post, self.waiting, again=again)
        carried = []
        for path in sorted(self.waiting.glob(f"*{SUFFIX}")):  # nothing that a crash left unfinished
            with files(folder):
                _carry(path, folder / path.name)
            with path.open("rb") as stream:
                header = open_header(stream).header
            path.unlink(missing_ok=True)
            carried.append(
                {
                    "file": path.name,
                    "from": header.sender,
                    "to": header.to,
                    "number": header.number,
                    "kind": header.kind.value,
                }
            )
        return carried

    def recall(self) -> list[dict[str, Any]]:
        """Make what recalls our pages of data sets that are no more; it waits for media.

        Whoever withdraws need not be somebody who may send: it lies here until it is carried.
        """
        from dure.node.desks.recalling import recall_pages

        self.waiting.mkdir(exist_ok=True)
        return recall_pages(self.house, self.post(), self.waiting)

    def receive(self, folder: str | Path, *, language: str = "en") -> dict[str, Any]:
        """Take in every envelope for this node; one bad file never keeps another out."""
        self.house.require_here(RECEIVE.name)
        received = receive(self.post(), Path(folder), self._handlers())
        return {
            "handled": [
                {"from": h.sender, "number": h.number, "kind": h.kind.value, "outcome": "handled"}
                for h in received.handled
            ]
            + [
                {"from": h.sender, "number": h.number, "kind": h.kind.value, "outcome": "kept"}
                for h in received.unhandled
            ],
            "refused": [
                {"file": refused.name, **refused.error.to_dict(language)}
                for refused in received.refused
            ],
            "copies": list(received.copies),
            "findings": [finding.to_dict(language) for finding in received.findings],
        }

    def status(self) -> list[dict[str, Any]]:
        """Return where the post stands with each peer."""
        return [standing.to_dict() for standing in status(self.house.database)]

    def _handlers(self) -> Mapping[Kind, Handler]:
        return {
            Kind.SUBMISSION: self._logged(self._take_submission),
            Kind.REPORT: self._logged(self._take_report),
            Kind.BUNDLE: self._logged(self._take_bundle),
            Kind.CATALOGUE: self._logged(self._take_page),
            Kind.REVOCATION: self._logged(self._take_recall),
            Kind.VOTE: self._logged(self._take_vote),
        }

    def _logged(self, handler: Handler) -> Handler:
        def handle(delivery: Delivery) -> None:
            header = delivery.header
            detail = {"from": header.sender, "number": header.number, "kind": header.kind.value}
            with self.house.doing(RECEIVE.name, detail=detail | {"envelope": delivery.id}):
                handler(delivery)

        return handle

    def _take_submission(self, delivery: Delivery) -> None:
        from dure.trials.submission import receive_submission

        payload = delivery.read(MAX_SUBMISSION_BYTES)
        receive_submission(self.house, payload, delivery.header.sender)

    def _take_report(self, delivery: Delivery) -> None:
        from dure.trials.receipt import receive_report

        receive_report(self.house, delivery.read(), delivery.header.sender)

    def _take_page(self, delivery: Delivery) -> None:
        from dure.datasets.publish.page import MAX_PAGE_BYTES
        from dure.datasets.publish.verbs import take_page

        take_page(self.house, delivery.read(MAX_PAGE_BYTES), delivery.header.sender)

    def _take_recall(self, delivery: Delivery) -> None:
        from dure.datasets.publish.recall import take_recall

        take_recall(self.house, delivery.read(), delivery.header.sender)

    def _take_bundle(self, delivery: Delivery) -> None:
        """Lay a bundle into the folder of arrivals; a person opens it (dure transfers open)."""
        arrivals = self.house.home.door / "arrivals"
        arrivals.mkdir(exist_ok=True)
        header = delivery.header
        target = arrivals / f"{header.sender}-{header.number:08d}.dure-bundle"
        for left in arrivals.glob(f".{target.name}.*.partial"):
            left.unlink()  # from a crash: one process at a time receives
        with new_file(target) as descriptor:
            for chunk in delivery.chunks():
                with files(target):
                    write_all(descriptor, chunk)

    def _take_vote(self, delivery: Delivery) -> None:
        try:
            vote = json.loads(delivery.read())
        except (ValueError, RecursionError) as error:
            raise GovernanceError("governance.request", where="$", reason="wrong-form") from error
        self.house.links.ask("executor", "vote.cast", vote=vote)

    def _sign(self, _: str, header: object) -> str:
        answer = self.house.links.ask("executor", "envelope.sign", header=header)
        return str(answer["signature"])

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Have the keeper open a key that another node wrapped to this one."""
        answer = self.house.links.ask(
            "keeper", "key.unwrap", wrapped=wrapped.hex(), info=info.hex()
        )
        return bytes.fromhex(answer["key"])


def _carry(source: Path, target: Path) -> None:
    """Copy a file whole, or not at all; the same file again is the same copy."""
    partial = target.with_name(f".{target.name}.partial")
    try:
        shutil.copyfile(source, partial)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        faults.point("media.copied")
        partial.rename(target)
        faults.point("media.renamed")
        sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)
