"""What a run used, in buckets so wide that they serve to plan and hardly to smuggle.

Each bucket says "at most so much", four times the one before. To plan it is enough: whether a run takes a
minute or an hour, a laptop or a server. An algorithm can choose its bucket, and so tell the developer
something of its rows: `BITS` a run at most, about as much as one figure of three digits, and they are told
only with figures that climb the Ladder.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from dure.sandbox.tasks import Outcome

MORE = "more"
STEPS: Mapping[str, tuple[int, ...]] = {
    "cpu_s": (4, 16, 64, 256, 1024, 4096),
    "wall_s": (4, 16, 64, 256, 1024, 4096),
    "memory_mib": (256, 1024, 4096, 16384),
    "output_kib": (64, 256, 1024, 4096, 16384, 65536),
}
"""Upper ends of the buckets; above the last it is `MORE`."""

BITS = sum(math.log2(len(steps) + 1) for steps in STEPS.values())
"""Most that the buckets of one run can say."""


def buckets(outcome: Outcome) -> dict[str, str]:
    """Return the buckets of what a sandboxed run used, as the node measured it."""
    used = {
        "cpu_s": outcome.cpu_s,
        "wall_s": outcome.wall_s,
        "memory_mib": outcome.peak_bytes / 2**20,
        "output_kib": sum(map(len, outcome.outputs.values())) / 2**10,
    }
    return {name: _bucket(used[name], steps) for name, steps in STEPS.items()}


def _bucket(used: float, steps: tuple[int, ...]) -> str:
    return next((str(step) for step in steps if used <= step), MORE)


def are_buckets(value: object) -> bool:
    """Say whether something is what `buckets` could have returned."""
    if not isinstance(value, dict) or set(value) != set(STEPS):
        return False
    return all(
        isinstance(word, str) and word in {MORE, *map(str, steps)}
        for word, steps in ((value[name], STEPS[name]) for name in STEPS)
    )
