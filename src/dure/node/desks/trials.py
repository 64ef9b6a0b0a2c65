"""The desk of the trials room."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dure.governance.decisions import Request
from dure.node.desks.assets import find, visible
from dure.node.desks.benchmarks import dummy_rows
from dure.node.desks.exchange import ExchangeDesk
from dure.node.house import NodeHouse
from dure.storage.tables import ASSETS

if TYPE_CHECKING:
    from dure.trials.reports.comparing import Comparison
    from dure.trials.reports.reading import Reading


class TrialsDesk:
    """Verbs on trials."""

    def __init__(self, house: NodeHouse, exchange: ExchangeDesk) -> None:
        self.house = house
        self._exchange = exchange

    def submit(self, folder: str | Path, *, to: str, label: str = "") -> dict[str, Any]:
        """Pack an algorithm and make the envelope that takes it to the data's owner."""
        from dure.trials.submission import PAYLOAD_KIND, submit

        submission = submit(self.house, Path(folder), to=to, label=label)
        sent = self._exchange.put(
            submission.payload, to=to, kind=PAYLOAD_KIND, key=submission.asset.id
        )
        return {
            "submission": submission.asset.id,
            "name": f"{submission.manifest.name} {submission.manifest.version}",
            "digest": submission.digest,
            "envelope": sent["file"],
        }

    def prepare(
        self,
        dataset: str,
        *,
        name: str,
        task: str,
        target: str = "",
        features: Sequence[str] = (),
        test_permille: int = 300,
        seed: int = 1,
        budget: int = 20,
        budget_each: int = 0,
        time: str = "",
        series: str = "",
        observed: Sequence[str] = (),
        true: Sequence[str] = (),
        cutoff: str = "",
        floors: Mapping[str, str] | None = None,
        subgroup: str = "",
        subgroups: Sequence[str] = (),
        protection: Mapping[str, str] | None = None,
        robust: Sequence[str] = (),
        tell: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Make a benchmark of a data set: training part, test features, and the hidden targets."""
        from dure.trials.benchmark import contamination, prepare
        from dure.trials.definition import Definition, asked_protection
        from dure.trials.errors import TrialsError
        from dure.trials.images.source import IMAGE
        from dure.trials.places import asked_places
        from dure.trials.tasks import OF_IMAGES, TARGETS_OF_IMAGES, TaskType

        if task not in set(TaskType):
            raise TrialsError(
                "trials.benchmark", part="task", reason="one-of", known=", ".join(TaskType)
            )

        definition = Definition(
            name=name,
            task=TaskType(task),
            target=target or TARGETS_OF_IMAGES.get(task, ""),
            features=tuple(features) or ((IMAGE,) if task in OF_IMAGES else ()),
            test_permille=test_permille,
            seed=seed,
            budget=budget,
            budget_each=budget_each,
            time=time,
            series=series,
            places=asked_places(observed, true, cutoff),
            floors=tuple(sorted((floors or {}).items())),
            subgroup=subgroup,
            subgroups=tuple(subgroups),
            protection=asked_protection(protection or {}),
            robust=tuple(robust),
            tell=tuple(tell),
        )
        source = find(self.house, dataset, "dataset").id
        dummy = dummy_rows(self.house, source, definition)
        benchmark = prepare(self.house, source, definition, dummy=dummy)
        return {
            "benchmark": benchmark.asset.id,
            "name": name,
            "version": benchmark.version,
            "answers_label": str(benchmark.answers.label),
            "findings": [found.to_dict() for found in contamination(self.house, benchmark.asset)],
        }

    def run(
        self,
        submission: str,
        *,
        on: str,
        seed: int = 1,
        progress: Callable[[str], None] = lambda _: None,
    ) -> dict[str, Any]:
        """Run a submitted algorithm on a benchmark, in the sandbox."""
        from dure.trials.records import sweep
        from dure.trials.run import run

        sweep(self.house)
        trial = run(self.house, submission, on, seed=seed, progress=progress)
        return {
            "run": trial.id,
            "outcome": trial.outcome.value,
            "result": dict(trial.report.result),
            "report": trial.asset.id,
            "label": str(trial.asset.label),
            "evidence": dict(trial.report.evidence),
        }

    def list(self) -> dict[str, Any]:
        """Return the submissions, benchmarks, runs and received reports that may be seen here."""
        from dure.trials import view

        return {
            "submissions": self._seen(view.submissions(self.house), "asset_id"),
            "benchmarks": self._seen(view.benchmarks(self.house), "asset_id"),
            "runs": self._runs(),
            "received": [
                {**row, "name": self.house.assets.get(str(row["asset_id"])).name}
                for row in self._seen(view.received(self.house), "asset_id")
            ],
        }

    def _runs(self) -> Sequence[Mapping[str, Any]]:
        """Return the runs whose benchmark may be seen; how long they take only to who may run them."""
        from dure.trials import view
        from dure.trials.jobs.queueing import may_try
        from dure.trials.jobs.watching import shown_run

        rows = self._seen(view.runs(self.house), "benchmark_id")
        asked = {(row["submission_id"], row["benchmark_id"]) for row in rows}
        whole = {each for each in asked if may_try(self.house, *each)}
        now = self.house.now()
        told = [
            row if (row["submission_id"], row["benchmark_id"]) in whole else shown_run(row, now)
            for row in rows
        ]
        return [row for row in told if row is not None]

    def _seen(self, rows: Sequence[Mapping[str, Any]], part: str) -> Sequence[Mapping[str, Any]]:
        """Return the rows whose asset the principal may see; nobody learns how many others."""
        wanted = {str(row[part]) for row in rows}
        where = visible(self.house) & ASSETS.c.id.in_(sorted(wanted))
        seen = {entry.asset.id for entry in self.house.assets.find(where)}
        return [row for row in rows if row[part] in seen]

    def sign_probes(self, report: Mapping[str, Any]) -> dict[str, Any]:
        """Have this node sign a report of its host's probes; a whole one is kept as the last of its tier."""
        from dure.core.canonical import canonical_json
        from dure.trials.probes.report import lacking, signed_by_node
        from dure.trials.spec import RUN

        house = self.house
        house.require_here(RUN)
        value = house.links.ask("executor", "probes.sign", report=dict(report))["signature"]
        public = house.charter.member(house.agency).node_signing
        signed = signed_by_node(report, house.agency, house.suite.name, public, value)
        if not lacking(signed):
            house.host_reports.keep(str(report["host"]["tier"]), canonical_json(signed))
        return signed

    def show(self, report: str) -> Mapping[str, Any]:
        """Return the report of a run, or a released one, to those who may read it, as it was written."""
        return self.reading(report).document

    def reading(self, report: str) -> Reading:
        """Return a report with all that words, tables and a page are made of, to those who may read it."""
        from dure.trials.reports.reading import read

        return read(self.house, report)

    def compare(self, reports: Sequence[str]) -> Comparison:
        """Return reports on one benchmark beside each other: which differences are sure."""
        from dure.trials.reports.comparing import compare

        return compare([self.reading(report) for report in reports])

    def diagnosis(self, run: str) -> Mapping[str, Any]:
        """Return what the owner's operator may know of a run; it never leaves."""
        from dure.trials import view

        return view.diagnosis(self.house, run)

    def leaderboard(
        self, benchmark: str, *, metric: str = "", everything: bool = False
    ) -> Sequence[Mapping[str, Any]]:
        """Return who stands where on a benchmark, from what the gates let through."""
        from dure.trials.leaderboard.board import leaderboard

        return leaderboard(self.house, benchmark, metric=metric, everything=everything)

    def appeal(self, run: str, *, reason: str) -> Mapping[str, Any]:
        """Ask that a run be looked at again."""
        from dure.trials.appeals import appeal

        return appeal(self.house, run, reason)

    def answer(self, run: str, *, ruling: str, words: str) -> Mapping[str, Any]:
        """Answer the appeal of a run: its outcome stands, or it may be tried again for nothing."""
        from dure.trials.appeals import answer

        return answer(self.house, run, ruling, words)

    def appeals(self) -> Sequence[Mapping[str, Any]]:
        """Return the appeals of runs that may be seen here, those that wait for an answer first."""
        from dure.trials.appeals import appeals

        return self._seen(appeals(self.house), "benchmark")

    def request_release(self, run: str, *, to: str = "") -> dict[str, Any]:
        """Open a request to release a run's report to the agency that submitted the algorithm."""
        from dure.trials.release import request_release

        request = request_release(self.house, run, to=to)
        return self.house.links.ask("executor", "request.show", id=request.id)["request"]  # type: ignore[no-any-return]

    def release(self, request: str) -> dict[str, Any]:
        """Have the executor release an approved report, and make the envelope that takes it home.

        What is released already gives the same report and the same envelope again.
        """
        from dure.trials.release import note_release, note_request, release
        from dure.trials.spec import RELEASE

        whole = self.house.links.ask("executor", "request.show", id=request)["request"]
        if whole["request"]["action"] == RELEASE:
            note_request(self.house, Request.from_dict(whole["request"]))
        if whole["state"] == "done" and whole["request"]["action"] == RELEASE:
            # A crash may have kept the envelope from being made. Nothing is done twice.
            outcome = whole["outcome"]
            self.house.settle(outcome)
            note_release(self.house, whole["id"], outcome)
        else:
            outcome = release(self.house, whole["id"])
        return {**outcome, "envelope": self.send_report(whole["id"], outcome)["file"]}

    def send_report(self, request: str, outcome: Mapping[str, object]) -> dict[str, Any]:
        """Make the envelope of a released report; the same report gives the same envelope."""
        whole = self.house.links.ask("executor", "request.show", id=request)["request"]
        content = b"".join(self.house.release_chunks(str(outcome["file"])))
        to = whole["request"]["arguments"]["to"]
        return self._exchange.put(content, to=to, kind="report", key=str(whole["id"]))
