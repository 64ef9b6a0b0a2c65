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

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection

from dure.core import faults
from dure.core.labels import join_all
from dure.governance.claims import this_process
from dure.governance.house import House
from dure.trials import history, probed, records, spec, steps
from dure.trials.benchmark import PURPOSE, SCORING, Benchmark, find_benchmark
from dure.trials.budgets import Asked
from dure.trials.ending import end, sealed_before
from dure.trials.fit import check_fit
from dure.trials.manifest import Manifest, read_manifest
from dure.trials.outcomes import OutcomeClass
from dure.trials.performing import further_files, outcome_of, run_algorithm, score, sweep
from dure.trials.predictions import FILE
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
            _longest_s(manifest, benchmark),
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


def _longest_s(manifest: Manifest, benchmark: Benchmark) -> int:
    runs = 2 if benchmark.perturbed else 1
    return int(runs * manifest.wall_s + steps.OWN_LIMITS.wall_s) + _LEASE_MARGIN_S


@steps.ahead(steps.SCORING, steps.OWN_LIMITS)
def _perform(work: Work, spent: int) -> Trial:
    work.progress("algorithm")
    ended = run_algorithm(work, work.benchmark.features)
    faults.point("trial.algorithm-ended")
    outcome, swept = outcome_of(ended), None
    data, scoring = b"", {"status": "not run"}
    if outcome is OutcomeClass.OK:
        swept = sweep(work)
        work.progress("scoring")
        outcome, data, scoring = score(work, ended.outputs.get(FILE), swept)
        faults.point("trial.scored")
    work.progress("gates")
    extra = further_files(ended)
    return end(work, spent, Scored(ended, extra, outcome, data, scoring, swept))
