"""The queue is fair between agencies, whatever they put and however long it runs."""

from __future__ import annotations

from collections import Counter
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dure.governance.jobs import tables
from dure.governance.jobs.errors import JobsError
from dure.governance.jobs.fairness import Bounds, Standing, next_agency
from dure.governance.jobs.job import ATTEMPTS, ENDED, Claim, Stage
from dure.storage.database import open_database
from tests.governance.jobs.conftest import LEASE_S, World

AGENCIES = ("alpha", "bravo", "carol")
STANDINGS = st.lists(
    st.builds(
        Standing,
        st.sampled_from("abcdefgh"),
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(0, 9),
    ),
    max_size=6,
    unique_by=lambda each: each.agency,
)


@given(STANDINGS, st.integers(0, 8), st.integers(0, 4))
def test_who_is_next(standings: list[Standing], running: int, each: int):
    bounds = Bounds(running=running, running_each=each)
    chosen = next_agency(standings, bounds)
    able = [one for one in standings if one.waiting and one.running < each]
    free = sum(one.running for one in standings) < running
    assert (chosen is None) == (not able or not free)
    if chosen is not None:
        (mine,) = [one for one in standings if one.agency == chosen]
        assert mine in able
        for other in able:
            assert (mine.running, mine.turn) <= (other.running, other.turn)


@given(
    st.lists(st.sampled_from(AGENCIES), min_size=1, max_size=60),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_nobody_waits_for_more_than_one_turn_of_each_other(arrivals, slots, random):
    """Played in memory, with jobs that end in any order: the bound on waiting, and equal shares."""
    waiting, running, turn = Counter(arrivals), Counter(), Counter()
    over: dict[str, Counter[str]] = {agency: Counter() for agency in waiting}
    turns = 0
    while waiting.total() or running.total():
        chosen = next_agency(
            [Standing(name, waiting[name], running[name], turn[name]) for name in over],
            Bounds(running=slots, running_each=slots),
        )
        if chosen is None:
            ended = random.choice(list(running.elements()))
            running[ended] -= 1
            continue
        turns += 1
        turn[chosen] = turns
        waiting[chosen] -= 1
        running[chosen] += 1
        over[chosen].clear()
        for other in over:
            if waiting[other] and not running[other]:
                over[other][chosen] += 1
                assert over[other][chosen] <= 1  # served twice before one that has nothing
            if waiting[other]:
                assert running[chosen] - running[other] <= 1  # slots are shared equally


def test_a_crowd_does_not_keep_a_latecomer_out(world: World):
    for _ in range(50):
        world.put("alpha")
    queue = world.queue(running=1, running_each=1)
    first = queue.take("w/1", "local", LEASE_S)
    late = world.put("bravo")
    claim = queue.begin(first.id, "w/1", LEASE_S)
    with world.db.write() as connection:
        queue.finish(connection, claim, {})
    assert queue.take("w/1", "local", LEASE_S).id == late.id


class Machine(RuleBasedStateMachine):
    """Workers that die, wake up, and report late: what the queue says stays true."""

    @initialize()
    def begin_anew(self) -> None:
        self.folder = TemporaryDirectory(prefix="dure-jobs-")
        self.db = open_database(f"sqlite:///{self.folder.name}/node.db")
        tables.METADATA.create_all(self.db.engine)
        self.world = World(self.db)
        self.queue = self.world.queue(running=3, running_each=2)
        self.claims: list[Claim] = []
        self.results: dict[str, dict[str, object]] = {}
        self.order: dict[str, list[int]] = {agency: [] for agency in AGENCIES}
        self.worker = 0

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()
            self.folder.cleanup()

    @rule(agency=st.sampled_from(AGENCIES))
    def put(self, agency: str) -> None:
        self.world.put(agency)

    @rule()
    def take_and_begin(self) -> None:
        self.worker += 1
        job = self.queue.take(f"w/{self.worker}", "local", LEASE_S)
        if job is not None:
            if not job.attempt:
                self.order[job.agency].append(job.number)
            self.claims.append(self.queue.begin(job.id, f"b/{self.worker}", LEASE_S))

    @rule(seconds=st.sampled_from([1, LEASE_S, LEASE_S + 1]))
    def wait(self, seconds: int) -> None:
        self.world.now_s += seconds

    @rule()
    def expire(self) -> None:
        self.queue.expire()

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), what=st.sampled_from(["finish", "renew", "fail", "give back", "again"]))
    def report(self, data: st.DataObject, what: str) -> None:
        """Any process that ever began an attempt says something, however late."""
        claim = data.draw(st.sampled_from(self.claims))
        job = self.queue.find(claim.id)
        valid = job.state is Stage.RUNNING and job.attempt == claim.attempt
        valid = valid and job.worker == claim.worker
        try:
            if what == "finish":
                with self.db.write() as connection:
                    self.queue.finish(connection, claim, {"by": claim.attempt})
                assert claim.id not in self.results
                self.results[claim.id] = {"by": claim.attempt}
            elif what == "renew":
                self.queue.renew(claim, LEASE_S)
            elif what == "fail":
                self.queue.fail(claim, "x")
            elif what == "give back":
                self.queue.give_back(claim)
            else:
                valid = job.state is Stage.RUNNING and not job.cancelling
                valid = valid and job.lost + bool(job.progress) < ATTEMPTS
                self.claims.append(self.queue.begin(claim.id, "again/1", LEASE_S))
        except JobsError:
            assert not valid or (what == "renew" and job.cancelling)
        else:
            assert valid

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        jobs = self.queue.listed()
        if jobs:
            self.queue.cancel(data.draw(st.sampled_from(jobs)).id, "who")

    @invariant()
    def all_is_well(self) -> None:
        if not hasattr(self, "queue"):
            return
        jobs = self.queue.listed()
        assert len(jobs) == self.world.drawn  # none is lost
        running = Counter(job.agency for job in jobs if job.state is Stage.RUNNING)
        assert running.total() <= 3
        assert max(running.values(), default=0) <= 2
        for job in jobs:
            assert (job.result is not None) == (job.state is Stage.DONE)
            if job.state is Stage.DONE:
                assert job.result == self.results[job.id]  # the first that was written, for ever
            assert (job.ended_s is not None) == (job.state in ENDED)
        for numbers in self.order.values():
            assert numbers == sorted(numbers)  # first come, first begun


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
