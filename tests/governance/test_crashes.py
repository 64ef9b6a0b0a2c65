"""kill -9 at every step: nothing is lost, nothing is done twice, and the ledger verifies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dure.core.suites import digest_of
from dure.governance.decisions import State
from dure.governance.ledger.note_keys import ledger_key
from dure.governance.ledger.notes import open_checkpoint
from tests.governance.alliance import RULE, Key, World, charter, environment

KILLED = -9


class Nursery:
    """The process that forks the others."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process, self.folder = process, folder

    def run(self, *runs: list[str], fault: str = "") -> list[tuple[int, str]]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        said = [self.folder / f"{i}.txt" for i, _ in enumerate(runs)]
        job = [(arguments, str(file)) for arguments, file in zip(runs, said, strict=True)]
        print(json.dumps({"fault": fault, "runs": job}), file=self.process.stdin, flush=True)
        codes = json.loads(self.process.stdout.readline())
        texts = [file.read_text().strip() for file in said]
        assert "Traceback" not in "".join(texts), texts
        return list(zip(codes, texts, strict=True))


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.governance.child"],
        cwd=Path(__file__).resolve().parents[2],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Nursery(process, tmp_path_factory.mktemp("nursery"))
    process.communicate()
    assert process.returncode == 0


class Children:
    """Steps of `tests.governance.child` on the world's store, each in a process of its own."""

    def __init__(self, nursery: Nursery, world: World, url: str) -> None:
        self.nursery, self.world, self.url = nursery, world, url

    def step(self, step: str, *arguments: str) -> list[str]:
        return [
            self.url, str(self.world.directory), str(self.world.clock.now), step, *arguments
        ]  # fmt: skip

    def run(self, step: str, *arguments: str, fault: str = "") -> tuple[int, str]:
        return self.nursery.run(self.step(step, *arguments), fault=fault)[0]


@pytest.fixture
def children(nursery: Nursery, world: World, store_url: str) -> Children:
    return Children(nursery, world, store_url)


@pytest.fixture
def bare_children(nursery: Nursery, bare: World, tmp_path: Path) -> Children:
    return Children(nursery, bare, f"sqlite:///{tmp_path / 'bare.db'}")


def ledger_is_whole(world: World) -> None:
    key = Key("coast executor")
    head = world.open().checkpoint()
    origin = "coast.example/ledger"
    checkpoint = open_checkpoint(head.note, origin, [ledger_key(origin, key.public, key.suite)])
    assert checkpoint.size == head.size
    assert len(world.types()) == head.size


@pytest.mark.parametrize(
    ("fault", "pinned"),
    [("charter.pinning", False), ("database.committing", False), ("charter.pinned", True)],
)
def test_killed_while_pinning(bare_children: Children, fault: str, pinned: bool) -> None:
    bare = bare_children.world
    assert bare_children.run("pin", fault=fault)[0] == KILLED
    assert bool(bare.types()) is pinned
    bare_children.run("pin")
    assert bare.open().charter().charter == charter()
    assert bare.types() == ["charter.pinned"]
    ledger_is_whole(bare)


@pytest.mark.parametrize(
    ("fault", "recorded"),
    [("request.recording", False), ("database.committing", False), ("request.recorded", True)],
)
def test_killed_while_asking(children: Children, fault: str, recorded: bool) -> None:
    world = children.world
    assert children.run("request", fault=fault)[0] == KILLED
    cases = world.open().requests()
    assert len(cases) == recorded
    assert world.types() == ["charter.pinned", *["decisions.requested"] * recorded]
    assert children.run("request")[0] == 0
    ledger_is_whole(world)


@pytest.mark.parametrize(
    ("fault", "recorded"),
    [
        ("vote.recording", False),
        ("ledger.entries", False),
        ("database.committing", False),
        ("vote.recorded", True),
        ("permit.issued", True),
    ],
)
def test_killed_while_voting(children: Children, fault: str, recorded: bool) -> None:
    """The vote that completes the quorum: it and its permit are there, or neither is."""
    world = children.world
    request = world.request()
    world.clock.now += RULE.review_s
    world.vote(request, "coast.checker")
    asked = ("vote", request.id, "coast.officer", "approve")
    assert children.run(*asked, fault=fault)[0] == KILLED
    case = world.open().case(request.id)
    assert (case.state, case.permit is not None) == (
        (State.APPROVED, True) if recorded else (State.OPEN, False)
    )
    assert children.run(*asked) == (0, "approved")  # sent again, as its sender will
    assert world.types().count("decisions.voted") == 2
    assert world.types().count("decisions.approved") == 1
    assert children.run("execute", request.id)[0] == 0
    assert len(world.lines()) == 1
    ledger_is_whole(world)


def test_killed_while_rejecting(children: Children) -> None:
    world = children.world
    request = world.approved()
    asked = ("vote", request.id, "navy.checker", "reject")
    assert children.run(*asked, fault="vote.recorded")[0] == KILLED
    assert world.open().case(request.id).state is State.REJECTED
    assert children.run("execute", request.id)[1] == "governance.permit rejected"
    assert world.lines() == []


