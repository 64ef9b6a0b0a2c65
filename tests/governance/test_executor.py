"""The executor: what it takes, what it refuses, and what it writes down, on a real store."""

from __future__ import annotations

import secrets
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from dure.core.canonical import canonical_bytes
from dure.core.suites import digest_of
from dure.core.times import write_time
from dure.governance import docket
from dure.governance.decisions import Choice, Client, Request, State
from dure.governance.errors import GovernanceError
from dure.governance.events import Event, open_detail, pseudonym, read_entry
from dure.governance.journal import Journal
from dure.governance.permits import check_permit
from dure.governance.tables import REQUESTS
from dure.governance.tally import Rulebook
from dure.governance.tickets import Ticket, check_ticket
from dure.storage import incarnation
from tests.governance.alliance import (
    ACTIONS,
    ASSET,
    OPEN_TEXT,
    RULE,
    SECRET_TEXT,
    Key,
    World,
    charter,
    make_store,
    member,
    principal,
    signed,
    successor,
    vote_on,
)


def refused(code: str, reason: str | None = None) -> Any:
    return pytest.raises(
        GovernanceError,
        check=lambda e: e.code == code and (reason is None or e.facts.get("reason") == reason),
    )


# ── the whole way ──────────────────────────────────────────────────────────────────────────────


def test_whole_way(world: World) -> None:
    request = world.approved()
    outcome = world.executor.execute(request.id)
    assert world.lines() == [f"{request.id} navy"]
    assert outcome["asset"] == ASSET
    assert world.types() == [
        "charter.pinned",
        "decisions.requested",
        "decisions.voted",
        "decisions.voted",
        "decisions.approved",
        "content.read",
        "report.release.begun",
        "report.release.done",
    ]
    case = world.executor.case(request.id)
    assert case.state is State.DONE
    assert case.permit is not None
    check_permit(case.permit, request, Rulebook(charter(), ACTIONS[0], world.suite))
    done = read_entry(world.executor.ledger.entry(7))
    assert (done.asset, done.decision) == (ASSET, request.id)


def test_whole_way_in_the_other_suite(tmp_path: Any) -> None:
    db = make_store(f"sqlite:///{tmp_path / 'kr.db'}")
    world = World(db, tmp_path, suite_name="kr-public")
    world.pin()
    world.executor.execute(world.approved().id)
    assert len(world.lines()) == 1
    db.close()


def test_show(world: World) -> None:
    request = world.request()
    shown = world.executor.show(request.id)
    assert shown["state"] == "open"
    assert shown["missing"] == "too-few"
    assert shown["needs"] == {
        "votes": 2,
        "roles": ["checker", "security-officer"],
        "agencies": 1,
        "votes_from": write_time(world.clock.now + RULE.review_s),
    }
    assert Request.from_dict(shown["request"]).digest(world.suite) == shown["digest"]
    world.clock.now += 1
    done = world.approved()
    world.executor.execute(done.id)
    shown = world.executor.show(done.id)
    assert shown["state"] == "done"
    assert "needs" not in shown
    assert [case.request.id for case in world.executor.requests()] == [request.id, done.id]
    assert [case.request.id for case in world.executor.requests(State.OPEN)] == [request.id]


# ── the charter pin ────────────────────────────────────────────────────────────────────────────


def test_nothing_goes_without_a_charter(bare: World) -> None:
    with refused("governance.charter-pin", "no-charter"):
        bare.executor.charter()
    with refused("governance.charter-pin", "no-charter"):
        bare.request()


def test_pin(world: World) -> None:
    assert world.executor.charter().to_dict() == signed(charter()).to_dict()
    world.pin()  # again: nothing changes
    assert world.types() == ["charter.pinned"]
    second = successor(charter(), alliance="Renamed")
    world.executor.pin_charter(second, "coast.steward")
    assert world.executor.charter().charter == second.charter
    assert world.executor.charter(1).charter == charter()
    with refused("governance.unknown"):
        world.executor.charter(3)
    other = world.open()
    assert other.charter().charter.version == 2


