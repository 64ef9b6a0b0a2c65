"""p of figures that are functions of sums: of texts here, whose rows are swapped singly."""

import numpy as np

from dure.trials.kinds.texts.figures import generation_p, shared
from dure.trials.kinds.tracks.counts import WIDTH
from dure.trials.kinds.tracks.figures import tracking_p

WORDS = ["북쪽", "부두", "입항", "지연", "안개", "경보", "해제", "정비", "완료", "출항"]


def texts(rng: np.random.Generator, rows: int) -> list[str]:
    return [" ".join(rng.choice(WORDS, 6)) for _ in range(rows)]


def test_texts_that_are_right_differ_from_others_surely_and_from_themselves_not():
    rng = np.random.default_rng(5)
    targets, other = texts(rng, 60), texts(rng, 60)
    near = [
        target if n % 3 else given
        for n, (target, given) in enumerate(zip(targets, other, strict=True))
    ]
    own, base = shared(targets, near), shared(targets, other)
    found = generation_p(own, base, rng)
    assert set(found) == {"exact-match", "chrf", "rouge-l", "token-f1"}
    assert max(found.values()) <= 0.001
    assert set(generation_p(own, own, rng).values()) == {1.0}


def test_two_that_are_as_good_are_seldom_told_apart():
    rng = np.random.default_rng(6)
    told = 0
    for _ in range(40):
        targets = texts(rng, 25)
        own, base = (shared(targets, texts(rng, 25)) for _ in range(2))
        told += generation_p(own, base, rng)["chrf"] <= 0.05
    assert told <= 8  # 2 are expected; more than 8 by chance less than once in 3,000


def test_of_tracks_whole_stretches_are_swapped():
    rng = np.random.default_rng(7)
    base = rng.integers(5, 20, (20, WIDTH)).astype(float)
    same = tracking_p(base, base, rng)
    assert set(same.values()) == {1.0}
    better = base.copy()
    better[:, -4:-1] -= 2.0  # less of each part of GOSPA in every stretch
    found = tracking_p(better, base, rng)
    assert found["gospa"] <= 0.001
    assert found["idf1"] == 1.0
