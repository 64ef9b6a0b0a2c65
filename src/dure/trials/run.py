"""Run a trial: the algorithm meets sealed data, and only a gated report comes out.

::

    algorithm ─┐
    train ─────┼─► sandbox ─► predictions ─┐
    features ──┘                           ├─► sandbox ─► score ─► gates ─► report, sealed
                             answer key ───┘

The targets of the test are never in the sandbox of the algorithm: not as a file, not as a path, not
in its environment. The run's row is written before anything starts and ended whatever happens; of a
process that died it is ended by the next (`dure.trials.records.sweep`).

A run counts once in the budget, whatever becomes of it. The same submission on the same benchmark with
the same seed takes up one that failed or died again under its id, for nothing: it runs once more, unless
all that comes of it was sealed already. Then that is what came of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection

from dure.core import faults
from dure.core.canonical import canonical_json
from dure.core.labels import join_all
from dure.governance.claims import this_process
from dure.governance.house import House
from dure.sandbox.tasks import Outcome
from dure.trials import history, probed, records, spec, steps
from dure.trials.benchmark import PURPOSE, SCORING, find_benchmark
from dure.trials.bootstrap import RESAMPLES
from dure.trials.budgets import Asked
from dure.trials.definition import protection_values, told_of_order
from dure.trials.diagnosis import ATTEMPTS
from dure.trials.ending import end, sealed_before
from dure.trials.fit import check_fit
from dure.trials.kinds.lines import Refusal
from dure.trials.manifest import read_manifest
from dure.trials.outcomes import OutcomeClass, class_of
from dure.trials.predictions import FILE, refusal_of
from dure.trials.runner import ALGORITHM
from dure.trials.runtimes import RUNTIMES
from dure.trials.scoring import SCORE, other_keys
from dure.trials.tables import SUBMISSIONS
from dure.trials.work import Scored, Trial, Work

SEED = 1

_LEASE_MARGIN_S = 120


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
    definition = benchmark.definition
    check_fit(manifest, definition)
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
            Asked(benchmark.asset.id, definition.budget, definition.budget_each),
            seed,
            int(manifest.wall_s + steps.OWN_LIMITS.wall_s) + _LEASE_MARGIN_S,
        )
        work = replace(work, id=run_id)
        doing.detail["run"] = run_id
        try:
            work = replace(work, others=history.neighbours(house, benchmark.asset.id))
            grade = join_all([seen, benchmark.answers.label]).grade
            work = replace(work, tier=probed.tier_of(house, grade))
            trial = sealed_before(work) or _perform(work, spent)
        except BaseException:
            records.end_run(house, work.id, "failed", claimant=work.claimant)
            raise
        doing.detail["outcome"] = trial.outcome.value
        doing.detail["report"] = trial.asset.id
    return trial


@steps.ahead(steps.SCORING, steps.OWN_LIMITS)
def _perform(work: Work, spent: int) -> Trial:
    work.progress("algorithm")
    ended = _run_algorithm(work)
    faults.point("trial.algorithm-ended")
    extra = tuple(sorted(set(ended.outputs) - {FILE, ATTEMPTS}))
    reasons = frozenset(reason for _, reason in ended.refused) | frozenset(extra)
    outcome = class_of(ended.status, ended.cause, reasons)
    data, scoring = b"", {"status": "not run"}
    if outcome is OutcomeClass.OK:
        work.progress("scoring")
        outcome, data, scoring = _score(work, ended.outputs.get(FILE))
        faults.point("trial.scored")
    work.progress("gates")
    return end(work, spent, Scored(ended, extra, outcome, data, scoring))


def _run_algorithm(work: Work) -> Outcome:
    definition = work.benchmark.definition
    task = {
        "target": definition.target,
        "features": list(definition.features),
        "seed": work.seed,
        **told_of_order(definition),
    }
    with steps.Sealed(work.house, work.id) as sealed:
        return steps.run_step(
            steps.RUNNER,
            {
                ALGORITHM: sealed.stream(work.algorithm.id, purpose=PURPOSE),
                "train.parquet": sealed.stream(work.benchmark.train.id, purpose=PURPOSE),
                "features.parquet": sealed.stream(work.benchmark.features.id, purpose=PURPOSE),
                "task.json": canonical_json(task),
            },
            steps.algorithm_limits(work.manifest),
            runtime=RUNTIMES[work.manifest.runtime],
            tier=work.tier,
        )


def _score(work: Work, predictions: bytes | None) -> tuple[OutcomeClass, bytes, dict[str, str]]:
    """Return the outcome so far, the score's bytes, and what the operator may know."""
    if predictions is None:
        return OutcomeClass.INVALID_PREDICTIONS, b"", {"reason": Refusal.MISSING.value}
    definition = work.benchmark.definition
    plan = {
        "task": definition.task.value,
        "metrics": list(definition.metrics),
        "seed": work.seed,
        "resamples": RESAMPLES,
        "subgroups": len(definition.subgroups),
        "floors": [name for name, _ in definition.floors],
        "protection": protection_values(definition.protection),
        "others": len(work.others),
    }
    with steps.Sealed(work.house, work.id) as sealed:
        ended = steps.run_step(
            steps.SCORING,
            {
                FILE: predictions,
                "answers.parquet": sealed.stream(work.benchmark.answers.id, purpose=SCORING),
                "plan.json": canonical_json(plan),
                **{
                    name: sealed.stream(other.answers, purpose=SCORING)
                    for name, other in zip(other_keys(len(work.others)), work.others, strict=True)
                },
            },
            steps.OWN_LIMITS,
            tier=work.tier,
        )
    said = {"status": ended.status, "cause": ended.cause}
    data = ended.outputs.get(SCORE, b"")
    if ended.status != "done":
        return OutcomeClass.REFUSED, b"", said
    reason = refusal_of(data)
    if reason:
        return OutcomeClass.INVALID_PREDICTIONS, b"", said | {"reason": reason}
    return OutcomeClass.OK, data, said
