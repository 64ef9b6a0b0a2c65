"""``dure trials benchmarks | offer | card | close``: versions of benchmarks, and their cards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dure.cli import session
from dure.cli.requests import show_asked
from dure.cli.words import say

if TYPE_CHECKING:
    from dure.trials.offering.card import Card

BenchmarkArgument = Annotated[
    str,
    typer.Argument(
        metavar="BENCHMARK",
        help=say(
            "NAME (its newest open version), NAME@VERSION, or the beginning of an id.",
            "NAME(열려 있는 가장 새로운 버전), NAME@VERSION 또는 식별자의 앞부분.",
        ),
    ),
]
_WORDS = {
    "name": say("benchmark", "평가 기준"),
    "agency": say("agency that has the data", "자료 소유 기관"),
    "prepared": say("made", "만든 시각"),
    "task": say("task", "과제"),
    "target": say("column to predict", "예측할 열"),
    "features": say("features", "입력 변수"),
    "metrics": say("metrics", "지표"),
    "floors": say("floors", "하한"),
    "subgroups": say("subgroups in which they hold", "하한을 지킬 하위 집단 수"),
    "budget": say("runs for each agency", "기관별 실행 횟수"),
    "limits": say("limits of a run", "한 번 실행의 한도"),
    "dummy": say("dummy rows, bytes", "더미 자료(바이트)"),
}


def add_to(app: typer.Typer) -> None:
    """Add the commands to the group of trials."""
    for name, command, words in (
        (
            "benchmarks",
            benchmarks,
            say(
                "List every version of every benchmark, and the benchmark cards.",
                "평가 기준의 모든 버전과 평가 기준 카드를 나열합니다.",
            ),
        ),
        (
            "offer",
            offer,
            say(
                "Write a benchmark's card with dummy rows, and ask people to send it to an agency.",
                "더미 자료가 든 평가 기준 카드를 쓰고, 다른 기관에 보낼 것을 요청합니다.",
            ),
        ),
        (
            "card",
            card,
            say(
                "Show a benchmark card, from a file or the node; --out takes it out of the node.",
                "파일이나 노드에 있는 평가 기준 카드를 보입니다. --out은 카드를 파일로 꺼냅니다.",
            ),
        ),
        (
            "close",
            close,
            say(
                "Close a version of a benchmark: nothing new is run on it.",
                "평가 기준의 버전을 닫아 새로 시험하지 못하게 합니다.",
            ),
        ),
    ):
        app.command(name, help=words)(command)


def benchmarks() -> None:
    """List benchmarks and cards."""
    output = session.current.output
    with session.current.node() as node:
        found, cards = node.benchmarks.list(), node.benchmarks.cards()
    if output.as_json:
        output.value({"benchmarks": found, "cards": cards})
        return
    shown = [
        {
            **row,
            "id": row["asset_id"][:12],
            "data": f"{row['dataset_name']} {row['dataset_version']}",
            "state": row["closed_reason"] or say("open", "열림"),
        }
        for row in found
    ]
    output.rows(
        shown,
        [
            ("id", say("benchmark", "평가 기준")),
            ("name", say("name", "이름")),
            ("version", say("version", "버전")),
            ("data", say("data set, version", "데이터셋과 버전")),
            ("task", say("task", "과제")),
            ("state", say("open, or why closed", "열림 또는 닫은 이유")),
        ],
        say("Benchmarks", "평가 기준"),
    )
    output.rows(
        list(cards),
        [
            ("short", say("card", "카드")),
            ("name", say("name", "이름")),
            ("label", say("label", "보안등급 표시")),
        ],
        say("Benchmark cards", "평가 기준 카드"),
    )


def offer(
    benchmark: BenchmarkArgument,
    to: Annotated[str, typer.Option(help=say("Agency that may have it.", "받을 기관."))],
    label: Annotated[
        str,
        typer.Option(
            help=say(
                "Label that it has there; else the benchmark's, releasable to that agency too.",
                "받을 기관에서 갖게 될 표시. 없으면 평가 기준의 표시에 그 기관을 더한 것.",
            )
        ),
    ] = "",
) -> None:
    """Offer a benchmark."""
    with session.current.node() as node:
        view = node.benchmarks.offer(benchmark, to=to, label=label)
    show_asked(view)
    session.current.output.line(
        say(
            "Who votes reads it first: dure trials card {card}\n"
            "When it is approved: dure transfers seal {request}",
            "표결할 사람은 먼저 읽으십시오: dure trials card {card}\n"
            "승인되면: dure transfers seal {request}",
        ).format(card=view["card"][:12], request=view["id"])
    )


def card(
    card: Annotated[
        str,
        typer.Argument(
            metavar="CARD",
            help=say(
                "File, or beginning of a card's id in the node.",
                "파일, 또는 노드에 있는 카드 식별자의 앞부분.",
            ),
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help=say("New file for the card.", "카드를 쓸 새 파일."))
    ] = None,
) -> None:
    """Show a card."""
    from dure.node.files import write_file
    from dure.trials.errors import TrialsError
    from dure.trials.offering.card import read_card

    if out is not None and out.exists():
        raise TrialsError("trials.template", path=out.name, reason="EEXIST")
    if Path(card).is_file():
        found = read_card(Path(card))
    else:
        with session.current.node() as node:
            found = node.benchmarks.card(card)
    output = session.current.output
    if out is not None:
        write_file(out, found.to_bytes())
    if output.as_json:
        output.value(found.head())
        return
    output.value({_WORDS[name]: item for name, item in _told(found).items()})
    if out is not None:
        output.line(
            say(
                "Begin: dure trials new FOLDER --for {file}",
                "시작하십시오: dure trials new FOLDER --for {file}",
            ).format(file=out)
        )


def _told(card: Card) -> dict[str, Any]:
    definition = card.definition
    named = (definition.target, *definition.features)
    typed = {name: f"{name} ({card.types[name]})" if card.types else name for name in named}
    return {
        "name": card.name,
        "agency": card.agency,
        "prepared": card.prepared,
        "task": definition.task.value,
        "target": typed[definition.target],
        "features": [typed[name] for name in definition.features],
        "metrics": ", ".join(definition.metrics),
        "floors": ", ".join(f"{name} {floor}" for name, floor in definition.floors) or "-",
        "subgroups": card.subgroups,
        "budget": definition.budget,
        "limits": ", ".join(f"{name} {most}" for name, most in card.limits.items()),
        "dummy": len(card.dummy),
    }


def close(
    benchmark: BenchmarkArgument,
    reason: Annotated[str, typer.Option(help=say("Why, in a line.", "이유를 한 줄로 씁니다."))],
) -> None:
    """Close a version."""
    with session.current.node() as node:
        closed = node.benchmarks.close(benchmark, reason=reason)
    session.current.output.value(closed)
