"""Resource use in buckets: at most so much, and nothing else is taken for one."""

import itertools

import pytest

from dure.sandbox.tasks import Outcome
from dure.trials.details.resources import BITS, MORE, STEPS, are_buckets, buckets

MIB = 2**20


def outcome(cpu=1.0, wall=1.0, peak=MIB, outputs=None):
    return Outcome("done", "", 0, outputs or {}, (), b"", cpu, wall, peak)


def test_buckets_are_the_next_step_up():
    told = buckets(outcome(4.0, 4.01, 1024 * MIB, {"a": b"x" * 65536, "b": b"x"}))
    assert told == {"cpu_s": "4", "wall_s": "16", "memory_mib": "1024", "output_kib": "256"}
    least = buckets(outcome(0.0, 0.0, 0))
    assert least == {"cpu_s": "4", "wall_s": "4", "memory_mib": "256", "output_kib": "64"}
    most = buckets(outcome(1e9, 4096.5, 2**50))
    assert (most["cpu_s"], most["wall_s"], most["memory_mib"]) == (MORE, MORE, MORE)


def test_each_step_is_four_of_the_one_before_and_all_say_little():
    for steps in STEPS.values():
        assert all(after == 4 * before for before, after in itertools.pairwise(steps))
    assert BITS < 12


def test_what_buckets_returns_is_buckets():
    for used in (0.0, 4.0, 100.0, 1e6):
        assert are_buckets(buckets(outcome(used, used, int(used) * MIB)))


SOUND = buckets(outcome())


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "4",
        {},
        SOUND | {"rows": "4"},
        {name: word for name, word in SOUND.items() if name != "wall_s"},
        SOUND | {"cpu_s": 4},
        SOUND | {"cpu_s": "5"},
        SOUND | {"cpu_s": "04"},
        SOUND | {"cpu_s": "256", "memory_mib": "64"},
        SOUND | {"cpu_s": ["4"]},
        SOUND | {"cpu_s": "MORE"},
    ],
)
def test_other_things_are_none(value):
    assert are_buckets(SOUND)
    assert not are_buckets(value)
