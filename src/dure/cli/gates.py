"""``dure trials show | leaderboard | appeal | appeals | answer``: what comes out, and who is heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
            "show",
            show,
            say(
                "Show the sealed report of a run and each gate, to those who may read it.",
                "봉인된 실행 보고서와 각 관문을 열람할 수 있는 사람에게 보여 줍니다.",
            ),
        ),
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


def show(
    run: RunArgument,
    diagnosis: Annotated[
        bool,
        typer.Option(
            help=say(
                "The operator's diagnosis too; it never leaves.",
                "운영자용 진단도 표시합니다. 노드 밖으로 나가지 않습니다.",
            )
        ),
    ] = False,
) -> None:
    """Show a run's report."""
    output = session.current.output
    with session.current.node() as node:
        shown = dict(node.trials.show(run))
        if diagnosis:
            shown["diagnosis"] = node.trials.diagnosis(run)
    if output.as_json:
        output.value(shown)
        return
    evidence, result = dict(shown.pop("evidence")), dict(shown.pop("result"))
    steps: Sequence[Mapping[str, Any]] = evidence.pop("gates", ())
    figures = _figures(result.pop("figures", {}), result.pop("held", ()))
    output.value({**_flat(result), **shown})
    if figures:
        output.rows(
            figures,
            [
                ("metric", say("metric", "지표")),
                ("value", say("value", "값")),
                ("interval", str(result.get("interval", ""))),
                ("baseline", say("baseline", "비교 기준")),
                ("difference", say("difference", "차이")),
            ],
            say("Figures", "수치"),
        )
    output.rows(
        [_gate(step) for step in steps],
        [
            ("title", say("gate", "관문")),
            ("passage", say("outcome", "결과")),
            ("parameters", say("set to", "설정")),
        ],
        say("Gates", "반출 관문"),
    )
    output.value(_flat(evidence), say("Evidence", "증거"), exact=True)


def _figures(figures: Mapping[str, Any], held: Sequence[str]) -> list[dict[str, str]]:
    """Return a line for each metric: as the gates let it pass, or that the Ladder holds it."""
    told = [
        {
            "metric": metric,
            "value": sides["algorithm"]["value"],
            "interval": _interval(sides["algorithm"]),
            "baseline": sides["baseline"]["value"],
            "difference": f"{sides['difference']['value']} ({_interval(sides['difference'])})",
        }
        for metric, sides in figures.items()
    ]
    return told + [{"metric": metric, "value": say("held", "보류")} for metric in held]


def _interval(side: Mapping[str, str]) -> str:
    return f"{side['lower']} – {side['upper']}"


def _flat(told: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return nested fields as one level, as ``runtime.name``."""
    found: dict[str, Any] = {}
    for name, item in told.items():
        if isinstance(item, Mapping) and item:
            found.update(_flat(item, f"{before}{name}."))
        else:
            found[before + name] = "-" if item == {} else item
    return found


def _gate(step: Mapping[str, Any]) -> dict[str, str]:
    from dure.trials.gates.gate import PASSAGES, Passage
    from dure.trials.gates.passing import GATES

    titles = {gate.name: gate.title.say(LANGUAGE) for gate in GATES}
    return {
        "title": titles.get(step["gate"], step["gate"]),
        "passage": PASSAGES[Passage(step["passage"])].say(LANGUAGE),
        "parameters": ", ".join(f"{name} {value}" for name, value in step["parameters"].items()),
    }


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
