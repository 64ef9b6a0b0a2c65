"""Run a trial: the algorithm meets sealed data, and only a gated report comes out.

::

    algorithm ─┐
    train ─────┼─► sandbox ─► predictions ─┐
    features ──┘                           ├─► sandbox ─► score ─► gates ─► report, sealed
                             answer key ───┘

Where the benchmark has a robustness plan, the algorithm runs once more, on the perturbed part.

The targets of the test are never in the sandbox of the algorithm: not as a file, not as a path, not
in its environment. The run's row is written before anything starts and ended whatever happens; of a
process that died it is ended by the next (`dure.trials.records.sweep`).

A run counts once in the budget, whatever becomes of it. The same submission on the same benchmark with
the same seed takes up one that failed or died again under its id, for nothing: it runs once more, unless
all that comes of it was sealed already. Then that is what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

import dure
from dure.core import faults
from dure.core.assets import Asset
from dure.core.canonical import canonical_json
from dure.core.labels import join_all
from dure.core.reports import Report
from dure.governance.claims import this_process
from dure.governance.house import House
from dure.storage.tables import ASSETS, FACTS
from dure.trials import history, probed, records, spec, steps
from dure.trials.benchmark import PURPOSE, SCORING, Benchmark, contamination, find_benchmark
from dure.trials.bootstrap import RESAMPLES
from dure.trials.details.resources import buckets
from dure.trials.diagnosis import KIND, SCHEMA, write_diagnosis
from dure.trials.fit import check_fit
from dure.trials.gates.candidate import Budget, Candidate
from dure.trials.gates.passing import Gated, pass_gates
from dure.trials.jobs.errors import TrialJobsError
from dure.trials.manifest import Manifest, read_manifest
from dure.trials.outcomes import OutcomeClass
from dure.trials.performing import Work, further_files, outcome_of, run_algorithm, score, stress
from dure.trials.predictions import FILE
from dure.trials.releasing import MOST_REPORT_BYTES, read_report
from dure.trials.results import form_for
from dure.trials.runtimes import RUNTIMES
from dure.trials.tables import SUBMISSIONS

REPORT_KIND = "trial"
REPORT_SCHEMA = "dure/trial-report/v1"
SEED = 1

_LEASE_MARGIN_S = 120


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of an algorithm on a benchmark, and what came out.

    Parameters
    ----------
    id
        The run.
    outcome
        Its class.
    report
        The gated report; when it was sealed before a crash, without its findings, which are in the
        sealed one.
    asset
        The sealed report.
    diagnosis
        Id of the sealed diagnosis, for the owner's operator.
    """

    id: str
    outcome: OutcomeClass
    report: Report
    asset: Asset
    diagnosis: str


def run(
    house: House,
    submission_id: str,
    benchmark_id: str,
    *,
    seed: int = SEED,
    progress: Callable[[str], None] = lambda _: None,
    run_id: str = "",
    ending: Callable[[Connection], None] = lambda _: None,
) -> Trial:
    """Run a submitted algorithm on a benchmark of this node.

    Parameters
    ----------
    house
        The node of the data's owner.
    submission_id, benchmark_id
        What to run, on what.
    seed
        Given to the algorithm, and to the bootstrap.
    progress
        Told the step under way: ``algorithm``, ``scoring``, ``gates``.
    run_id, ending
        Id of the run when it is a job's, superseding earlier attempts; what writes the job's end, too.

    Returns
    -------
    Trial
        An algorithm that fails is a trial too; its outcome says of which class.

    Raises
    ------
    TrialsError
        ``trials.unknown``, ``trials.mismatch``, ``trials.columns``, ``trials.runtime``,
        ``trials.budget-spent``, ``trials.stream``; ``trials.superseded`` when somebody else took the
        run up meanwhile.
    SandboxError
        When this host can't make the sandbox, or none that the policy allows; nothing has been run then.
    GovernanceError
        ``governance.denied``.
    """
    submission = records.find(house, SUBMISSIONS, submission_id)
    benchmark = find_benchmark(house, benchmark_id, for_run=True)
    manifest = read_manifest(submission["manifest"].encode("utf-8"))
    check_fit(manifest, benchmark.definition)
    algorithm = house.assets.get(submission["asset_id"]).asset
    if run_id:
        records.end_run(house, run_id, "failed")
    else:
        run_id = records.unfinished(house, submission["asset_id"], benchmark.asset.id, seed)
    run_id = run_id or house.random(16).hex()
    work = Work(
        house,
        run_id,
        submission,
        manifest,
        algorithm,
        benchmark,
        seed,
        steps.TIER,
        progress,
        ending,
        this_process(run_id),
    )
    seen = join_all([algorithm.label, benchmark.train.label, benchmark.features.label])
    house.require(spec.RUN, seen, purpose=PURPOSE, owner=house.agency)
    house.require(spec.RUN, benchmark.answers.label, purpose=SCORING, owner=house.agency)
    with house.doing(
        spec.RUN,
        asset=benchmark.asset.id,
        detail={"run": work.id, "algorithm": algorithm.id, "agency": submission["agency"]},
    ) as doing:
        run_id, spent = records.begin_run(
            house,
            work.id,
            submission,
            (benchmark.asset.id, benchmark.definition.budget),
            seed,
            _longest_s(manifest, benchmark),
        )
        work = replace(work, id=run_id)
        doing.detail["run"] = run_id
        try:
            work = replace(work, others=history.neighbours(house, benchmark.asset.id))
            grade = join_all([seen, benchmark.answers.label]).grade
            work = replace(work, tier=probed.tier_of(house, grade))
            trial = _sealed_before(work) or _perform(work, spent)
        except BaseException:
            records.end_run(house, work.id, "failed", claimant=work.claimant)
            raise
        doing.detail["outcome"] = trial.outcome.value
        doing.detail["report"] = trial.asset.id
    return trial


