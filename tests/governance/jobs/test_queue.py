"""The queue: each step, each refusal beside what succeeds, and a result that is written once."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from dure.governance.claims import this_process
from dure.governance.jobs.errors import JobsError
from dure.governance.jobs.job import ATTEMPTS, Claim, Draft, Job, Stage
from dure.governance.jobs.queue import MOST_ARGUMENTS_BYTES
from dure.governance.jobs.tables import JOBS
from dure.storage.errors import StorageError
from tests.governance.jobs.conftest import LEASE_S, World

HERE, OTHER = "here/1", "here/2"


def taken(world: World, agency: str = "alpha") -> Job:
    world.put(agency)
    job = world.queue(running=9, running_each=9).take(HERE, "local", LEASE_S)
    assert job is not None
    return job


def finish(world: World, claim: Claim, **result: object) -> None:
    with world.db.write() as connection:
        world.queue().finish(connection, claim, result or {"run": claim.id})


def refused(reason: str):
    return pytest.raises(JobsError, check=lambda error: error.facts["reason"] == reason)


def test_a_job_from_one_end_to_the_other(world: World):
    job = world.put()
    assert (job.state, job.number, job.attempt, job.put_by) == ("queued", 1, 0, "alpha.developer")
    queue = world.queue()
    found = queue.take(HERE, "local", LEASE_S)
    assert (found.id, found.state, found.engine) == (job.id, "running", "local")
    claim = queue.begin(job.id, OTHER, LEASE_S)
    queue.renew(claim, LEASE_S, "scoring")
    queue.renew(claim, LEASE_S)
    assert queue.find(job.id[:10]).progress == "scoring"
    world.now_s += 7
    finish(world, claim, run="x")
    ended = queue.find(job.id)
    assert (ended.state, ended.result, ended.progress) == ("done", {"run": "x"}, "")
    assert (ended.begun_s, ended.ended_s) == (world.now_s - 7, world.now_s)
    assert queue.take(HERE, "local", LEASE_S) is None


def test_the_same_key_is_the_same_job_until_it_failed(world: World):
    first = world.put(key="k")
    assert world.put(key="k").id == first.id
    queue = world.queue()
    queue.take(HERE, "local", LEASE_S)
    claim = queue.begin(first.id, HERE, LEASE_S)
    assert world.put(key="k").id == first.id
    queue.fail(claim, "trials.budget-spent")
    assert queue.find(first.id).reason == "trials.budget-spent"
    second = world.put(key="k")
    assert second.id != first.id
    queue.take(HERE, "local", LEASE_S)
    finish(world, queue.begin(second.id, HERE, LEASE_S))
    assert world.put(key="k").id == second.id
    # Of another kind it is another job; and the database itself holds the rule.
    assert queue.put(Draft("other.work", "k", "alpha", {}), "x").id != second.id
    with world.db.read() as connection:
        row = dict(connection.execute(select(JOBS).where(JOBS.c.id == second.id)).mappings().one())
    with pytest.raises((StorageError, IntegrityError)), world.db.write() as connection:
        connection.execute(insert(JOBS).values({**row, "id": "f" * 32, "number": 99}))


def test_the_queue_is_bounded(world: World):
    queue = world.queue(queued=3, queued_each=2)

    def put(agency: str, key: str) -> Job:
        return queue.put(Draft("trial.run", key, agency, {}), "x")

    put("alpha", "1")
    put("alpha", "2")
    with refused("agency"):
        put("alpha", "3")
    assert put("alpha", "1").number == 1  # what is there needs no room
    put("bravo", "4")
    with refused("queue"):
        put("carol", "5")
    queue.take(HERE, "local", LEASE_S)
    assert put("carol", "5").state == "queued"
    with pytest.raises(ValueError, match="8 KiB"):
        queue.put(Draft("trial.run", "6", "dan", {"a": "x" * MOST_ARGUMENTS_BYTES}), "x")


def test_no_more_run_than_there_are_slots(world: World):
    for _ in range(3):
        world.put("alpha")
    queue = world.queue(running=2, running_each=2)
    first = queue.take(HERE, "local", LEASE_S)
    assert queue.take(OTHER, "local", LEASE_S) is not None
    assert queue.take(HERE, "local", LEASE_S) is None
    assert queue.take(HERE, "slurm", LEASE_S) is not None  # another engine has slots of its own
    finish(world, queue.begin(first.id, HERE, LEASE_S))
    assert queue.take(HERE, "local", LEASE_S) is None  # but nothing waits any more
    world.put("alpha")
    assert world.queue(running=2, running_each=1).take(HERE, "local", LEASE_S) is None
    assert queue.take(HERE, "local", LEASE_S) is not None


def test_a_later_attempt_supersedes_the_earlier(world: World):
    job = taken(world)
    queue = world.queue()
    zombie = queue.begin(job.id, HERE, LEASE_S)
    later = queue.begin(job.id, OTHER, LEASE_S)
    for step in (
        lambda: queue.renew(zombie, LEASE_S),
        lambda: finish(world, zombie, run="zombie"),
        lambda: queue.fail(zombie, "x"),
        lambda: queue.give_back(zombie),
    ):
        with refused("superseded"):
            step()
    finish(world, later, run="later")
    with refused("ended"):
        finish(world, zombie, run="zombie")
    with refused("ended"):
        queue.begin(job.id, HERE, LEASE_S)
    assert queue.find(job.id).result == {"run": "later"}


def test_a_lease_that_is_over_gives_the_job_back(world: World):
    job = taken(world)
    queue = world.queue()
    zombie = queue.begin(job.id, HERE, LEASE_S)
    world.now_s += LEASE_S
    assert queue.expire() == 0  # the control: it holds to its last second
    world.now_s += 1
    assert queue.expire() == 1
    assert queue.find(job.id).state == "queued"
    with refused("not-taken"):
        queue.renew(zombie, LEASE_S)
    again = queue.take(OTHER, "local", LEASE_S)
    assert (again.id, again.lost) == (job.id, 1)
    with refused("superseded"):  # taken by another, though nobody has begun yet
        finish(world, zombie)
    finish(world, queue.begin(job.id, OTHER, LEASE_S))


def test_the_lease_of_a_job_that_lives_elsewhere_is_kept(world: World):
    job = taken(world)
    queue = world.queue()
    queue.name(job, "4711")
    named = queue.find(job.id)
    assert (named.native_id, named.worker) == ("4711", "local/4711")
    for _ in range(3):
        world.now_s += LEASE_S
        queue.keep([job.id], LEASE_S)
    assert queue.expire() == 0
    queue.keep([job.id], 1)  # never shorter
    world.now_s += LEASE_S
    assert queue.expire() == 0
    claim = queue.begin(job.id, OTHER, LEASE_S)
    queue.name(named, "4712")  # too late: it has begun
    assert queue.find(job.id).worker == OTHER
    finish(world, claim)


def test_a_process_that_is_seen_to_be_dead_loses_its_job_at_once(world: World):
    script = "from dure.governance.claims import this_process; print(this_process('0'))"
    dead = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.strip()
    job, other = taken(world), taken(world, "bravo")
    queue = world.queue()
    queue.begin(other.id, this_process("0"), LEASE_S)
    queue.begin(job.id, dead, LEASE_S)
    assert queue.expire() == 1
    assert (queue.find(job.id).state, queue.find(other.id).state) == ("queued", "running")


def test_what_kills_its_workers_fails_in_the_end(world: World):
    job = taken(world)
    queue = world.queue()
    for lost in range(1, ATTEMPTS):
        queue.begin(job.id, HERE, LEASE_S)
        queue.give_up(queue.find(job.id))
        again = queue.take(HERE, "local", LEASE_S)
        assert (again.id, again.lost) == (job.id, lost)
    queue.begin(job.id, HERE, LEASE_S)
    queue.give_up(queue.find(job.id))
    ended = queue.find(job.id)
    assert (ended.state, ended.reason, ended.attempt) == ("failed", "lost", ATTEMPTS)


def test_what_may_be_over_the_next_time_is_tried_again(world: World):
    job = taken(world)
    queue = world.queue()
    for lost in range(1, ATTEMPTS):
        queue.fail(queue.begin(job.id, HERE, LEASE_S), "trials.stream", again=True)
        again = queue.take(HERE, "local", LEASE_S)
        assert (again.id, again.lost, again.reason) == (job.id, lost, "")
    queue.fail(queue.begin(job.id, HERE, LEASE_S), "trials.stream", again=True)
    ended = queue.find(job.id)
    assert (ended.state, ended.reason) == ("failed", "trials.stream")


def test_attempts_that_supersede_each_other_end_too(world: World):
    job = taken(world)
    queue = world.queue()
    for _ in range(ATTEMPTS):
        queue.begin(job.id, HERE, LEASE_S)
    with refused("attempts"):
        queue.begin(job.id, HERE, LEASE_S)
    assert (queue.find(job.id).state, queue.find(job.id).reason) == ("failed", "lost")


def test_giving_up_what_goes_on_meanwhile_changes_nothing(world: World):
    job = taken(world)
    queue = world.queue()
    claim = queue.begin(job.id, HERE, LEASE_S)
    queue.give_up(job)  # as it was before the attempt began
    queue.renew(claim, LEASE_S)
    finish(world, claim)
    queue.give_up(queue.find(job.id))
    assert queue.find(job.id).state == "done"


def test_what_could_not_be_started_is_not_to_blame(world: World):
    job = taken(world)
    queue = world.queue()
    for _ in range(2 * ATTEMPTS):
        queue.give_up(queue.find(job.id), blame=False)
        assert queue.take(HERE, "local", LEASE_S).id == job.id
    world.now_s += LEASE_S + 1
    assert queue.expire() == 1  # nor is a job whose worker died before it began
    assert queue.find(job.id).lost == 0


def test_giving_back_in_order_counts_against_nobody(world: World):
    job = taken(world)
    queue = world.queue()
    for _ in range(2 * ATTEMPTS):
        assert queue.give_back(queue.begin(job.id, HERE, LEASE_S)).state == "queued"
        assert queue.take(HERE, "local", LEASE_S).id == job.id
    assert queue.find(job.id).lost == 0


def test_cancelling_what_waits_and_what_runs(world: World):
    queue = world.queue()
    waiting = world.put()
    assert queue.cancel(waiting.id, "who").state == "cancelled"
    assert queue.take(HERE, "local", LEASE_S) is None
    with refused("ended"):
        queue.begin(waiting.id, HERE, LEASE_S)
    job = taken(world)
    claim = queue.begin(job.id, HERE, LEASE_S)
    told = queue.cancel(job.id, "who")
    assert (told.state, told.cancelling) == ("running", True)
    assert queue.cancel(job.id, "another").cancelling
    with refused("cancelled"):
        queue.renew(claim, LEASE_S)
    assert queue.give_back(claim).state == "cancelled"
    assert queue.cancel(job.id, "who").state == "cancelled"


def test_a_cancelled_job_is_not_begun_nor_given_back(world: World):
    queue = world.queue()
    job = taken(world)
    queue.cancel(job.id, "who")
    with refused("cancelled"):
        queue.begin(job.id, HERE, LEASE_S)
    assert queue.find(job.id).state == "cancelled"
    job = taken(world)
    queue.cancel(job.id, "who")
    queue.give_up(queue.find(job.id))
    assert queue.find(job.id).state == "cancelled"


def test_a_result_that_is_there_beats_a_cancellation(world: World):
    job = taken(world)
    queue = world.queue()
    claim = queue.begin(job.id, HERE, LEASE_S)
    queue.cancel(job.id, "who")
    finish(world, claim)
    assert queue.find(job.id).state == "done"


def test_a_result_is_written_with_what_it_belongs_to_or_not_at_all(world: World):
    job = taken(world)
    queue = world.queue()
    claim = queue.begin(job.id, HERE, LEASE_S)
    with pytest.raises(ZeroDivisionError), world.db.write() as connection:
        queue.finish(connection, claim, {"run": "x"})
        _ = 1 / 0
    assert queue.find(job.id).state == "running"
    finish(world, claim)


def test_a_job_that_nobody_took_is_not_begun(world: World):
    job = world.put()
    with refused("not-taken"):
        world.queue().begin(job.id, HERE, LEASE_S)


@pytest.mark.parametrize("name", ["", "0000", "../../../etc", "x" * 40, "%" * 9])
def test_names_that_name_nothing(world: World, name: str):
    world.put()
    for look in (world.queue().find, lambda name: world.queue().cancel(name, "x")):
        with pytest.raises(JobsError, match=r"jobs\.unknown"):
            look(name)


def test_a_beginning_that_fits_two_names_none(world: World):
    first, second = world.put(), world.put()
    assert first.id[:10] == second.id[:10]
    with pytest.raises(JobsError, match=r"jobs\.unknown"):
        world.queue().find(first.id[:10])
    assert world.queue().find(second.id).id == second.id


def test_lists(world: World):
    queue = world.queue(running=9, running_each=9)
    jobs = [world.put() for _ in range(3)]
    queue.take(HERE, "slurm", LEASE_S)
    assert [job.id for job in queue.listed()] == [job.id for job in jobs]
    assert [job.id for job in queue.listed((Stage.RUNNING,), "slurm")] == [jobs[0].id]
    assert queue.listed((Stage.RUNNING,), "local") == []
