"""Hold each room to its coverage: all of core and governance, 90 % of every other room.

Reads the JSON report of coverage.py. Lines and branches count alike, as coverage.py itself counts.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

WHOLE = frozenset({"core", "governance"})
OTHERS_PERCENT = 90.0


@dataclass
class Room:
    """What was counted in one room."""

    wanted: int = 0
    covered: int = 0

    @property
    def percent(self) -> float:
        """Covered lines and branches in hundred of all."""
        return 100.0 * self.covered / self.wanted if self.wanted else 100.0


def main(argv: list[str]) -> int:
    if not argv:
        print("usage: coverage_gate.py build/coverage.json [ROOM…]", file=sys.stderr)
        return 2
    file, *rooms = argv
    report = json.loads(Path(file).read_text(encoding="utf-8"))
    measured = report["files"]
    failures = judge(
        {name: told for name, told in measured.items() if not rooms or room_of(name) in rooms}
    )
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


def judge(files: dict[str, dict[str, object]]) -> list[str]:
    """Print one line per room and return what falls short, in words."""
    rooms: dict[str, Room] = defaultdict(Room)
    failures = []
    for name, measured in sorted(files.items()):
        room_name = room_of(name)
        summary = measured["summary"]
        wanted = summary["num_statements"] + summary.get("num_branches", 0)
        covered = summary["covered_lines"] + summary.get("covered_branches", 0)
        rooms[room_name].wanted += wanted
        rooms[room_name].covered += covered
        if room_name in WHOLE and covered < wanted:
            lines = first(map(str, measured["missing_lines"]))
            branches = first(f"{a}→{b}" for a, b in measured.get("missing_branches", []))
            failures.append(f"coverage: {name}: lines {lines}; branches {branches}")
    for room_name, room in sorted(rooms.items()):
        demanded = 100.0 if room_name in WHOLE else OTHERS_PERCENT
        print(f"coverage  {room_name:<12} {room.percent:6.1f} %   (at least {demanded:.0f} %)")
        if room.percent < demanded and room_name not in WHOLE:
            failures.append(
                f"coverage: {room_name} has {room.percent:.1f} %, wants {demanded:.0f} %"
            )
    return failures


def first(missing: Iterable[str], limit: int = 12) -> str:
    """Return the first few of what is missing, and how many more there are."""
    listed = list(missing)
    more = f" and {len(listed) - limit} more" if len(listed) > limit else ""
    return (", ".join(listed[:limit]) or "none") + more


def room_of(name: str) -> str:
    """Return the room of a source file: ``src/dure/core/text.py`` lies in ``core``."""
    parts = Path(name).parts
    below = parts[len(parts) - parts[::-1].index("dure") :]
    return below[0] if len(below) > 1 else "dure"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
