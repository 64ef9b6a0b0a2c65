"""The verbs from an algorithm on its way to the report that comes home."""

from __future__ import annotations

from collections import Counter
from typing import Any
from unittest import mock

from dure.governance.errors import GovernanceError
from dure.governance.jobs.job import Stage
from dure.node.node import Node
from dure.trials import records
from dure.trials.budgets import Asked
from dure.trials.jobs.queueing import queue_of
from dure.trials.tables import SUBMISSIONS
from tests.adversarial.transfer_verbs import acted
from tests.adversarial.verb import DONE, Verb, media, request_id
from tests.cli import algorithms
from tests.node.alliance import LABEL, Alliance, services_inside


def only(node: Node, kind: str) -> Any:
    """The submission, benchmark or run that there is."""
    (row,) = node.trials.list()[kind]
    return row


def _hold(made: Alliance) -> None:
    _, data = algorithms.write(made.folder)
    with made.open() as node:
        node.datasets.import_(data, label=LABEL, name="toy")


# ── an algorithm travels ───────────────────────────────────────────────────────────────────────


def _submit(made: Alliance) -> None:
    with made.open("alpha") as node:
        node.trials.submit(made.folder / "slope", to="bravo")


def _submitted(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open("alpha") as node:
        assert only(node, "submissions")["destination"] == "bravo"
    assert len(list((made.home("alpha") / "door/outgoing").glob("*.dure-envelope"))) == 1
    assert 1 <= seen["trial.submit.done"] <= seen["trial.submit.begun"]
    return DONE


def _carry(made: Alliance) -> None:
    with made.open("alpha") as node:
        node.exchange.send(media(made))


def _take(made: Alliance) -> None:
    with made.open() as node:
        assert node.exchange.receive(media(made))["refused"] == []


def _taken(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        assert only(node, "submissions")["agency"] == "alpha"
        assert node.exchange.receive(media(made))["handled"] == []
    assert 1 <= seen["trial.submit.done"] <= seen["trial.submit.begun"]
    return DONE


# ── is tried ───────────────────────────────────────────────────────────────────────────────────


def _prepare(made: Alliance) -> None:
    with made.open() as node:
        node.trials.prepare(
            "toy",
            name="bench",
            task="tabular-regression",
            target="y",
            features=["a", "b"],
            budget=1,  # so a run that was cut short must not cost one
        )


def _prepared(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        assert only(node, "benchmarks")["name"] == "bench"
    assert 1 <= seen["trial.prepare.done"] <= seen["trial.prepare.begun"]
    return DONE


def _run(made: Alliance) -> None:
    with made.open() as node:
        if any(row["status"] == "done" for row in node.trials.list()["runs"]):
            return  # a person looks
        submission, benchmark = only(node, "submissions"), only(node, "benchmarks")
        node.trials.run(submission["asset_id"], on=benchmark["asset_id"])


def _tried(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        run = only(node, "runs")
        assert (run["status"], run["outcome"]) == ("done", "ok")
        assert node.trials.show(run["id"])["result"]["figures"]
        assert node.trials.diagnosis(run["id"])["run"] == run["id"]
    assert seen["trial.run.done"] <= 1 <= seen["trial.run.begun"]
    return DONE


def _running(made: Alliance) -> tuple[object, ...]:
    with services_inside(), made.open() as node:
        submission, benchmark = only(node, "submissions"), only(node, "benchmarks")
    return "trials", "run", submission["asset_id"], "--on", benchmark["asset_id"]


def _die(made: Alliance) -> None:
    """Leave the row of a run whose process died before anything came of it."""
    with made.open() as node, mock.patch.object(records, "this_process") as claimant:
        claimant.return_value = "0:0:0:0:0"
        submission, benchmark = only(node, "submissions"), only(node, "benchmarks")
        row = records.find(node.house, SUBMISSIONS, submission["asset_id"])
        records.begin_run(node.house, "ab" * 16, row, Asked(benchmark["asset_id"], 1), 1, 600)


def _sweep(made: Alliance) -> None:
    with made.open() as node:
        records.sweep(node.house)  # what `trials run` does first


def _swept(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        assert only(node, "runs")["status"] == "failed"
        assert records.sweep(node.house) == 0
    assert seen["trial.sweep.done"] <= 1 <= seen["trial.sweep.begun"]
    return DONE


# ── a benchmark is offered, and closed ─────────────────────────────────────────────────────────


def _offer(made: Alliance) -> None:
    with made.open() as node:
        node.benchmarks.offer(only(node, "benchmarks")["asset_id"], to="alpha")


def _offered(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        assert len(node.benchmarks.cards()) == 1
    assert 1 <= seen["trial.offer.done"] <= seen["trial.offer.begun"]
    return DONE


def _close(made: Alliance) -> None:
    with made.open() as node:
        node.benchmarks.close(only(node, "benchmarks")["asset_id"], reason="another follows")


def _closed(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        assert only(node, "benchmarks")["closed_reason"] == "another follows"
    assert seen["trial.close.done"] <= 1 <= seen["trial.close.begun"]
    return DONE


# ── or waits in the queue ──────────────────────────────────────────────────────────────────────


def _queue(made: Alliance) -> None:
    with made.open() as node:
        submission, benchmark = only(node, "submissions"), only(node, "benchmarks")
        node.jobs.put(submission["asset_id"], on=benchmark["asset_id"])


def _queued(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        (job,) = node.jobs.list()
        assert (job["state"], job["attempt"]) == ("queued", 0)
        assert node.trials.list()["runs"] == []
    assert 1 <= seen["trial.queue.done"] <= seen["trial.queue.begun"]
    return DONE


def _cancel(made: Alliance) -> None:
    with made.open() as node:
        (job,) = node.jobs.list()
        node.jobs.cancel(job["run"])


def _cancelled(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        (job,) = node.jobs.list()
        assert job["state"] == "cancelled"
    assert 1 <= seen["trial.cancel.done"] <= seen["trial.cancel.begun"]
    return DONE


def _run_job(made: Alliance) -> None:
    """What a worker does: take the job, and have its work done."""
    with made.open() as node:
        queue = queue_of(node.house)
        (job,) = queue.listed()
        if job.state is Stage.RUNNING:
            queue.give_up(job)
        if job.state is not Stage.DONE:
            queue.take("worker/1", "local", 600)
            node.jobs.run(job.id)


def _job_run(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        (job,) = node.jobs.list()
        run = only(node, "runs")
        assert (job["state"], job["run"]) == ("done", run["id"])
        assert (run["status"], run["outcome"]) == ("done", "ok")
        assert node.trials.show(run["id"])["result"]["figures"]
    assert seen["trial.run.done"] <= 1 <= seen["trial.run.begun"]
    return DONE


# ── is appealed ────────────────────────────────────────────────────────────────────────────────


def _appeal(made: Alliance) -> None:
    with made.open() as node:
        if not node.trials.appeals():
            node.trials.appeal(only(node, "runs")["id"], reason="it runs here")


def _appealed(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        (row,) = node.trials.appeals()
        assert (row["reason"], row["ruling"]) == ("it runs here", None)
    assert seen["trial.appeal.begun"] >= 1
    return DONE


def _answer(made: Alliance) -> None:
    with made.open(who="bravo.checker") as node:
        (row,) = node.trials.appeals()
        if row["ruling"] is None:
            node.trials.answer(row["run"], ruling="stands", words="it was scored")


def _answered(made: Alliance, seen: Counter[str]) -> bool:
    with services_inside(), made.open() as node:
        (row,) = node.trials.appeals()
        assert row["ruling"] == "stands"
    assert seen["trial.answer.begun"] >= 1
    return DONE


# ── and its report goes home ───────────────────────────────────────────────────────────────────


def _ask(made: Alliance) -> None:
    with made.open() as node:
        asked = node.trials.request_release(only(node, "runs")["id"])
    (made.folder / "request").write_text(asked["request"]["id"])


def _asked(made: Alliance, seen: Counter[str]) -> bool:
    """People may sign any request that is open: whichever it is, it can be released."""
    with services_inside(), made.open() as node:
        rows = node.decisions.list()
        assert len(rows) == seen["decisions.requested"]
        one = rows[0]["id"] if len(rows) == 1 else _lost(made, rows)
        made.approve(node, one)
        assert node.trials.release(one)["envelope"]
        (released,) = [row for row in only(node, "runs")["releases"] if row["released_at"]]
    assert (released["request_id"], released["requested_by"]) == (one, "bravo.steward")
    return DONE


def _lost(made: Alliance, rows: list[dict[str, Any]]) -> str:
    """The request whose answer nobody got."""
    (lost,) = {str(row["id"]) for row in rows} - {request_id(made)}
    return lost


def _sign(made: Alliance) -> None:
    with made.open() as node:
        made.approve(node, request_id(made))


def _release(made: Alliance) -> None:
    with made.open() as node:
        try:
            node.trials.release(request_id(made))
        except GovernanceError as error:
            if error.code != "governance.unsettled":
                raise
            if node.decisions.reconcile(request_id(made))["state"] == "done":
                node.trials.release(request_id(made))


def _released(made: Alliance, seen: Counter[str]) -> bool:
    done = acted(made, seen, "report.release", "report-*")
    with services_inside(), made.open() as node:
        (row,) = only(node, "runs")["releases"]
    assert bool(row["released_id"]) == done
    return done


def _carry_home(made: Alliance) -> None:
    with made.open() as node:
        node.exchange.send(media(made))


def _come_home(made: Alliance) -> None:
    with made.open("alpha") as node:
        assert node.exchange.receive(media(made))["refused"] == []


def _home(made: Alliance, seen: Counter[str]) -> bool:
    del seen
    with services_inside(), made.open("alpha") as node:
        assert only(node, "received")["agency"] == "bravo"
        assert node.exchange.receive(media(made))["handled"] == []
    return DONE


TRIALS = {
    "hold": Verb("pin", _hold),
    "submit": Verb(
        "hold",
        _submit,
        (
            "trial.submit.begun",
            "house.sealed",
            "house.recorded",
            "trial.submit.done",
            "envelope.sealed",
            "envelope.numbered",
            "envelope.send.done",
        ),
        _submitted,
        agency="alpha",
        then="carry",
    ),
    "carry": Verb("submit", _carry, agency="alpha"),
    "take": Verb(
        "carry",
        _take,
        ("trial.submit.begun", "vault.version.recorded", "house.recorded", "trial.submit.done"),
        _taken,
    ),
    "prepare": Verb(
        "take",
        _prepare,
        (
            "trial.prepare.begun",
            "vault.batch.recorded",
            "house.sealed:2",
            "benchmark.parts-sealed",
            "house.recorded:4",
            "trial.prepare.done",
        ),
        _prepared,
    ),
    "run": Verb(
        "prepare",
        _run,
        (
            "trial.run.begun",
            "trial.algorithm-ended",
            "trial.scored",
            "house.recorded",
            "house.sealed:2",
            "trial.report-sealed",
            "trial.run.done",
        ),
        _tried,
        _running,
        spare=frozenset({"house.sealed:2"}),
    ),
    "offer": Verb("prepare", _offer, ("trial.offer.begun", "trial.offer.done"), _offered),
    "close": Verb("prepare", _close, ("trial.close.begun", "trial.close.done"), _closed),
    "queue": Verb("prepare", _queue, ("trial.queue.begun", "job.put", "trial.queue.done"), _queued),
    "cancel": Verb(
        "queue", _cancel, ("trial.cancel.begun", "job.cancelled", "trial.cancel.done"), _cancelled
    ),
    "run-job": Verb(
        "queue",
        _run_job,
        (
            "job.taken",
            "trial.work.begun",
            "job.begun",
            "trial.algorithm-ended",
            "trial.report-sealed",
            "trial.run.done",
            "trial.work.done",
        ),
        _job_run,
        spare=frozenset({"house.sealed:2"}),
    ),
    "die": Verb("prepare", _die),
    "sweep": Verb("die", _sweep, ("trial.sweep.begun", "trial.sweep.done"), _swept),
    "appeal": Verb("run", _appeal, ("trial.appeal.begun", "trial.appeal.done"), _appealed),
    "answer": Verb("appeal", _answer, ("trial.answer.begun", "trial.answer.done"), _answered),
    "ask": Verb("run", _ask, ("request.recorded",), _asked),
    "sign": Verb("ask", _sign),
    "release": Verb(
        "sign",
        _release,
        (
            "permit.claimed",
            "release.signed",
            "release.drafted",
            "release.written",
            "keeper.sealed",
            "act.performed",
            "outcome.recorded",
            "house.executed",
            "assets.recorded",
            "envelope.numbered",
            "envelope.send.done",
        ),
        _released,
        then="carry-home",
    ),
    "carry-home": Verb("release", _carry_home),
    "come-home": Verb(
        "carry-home",
        _come_home,
        ("inbox.recorded", "keeper.sealed", "house.recorded", "inbox.delivered"),
        _home,
        agency="alpha",
    ),
}
