"""The verbs of the whole way, each as a person would repeat it after a crash, and what to look at.

Each has a stage before it (the verbs that came earlier, done) and says what must be true of the
alliance after it, however often it was tried and wherever it was killed.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from dure.governance.errors import GovernanceError
from dure.node.home import Home
from dure.node.node import Node
from dure.storage.vault import Garbage
from tests.node import alliance
from tests.node.alliance import LABEL, SHARED, Alliance, services_inside


@dataclass(frozen=True)
class Verb:
    """One verb.

    Parameters
    ----------
    do
        Does it; whoever repeats it does the same.
    words
        The same on the command line, or none.
    agency
        Whose node it is done at.
    """

    do: Callable[[Alliance], Any]
    words: Callable[[Alliance], tuple[object, ...]]
    agency: str = "bravo"


def media(made: Alliance) -> Path:
    return made.folder / "media"


def record(made: Alliance) -> Path:
    return made.folder / "record"


def request_id(made: Alliance) -> str:
    """The request of the stage; the door's own store has it by then."""
    return (made.folder / "request").read_text()


def _pin(made: Alliance) -> None:
    with made.open() as node:
        node.pin_charter(made.charter)


def _import(made: Alliance) -> None:
    with made.open() as node:
        node.datasets.import_(made.data, label=LABEL, name="tracks")


def _request(made: Alliance) -> None:
    with made.open() as node:
        asked = node.transfers.request("tracks", to="alpha", label=SHARED)
        (made.folder / "request").write_text(asked["id"])


def _vote_of(person: str) -> Callable[[Alliance], None]:
    def vote(made: Alliance) -> None:
        with made.open() as node:
            try:
                made.vote(node, request_id(made), person)
            except GovernanceError as error:
                if error.facts.get("reason") != "duplicate":
                    raise  # the executor has this person's vote already: that is the answer

    return vote


def _seal(made: Alliance) -> None:
    with made.open() as node:
        try:
            node.transfers.seal(request_id(made))
        except GovernanceError as error:
            if error.code != "governance.unsettled":
                raise
            if node.decisions.reconcile(request_id(made))["state"] == "done":
                node.transfers.seal(request_id(made))


def _send(made: Alliance) -> None:
    with made.open() as node:
        node.exchange.send(media(made))


def _receive(made: Alliance) -> None:
    with made.open("alpha") as node:
        assert node.exchange.receive(media(made))["refused"] == []


def _open(made: Alliance) -> None:
    with made.open("alpha") as node:
        (bundle,) = node.transfers.arrivals()
        node.transfers.open(bundle)


def _export(made: Alliance) -> None:
    with made.open() as node:
        node.ledger.export(record(made))


def _key(made: Alliance, person: str) -> tuple[object, ...]:
    return ("--key", made.key(person), "--key-passphrase-file", made.passphrase_file)


VERBS = {
    "pin": Verb(_pin, lambda made: ("charter", "pin", made.charter_file)),
    "import": Verb(
        _import,
        lambda made: ("datasets", "import", made.data, "--label", LABEL, "--name", "tracks"),
    ),
    "request": Verb(
        _request, lambda _: ("transfers", "request", "tracks", "--to", "alpha", "--label", SHARED)
    ),
    "first-vote": Verb(
        _vote_of("bravo.checker"),
        lambda made: (
            "decisions", "approve", request_id(made), *_key(made, "bravo.checker")
        ),
    ),
    "vote": Verb(
        _vote_of("bravo.officer"),
        lambda made: (
            "decisions", "approve", request_id(made), *_key(made, "bravo.officer")
        ),
    ),
    "seal": Verb(_seal, lambda made: ("transfers", "seal", request_id(made))),
    "send": Verb(_send, lambda made: ("exchange", "send", media(made))),
    "receive": Verb(_receive, lambda made: ("exchange", "receive", media(made)), "alpha"),
    "open": Verb(
        _open,
        lambda made: ("transfers", "open", *(made.home("alpha") / "door/arrivals").iterdir()),
        "alpha",
    ),
    "export": Verb(_export, lambda made: ("ledger", "export", record(made))),
}  # fmt: skip


@cache
def stage(verb: str) -> Alliance:
    """An alliance in which everything before the verb is done. Take a copy."""
    names = list(VERBS)
    folder = alliance._scratch() / verb
    if verb == names[0]:
        return alliance.make(folder)
    if verb == names[1]:
        return alliance.pinned()
    before = names[names.index(verb) - 1]
    made = stage(before).copy(folder)
    with services_inside():
        VERBS[before].do(made)
    return made


def load_everything() -> None:
    """Import what the verbs import when they are first called."""
    for name in (
        "dure.cli.main",
        "dure.datasets.import_",
        "dure.readers.parse",
        "dure.transfers.act",
        "dure.transfers.verbs",
        "dure.trials.release",
        "tests.node.alliance",
    ):
        import_module(name)


# ── what must be true at any time ──────────────────────────────────────────────────────────────


def events(made: Alliance, agency: str = "bravo") -> Counter[str]:
    """Verify the ledger from an export and return how often each type is in it."""
    with services_inside(), made.open(agency) as node:
        return _events(node)


def _events(node: Node) -> Counter[str]:
    folder = Path(tempfile.mkdtemp(prefix="dure-record-"))
    try:
        size = node.ledger.export(folder)["size"]
        assert node.ledger.verify(folder)["entries"] == size
    finally:
        shutil.rmtree(folder)
    # What came after the export (that it ended) isn't in it.
    entries = node.ledger.show(10_000)[:size]
    assert [entry["entry"] for entry in entries] == list(range(size))
    return Counter(entry["type"] for entry in entries)


def check_vault(made: Alliance, agency: str = "bravo") -> None:
    with made.vault(agency) as vault:
        found = vault.verify()
    assert found.clean, found.faults
    assert found.garbage == Garbage(0, 0)


def leftovers(made: Alliance) -> list[str]:
    """Files that something left half-done."""
    found = [path for path in made.folder.rglob("*") if path.name.endswith((".partial", ".new"))]
    found += made.folder.rglob("export-*")
    return sorted(str(path.relative_to(made.folder)) for path in found)


def check_seal(made: Alliance) -> Counter[str]:
    """However it came about: the act once at most, and everybody says the same of it."""
    with services_inside(), made.open() as node:
        view = node.decisions.show(request_id(made))
        with_ledger = _events(node)
    bundles = list(Home.find(made.home()).releases.glob("*.dure-bundle"))
    waiting = list((made.home() / "door/outgoing").glob("*.dure-envelope"))
    begun, done, failed = (with_ledger[f"asset.transfer.{p}"] for p in ("begun", "done", "failed"))
    assert begun == 1
    assert (done, failed) == ((1, 0) if view["state"] == "done" else (0, 1)), view["state"]
    assert len(bundles) == len(waiting) == done
    assert json.loads(made.charter_file.read_bytes())  # untouched beside it all
    return with_ledger


def refuse_twice(made: Alliance) -> None:
    """The permit is used, whatever came of it."""
    with services_inside(), made.open() as node, pytest.raises(GovernanceError) as refused:
        node.decisions.execute(request_id(made))
    assert refused.value.code in ("governance.permit", "governance.unsettled")
