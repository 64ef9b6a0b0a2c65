"""What nodes and processes say to each other, and what people sign: canonical bytes and on top of them."""

from __future__ import annotations

import io
import json
import socket
from types import SimpleNamespace

from dure.core.canonical import canonical_json, parse_canonical
from dure.core.suites import digest_of, suite
from dure.datasets.croissant import Description, Field, Table, write_document
from dure.datasets.publish.page import read_page, write_head
from dure.datasets.publish.recall import FORM, read_recall
from dure.datasets.verify.documents import read_document
from dure.exchange.envelope import open_header, unpack
from dure.governance.charter import SignedCharter
from dure.governance.decisions import Request, Vote
from dure.node import wire
from dure.trials.offering.card import parse_card
from fuzz.target import Target
from tests.exchange import test_envelope
from tests.exchange.alliance import Keys
from tests.governance import alliance
from tests.trials import test_card


def _envelope(data: bytes) -> None:
    stream = io.BytesIO(data)
    signed = open_header(stream)
    for _ in unpack(stream, signed, Keys.of("navy", suite("intl")).unwrap):
        pass


def _said(message: object) -> bytes:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send(ours, message)  # type: ignore[arg-type]
        return theirs.recv(1 << 20)


def _heard(data: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(data[: 1 << 16])
        ours.shutdown(socket.SHUT_WR)
        while (answer := wire.receive(theirs)) is not None:
            wire.read_error(answer[0].get("error"))


def _croissant() -> bytes:
    about = Description(
        name="flights", description="d", licence="CC0-1.0", label="coast//O// REL * FOR *",
        label_policy="practice", agency="coast", created="2026-01-31T00:00:00Z",
    )  # fmt: skip
    table = Table((Field("n", "int64"), Field("t", "string")), 2, 100, "0" * 64, "1" * 64)
    return json.dumps(write_document(about, table)).encode()


def _page(data: bytes) -> None:
    document = alliance.charter()
    charter = SimpleNamespace(labels=document.labels, member=document.member)
    anybody = SimpleNamespace(verify_value=lambda *_: True)
    read_page(data, agency="coast", to="navy", charter=charter, suite=anybody)  # type: ignore[arg-type]


def _pages() -> list[bytes]:
    croissant = _croissant()
    document = {
        "form": "dure/catalogue-page/v1", "agency": "coast", "to": ["navy"], "dataset": "a" * 64,
        "label": "coast//O// REL * FOR *", "croissant_digest": digest_of(croissant), "request": "b" * 16,
        "request_digest": "sha256:" + "c" * 64, "published": "2026-01-31T00:00:00Z",
    }  # fmt: skip
    return [write_head(document, "0" * 128) + croissant]


def _recall(data: bytes) -> None:
    charter = SimpleNamespace(labels=alliance.charter().labels)
    read_recall(data, agency="coast", to="navy", charter=charter)  # type: ignore[arg-type]


def _recalls() -> list[bytes]:
    document = {
        "form": FORM, "agency": "coast", "to": "navy", "dataset": "a" * 64,
        "label": "coast//O// REL * FOR *", "withdrawn": "2026-01-31T00:00:00Z",
    }  # fmt: skip
    return [canonical_json(document)]


def _requests() -> list[Request]:
    return [
        Request(
            id="b" * 16, action="dataset.publish", arguments={"dataset": "a" * 64, "to": ["navy"]},
            assets=("a" * 64,), source="coast//O// REL * FOR *", target="coast//O// REL * FOR *",
            evidence="sha256:" + "c" * 64, policy="1@sha256:" + "d" * 64, requester="coast.steward",
            agency="coast", incarnation="e" * 32, nonce="b" * 32, created="2026-01-31T00:00:00Z",
            expires="2026-02-01T00:00:00Z",
        )
    ]  # fmt: skip


def _votes() -> list[bytes]:
    return [
        canonical_json(alliance.vote_on(request, "coast.checker").to_dict())
        for request in _requests()
    ]


TARGETS = [
    Target(
        "canonical",
        lambda: [canonical_json({"a": [1, "가", None, True], "b": {"c": -5}})],
        parse_canonical,
        ("core.canonical",),
    ),
    Target("envelope", lambda: [test_envelope.make()], _envelope, ("exchange.", "core.")),
    Target(
        "wire",
        lambda: [
            _said({"op": "x", "error": {"code": "core.time", "facts": {}}}),
            _said({"ok": [1]}),
        ],
        _heard,
        ("node.wire",),
    ),
    Target(
        "charter",
        lambda: [alliance.signed(alliance.charter()).to_bytes()],
        SignedCharter.from_bytes,
        ("governance.", "core."),
    ),
    Target(
        "vote", _votes, lambda data: Vote.from_dict(parse_canonical(data)), ("governance.", "core.")
    ),
    Target(
        "request",
        lambda: [canonical_json(one.to_dict()) for one in _requests()],
        lambda data: Request.from_dict(parse_canonical(data)),
        ("governance.", "core."),
    ),
    Target(
        "croissant",
        lambda: [_croissant()],
        lambda data: read_document(data, "x"),
        ("datasets.document",),
    ),
    Target("page", _pages, _page, ("datasets.page", "core.label")),
    Target("recall", _recalls, _recall, ("datasets.recall", "core.label")),
    Target("card", lambda: [test_card.made().to_bytes()], parse_card, ("trials.card",)),
]
