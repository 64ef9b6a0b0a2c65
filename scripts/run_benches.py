"""Run every program in bench/ and write docs/benchmarks.md, with the machine and the date.

Each program prints one JSON object per figure on a line of its own; that line is the row. Names on
the command line choose among the programs (``run_benches.py ledger sealing``); the page keeps what it
says of the others.
A module in bench/ that another one imports (``…_table.py``), or that a peer's interpreter runs
(``…_peer.py``), is no program.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="programs in bench/, without .py; none means all")
    names = parser.parse_args().names
    programs = [
        path
        for path in sorted((ROOT / "bench").glob("[a-z]*.py"))
        if (not names or path.stem in names) and _is_program(path)
    ]
    if not programs:
        print("no such program in bench/", file=sys.stderr)
        return 1
    failed = []
    sections = read_sections(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    for program in programs:
        print(f"== bench/{program.name}", flush=True)
        rows = figures(program)
        if rows is None:
            failed.append(program.name)
            continue
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
        sections[program.stem] = section(program, rows)
        PAGE.write_text(page(sections), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
    for name in failed:
        print(f"failed: bench/{name}", file=sys.stderr)
    return 1 if failed else 0


def read_sections(text: str) -> dict[str, str]:
    """Return what a page says of each program."""
    parts = text.split("\n## ")[1:]
    return {part.partition("\n")[0]: f"## {part.rstrip()}\n" for part in parts}


def _is_program(path: Path) -> bool:
    return not path.stem.endswith(("_peer", "_table")) and "\ndef main(" in path.read_text(
        encoding="utf-8"
    )


def figures(program: Path) -> list[dict[str, Any]] | None:
    """Run one program and return what it measured; None when it failed."""
    done = subprocess.run(
        [sys.executable, str(program)], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        return None
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def section(program: Path, rows: list[dict[str, Any]]) -> str:
    columns: dict[str, None] = {}
    for row in rows:
        columns.update(dict.fromkeys(row))
    lines = [
        f"## {program.stem}",
        "",
        f"`.venv/bin/python bench/{program.name}`, {datetime.now(tz=UTC):%Y-%m-%d}, {machine()}.",
        "",
        "| " + " | ".join(columns) + " |",
        "|" + " --- |" * len(columns),
    ]
    lines += [
        "| " + " | ".join(_cell(row.get(name, "")) for name in columns) + " |" for row in rows
    ]
    return "\n".join(lines) + "\n"


def page(sections: Mapping[str, str]) -> str:
    head = [
        "# Benchmarks",
        "",
        "<!-- Written by `make bench`; do not edit. -->",
        "",
        "Each figure is a median; each peer is named in its row. The command above a table repeats it,",
        "`make bench` repeats all, `make bench ARGS=ledger` one. Another machine gives other figures:",
        "compare ratios first.",
        "",
    ]
    return "\n".join(head) + "\n" + "\n".join(text for _, text in sorted(sections.items()))


def machine() -> str:
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{model}, {os.cpu_count()} logical cores, {memory_gib:.0f} GiB memory, "
        f"Linux {platform.release().partition('-')[0]}, Python {platform.python_version()}"
    )


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value).replace("|", "\\|")


if __name__ == "__main__":
    raise SystemExit(main())
