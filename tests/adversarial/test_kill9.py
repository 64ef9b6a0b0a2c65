"""kill -9 at every step of every write path: nothing is lost, nothing is done twice.

Two ways of dying. In a *power cut* door, executor and keeper go at the same instant, at every fault
point there is. In the other tests they are three processes and one of them dies; the others notice.
After each the verb is simply repeated, as a person would, and everything is verified.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.adversarial import verbs
from tests.adversarial.verbs import VERBS, Verb
from tests.node import alliance
from tests.node.alliance import ROOT, Alliance, finish, services_inside

SEALING = (
    "vault.draft.begun",
    "vault.page.writing",
    "vault.page.written",
    "vault.page.renamed",
    "vault.folder.synced",
    "vault.batch.recorded",
    "vault.batch.done",
    "vault.version.recorded",
    "vault.version.done",
    "keeper.sealed",
    "keeper.remembered",
    "house.sealed",
    "assets.recorded",
    "house.recorded",
)
APPENDING = (
    "database.begun",
    "ledger.signed",
    "ledger.entries",
    "ledger.tiles",
    "database.committing",
    "database.committed",
)
POINTS = {
    "pin": (
        "charter.pinning",
        "charter.pinned",
        "charter.pinned-by-executor",
        "keeper.charter-pinned",
        "charter.pinned-by-keeper",
        "file.written",
        "file.renamed",
        "file.written:2",
    ),
    "import": (
        *APPENDING,
        "dataset.import.begun",
        *SEALING,
        "dataset.table-sealed",
        *(f"{point}:2" for point in SEALING),
        "dataset.sealed",
        "dataset.import.done",
    ),
    "request": ("request.recording", "request.recorded"),
    "vote": ("vote.recording", "vote.recorded", "permit.issued"),
    "seal": (
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
    "send": ("media.copied", "media.renamed"),
    "receive": (
        "inbox.recorded",
        "envelope.receive.begun",
        "file.written",
        "file.renamed",
        "envelope.receive.done",
        "inbox.delivered",
        "inbox.handled",
    ),
    "open": ("bundle.import.begun", *SEALING, "bundle.import.done"),
    "export": ("ledger.export.tiles", "ledger.export.checkpoint", "ledger.export.done"),
}


@pytest.fixture(scope="module")
def power_cut() -> Iterator[Callable[[str, str, Alliance], int]]:
    """Runs a verb on an alliance and cuts the power at a fault point; returns the exit status."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.adversarial.stem"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as stem:
        assert stem.stdin is not None
        assert stem.stdout is not None
        assert stem.stdout.readline() == "ready\n"

        def cut(verb: str, point: str, made: Alliance) -> int:
            stem.stdin.write(f"{point}\t{verb}\t{made.folder}\n")
            return int(stem.stdout.readline())

        yield cut
        stem.stdin.close()


@pytest.mark.parametrize(
    ("verb", "point"), [(verb, point) for verb, points in POINTS.items() for point in points]
)
def test_after_a_power_cut_the_verb_again_is_all_it_takes(
    verb: str, point: str, power_cut, tmp_path: Path
):
    made = verbs.stage(verb).copy(tmp_path / "made")
    assert power_cut(verb, point, made) == -9, "the point is not on this verb's way"
    with services_inside():
        VERBS[verb].do(made)
    check(verb, made)


def test_every_verb_is_whole_without_a_cut(power_cut, tmp_path: Path):
    """The positive control: the same check, of verbs that nobody killed, once and twice."""
    for verb in POINTS:
        made = verbs.stage(verb).copy(tmp_path / verb)
        assert power_cut(verb, "", made) == 0, verb
        check(verb, made)
        with services_inside():
            VERBS[verb].do(made)
        check(verb, made)


def check(verb: str, made: Alliance) -> None:
    agency = VERBS[verb].agency
    seen = verbs.events(made, agency)
    verbs.check_vault(made, agency)
    CHECKS[verb](made, seen)
    assert verbs.leftovers(made) == []


def _pinned(made: Alliance, seen) -> None:
    assert seen["charter.pinned"] == 1
    with services_inside(), made.open() as node:
        assert node.house.charter.digest() == made.charter.charter.digest()
        assert node.datasets.import_(made.data, label=alliance.LABEL).owner == "bravo"