@pytest.mark.parametrize(
    ("fault", "state", "acted", "reconciled"),
    [
        ("act.evidence", State.APPROVED, False, None),
        ("permit.claiming", State.APPROVED, False, None),
        ("permit.claimed", State.UNKNOWN, False, State.FAILED),
        ("act.before", State.UNKNOWN, False, State.FAILED),
        ("act.after", State.UNKNOWN, True, State.DONE),
        ("act.performed", State.UNKNOWN, True, State.DONE),
        ("outcome.recording", State.UNKNOWN, True, State.DONE),
        ("outcome.recorded", State.DONE, True, None),
    ],
)
def test_killed_while_acting(
    children: Children, fault: str, state: State, acted: bool, reconciled: State | None
) -> None:
    world = children.world
    request = world.approved()
    assert children.run("execute", request.id, fault=fault)[0] == KILLED
    assert len(world.lines()) == acted
    unknown = state is State.UNKNOWN
    assert children.run("recover") == (0, request.id if unknown else "")
    assert world.open().case(request.id).state is state
    if reconciled is not None:
        code, said = children.run("execute", request.id)  # never retried
        assert (code, said) == (69, "governance.unsettled unsettled")
        assert children.run("reconcile", request.id) == (0, reconciled)
    elif state is State.APPROVED:
        assert children.run("execute", request.id)[0] == 0
    code, said = children.run("execute", request.id)
    assert (code, said) == (68, "governance.permit used")
    done = reconciled is not State.FAILED
    assert len(world.lines()) == done
    assert world.types().count("report.release.done") == done
    digest = digest_of(request.id.encode())
    assert world.open().released("report", digest) == (request.id if done else None)
    ledger_is_whole(world)


@pytest.mark.parametrize(
    ("step", "fault", "state"),
    [
        ("recover", "recovery.recording", State.CLAIMED),
        ("recover", "recovery.recorded", State.UNKNOWN),
        ("reconcile", "reconcile.asked", State.UNKNOWN),
        ("reconcile", "outcome.recording", State.UNKNOWN),
    ],
)
def test_killed_while_mending(children: Children, step: str, fault: str, state: State) -> None:
    world = children.world
    request = world.approved()
    children.run("execute", request.id, fault="act.performed")
    arguments = () if step == "recover" else (request.id,)
    assert children.run(step, *arguments, fault=fault)[0] == KILLED
    assert world.open().case(request.id).state is state
    assert children.run("reconcile", request.id) == (0, "done")
    assert len(world.lines()) == 1
    assert world.types().count("report.release.done") == 1
    ledger_is_whole(world)


def test_killed_while_the_charter_changes(children: Children) -> None:
    world = children.world
    request = world.approved()
    assert children.run("pin-next", fault="charter.pinning")[0] == KILLED
    assert world.open().case(request.id).state is State.APPROVED
    assert children.run("pin-next", fault="charter.pinned")[0] == KILLED
    assert world.open().case(request.id).state is State.VOID
    assert world.types()[-2:] == ["charter.pinned", "decisions.voided"]
    ledger_is_whole(world)


# ── two processes at once ──────────────────────────────────────────────────────────────────────


def test_two_processes_execute_one_permit(children: Children) -> None:
    world = children.world
    for _ in range(3):
        before = len(world.lines())
        request = world.approved()
        racer = children.step("execute", request.id)
        ends = children.nursery.run(racer, racer, racer)
        assert sorted(code for code, _ in ends) == [0, 68, 68]
        assert [said for _, said in ends].count("governance.permit used") == 2
        assert len(world.lines()) == before + 1
    ledger_is_whole(world)


def test_processes_vote_and_pin_at_once(children: Children) -> None:
    """Whatever comes first: the quorum's permit is issued once, or the charter voids it."""
    world = children.world
    request = world.request()
    world.clock.now += RULE.review_s
    world.vote(request, "coast.checker")
    votes = [
        children.step("vote", request.id, who, "approve")
        for who in ("coast.officer", "navy.checker")
    ]
    children.nursery.run(*votes, children.step("pin-next"))
    assert world.open().case(request.id).state is State.VOID
    assert world.types().count("decisions.approved") <= 1
    assert world.types().count("decisions.voided") == 1
    ledger_is_whole(world)


def test_two_processes_append_at_once(children: Children) -> None:
    world = children.world
    writer = children.step("append", "30")
    assert [code for code, _ in children.nursery.run(writer, writer)] == [0, 0]
    assert world.types().count("dataset.tidy.done") == 60
    numbers = [world.executor.opening(i)[2]["n"] for i in range(1, 61)]
    assert sorted(map(int, map(str, numbers))) == sorted([*range(30)] * 2)
    ledger_is_whole(world)
