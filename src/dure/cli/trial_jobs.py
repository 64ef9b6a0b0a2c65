"""``dure trials work | watch | cancel | run-job``: trials that wait in a queue."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dure.cli import session
from dure.cli.words import say

if TYPE_CHECKING:
    from dure.governance.jobs.job import Job

QueuedArgument = Annotated[
    str, typer.Argument(metavar="RUN", help=say("Beginning of its id.", "식별자의 앞부분."))
]
COLUMNS = (
    ("run", say("run", "실행")),
    ("agency", say("for", "제출 기관")),
    ("state", say("state", "상태")),
    ("step", say("step", "단계")),
    ("attempt", say("attempt", "시도")),
    ("engine", say("engine", "실행 엔진")),
    ("reason", say("reason", "이유")),
)


def add_to(app: typer.Typer) -> None:
    """Add the commands to the group of trials."""
    for name, command, words in (
        (
            "work",
            work,
            say(
                "Take queued runs in fair order and run them, here or on a cluster.",
                "대기열의 시험을 기관 간에 공정한 순서로 꺼내 이 기기나 클러스터에서 실행합니다.",
            ),
        ),
        (
            "watch",
            watch,
            say(
                "Show the queue, or follow one run until it ends.",
                "대기열을 보이거나, 실행 하나를 끝날 때까지 지켜봅니다.",
            ),
        ),
        (
            "cancel",
            cancel,
            say(
                "Cancel a queued run; one that runs is stopped.",
                "대기 중인 실행을 취소하고, 실행 중이면 멈춥니다.",
            ),
        ),
        (
            "run-job",
            run_job,
            say(
                "Do the work of a run that a worker has taken (workers and clusters start this).",
                "작업자가 꺼낸 실행을 수행합니다. 작업자나 클러스터가 시작하는 명령입니다.",
            ),
        ),
    ):
        app.command(name, help=words)(command)


def work(
    engine: Annotated[
        str, typer.Option(help=say("local, slurm or pbs.", "local, slurm, pbs 가운데 하나."))
    ] = "local",
    slots: Annotated[
        int, typer.Option(min=1, help=say("How many run at once.", "동시에 실행할 수."))
    ] = 2,
    each: Annotated[
        int,
        typer.Option(
            min=0, help=say("The same for one agency; 0: as many.", "기관별 한도. 0이면 같은 수.")
        ),
    ] = 0,
    partition: Annotated[
        str, typer.Option(help=say("Queue of the cluster.", "클러스터의 대기열."))
    ] = "",
    until_empty: Annotated[
        bool,
        typer.Option(
            "--until-empty",
            help=say("End when nothing waits and nothing runs.", "남은 실행이 없으면 끝냅니다."),
        ),
    ] = False,
) -> None:
    """Serve the queue."""
    from dure.trials.jobs.starting import ENGINES

    if engine not in ENGINES:
        raise typer.BadParameter(", ".join(ENGINES), param_hint="--engine")
    with _until_told() as stop, session.current.node() as node:
        node.jobs.work(
            engine=engine,
            slots=slots,
            each=each,
            until_empty=until_empty,
            partition=partition,
            passphrase_file=_passphrase_file(),
            told=_say_job,
            stop=stop,
        )


def watch(
    run: Annotated[
        str,
        typer.Argument(
            metavar="[RUN]",
            help=say("Beginning of its id; else all.", "식별자의 앞부분. 없으면 전부."),
        ),
    ] = "",
    once: Annotated[
        bool, typer.Option("--once", help=say("Look once.", "한 번만 봅니다."))
    ] = False,
) -> None:
    """Show the queue."""
    output = session.current.output
    with session.current.node() as node:
        if not run:
            output.rows([_short(row) for row in node.jobs.list()], COLUMNS)
        elif once or output.as_json:
            output.value(node.jobs.show(run))
        else:
            row: dict[str, Any] = {}
            for row in node.jobs.watch(run):
                _line(row)
            if row.get("state") == "done":
                output.line(
                    say("What came of it: ", "시험 결과: ") + f"dure trials show {row['run'][:12]}"
                )


def cancel(run: QueuedArgument) -> None:
    """Cancel a run."""
    with session.current.node() as node:
        session.current.output.value(node.jobs.cancel(run))


def run_job(run: Annotated[str, typer.Argument(metavar="RUN")]) -> None:
    """Do the work of a job."""
    with session.current.node() as node:
        session.current.output.value(node.jobs.run(run))


@contextmanager
def _until_told() -> Iterator[threading.Event]:
    """Give an event that SIGTERM and Ctrl-C set."""
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _passphrase_file() -> Path | None:
    named = os.environ.get("DURE_PASSPHRASE_FILE")
    return session.current.passphrase_file or (Path(named) if named else None)


def _say_job(job: Job) -> None:
    row = {"run": job.id, "agency": job.agency, "state": job.state.value, "reason": job.reason}
    if session.current.output.as_json:
        session.current.output.json(row)
    else:
        _line(row)


def _line(row: dict[str, Any]) -> None:
    from dure.cli.fields import value_word

    told = {name: value for name, value in _short(row).items() if name != "cancelling"}
    words = [str(value_word(name, value)) for name, value in told.items() if value]
    session.current.output.line("  ".join(words))


def _short(row: dict[str, Any]) -> dict[str, Any]:
    if session.current.output.as_json:
        return row
    return {**row, "run": row["run"][:12]}