def test_pin_is_refused(bare: World) -> None:
    with refused("governance.charter-signatures"):
        bare.executor.pin_charter(signed(charter(), "coast"))
    strangers = charter(
        members=(member("navy"), member("port")), principals=(principal("navy.checker"),)
    )
    with refused("governance.charter-pin", "other-agency"):
        bare.executor.pin_charter(signed(strangers, "navy", "port"))
    others = tuple(
        replace(m, executor=Key("x").public.hex()) if m.agency == "coast" else m
        for m in charter().members
    )
    with refused("governance.charter-pin", "other-key"):
        bare.executor.pin_charter(signed(charter(members=others)))
    with refused("governance.charter-pin", "no-charter"):
        bare.executor.charter()
    assert bare.types() == []


def test_a_successor_by_fewer_is_refused(world: World) -> None:
    with refused("governance.charter-signatures"):
        world.executor.pin_charter(signed(successor(charter()).charter, "port"))
    assert world.executor.charter().charter.version == 1


def test_another_process_pins(world: World) -> None:
    """A running executor sees at once what a sibling pinned, and voids what was asked before."""
    request = world.approved()
    world.open().pin_charter(successor(charter(), alliance="Renamed"))
    with refused("governance.permit", "charter-changed"):
        world.executor.execute(request.id)
    assert world.lines() == []
    assert world.types()[-2:] == ["charter.pinned", "decisions.voided"]


# ── requests ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("action", "changes", "code", "reason"),
    [
        ("no.such", {}, "governance.unknown", None),
        ("dataset.tidy", {}, "governance.request", "not-critical"),
        ("model.drop", {}, "governance.request", "no-act"),
        ("report.release", {"requester": "coast.nobody"}, "governance.unknown", None),
        ("report.release", {"requester": "coast.officer"}, "governance.request", "requester-role"),
        ("report.release", {"source": "?"}, "governance.request", "wrong-form"),
        (
            "report.release",
            {"target": "coast//X// REL * FOR *"},
            "governance.request",
            "wrong-form",
        ),
        ("report.release", {"arguments": {"x": 0.5}}, "governance.request", "not-canonical"),
        ("report.release", {"assets": ["x"]}, "governance.request", "wrong-form"),
        ("asset.mark", {"source": SECRET_TEXT}, "governance.label-falls", None),
    ],
)
def test_requests_that_are_refused(
    world: World, action: str, changes: dict[str, Any], code: str, reason: str | None
) -> None:
    with refused(code, reason):
        world.request(action, **changes)
    assert world.executor.requests() == ()
    assert world.types() == ["charter.pinned"]


def test_only_actions_that_may_lower_lower(world: World) -> None:
    assert world.request("asset.mark", source=OPEN_TEXT, target=SECRET_TEXT).target == SECRET_TEXT
    assert world.request(source=SECRET_TEXT, target=OPEN_TEXT).source == SECRET_TEXT


def test_an_action_that_the_charter_does_not_name_is_denied(world: World) -> None:
    rules = {"asset.mark": charter().rules["asset.mark"]}
    world.executor.pin_charter(successor(charter(), rules=rules))
    with refused("governance.unknown"):
        world.request()
    world.request("asset.mark")


# ── votes ──────────────────────────────────────────────────────────────────────────────────────


def test_votes_that_are_refused_leave_nothing(world: World) -> None:
    request = world.request()
    with refused("governance.vote", "early"):
        world.vote(request, "coast.checker")
    world.clock.now += RULE.review_s
    forged = replace(vote_on(request, "coast.officer"), voter="coast.checker")
    for vote, reason in (
        (forged, "unknown-key"),
        (replace(forged, key=Key("coast.checker").id), "signature"),
        (vote_on(request, "coast.steward"), "requester"),
        (vote_on(request, "port.developer"), "role"),
    ):
        with refused("governance.vote", reason):
            world.executor.cast_vote(vote)
    with refused("governance.unknown"):
        world.executor.cast_vote(replace(forged, request="sha256:" + "0" * 64))
    assert world.executor.case(request.id).ballots == ()
    assert world.types()[-1] == "decisions.requested"
    world.vote(request, "coast.checker")  # the control
    assert world.types()[-1] == "decisions.voted"


