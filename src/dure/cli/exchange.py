"""``dure exchange``: envelopes between nodes, over a folder that stands for carried media."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dure.cli import session
from dure.cli.words import LANGUAGE, say

app = typer.Typer(no_args_is_help=True, add_completion=False)

FolderArgument = Annotated[
    Path, typer.Argument(help=say("Folder of the carried media.", "이동 매체의 폴더."))
]


@app.command(
    help=say("Write waiting envelopes onto the media.", "대기 중인 봉투를 이동 매체에 씁니다.")
)
def send(
    folder: FolderArgument,
    again: Annotated[
        bool,
        typer.Option(
            help=say(
                "Write earlier ones again too (lost media).",
                "이전 봉투도 다시 씁니다(매체를 분실했을 때).",
            )
        ),
    ] = False,
) -> None:
    """Write envelopes onto the media."""
    with session.current.node() as node:
        rows = node.exchange.send(folder, again=again)
    session.current.output.rows(
        rows,
        [
            ("file", say("envelope", "봉투")),
            ("to", say("to", "받는 기관")),
            ("number", say("number", "번호")),
            ("kind", say("kind", "종류")),
        ],
        none=say(
            "No envelope waits. Earlier ones again: --again",
            "대기 중인 봉투가 없습니다. 이전 봉투를 다시 쓰려면: --again",
        ),
    )


@app.command(help=say("Take in envelopes from the media.", "이동 매체에서 봉투를 받습니다."))
def receive(folder: FolderArgument) -> None:
    """Take in envelopes."""
    output = session.current.output
    with session.current.node() as node:
        result = node.exchange.receive(folder, language=LANGUAGE)
    if output.as_json:
        output.value(result)
    else:
        output.rows(
            result["handled"],
            [
                ("from", say("from", "보낸 기관")),
                ("number", say("number", "번호")),
                ("kind", say("kind", "종류")),
                ("outcome", say("outcome", "결과")),
            ],
            none=say("No new envelope.", "새 봉투가 없습니다."),
        )
        for finding in result["findings"]:
            output.line(f"! {finding['words']} {finding['next_step']}")
        for refused in result["refused"]:
            output.line(f"✗ {refused['file']}: {refused['what']} {refused['why']}")
            output.line(f"  → {refused['next_step']} [{refused['code']}]")
    if result["refused"]:
        raise typer.Exit(result["refused"][0]["exit_status"])


@app.command(
    help=say("Show where the post stands with each peer.", "기관별 송수신 현황을 표시합니다.")
)
def status() -> None:
    """Show the post."""
    with session.current.node() as node:
        rows = node.exchange.status()
    session.current.output.rows(
        rows,
        [
            ("agency", say("peer", "상대 기관")),
            ("last_sent", say("sent", "보낸 번호")),
            ("last_received", say("received", "받은 번호")),
            ("gaps", say("missing", "빠진 번호")),
            ("waiting", say("waiting", "처리 대기")),
        ],
    )
