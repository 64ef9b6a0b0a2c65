"""``dure trials leaderboard | appeal | appeals | answer``: what comes out, and who is heard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from dure.cli import session
from dure.cli.benchmarks import BenchmarkArgument
from dure.cli.words import LANGUAGE, say

RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help=say("Id of a run.", "실행 식별자."))
]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the group of trials."""
    for name, command, words in (
        (
            "leaderboard",
            leaderboard,
            say(
                "Show who stands where on a benchmark, from what the gates let through.",
                "관문을 통과한 수치로 평가 기준의 순위를 보입니다.",
            ),
        ),
        (
            "appeal",
            appeal,
            say("Ask that a run be looked at again.", "실행 결과를 다시 살펴 달라고 요청합니다."),
        ),
        (
            "appeals",
            appeals,
            say(
                "List appeals, those that wait for an answer first.",
                "이의를 나열합니다. 답변을 기다리는 것이 먼저입니다.",
            ),
        ),
        (
            "answer",
            answer,
            say("Answer the appeal of a run.", "실행에 제기된 이의에 답변합니다."),
        ),
    ):
        app.command(name, help=words)(command)


def leaderboard(
    benchmark: BenchmarkArgument,
    metric: Annotated[
        str,
        typer.Option(
            help=say("Rank by this; else by the first.", "순위를 매길 지표. 없으면 첫 지표.")
        ),
    ] = "",
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help=say(
                "Reports that were not released as well; needs clearance for them.",
                "반출하지 않은 보고서도 셉니다. 열람 권한이 필요합니다.",
            ),
        ),
    ] = False,
) -> None:
    """Show a leaderboard."""
    with session.current.node() as node:
        rows = node.trials.leaderboard(benchmark, metric=metric, everything=everything)
    shown = [
        {**row, "released": say("yes", "예") if row["released"] else say("no", "아니요")}
        for row in rows
    ]
    session.current.output.rows(
        list(rows) if session.current.output.as_json else shown,
        [
            ("rank", say("rank", "순위")),
            ("agency", say("agency", "기관")),
            ("algorithm", say("algorithm", "알고리즘")),
            ("metric", say("metric", "지표")),
            ("value", say("value", "값")),
            ("lower", say("lower", "하한")),
            ("upper", say("upper", "상한")),
            ("released", say("released", "반출")),
        ],
    )


def appeal(
    run: RunArgument,
    reason: Annotated[str, typer.Option(help=say("Why, in a line.", "이유를 한 줄로 씁니다."))],
) -> None:
    """Appeal."""
    with session.current.node() as node:
        made = node.trials.appeal(run, reason=reason)
    session.current.output.value(_told(made))


def appeals() -> None:
    """List appeals."""
    output = session.current.output
    with session.current.node() as node:
        found = node.trials.appeals()
    if output.as_json:
        output.rows(list(found), [])
        return
    output.rows(
        [{**_told(one), "run": one["run"][:12]} for one in found],
        [
            ("run", say("run", "실행")),
            ("agency", say("for", "제출 기관")),
            ("outcome", say("outcome", "결과")),
            ("hint", say("hint", "도움말")),
            ("reason", say("reason", "이유")),
            ("ruling", say("ruling", "판단")),
        ],
    )


def answer(
    run: RunArgument,
    ruling: Annotated[
        str,
        typer.Option(
            metavar="stands|again",
            help=say(
                "It stands, or the run costs nothing.", "그대로 두거나, 실행을 한도에서 뺍니다."
            ),
        ),
    ],
    words: Annotated[
        str,
        typer.Option(
            help=say("Why, in a line; it stays here.", "이유를 한 줄로. 이 노드에만 남습니다.")
        ),
    ],
) -> None:
    """Answer an appeal."""
    with session.current.node() as node:
        made = node.trials.answer(run, ruling=ruling, words=words)
    session.current.output.value(_told(made))


def _told(made: Mapping[str, Any]) -> dict[str, Any]:
    hint = made["hint"]
    return {**made, "hint": hint.get(LANGUAGE, "") if hint else ""}