def test_the_same_vote_again_changes_nothing(world: World) -> None:
    request = world.request()
    world.clock.now += RULE.review_s
    first = vote_on(request, "coast.checker")
    world.executor.cast_vote(first)
    assert world.executor.cast_vote(first).state is State.OPEN
    with refused("governance.vote", "duplicate"):
        world.vote(request, "coast.checker", client=Client.NODE)
    last = vote_on(request, "coast.officer")
    assert world.executor.cast_vote(last).state is State.APPROVED
    assert world.executor.cast_vote(last).state is State.APPROVED
    assert world.types().count("decisions.voted") == 2


def test_one_rejection_ends_it(world: World) -> None:
    request = world.request()
    world.clock.now += RULE.review_s
    world.vote(request, "coast.checker", Choice.REJECT)
    with refused("governance.vote", "rejected"):
        world.vote(request, "coast.officer")
    with refused("governance.permit", "rejected"):
        world.executor.execute(request.id)
    assert world.types()[-1] == "decisions.rejected"


@pytest.mark.parametrize("officer", ["navy.checker", "coast.checker"])
def test_a_rejection_stops_an_approved_act(world: World, officer: str) -> None:
    request = world.approved()
    with refused("governance.vote", "not-open"):
        world.vote(request, "navy.checker")
    world.vote(request, officer, Choice.REJECT)
    with refused("governance.permit", "rejected"):
        world.executor.execute(request.id)
    assert world.lines() == []


def test_after_the_act_no_vote_counts(world: World) -> None:
    request = world.approved()
    world.executor.execute(request.id)
    with refused("governance.vote", "not-open"):
        world.vote(request, "navy.checker", Choice.REJECT)
    assert world.executor.case(request.id).state is State.DONE


def test_highest_grade_needs_a_client_outside(world: World) -> None:
    request = world.request(source=SECRET_TEXT, target=SECRET_TEXT)
    world.clock.now += RULE.review_s
    for officer in ("coast.checker", "coast.officer"):
        case = world.vote(request, officer, client=Client.NODE)
    assert case.state is State.OPEN
    assert world.executor.show(request.id)["missing"] == "outside-client"
    with refused("governance.permit", "outside-client"):
        world.executor.execute(request.id)
    assert world.vote(request, "navy.checker").state is State.APPROVED


def test_time_ends_a_request(world: World) -> None:
    request = world.request()
    world.clock.now += RULE.expires_s
    assert world.executor.case(request.id).state is State.EXPIRED
    assert world.executor.show(request.id)["reason"] == "expired"
    assert world.types()[-1] == "decisions.requested"  # looking writes nothing
    with refused("governance.vote", "expired"):
        world.vote(request, "coast.checker")
    assert world.types()[-1] == "decisions.expired"
    with refused("governance.permit", "expired"):
        world.executor.execute(request.id)


def test_a_charter_change_voids_what_is_pending(world: World) -> None:
    done, approved, opened = world.approved(), world.approved(), world.request()
    world.executor.execute(done.id)
    checker = replace(
        charter().principal("coast.checker"), keys=(Key("coast.checker").enrolled(revoked=True),)
    )
    others = [p for p in charter().principals if p.id != "coast.checker"]
    world.executor.pin_charter(successor(charter(), principals=(checker, *others)))
    states = [world.executor.case(r.id).state for r in (done, approved, opened)]
    assert states == [State.DONE, State.VOID, State.VOID]
    with refused("governance.permit", "charter-changed"):
        world.executor.execute(approved.id)
    with refused("governance.vote", "charter-changed"):
        world.vote(opened, "coast.officer")
    request = world.request()
    world.clock.now += RULE.review_s
    with refused("governance.vote", "key-revoked"):
        world.vote(request, "coast.checker")
    world.vote(request, "coast.officer")


def test_a_restored_store_kills_requests_and_permits(world: World) -> None:
    approved, opened = world.approved(), world.request()
    with world.db.write() as connection:
        incarnation.begin(connection, write_time(world.clock.now))
    with refused("governance.permit", "restored"):
        world.executor.execute(approved.id)
    with refused("governance.vote", "restored"):
        world.vote(opened, "coast.checker")
    assert world.executor.case(opened.id).reason == "restored"
    world.executor.execute(world.approved().id)


# ── the store ──────────────────────────────────────────────────────────────────────────────────