def _imported(made: Alliance, seen) -> None:
    with services_inside(), made.open() as node:
        (row,) = node.datasets.list()
        assert node.datasets.show(row["id"])["croissant"]["name"] == "tracks"
    with made.vault() as vault:
        assert vault.verify().versions == 2  # the table and its document
    assert 1 <= seen["dataset.import.done"] <= seen["dataset.import.begun"]


def _asked(made: Alliance, seen) -> None:
    with services_inside(), made.open() as node:
        states = [row["state"] for row in node.decisions.list()]
    # A request whose answer was lost stays and expires; nobody acted on it.
    assert set(states) == {"open"}
    assert len(states) == seen["decisions.requested"]


def _approved(made: Alliance, seen) -> None:
    with services_inside(), made.open() as node:
        view = node.decisions.show(verbs.request_id(made))
    assert view["state"] == "approved"
    assert len(view["approvals"]) == seen["decisions.voted"] == 2
    assert seen["decisions.approved"] == 1


def _sealed(made: Alliance, seen) -> None:
    verbs.check_seal(made)
    verbs.refuse_twice(made)


def _sent(made: Alliance, seen) -> None:
    names = sorted(path.name for path in verbs.media(made).iterdir())
    assert names == ["bravo-alpha-00000001.dure-envelope"]
    assert list((made.home() / "door/outgoing").iterdir()) == []
    assert seen["envelope.send.done"] == 1


def _received(made: Alliance, seen) -> None:
    arrivals = sorted(path.name for path in (made.home("alpha") / "door/arrivals").iterdir())
    assert arrivals == ["bravo-00000001.dure-bundle"]
    with services_inside(), made.open("alpha") as node:
        (standing,) = node.exchange.status()
        assert standing["waiting"] == []
        assert node.exchange.receive(verbs.media(made))["handled"] == []


def _opened(made: Alliance, seen) -> None:
    with services_inside(), made.open("alpha") as node:
        (row,) = node.datasets.list()
        content = node.house.read(row["id"], purpose="trial", limit=1 << 20)
        assert b"tracks" in content
    with made.vault("alpha") as vault:
        assert vault.verify().versions == 1
    assert 1 <= seen["bundle.import.done"] <= seen["bundle.import.begun"]


def _exported(made: Alliance, seen) -> None:
    with services_inside(), made.open() as node:
        assert node.ledger.verify(verbs.record(made))["entries"] > 0


CHECKS = {
    "pin": _pinned,
    "import": _imported,
    "request": _asked,
    "vote": _approved,
    "seal": _sealed,
    "send": _sent,
    "receive": _received,
    "open": _opened,
    "export": _exported,
}


# ── three processes, one of which dies ─────────────────────────────────────────────────────────

DEATHS = [
    ("import", "dataset.table-sealed", "door"),
    ("import", "ledger.tiles", "executor"),
    ("import", "database.committed", "executor"),
    ("import", "vault.page.renamed", "keeper"),
    ("import", "keeper.sealed", "keeper"),
    ("vote", "vote.recording", "executor"),
    ("vote", "permit.issued", "executor"),
    ("seal", "permit.claimed", "executor"),
    ("seal", "transfer.sealed", "executor"),
    ("seal", "act.performed", "executor"),
    ("seal", "house.executed", "door"),
    ("seal", "envelope.numbered", "door"),
    ("receive", "inbox.delivered", "door"),
    ("open", "vault.version.recorded", "keeper"),
]


@pytest.mark.parametrize(("verb", "point", "who"), DEATHS)
def test_one_process_dies_and_the_others_say_so(verb: str, point: str, who: str, tmp_path: Path):
    made = verbs.stage(verb).copy(tmp_path / "made")
    said = run(VERBS[verb], made, point)
    if who == "door":
        assert said.status == -9
    else:
        assert said.status == 114, said  # node.process
        assert "[node.process]" in said.err
        assert "Traceback" not in said.err
    with services_inside():
        VERBS[verb].do(made)
    check(verb, made)


def run(verb: Verb, made: Alliance, point: str) -> alliance.Said:
    process = alliance.start(
        made, *verb.words(made), agency=verb.agency, environment={"DURE_FAULT": point}
    )
    return finish(process)
