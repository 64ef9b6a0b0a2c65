"""The verbs from the charter to a data set that another agency has opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from dure.core.labels import Label
from dure.governance.errors import GovernanceError
from dure.governance.policy.errors import PolicyError
from dure.node.home import Home
from tests.adversarial.verb import APPENDING, DONE, SEALING, Verb, media, record, request_id
from tests.node.alliance import LABEL, SHARED, Alliance, services_inside

# ── charter and data sets ──────────────────────────────────────────────────────────────────────


def _pin(made: Alliance) -> None:
    with made.open() as node:
        node.pin_charter(made.charter)


def _pinned(made: Alliance, seen: Counter[str]) -> bool:
    assert seen["charter.pinned"] == 1
    with services_inside(), made.open() as node:
        assert node.house.charter.digest() == made.charter.charter.digest()
        label = Label.parse(LABEL, node.house.charter.labels)
        sealed = node.house.seal(
            [b"seen"], kind="note", media_type="text/plain", schema_id="note/v1", label=label,
            producer="test", name="note",
        )  # fmt: skip
        assert node.house.read(sealed.id, purpose="trial", limit=4) == b"seen"  # all three know it
    return DONE


def _import(made: Alliance) -> None:
    with made.open() as node:
        node.datasets.import_(made.data, label=LABEL, name="tracks")


def _imported(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        (row,) = node.datasets.list()
        assert node.datasets.show(row["id"])["croissant"]["name"] == "tracks"
    assert 1 <= seen["dataset.import.done"] <= seen["dataset.import.begun"]
    return DONE


def _take_out(made: Alliance) -> None:
    out = made.folder / "out"
    if not out.exists():  # a person looks: it takes its place in one step
        with made.open() as node:
            node.datasets.export("tracks", out)


def _taken_out(made: Alliance, seen: Counter[str]) -> bool:
    out = made.folder / "out"
    assert sorted(path.name for path in out.iterdir()) == ["croissant.json", "data.parquet"]
    assert (out / "data.parquet").read_bytes().startswith(b"PAR1")  # the control of `plain`
    assert seen["dataset.export.done"] <= seen["dataset.export.begun"] <= 2
    return DONE


# ── a transfer ─────────────────────────────────────────────────────────────────────────────────


def _request(made: Alliance) -> None:
    with made.open() as node:
        asked = node.transfers.request("tracks", to="alpha", label=SHARED)
        (made.folder / "request").write_text(asked["id"])


def _asked(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        states = [row["state"] for row in node.decisions.list()]
    # A request whose answer was lost stays and expires; nobody acted on it.
    assert set(states) == {"open"}
    assert len(states) == seen["decisions.requested"]
    return DONE


def _vote_of(person: str) -> Callable[[Alliance], None]:
    def vote(made: Alliance) -> None:
        with made.open() as node:
            try:
                made.vote(node, request_id(made), person)
            except GovernanceError as error:
                if error.facts.get("reason") != "duplicate":
                    raise  # the executor has this person's vote already: that is the answer

    return vote


def _approved(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        view = node.decisions.show(request_id(made))
    assert view["state"] == "approved"
    assert len(view["approvals"]) == seen["decisions.voted"] == 2
    assert seen["decisions.approved"] == 1
    return DONE


def _seal(made: Alliance) -> None:
    with made.open() as node:
        try:
            node.transfers.seal(request_id(made))
        except GovernanceError as error:
            if error.code != "governance.unsettled":
                raise
            if node.decisions.reconcile(request_id(made))["state"] == "done":
                node.transfers.seal(request_id(made))


def _sealed(made: Alliance, seen: Counter[str]) -> bool:
    return acted(made, seen, "asset.transfer", "*.dure-bundle")


def acted(made: Alliance, seen: Counter[str], action: str, released: str) -> bool:
    """However it came about: the act once at most, and everybody says the same of it."""
    with services_inside(), made.open() as node:
        view = node.decisions.show(request_id(made))
        with pytest.raises(GovernanceError) as refused:  # the permit is used, whatever came of it
            node.decisions.execute(request_id(made))
    assert refused.value.code in ("governance.permit", "governance.unsettled")
    files = list(Home.find(made.home()).releases.glob(released))
    waiting = list((made.home() / "door/outgoing").glob("*.dure-envelope"))
    begun, done, failed = (seen[f"{action}.{phase}"] for phase in ("begun", "done", "failed"))
    assert begun == 1
    assert (done, failed) == ((1, 0) if view["state"] == "done" else (0, 1)), view["state"]
    assert len(files) == len(waiting) == done
    return bool(done)


# ── a data set that others may know of ─────────────────────────────────────────────────────────


def _approve_publication(made: Alliance) -> None:
    with made.open() as node:
        node.datasets.import_(made.data, label=SHARED, name="shared")
        asked = node.catalogue.request_publish("shared", ["alpha"])
        (made.folder / "request").write_text(asked["id"])
        made.approve(node, asked["id"])


def _publish(made: Alliance) -> None:
    with made.open() as node:
        try:
            node.catalogue.publish(request_id(made))
        except GovernanceError as error:
            if error.code != "governance.unsettled":
                raise
            if node.decisions.reconcile(request_id(made))["state"] == "done":
                node.catalogue.publish(request_id(made))


def _published(made: Alliance, seen: Counter[str]) -> bool:
    return acted(made, seen, "dataset.publish", "page-*")


def _acknowledge(made: Alliance) -> None:
    with made.open("alpha") as node:
        assert node.exchange.receive(media(made))["refused"] == []
        node.catalogue.acknowledge("shared")


def _acknowledged(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open("alpha") as node:
        assert node.catalogue.page("shared")["agency"] == "bravo"
        assert len(node.catalogue.search()) == 1
    assert 1 <= seen["dataset.acknowledge.done"] <= seen["dataset.acknowledge.begun"]
    return DONE


# ── and that is withdrawn ──────────────────────────────────────────────────────────────────────


def _take_back(made: Alliance) -> None:
    with made.open() as node:
        node.datasets.versions.withdraw("shared", reason="a wrong delivery")


def _taken_back(made: Alliance, seen: Counter[str]) -> bool:
    (waiting,) = (made.home() / "door/outgoing").glob("*.dure-envelope")
    assert waiting.name == "bravo-alpha-00000002.dure-envelope"
    with services_inside(), made.open() as node:
        assert node.exchange.recall() == []
    assert 1 <= seen["page.recall.begun"] <= 2
    assert seen["page.recall.done"] <= seen["page.recall.begun"]
    return DONE


def _take_recall(made: Alliance) -> None:
    with made.open("alpha") as node:
        assert node.exchange.receive(media(made))["refused"] == []


def _recall_taken(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open("alpha") as node:
        (hit,) = node.catalogue.search("shared")
        assert hit["withdrawn"]
        with pytest.raises(
            PolicyError, match="withdrawn"
        ):  # the keeper's own word, whatever the door believes
            node.house.read(hit["id"], purpose="trial", limit=1 << 20)
        (standing,) = node.exchange.status()
        assert standing["waiting"] == []
    assert 1 <= seen["page.withdraw.done"] <= seen["page.withdraw.begun"] <= 2
    return DONE


# ── carried to the other agency ────────────────────────────────────────────────────────────────


def _send(made: Alliance) -> None:
    with made.open() as node:
        node.exchange.send(media(made))


def _sent(made: Alliance, seen: Counter[str]) -> bool:
    names = sorted(path.name for path in media(made).iterdir())
    assert names == ["bravo-alpha-00000001.dure-envelope"]
    assert list((made.home() / "door/outgoing").iterdir()) == []
    assert seen["envelope.send.done"] == 1
    return DONE


def _receive(made: Alliance) -> None:
    with made.open("alpha") as node:
        assert node.exchange.receive(media(made))["refused"] == []


def _received(made: Alliance, seen: Counter[str]) -> bool:
    del seen
    arrivals = sorted(path.name for path in (made.home("alpha") / "door/arrivals").iterdir())
    assert arrivals == ["bravo-00000001.dure-bundle"]
    with services_inside(), made.open("alpha") as node:
        (standing,) = node.exchange.status()
        assert standing["waiting"] == []
        assert node.exchange.receive(media(made))["handled"] == []
    return DONE


def _open(made: Alliance) -> None:
    with made.open("alpha") as node:
        (bundle,) = node.transfers.arrivals()
        node.transfers.open(bundle)


def _opened(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open("alpha") as node:
        (row,) = node.datasets.list()
        content = node.house.read(row["id"], purpose="trial", limit=1 << 20)
        assert b"tracks" in content
    assert 1 <= seen["bundle.import.done"] <= seen["bundle.import.begun"]
    return DONE


def _export(made: Alliance) -> None:
    with made.open() as node:
        node.ledger.export(record(made))


def _exported(made: Alliance, seen: Counter[str]) -> bool:
    del seen
    with services_inside(), made.open() as node:
        assert node.ledger.verify(record(made))["entries"] > 0
    return DONE


def _approving(person: str) -> Callable[[Alliance], tuple[object, ...]]:
    return lambda made: (
        "decisions", "approve", request_id(made),
        "--key", made.key(person), "--key-passphrase-file", made.passphrase_file,
    )  # fmt: skip


TRANSFERS = {
    "pin": Verb(
        "",
        _pin,
        (
            "charter.pinning",
            "charter.pinned",
            "charter.pinned-by-executor",
            "keeper.charter-pinned",
            "charter.pinned-by-keeper",
            "file.written",
            "file.renamed",
            "file.written:2",
        ),
        _pinned,
        lambda made: ("charter", "pin", made.charter_file),
    ),
    "import": Verb(
        "pin",
        _import,
        (
            *APPENDING,
            "dataset.import.begun",
            *SEALING,
            "dataset.table-sealed",
            *(f"{point}:2" for point in SEALING),
            "dataset.sealed",
            "dataset.import.done",
        ),
        _imported,
        lambda made: ("datasets", "import", made.data, "--label", LABEL, "--name", "tracks"),
    ),
    "take-out": Verb(
        "import",
        _take_out,
        (
            "dataset.export.begun",
            "folder.filled",
            "folder.renamed",
            "dataset.exported",
            "dataset.export.done",
        ),
        _taken_out,
        lambda made: ("datasets", "export", "tracks", made.folder / "out"),
    ),
    "approve-publication": Verb("pin", _approve_publication),
    "publish": Verb(
        "approve-publication",
        _publish,
        (
            "permit.claimed",
            "publish.signed",
            "file.written",
            "file.renamed",
            "publish.written",
            "act.performed",
            "outcome.recorded",
            "house.executed",
            "envelope.written",
        ),
        _published,
        lambda made: ("datasets", "publish", request_id(made)),
        then="send-page",
    ),
    "send-page": Verb("publish", _send),
    "acknowledge": Verb(
        "send-page",
        _acknowledge,
        (
            "envelope.receive.begun",
            "keeper.sealed",
            "assets.recorded",
            "envelope.receive.done",
            "dataset.acknowledge.begun",
            "keeper.sealed:2",
            "assets.recorded:2",
            "dataset.acknowledge.done",
        ),
        _acknowledged,
        agency="alpha",
    ),
    "take-back": Verb(
        "acknowledge",
        _take_back,
        ("page.recall.begun", "envelope.numbered", "envelope.written", "page.recall.done"),
        _taken_back,
        then="send-recall",
    ),
    "send-recall": Verb("take-back", _send),
    "take-recall": Verb(
        "send-recall",
        _take_recall,
        ("recall.kept", "page.withdraw.begun", "keeper.withdrawn", "page.withdraw.done"),
        _recall_taken,
        agency="alpha",
    ),
    "request": Verb(
        "import",
        _request,
        ("request.recording", "request.recorded"),
        _asked,
        lambda _: ("transfers", "request", "tracks", "--to", "alpha", "--label", SHARED),
    ),
    "first-vote": Verb("request", _vote_of("bravo.checker")),
    "vote": Verb(
        "first-vote",
        _vote_of("bravo.officer"),
        ("vote.recording", "vote.recorded", "permit.issued"),
        _approved,
        _approving("bravo.officer"),
    ),
    "seal": Verb(
        "vote",
        _seal,
        (
            "permit.claiming",
            "permit.claimed",
            "transfer.sealed",
            "file.written",
            "file.renamed",
            "transfer.written",
            "transfer.released",
            "act.performed",
            "outcome.recording",
            "outcome.recorded",
            "house.executed",
            "envelope.send.begun",
            "envelope.sealed",
            "envelope.numbered",
            "envelope.written",
            "envelope.recorded",
            "envelope.send.done",
        ),
        _sealed,
        lambda made: ("transfers", "seal", request_id(made)),
        then="send",
    ),
    "send": Verb(
        "seal",
        _send,
        ("media.copied", "media.renamed"),
        _sent,
        lambda made: ("exchange", "send", media(made)),
    ),
    "receive": Verb(
        "send",
        _receive,
        (
            "inbox.recorded",
            "envelope.receive.begun",
            "file.written",
            "file.renamed",
            "envelope.receive.done",
            "inbox.delivered",
            "inbox.handled",
        ),
        _received,
        lambda made: ("exchange", "receive", media(made)),
        "alpha",
    ),
    "open": Verb(
        "receive",
        _open,
        ("bundle.import.begun", *SEALING, "bundle.import.done"),
        _opened,
        lambda made: ("transfers", "open", *(made.home("alpha") / "door/arrivals").iterdir()),
        "alpha",
    ),
    "export": Verb(
        "open",
        _export,
        (
            "ledger.export.begun",
            "ledger.export.tiles",
            "ledger.export.aside",
            "ledger.export.placed",
            "ledger.export.checkpoint",
            "ledger.export.done",
        ),
        _exported,
        lambda made: ("ledger", "export", record(made)),
    ),
}
