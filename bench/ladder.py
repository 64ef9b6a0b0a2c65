"""What adaptive questions gain from a leaderboard whose targets are random, so that nothing is to be learnt.

Each attack of `tests/trials/attack.py` asks up to so many questions and gives a last answer; its gain is
the share of the very rows it asked about that this answer has right, less one half. Exact scores and
scores in three digits are the peers, and the parameter-free Ladder as published (a step of one paired
standard error, told to 1/n). Ours is what the gates of a trial let through. Prints one JSON object per
row: mean and greatest gain over the repetitions.

    python bench/ladder.py [--repetitions 20] [--queries 20 100 400] [--rows 300 900 5000]
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.trials import attack  # noqa: E402


class Published(attack.Exact):
    """Blum and Hardt (2015), algorithm 2: what is better by one paired standard error is told."""

    def __init__(self, targets: attack.Ints, queries: int) -> None:
        super().__init__(targets, queries)
        self.best = 0.5
        self.right: np.ndarray = np.full(len(targets), 0.5)

    def ask(self, predicted: attack.Ints) -> float:
        right = (predicted == self.targets).astype(np.float64)
        step = float((right - self.right).std()) / math.sqrt(len(right))
        if right.mean() > self.best + step:
            self.best, self.right = float(right.mean()), right
        return self.best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repetitions", type=int, default=20)
    parser.add_argument("--queries", type=int, nargs="+", default=[20, 100, 400])
    parser.add_argument("--rows", type=int, nargs="+", default=[300, 900, 5000])
    chosen = parser.parse_args()
    mechanisms = {**attack.MECHANISMS, "published": Published}
    for rows in chosen.rows:
        for queries in chosen.queries:
            for kind in attack.ATTACKS:
                told: dict[str, object] = {"rows": rows, "queries": queries, "attack": kind}
                for name, mechanism in mechanisms.items():
                    gains = [
                        attack.gain(mechanism, kind, queries, rows, seed)
                        for seed in range(chosen.repetitions)
                    ]
                    told[name] = {
                        "mean": round(float(np.mean(gains)), 4),
                        "greatest": round(max(gains), 4),
                    }
                sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
