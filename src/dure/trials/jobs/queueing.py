"""Put a trial into the queue, and cancel one."""

from __future__ import annotations

from dure.core.canonical import canonical_json
from dure.core.errors import DureError
from dure.core.labels import join_all
from dure.core.suites import digest_of
from dure.governance.house import House
from dure.governance.jobs.fairness import Bounds
from dure.governance.jobs.job import Draft, Job
from dure.governance.jobs.queue import Queue
from dure.trials import records, spec
from dure.trials.benchmark import PURPOSE, Benchmark, find_benchmark
from dure.trials.fit import check_fit
from dure.trials.manifest import read_manifest
from dure.trials.tables import SUBMISSIONS


def queue_of(house: House, bounds: Bounds | None = None) -> Queue:
    """Return the queue of a node."""
    return Queue(house.database, house.now, house.random, bounds)


def put_run(house: House, submission_id: str, benchmark_id: str, *, seed: int) -> Job:
    """Put a run of a submission on a benchmark into the queue; the job's id is the run's.

    The same submission, benchmark and seed give the same result: while a job for it waits, runs or is
    done, it is that job; but not when an appeal of its run was answered that it may be tried again.

    Parameters
    ----------
    house
        The node of the data's owner.
    submission_id, benchmark_id
        What to run, on what.
    seed
        The run's seed.

    Raises
    ------
    TrialsError
        ``trials.unknown``, and as `dure.trials.run.check_fit`.
    JobsError
        ``jobs.full``.
    GovernanceError
        ``governance.denied``.
    """
    submission = records.find(house, SUBMISSIONS, submission_id)
    benchmark = find_benchmark(house, benchmark_id, for_run=True)
    check_fit(read_manifest(submission["manifest"].encode("utf-8")), benchmark.definition)
    _require(house, benchmark, submission["asset_id"])
    arguments = {
        "submission": submission["asset_id"],
        "benchmark": benchmark.asset.id,
        "seed": seed,
    }
    again = records.forgiven(house, submission["asset_id"], benchmark.asset.id, seed)
    key = digest_of(canonical_json(arguments | ({"again": again} if again else {})))
    draft = Draft(spec.RUN, key, submission["agency"], arguments)
    told = {"algorithm": submission["asset_id"], "agency": submission["agency"]}
    with house.doing(spec.QUEUE, asset=benchmark.asset.id, detail=told) as doing:
        job = queue_of(house).put(draft, house.principal.id)
        doing.detail["job"] = job.id
    return job


def cancel_run(house: House, name: str) -> Job:
    """Cancel a job of the node; one that runs is stopped by its worker, one that has ended stays.

    Raises
    ------
    JobsError
        ``jobs.unknown``.
    GovernanceError
        ``governance.denied``.
    """
    queue = queue_of(house)
    job = queue.find(name)
    benchmark = find_benchmark(house, str(job.arguments["benchmark"]))
    _require(house, benchmark, str(job.arguments["submission"]))
    with house.doing(spec.CANCEL, asset=benchmark.asset.id, detail={"job": job.id}) as doing:
        job = queue.cancel(job.id, house.principal.id)
        doing.detail["state"] = job.state.value
    return job


def may_run(house: House, job: Job) -> bool:
    """Say whether the principal might run this trial, and so may see all of its job."""
    return may_try(house, str(job.arguments["submission"]), str(job.arguments["benchmark"]))


def may_try(house: House, submission_id: str, benchmark_id: str) -> bool:
    """Say whether the principal might run a submission on a benchmark."""
    try:
        _require(house, find_benchmark(house, benchmark_id), submission_id)
    except DureError:
        return False
    return True


def _require(house: House, benchmark: Benchmark, submission: str) -> None:
    algorithm = house.assets.get(submission).asset
    seen = join_all([algorithm.label, benchmark.train.label, benchmark.features.label])
    house.require(spec.RUN, seen, purpose=PURPOSE, owner=house.agency)