def test_a_store_whose_rows_were_swapped(world: World) -> None:
    """Who can write the executor's store still can't change what people signed."""
    request = world.approved()
    forged = replace(request, arguments={"to": "port"})
    from dure.core.canonical import canonical_json

    with world.db.write() as connection:
        connection.execute(
            update(REQUESTS).values(document=canonical_json(forged.to_dict()).decode())
        )
    with refused("governance.permit", "other-request"):
        world.executor.execute(request.id)
    assert world.lines() == []


def test_the_store_checks_its_rows(world: World) -> None:
    request = world.approved()
    for statement in (
        "UPDATE governance_requests SET state = 'almost'",
        "UPDATE governance_requests SET state = 'done'",
        "UPDATE governance_requests SET closed_s = 1",
        "UPDATE governance_permits SET claimed_by = 'x'",
        "UPDATE governance_permits SET outcome = '{}'",
        "UPDATE governance_permits SET outcome = '{}', settled_s = 1",
    ):
        with pytest.raises(IntegrityError), world.db.engine.begin() as connection:
            connection.execute(text(statement))
    world.executor.execute(request.id)


def test_no_step_back(world: World) -> None:
    request = world.approved()
    world.executor.execute(request.id)
    with pytest.raises(RuntimeError, match="can't go from done"), world.db.write() as connection:
        docket.move(connection, world.executor.case(request.id), State.APPROVED, 0)


# ── what doors may write and have signed ───────────────────────────────────────────────────────


def test_doors_append_their_own_events(world: World) -> None:
    event = Event("dataset.tidy.done", "coast.steward", ASSET, "", {"rows": 3})
    appended = world.executor.append([event, replace(event, detail={})])
    assert appended.size == appended.first + 2
    entry = read_entry(world.executor.ledger.entry(appended.first))
    salt, actor, detail = world.executor.opening(appended.first)
    assert (actor, detail) == (event.actor, event.detail)
    assert open_detail(entry, salt, actor, detail, world.suite)
    assert entry.actor != pseudonym(b"", event.actor)
    assert len(entry.actor) == 32
    with refused("governance.unknown"):
        world.executor.opening(99)
    again = world.open().append([event])  # another process: the same pseudonym
    assert read_entry(world.executor.ledger.entry(again.first)).actor == entry.actor


def test_what_the_operator_did_is_written_once(world: World) -> None:
    event = Event("node.restored.done", detail={"notice": "ab" * 8, "backup": "then"})
    written = world.executor.note(event)
    assert written is not None
    entry = read_entry(world.executor.ledger.entry(written.first))
    assert entry.type == "node.restored.done"
    assert world.executor.note(event) is None
    assert world.open().note(event) is None  # another process, after a crash
    assert world.executor.checkpoint().size == written.size
    assert world.executor.note(replace(event, detail={"notice": "cd" * 8})) is not None
    for type_ in ("charter.pinned", "report.release.done", "dataset.import.done"):
        with refused("governance.event", "unknown-type"):
            world.executor.note(Event(type_, detail={"notice": "ef" * 8}))


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        ("no.such.event", "unknown-type"),
        ("decisions.approved", "reserved-type"),
        ("charter.pinned", "reserved-type"),
        ("node.restored.done", "reserved-type"),
        ("report.release.done", "reserved-type"),
        ("asset.mark.begun", "reserved-type"),
    ],
)
def test_doors_do_not_write_the_executors_events(world: World, type_: str, reason: str) -> None:
    good = Event("dataset.tidy.done")
    with refused("governance.event", reason):
        world.executor.append([good, Event(type_)])
    assert world.types() == ["charter.pinned"]


def test_tickets(world: World) -> None:
    asked = {"principal": "coast.checker", "action": "content.read", "purpose": "trial", "run": ""}
    ticket, signature = world.executor.issue_ticket(ASSET, **asked)
    check_ticket(
        ticket,
        signature,
        suite=world.suite,
        executor_public=Key("coast executor").public,
        now=world.clock.now,
    )
    entry = read_entry(world.executor.ledger.entry(ticket.entry))
    assert (entry.type, entry.asset) == ("content.read", ASSET)
    with refused("governance.unknown"):
        world.executor.issue_ticket(ASSET, **(asked | {"principal": "coast.nobody"}))
    with refused("governance.request", "wrong-form"):
        world.executor.issue_ticket("data.csv", **asked)
    assert world.types()[1:] == ["content.read"]


