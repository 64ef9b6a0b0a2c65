"""The act: at most once, only as approved, and within its walls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from dure.core.suites import digest_of
from dure.governance import enforcing
from dure.governance.acts import ActContext
from dure.governance.decisions import Request, State
from dure.governance.errors import GovernanceError
from dure.governance.events import open_detail, read_entry
from dure.governance.ledger.merkle import leaf_hash, verify_inclusion
from dure.governance.ledger.note_keys import ledger_key
from dure.governance.ledger.notes import open_checkpoint
from tests.governance.alliance import ASSET, OPEN_TEXT, RULE, SECRET_TEXT, Key, World, label


def refused(code: str, reason: str) -> Any:
    return pytest.raises(
        GovernanceError, check=lambda e: e.code == code and e.facts.get("reason") == reason
    )


def trip(world: World, at: str, error: BaseException) -> None:
    def fall(step: str, request: Request, context: ActContext) -> None:
        if step == at:
            raise error

    world.act.trip = fall


def test_a_permit_is_used_once(world: World) -> None:
    request = world.approved()
    world.executor.execute(request.id)
    for _ in range(2):
        with refused("governance.permit", "used"):
            world.executor.execute(request.id)
    assert len(world.lines()) == 1


def test_an_act_that_reads_no_asset(world: World) -> None:
    request = world.approved(assets=[], evidence=digest_of(b""))
    world.executor.execute(request.id)
    assert len(world.lines()) == 1
    assert "content.read" not in world.types()


@pytest.mark.parametrize("part", ["docket.claim", "faults.point"])
def test_a_claim_that_fails_is_none(
    world: World, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it fails before it is marked as being performed, or after: nothing is left of it."""
    request = world.approved()
    module, name = part.split(".")
    real = getattr(getattr(enforcing, module), name)

    def fall(*given: Any) -> Any:
        if module == "docket" or given == ("permit.claiming",):
            raise RuntimeError(part)
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(getattr(enforcing, module), name, fall)
        with pytest.raises(RuntimeError, match=part):
            world.executor.execute(request.id)
    assert world.lines() == []
    world.executor.execute(request.id)
    assert len(world.lines()) == 1


def test_not_before_it_is_approved(world: World) -> None:
    request = world.request()
    with refused("governance.permit", "too-few"):
        world.executor.execute(request.id)
    world.clock.now += RULE.review_s
    world.vote(request, "coast.checker")
    with refused("governance.permit", "too-few"):
        world.executor.execute(request.id)
    with pytest.raises(GovernanceError, match=r"governance\.unknown"):
        world.executor.execute("00" * 8)
    assert world.lines() == []


def test_not_after_it_expired(world: World) -> None:
    request = world.approved()
    world.clock.now = request.expires_s
    with refused("governance.permit", "expired"):
        world.executor.execute(request.id)
    assert world.types()[-1] == "decisions.expired"


def test_not_when_the_clock_went_back(world: World) -> None:
    request = world.approved()
    world.clock.now -= 1
    with refused("governance.permit", "early"):
        world.executor.execute(request.id)
    world.clock.now += 1
    world.executor.execute(request.id)


def test_changed_evidence_voids_it(world: World) -> None:
    request = world.approved()
    world.keeper.contents[ASSET] = b"other evidence"
    with refused("governance.permit", "evidence-changed"):
        world.executor.execute(request.id)
    assert world.types()[-1] == "decisions.voided"
    world.keeper.contents[ASSET] = b"evidence"
    with refused("governance.permit", "evidence-changed"):
        world.executor.execute(request.id)
    assert world.lines() == []


def test_an_error_before_the_claim_leaves_it_approved(world: World) -> None:
    request = world.approved()
    trip(world, "evidence", OSError())
    with pytest.raises(OSError):
        world.executor.execute(request.id)
    trip(world, "never", OSError())
    world.executor.execute(request.id)


