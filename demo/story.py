"""What the chapters share: what one leaves for the next, and a few hands that all of them use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.agencies import NODES, PASSPHRASE, key_file
from dure.core.errors import DureError
from dure.core.times import read_time
from dure.governance.charter import SignedCharter

EXPORTS = NODES / "ledgers"


@dataclass
class Story:
    """What one chapter leaves for the next."""

    charter: SignedCharter | None = None
    flights: Path = Path()
    files: tuple[Path, ...] = ()
    dataset: str = ""
    benchmark: str = ""
    submissions: dict[str, str] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    released: dict[str, Any] = field(default_factory=dict)
    checkpoint: str = ""


def figures(result: dict[str, Any]) -> list[list[str]]:
    rows = []
    for metric, sides in result["figures"].items():
        mine, difference = sides["algorithm"], sides["difference"]
        rows.append(
            [
                metric,
                mine["value"],
                f"{mine['lower']} – {mine['upper']}",
                f"{difference['value']} ({difference['lower']} – {difference['upper']})",
            ]
        )
    return rows


def approve(agency: str, request: str, person: str) -> None:
    """Have a person approve with the command line, in a process of their own."""
    subprocess.run(  # our own command line
        [
            sys.executable,
            "-c",
            "from dure.cli.main import run; run()",
            "-C",
            str(NODES / agency),
            "--as",
            person,
            "--passphrase-file",
            str(PASSPHRASE),
            "--json",
            "decisions",
            "approve",
            request,
            "--key",
            str(key_file(person)),
            "--key-passphrase-file",
            str(PASSPHRASE),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ},
    )


def key_id(person: str) -> str:
    card = json.loads(key_file(person).with_suffix(".json").read_text(encoding="utf-8"))
    return str(card["key"])


def wait_until(moment: str) -> None:
    while time.time() < read_time(moment):
        time.sleep(0.05)


def code_of(work: Callable[[], object]) -> str:
    try:
        work()
    except DureError as error:
        return error.code
    return "-"
