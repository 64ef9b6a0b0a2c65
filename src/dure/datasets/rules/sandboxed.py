"""Rules around the sandbox: the table is parsed and checked in there, and only outcomes come out."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from dure.datasets.errors import DatasetError
from dure.datasets.kinds import kind_of
from dure.datasets.personal.binds import scan_binds
from dure.datasets.plain_toml import content_of
from dure.datasets.rules.contract import Contract, parse, write
from dure.datasets.rules.forms import Allowed, AnyRule, Length, Pattern
from dure.datasets.rules.outcomes import MayShow, RuleOutcome, nothing
from dure.datasets.rules.worker import ANSWER, Checked, Plan, Proposed
from dure.readers.errors import ReaderError
from dure.readers.parse import parse as parse_file
from dure.readers.tables import Options, default_limits
from dure.sandbox.box import run
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import Input

SAMPLES = 10
_WORKER = ("-m", "dure.datasets.rules.worker")
_DOES = {"check": "checking", "propose": "proposing"}
_Answer = TypeVar("_Answer")
_SETTINGS = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "1",  # its threads spin when they begin, and nothing here uses them
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A contract that the data suggest.

    Parameters
    ----------
    contract
        Its rules; every one of them holds.
    left_out
        How many more there were than a contract may have.
    """

    contract: Contract
    left_out: int


def read_contract(file: Path) -> Contract:
    """Return the contract that a file holds.

    Raises
    ------
    DatasetError
        ``datasets.document``.
    ReaderError
        ``readers.source`` when it can't be read.
    """
    return parse(content_of(file), file.name)


def check_file(
    source: Path,
    contract: Contract,
    *,
    kind: str = "",
    options: Options | None = None,
    may_show: MayShow = nothing,
    samples: int = SAMPLES,
    tables: Mapping[str, Path] | None = None,
) -> tuple[RuleOutcome, ...]:
    """Check a raw file against a contract; no node is needed.

    Parameters
    ----------
    source
        The file.
    contract
        The rules.
    kind
        By default the file's ending tells.
    options
        How to read it.
    may_show
        Says of a column whether its values may stand in samples; by default of none.
    samples
        How many failing rows to name for each rule.
    tables
        Other files by name, for foreign keys.

    Raises
    ------
    DatasetError
        ``datasets.kind``.
    ReaderError
        What is wrong with a file, or that the check was stopped.
    SandboxError
        When this host can't provide the sandbox.
    """
    found: list[tuple[RuleOutcome, ...]] = []
    chosen = kind_of(source, kind, options)
    with contextlib.ExitStack() as stack:
        others = {
            name: stack.enter_context(_in_memory(file)) for name, file in (tables or {}).items()
        }

        def sink(blocks: Iterator[bytes]) -> None:
            found.append(check_table(blocks, contract, may_show, samples, others))

        parse_file(source, chosen, sink=sink, options=options)
    return found[0]


def propose_file(
    source: Path,
    *,
    kind: str = "",
    options: Options | None = None,
    may_show: MayShow = nothing,
) -> Proposal:
    """Propose a contract for a raw file; no node is needed.

    Parameters
    ----------
    source
        The file.
    kind
        By default the file's ending tells.
    options
        How to read it.
    may_show
        Says of a column whether its values may stand in the contract; by default of none.

    Raises
    ------
    DatasetError
        ``datasets.kind``.
    ReaderError
        What is wrong with the file, or that the search was stopped.
    SandboxError
        When this host can't provide the sandbox.
    """
    found: list[Proposed] = []

    def sink(blocks: Iterator[bytes]) -> None:
        found.append(_asked(Plan("propose"), {"table": blocks}, Proposed))

    parse_file(source, kind_of(source, kind, options), sink=sink, options=options)
    said = found[0]
    contract = parse(said.contract.encode("utf-8"))
    # A code list holds values; whatever else is proposed holds none (see `proposing`).
    coded = {
        rule.column
        for rule in contract.rules
        if isinstance(rule, Allowed) and may_show(rule.column)
    }
    return Proposal(Contract(tuple(_kept(contract, coded))), said.left_out)


def _kept(contract: Contract, coded: Collection[str]) -> Iterator[AnyRule]:
    """Leave out the code lists that may not be shown; where one may be, it says all about the texts."""
    for rule in contract.rules:
        match rule:
            case Allowed():
                wanted = rule.column in coded
            case Length() | Pattern():
                wanted = rule.column not in coded
            case _:
                wanted = True
        if wanted:
            yield rule


def check_table(
    table: Input,
    contract: Contract,
    may_show: MayShow = nothing,
    samples: int = SAMPLES,
    tables: Mapping[str, Input] | None = None,
) -> tuple[RuleOutcome, ...]:
    """Check the Parquet table that a reader has written; parameters as for `check_file`."""
    columns = {name for rule in contract.rules for name in rule.names}
    others = list((tables or {}).items())
    plan = Plan(
        "check",
        write(contract),
        tuple(sorted(filter(may_show, columns))),
        samples,
        {name: f"other-{place}" for place, (name, _) in enumerate(others)},
    )
    inputs = {f"other-{place}": content for place, (_, content) in enumerate(others)}
    outcomes = _asked(plan, {"table": table, **inputs}, Checked).outcomes
    if len(outcomes) != len(contract.rules):
        raise ReaderError("readers.stopped", cause="output", size_bytes=0)
    return outcomes


def hold(outcomes: tuple[RuleOutcome, ...]) -> None:
    """Refuse data that break their contract.

    Raises
    ------
    DatasetError
        ``datasets.rules``.
    """
    broken = [one for one in outcomes if one.state != "kept"]
    if broken:
        raise DatasetError(
            "datasets.rules", broken=len(broken), rules=len(outcomes), first=broken[0].rule
        )


def _asked(plan: Plan, inputs: Mapping[str, Input], form: type[_Answer]) -> _Answer:
    task = python_command(
        _WORKER,
        inputs=("plan", *inputs),
        binds=scan_binds() if plan.shown or plan.do == "propose" else (),
        environment=_SETTINGS,
        limits=default_limits(),
    )
    given = {"plan": msgspec.json.encode(plan), **inputs}
    outcome = run(task, given, imports=(f"dure.datasets.rules.{_DOES[plan.do]}",))
    if outcome.status != "done":
        raise ReaderError("readers.stopped", cause=outcome.cause, size_bytes=0)
    try:
        return msgspec.json.decode(outcome.outputs.get(ANSWER, b""), type=form)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ReaderError("readers.stopped", cause="output", size_bytes=0) from None


@contextlib.contextmanager
def _in_memory(source: Path) -> Iterator[int]:
    """Parse another table and hold it in memory, for the check to read."""
    descriptor = os.memfd_create("table", os.MFD_CLOEXEC)
    with os.fdopen(descriptor, "r+b") as held:

        def sink(blocks: Iterator[bytes]) -> None:
            for block in blocks:
                held.write(block)

        parse_file(source, kind_of(source), sink=sink)
        held.flush()
        held.seek(0)
        yield descriptor