def test_rejected_while_the_evidence_is_computed(world: World) -> None:
    """What changes between the first look and the claim is seen by the second look."""
    from dure.governance.decisions import Choice

    for evidence in (b"evidence", b"other"):
        world.keeper.contents[ASSET] = b"evidence"
        request = world.approved()

        def reject(
            step: str, asked: Request, context: ActContext, evidence: bytes = evidence
        ) -> None:
            if step == "evidence":
                world.vote(asked, "navy.checker", Choice.REJECT)
                world.keeper.contents[ASSET] = evidence

        world.act.trip = reject
        with refused("governance.permit", "rejected"):
            world.executor.execute(request.id)
    assert world.lines() == []


# ── errors in the middle ───────────────────────────────────────────────────────────────────────


def test_an_act_that_did_nothing_failed(world: World) -> None:
    request = world.approved()
    trip(world, "before", GovernanceError("governance.label-falls"))
    with refused("governance.act", "act-raised") as caught:
        world.executor.execute(request.id)
    assert caught.value.facts["cause"] == "governance.label-falls"
    case = world.executor.case(request.id)
    assert (case.state, case.outcome) == (State.FAILED, {"cause": "governance.label-falls"})
    assert world.types()[-2:] == ["report.release.begun", "report.release.failed"]
    assert world.executor.released("report", digest_of(request.id.encode())) is None
    trip(world, "never", OSError())
    with refused("governance.permit", "used"):
        world.executor.execute(request.id)


def test_an_act_that_fell_after_it_acted_is_done(world: World) -> None:
    request = world.approved()
    trip(world, "after", OSError("disk"))
    assert world.executor.execute(request.id)["asset"] == ASSET
    assert world.executor.case(request.id).state is State.DONE
    assert len(world.lines()) == 1
    assert world.executor.released("report", digest_of(request.id.encode())) == request.id


def doubtful(world: World) -> Request:
    """A request whose act fell, and whose target can't be asked."""
    request = world.approved()

    def fall(step: str, asked: Request, context: ActContext) -> None:
        if step in ("after", "asked"):
            raise OSError

    world.act.trip = fall
    with refused("governance.unsettled", "unsettled"):
        world.executor.execute(request.id)
    return request


def test_doubt_is_unknown_and_never_retried(world: World) -> None:
    request = doubtful(world)
    assert world.executor.case(request.id).state is State.UNKNOWN
    assert world.types()[-1] == "decisions.unsettled"
    trip(world, "never", OSError())
    with refused("governance.unsettled", "unsettled"):
        world.executor.execute(request.id)
    assert world.executor.recover() == ()
    assert len(world.lines()) == 1


def test_reconcile(world: World) -> None:
    request = doubtful(world)
    with pytest.raises(OSError):
        world.executor.reconcile(request.id)
    assert world.executor.case(request.id).state is State.UNKNOWN
    trip(world, "never", OSError())
    assert world.executor.reconcile(request.id).state is State.DONE
    assert world.types()[-2:] == ["decisions.reconciled", "report.release.done"]
    with refused("governance.permit", "not-unknown"):
        world.executor.reconcile(request.id)


def test_reconcile_what_did_not_happen(world: World) -> None:
    request = doubtful(world)
    (world.directory / "released.txt").unlink()
    trip(world, "never", OSError())
    case = world.executor.reconcile(request.id)
    assert (case.state, case.outcome) == (State.FAILED, {"cause": "crash"})
    assert world.types()[-2:] == ["decisions.reconciled", "report.release.failed"]


def test_two_who_reconcile_say_the_same(world: World) -> None:
    request = doubtful(world)
    other = world.open()

    def overtake(step: str, asked: Request, context: ActContext) -> None:
        if step == "asked":
            trip(world, "never", OSError())
            other.reconcile(request.id)

    world.act.trip = overtake
    assert world.executor.reconcile(request.id).state is State.DONE
    assert world.types().count("report.release.done") == 1


def test_not_what_is_pending(world: World) -> None:
    with refused("governance.permit", "not-unknown"):
        world.executor.reconcile(world.request().id)