def test_envelopes_carry_only_what_was_released(world: World) -> None:
    request = world.approved()
    digest = digest_of(request.id.encode())
    header = {"from": "coast", "to": "navy", "kind": "report", "payload_digest": digest}
    with refused("governance.event", "not-released"):
        world.executor.sign_envelope(header)
    world.executor.execute(request.id)
    assert world.executor.released("report", digest) == request.id
    assert world.executor.released("bundle", digest) is None
    signature = bytes.fromhex(world.executor.sign_envelope(header))
    message = canonical_bytes("envelope", header, "intl")
    assert world.suite.verify(Key("coast node").public, message, signature)
    for changes, code, reason in (
        ({"kind": "bundle"}, "governance.event", "not-released"),
        ({"from": "navy"}, "governance.event", "other-agency"),
        ({"kind": 7}, "governance.request", "wrong-type"),
        ({"payload_digest": "x"}, "governance.request", "wrong-form"),
    ):
        with refused(code, reason):
            world.executor.sign_envelope(header | changes)
    world.executor.sign_envelope(header | {"kind": "vote", "payload_digest": digest_of(b"")})
    assert world.types().count("envelope.signed") == 2


def test_a_report_of_probes_is_signed_and_written_down(world: World) -> None:
    report = {"form": "x", "verdict": "contained", "counts": {"probes": 3}}
    signature = bytes.fromhex(world.executor.sign_probes(report))
    message = canonical_bytes("probe-report", report, "intl")
    assert world.suite.verify(Key("coast node").public, message, signature)
    assert not world.suite.verify(
        Key("coast node").public, canonical_bytes("envelope", report, "intl"), signature
    )
    assert world.types()[-1] == "host.probed"
    for broken in ({}, {"verdict": 1}, {"verdict": "no\nverdict"}):
        with pytest.raises(GovernanceError):
            world.executor.sign_probes(broken)
    assert world.types().count("host.probed") == 1


def test_the_same_content_released_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = digest_of(b"the same")

    def outcome(_: object, request: Request, context: Any) -> dict[str, object]:
        context.release("bundle", digest)
        return {"digest": digest}

    monkeypatch.setattr(type(world.act), "outcome", outcome)
    first, second = world.approved(), world.approved()
    for request in (first, second):
        world.executor.execute(request.id)
    assert world.executor.released("bundle", digest) == first.id


def test_two_processes_draw_one_secret(world: World, tmp_path: Any) -> None:
    """A store whose secret was drawn between the look and the write keeps the first one."""
    empty = make_store(f"sqlite:///{tmp_path / 'empty.db'}")
    late: Any = SimpleNamespace(read=empty.read, write=world.db.write)
    journal = Journal(late, world.ledger, world.suite, world.clock, secrets.token_bytes)
    empty.close()
    with world.db.write() as connection:
        first = journal.write(connection, [Event("a.b", "coast.steward")]).first
    second = world.executor.append([Event("dataset.tidy.done", "coast.steward")]).first
    entries = [read_entry(data) for data in world.open().ledger.entries(first, second + 1)]
    assert entries[0].actor == entries[1].actor


def test_tickets_that_are_not_good(world: World) -> None:
    asked = {"principal": "coast.checker", "action": "content.read", "purpose": "trial", "run": ""}
    ticket, signature = world.executor.issue_ticket(ASSET, **asked)
    assert Ticket.from_dict(ticket.to_dict()) == ticket
    known = {"suite": world.suite, "executor_public": Key("coast executor").public}
    for changed, signed_by, now, reason in (
        (replace(ticket, asset="cd" * 32), signature, world.clock.now, "signature"),
        (ticket, "00", world.clock.now, "signature"),
        (ticket, signature, ticket.expires, "expired"),
    ):
        with refused("governance.ticket", reason):
            check_ticket(changed, signed_by, now=now, **known)
    for plain in ({}, ticket.to_dict() | {"asset": 1}, ticket.to_dict() | {"entry": True}):
        with refused("governance.ticket", "wrong-form"):
            Ticket.from_dict(plain)
