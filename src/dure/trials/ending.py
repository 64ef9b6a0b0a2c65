"""The end of a trial: the gates, the sealed report, and the row that notes it.

Gates are passed and the end is noted as one: the report is held against what left earlier, and in the
transaction that notes the run's end it is looked whether that is the latest still. If another run of the
agency on these targets has ended meanwhile, the gates are passed again, against the newer history; what
was sealed for nothing is named by no run.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

import dure
from dure.core import faults
from dure.core.canonical import canonical_json
from dure.core.labels import join_all
from dure.core.reports import Report
from dure.storage.tables import ASSETS, FACTS
from dure.trials import history, probed, records, spec
from dure.trials.benchmark import SCORING, contamination
from dure.trials.bootstrap import RESAMPLES
from dure.trials.details.resources import buckets
from dure.trials.diagnosis import KIND, SCHEMA, write_diagnosis
from dure.trials.gates.candidate import Candidate
from dure.trials.gates.passing import Gated, pass_gates
from dure.trials.jobs.errors import TrialJobsError
from dure.trials.outcomes import OutcomeClass
from dure.trials.releasing import MOST_REPORT_BYTES, read_report
from dure.trials.results import form_for
from dure.trials.runtimes import RUNTIMES
from dure.trials.work import Scored, Trial, Work

REPORT_KIND = "trial"
REPORT_SCHEMA = "dure/trial-report/v1"


def end(work: Work, spent: int, scored: Scored) -> Trial:
    """Pass the gates, seal what comes of it, and note the run's end.

    Parameters
    ----------
    work
        The run.
    spent
        What its agency had spent on these targets when it began.
    scored
        What it came to.

    Raises
    ------
    TrialsError
        ``trials.superseded``.
    """
    house, definition = work.house, work.benchmark.definition
    agency = str(work.submission["agency"])
    asked = (house, agency, work.benchmark.asset.id, spent, definition.budget, work.others)
    while True:
        past = history.of(house, work.id, work.others)
        gated = pass_gates(
            Candidate(
                subject=work.id,
                form=form_for(definition),
                outcome=scored.outcome,
                data=scored.data,
                budget=history.budget_of(*asked),
                history=past,
                protection=definition.protection,
                sweep=scored.swept.outcome if scored.swept else None,
            )
        )
        try:
            return _finish(work, gated, scored, past.mark)
        except history.HistoryMovedError:
            continue  # another run has ended since; so this one is told against what that one told


def _finish(work: Work, gated: Gated, scored: Scored, mark: str) -> Trial:
    house, benchmark = work.house, work.benchmark
    known = probed.facts(work.house, work.tier)
    tells = gated.climbed and "resources" in benchmark.definition.tell
    evidence = {
        **_evidence(work),
        **({"resources": buckets(scored.algorithm)} if tells else {}),
        **known,
        "gates": [step.to_dict() for step in gated.steps],
    }
    findings = (*gated.findings, *contamination(house, benchmark.asset))
    report = Report(REPORT_KIND, 1, gated.result, evidence, findings)
    further = (benchmark.perturbed,) if benchmark.perturbed else ()
    inputs = (work.algorithm, benchmark.train, benchmark.features, *further)
    everything = (*inputs, benchmark.answers, benchmark.asset)
    asset = house.seal(
        [canonical_json(report.to_dict())],
        kind="report",
        media_type="application/json",
        schema_id=REPORT_SCHEMA,
        label=join_all(asset.label for asset in everything),
        parents=tuple(asset.id for asset in everything),
        producer=spec.RUN,
        name=f"{work.submission['name']} on {benchmark.definition.name}",
        facts={"outcome": gated.outcome.value},
    )
    # The report is the same when the run is done once more; the diagnosis has times in it, so it comes
    # last and names the report: both are sealed when it is there.
    noted = house.seal(
        [_diagnosis(work, scored, mark)],
        kind=KIND,
        media_type="application/json",
        schema_id=SCHEMA,
        label=join_all(asset.label for asset in inputs),
        parents=tuple(asset.id for asset in inputs),
        producer=spec.RUN,
        name=f"diagnosis {work.id[:8]}",
        facts={"run": work.id, "report": asset.id, **history.noted(gated, mark)},
    )
    faults.point("trial.report-sealed")
    trial = Trial(work.id, gated.outcome, report, asset, noted.id)
    _note(work, trial, report.to_dict(), mark)
    return trial


def _diagnosis(work: Work, scored: Scored, mark: str) -> bytes:
    sweep = scored.swept.ended if scored.swept else None
    return write_diagnosis(
        work.id, scored.algorithm, scored.extra, scored.scoring, history=mark, sweep=sweep
    )


def sealed_before(work: Work) -> Trial | None:
    """Return what came of the run when it died after all of it was sealed; its end is noted now.

    Unless something else has left since: then the gates have to be passed again.
    """
    house = work.house
    of_this = select(FACTS.c.asset_id).where(FACTS.c.name == "run", FACTS.c.value == work.id)
    ours = (ASSETS.c.kind == KIND) & (ASSETS.c.producer == spec.RUN) & ASSETS.c.id.in_(of_this)
    for sealed_for in house.assets.find(ours):
        sealed = house.assets.get(sealed_for.facts["report"])
        data = house.read(sealed.asset.id, purpose=SCORING, limit=MOST_REPORT_BYTES)
        told = read_report(data)
        result, evidence = told["result"], told["evidence"]
        assert isinstance(result, dict)  # noqa: S101 (read_report checked it)
        assert isinstance(evidence, dict)  # noqa: S101
        report = Report(REPORT_KIND, 1, result, evidence)
        outcome = OutcomeClass(sealed.facts["outcome"])
        trial = Trial(work.id, outcome, report, sealed.asset, sealed_for.asset.id)
        try:
            _note(work, trial, told, sealed_for.facts.get(history.MARK, ""))
        except history.HistoryMovedError:
            continue
        return trial
    return None


def _note(work: Work, trial: Trial, told: Mapping[str, object], mark: str) -> None:
    """Note in the run's row what came of it; ``told`` is the sealed report.

    Raises
    ------
    HistoryMovedError
        When ``mark`` is not that of the latest history.
    """
    suite = work.house.suite

    def ending(connection: Connection) -> None:
        work.ending(connection)
        if trial.outcome is OutcomeClass.OK:
            history.check_latest(work.house, connection, trial.id, work.others, mark)

    ended = records.end_run(
        work.house,
        trial.id,
        "done",
        claimant=work.claimant,
        ending=ending,
        outcome=trial.outcome.value,
        report_id=trial.asset.id,
        report_digest=suite.digest("report", dict(told)),
        result_digest=trial.report.result_digest(suite.name),
        evidence_digest=trial.report.evidence_digest(suite.name),
        diagnosis_id=trial.diagnosis,
    )
    if not ended:
        raise TrialJobsError("trials.superseded", run=trial.id)


def _evidence(work: Work) -> Mapping[str, object]:
    """Return what the result rests on. Nothing here was made by the algorithm or from the targets."""
    benchmark, definition = work.benchmark, work.benchmark.definition
    planned: dict[str, object] = {
        name: list(part)
        for name, part in (("robust", definition.robust), ("tell", definition.tell))
        if part
    }
    if benchmark.perturbed:
        planned["perturbed"] = benchmark.perturbed.id
    return {
        "algorithm": work.algorithm.id,
        "algorithm_name": f"{work.manifest.name} {work.manifest.version}",
        "algorithm_digest": work.submission["digest"],
        "agency": work.submission["agency"],
        "benchmark": benchmark.asset.id,
        "benchmark_name": definition.name,
        "train": benchmark.train.id,
        "features": benchmark.features.id,
        "answers": benchmark.answers.id,
        "task": definition.task.value,
        "metrics": list(definition.metrics),
        "seed": work.seed,
        "split_seed": definition.seed,
        "floors": dict(definition.floors),
        "subgroups": len(definition.subgroups),
        "resamples": RESAMPLES,
        **planned,
        "tier": work.tier,
        "profile": work.house.profile,
        "limits": {"wall_s": work.manifest.wall_s, "memory_mib": work.manifest.memory_mib},
        "runtime": RUNTIMES[work.manifest.runtime].facts(),
        "code": dure.__version__,
    }