def test_stopping_the_process_leaves_no_false_claim(world: World) -> None:
    request = world.approved()
    trip(world, "before", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        world.executor.execute(request.id)
    assert world.executor.case(request.id).state is State.UNKNOWN
    trip(world, "never", OSError())
    assert world.executor.reconcile(request.id).state is State.FAILED


def test_stopped_after_a_sibling_had_settled_it(world: World) -> None:
    request = world.approved()
    sibling = world.open(is_alive=lambda claimant: False)

    def stop(step: str, asked: Request, context: ActContext) -> None:
        if step == "after":
            world.act.trip = lambda *_: None
            sibling.reconcile(request.id)
            raise KeyboardInterrupt

    world.act.trip = stop
    with pytest.raises(KeyboardInterrupt):
        world.executor.execute(request.id)
    assert world.executor.case(request.id).state is State.DONE


def test_an_outcome_that_has_no_form(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    request = world.approved()
    monkeypatch.setattr(type(world.act), "outcome", lambda *_: {"at": 0.5})
    with refused("governance.unsettled", "unsettled"):
        world.executor.execute(request.id)


# ── claims ─────────────────────────────────────────────────────────────────────────────────────


def test_a_living_sibling_keeps_its_claim(world: World) -> None:
    request = world.approved()
    sibling = world.open()
    seen: list[Any] = []

    def look(step: str, asked: Request, context: ActContext) -> None:
        if step != "after":
            return
        for executor in (sibling, world.executor):
            seen.append(executor.recover())
            with refused("governance.unsettled", "still-running"):
                executor.reconcile(request.id)
            with refused("governance.permit", "used"):
                executor.execute(request.id)

    world.act.trip = look
    world.executor.execute(request.id)
    assert seen == [(), ()]
    assert world.executor.case(request.id).state is State.DONE


def test_a_dead_claim_is_unknown(world: World) -> None:
    request = world.approved()
    enforcing._claim(world.executor._setting, request.id)  # and the process dies here
    survivor = world.open(is_alive=lambda claimant: False)
    assert survivor.recover() == (request.id,)
    assert survivor.recover() == ()
    assert survivor.case(request.id).state is State.UNKNOWN
    assert survivor.reconcile(request.id).state is State.FAILED
    assert world.lines() == []


def test_reconcile_finds_the_dead_claim_itself(world: World) -> None:
    request = world.approved()
    enforcing._claim(world.executor._setting, request.id)
    world.executor._setting.running.discard(request.id)  # as when its thread is gone
    assert world.executor.reconcile(request.id).state is State.FAILED


def test_a_second_try_in_the_middle_changes_nothing(world: World) -> None:
    request = world.approved()
    refused: list[str] = []

    def step(name: str, asked: Request, context: ActContext) -> None:
        if name != "before":
            return
        for verb in (world.executor.execute, world.executor.reconcile):
            with pytest.raises(GovernanceError) as error:
                verb(request.id)
            refused.append(str(error.value.facts["reason"]))

    world.act.trip = step
    world.executor.execute(request.id)
    assert refused == ["used", "still-running"]
    assert world.executor.case(request.id).state is State.DONE


def test_an_act_that_was_settled_otherwise_meanwhile_is_no_success(world: World) -> None:
    request = world.approved()

    def step(name: str, asked: Request, context: ActContext) -> None:
        if name == "before":
            world.executor._setting.running.discard(request.id)  # as if this process were another
            world.executor.reconcile(request.id)

    world.act.trip = step
    with pytest.raises(GovernanceError) as error:
        world.executor.execute(request.id)
    assert error.value.facts["reason"] == "settled-otherwise"
    assert world.executor.case(request.id).state is State.FAILED


def test_recover_ends_what_has_ended(world: World) -> None:
    request = world.request()
    world.clock.now += RULE.expires_s
    kept = world.request()
    assert world.executor.recover() == ()
    assert world.types()[-1] == "decisions.expired"
    assert world.executor.case(request.id).state is State.EXPIRED
    assert world.executor.case(kept.id).state is State.OPEN


# ── the walls of an act ────────────────────────────────────────────────────────────────────────


def run_with(world: World, body: Any, **changes: Any) -> Any:
    request = world.approved(**changes)
    got: list[Any] = []

    def step(name: str, asked: Request, context: ActContext) -> None:
        if name == "before":
            got.append(body(context))

    world.act.trip = step
    world.executor.execute(request.id)
    return got[0]


def test_an_act_signs_its_own_types(world: World) -> None:
    signature = run_with(world, lambda context: context.sign("released-report", {"n": 1}))
    assert world.suite.verify_value(
        Key("coast executor").public, "released-report", {"n": 1}, signature
    )


@pytest.mark.parametrize(
    "body",
    [
        *(
            lambda context, type_=type_: context.sign(type_, {})
            for type_ in ("permit", "vote", "charter", "ticket", "envelope", "request")
        ),
        lambda context: context.read("cd" * 32),
        lambda context: context.shred("cd" * 32),
        lambda context: again(context, OPEN_TEXT, "cd" * 32),
        lambda context: context.release("Report", digest_of(b"")),
        lambda context: context.release("report", "x"),
    ],
)
def test_an_act_stays_within_its_walls(world: World, body: Any) -> None:
    with refused("governance.act", "act-raised"):
        run_with(world, body)
    assert world.lines() == []


def seal(context: ActContext, text: str) -> Mapping[str, object]:
    return context.seal(
        [b"content"],
        kind="report",
        media_type="application/json",
        schema_id="dure/report/v1",
        label=label(text),
        parents=(ASSET,),
        producer="trials.release",
        name="report",
    ).to_dict()


def again(context: ActContext, text: str, asset_id: str = ASSET) -> Mapping[str, object]:
    told = {"label": label(text), "parents": (asset_id,), "producer": "trials.release"}
    return context.seal_again(asset_id, **told).to_dict()


def test_an_act_seals_again_what_its_request_names_and_nothing_below_the_target(
    world: World,
) -> None:
    minted = run_with(world, lambda context: again(context, OPEN_TEXT), source=SECRET_TEXT)
    assert minted["label"] == OPEN_TEXT
    with refused("governance.act", "act-raised"):
        run_with(world, lambda context: again(context, OPEN_TEXT), target=SECRET_TEXT)


def test_an_act_seals_nothing_below_the_target(world: World) -> None:
    minted = run_with(world, lambda context: seal(context, OPEN_TEXT), source=SECRET_TEXT)
    assert minted["label"] == OPEN_TEXT
    with refused("governance.act", "act-raised"):
        run_with(world, lambda context: seal(context, OPEN_TEXT), target=SECRET_TEXT)


def test_an_act_shreds_what_its_request_names(world: World) -> None:
    run_with(world, lambda context: context.shred(ASSET) or {})
    assert world.keeper.contents == {}


def test_an_act_can_prove_that_it_was_begun(world: World) -> None:
    """What a bundle carries: the ``begun`` entry is in the ledger under a signed checkpoint."""
    proof = run_with(world, lambda context: context.proof())
    entry = read_entry(proof["entry"].encode())
    key = Key("coast executor")
    origin = "coast.example/ledger"
    head = open_checkpoint(proof["checkpoint"], origin, [ledger_key(origin, key.public, key.suite)])
    path = [bytes.fromhex(step) for step in proof["path"]]
    leaf = leaf_hash(proof["entry"].encode())
    assert verify_inclusion(proof["position"], head.size, leaf, path, head.root)
    assert entry.type == "report.release.begun"
    case = world.executor.case(entry.decision)
    assert case.permit is not None
    salt = bytes.fromhex(proof["salt"])
    assert open_detail(entry, salt, "", {"digest": case.permit.digest}, world.suite)


def test_no_proof_before_the_claim(world: World) -> None:
    request = world.approved()
    world.act.trip = lambda step, asked, context: context.proof()
    with refused("governance.permit", "not-approved"):
        world.executor.execute(request.id)
    assert world.executor.case(request.id).state is State.APPROVED