def _longest_s(manifest: Manifest, benchmark: Benchmark) -> int:
    runs = 2 if benchmark.perturbed else 1
    return int(runs * manifest.wall_s + steps.OWN_LIMITS.wall_s) + _LEASE_MARGIN_S


@steps.ahead(steps.SCORING, steps.OWN_LIMITS)
def _perform(work: Work, spent: int) -> Trial:
    work.progress("algorithm")
    ended = run_algorithm(work, work.benchmark.features)
    faults.point("trial.algorithm-ended")
    outcome, stressed = outcome_of(ended), None
    data, scoring = b"", {"status": "not run"}
    if outcome is OutcomeClass.OK:
        stressed = stress(work)
        work.progress("scoring")
        outcome, data, scoring = score(work, ended.outputs.get(FILE), stressed)
        faults.point("trial.scored")
    work.progress("gates")
    definition = work.benchmark.definition
    gated = pass_gates(
        Candidate(
            subject=work.id,
            form=form_for(definition),
            outcome=outcome,
            data=data,
            budget=Budget(spent, definition.budget),
            history=history.of(work.house, work.id, work.others),
            protection=definition.protection,
            stress=stressed.outcome if stressed else None,
        )
    )
    told = gated.climbed and "resources" in definition.tell
    used = {"resources": buckets(ended)} if told else {}
    diagnosis = write_diagnosis(
        work.id, ended, further_files(ended), scoring, stressed.ended if stressed else None
    )
    return _finish(work, gated, used, diagnosis)


def _finish(work: Work, gated: Gated, used: Mapping[str, object], diagnosis: bytes) -> Trial:
    house, benchmark = work.house, work.benchmark
    known = {**probed.facts(work.house, work.tier), **used}
    evidence = {**_evidence(work), **known, "gates": [step.to_dict() for step in gated.steps]}
    findings = (*gated.findings, *contamination(house, benchmark.asset))
    report = Report(REPORT_KIND, 1, gated.result, evidence, findings)
    worse = [benchmark.perturbed] if benchmark.perturbed else []
    inputs = (work.algorithm, benchmark.train, benchmark.features, *worse)
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
        facts={"outcome": gated.outcome.value, **history.noted(gated.isolated)},
    )
    # The report is the same when the run is done once more; the diagnosis has times in it, so it comes
    # last and names the report: both are sealed when it is there.
    noted = house.seal(
        [diagnosis],
        kind=KIND,
        media_type="application/json",
        schema_id=SCHEMA,
        label=join_all(asset.label for asset in inputs),
        parents=tuple(asset.id for asset in inputs),
        producer=spec.RUN,
        name=f"diagnosis {work.id[:8]}",
        facts={"run": work.id, "report": asset.id},
    )
    faults.point("trial.report-sealed")
    trial = Trial(work.id, gated.outcome, report, asset, noted.id)
    _end(work, trial, report.to_dict())
    return trial


def _sealed_before(work: Work) -> Trial | None:
    """Return what came of the run when it died after all of it was sealed; its end is noted now."""
    house = work.house
    of_this = select(FACTS.c.asset_id).where(FACTS.c.name == "run", FACTS.c.value == work.id)
    ours = (ASSETS.c.kind == KIND) & (ASSETS.c.producer == spec.RUN) & ASSETS.c.id.in_(of_this)
    for noted in house.assets.find(ours):
        sealed = house.assets.get(noted.facts["report"])
        data = house.read(sealed.asset.id, purpose=SCORING, limit=MOST_REPORT_BYTES)
        told = read_report(data)
        result, evidence = told["result"], told["evidence"]
        assert isinstance(result, dict)  # noqa: S101 (read_report checked it)
        assert isinstance(evidence, dict)  # noqa: S101
        report = Report(REPORT_KIND, 1, result, evidence)
        outcome = OutcomeClass(sealed.facts["outcome"])
        trial = Trial(work.id, outcome, report, sealed.asset, noted.asset.id)
        _end(work, trial, told)
        return trial
    return None


def _end(work: Work, trial: Trial, told: Mapping[str, object]) -> None:
    """Note in the run's row what came of it; ``told`` is the sealed report."""
    suite = work.house.suite
    ended = records.end_run(
        work.house,
        trial.id,
        "done",
        claimant=work.claimant,
        ending=work.ending,
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
