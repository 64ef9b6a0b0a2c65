"""``dure ledger``: the append-only record. ``verify`` needs no node, only the export and a key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dure.cli import session
from dure.cli.words import say

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command(help=say("Show the newest entries.", "최근의 감사 기록을 표시합니다."))
def show(
    last: Annotated[int, typer.Option(min=1, max=10_000, help=say("How many.", "개수."))] = 20,
) -> None:
    """Show entries."""
    with session.current.node() as node:
        rows = node.ledger.show(last)
    output = session.current.output
    if not output.as_json:  # a terminal shows how handles begin; --json shows them whole
        parts = ("actor", "asset", "decision")
        rows = [{**row, **{part: row[part][:12] for part in parts}} for row in rows]
    output.rows(
        rows,
        [
            ("entry", "#"),
            ("time", say("time", "시각")),
            ("type", say("type", "유형")),
            ("actor", say("pseudonym", "행위자 가명")),
            ("asset", say("asset", "자산")),
            ("decision", say("decision", "결정")),
        ],
    )


@app.command(
    help=say(
        "Write the ledger as static tiles for an auditor.",
        "감사자가 볼 수 있게 감사 기록을 정적 타일로 내보냅니다.",
    )
)
def export(
    folder: Annotated[Path, typer.Argument(help=say("Folder to write.", "내보낼 폴더."))],
) -> None:
    """Export the ledger."""
    output = session.current.output
    with output.progress(say("exporting", "내보내는 중")), session.current.node() as node:
        made = node.ledger.export(folder)
    output.value(made)


@app.command(
    help=say(
        "Verify an export offline: every entry, the tree, the signature, and an earlier checkpoint.",
        "내보낸 감사 기록을 오프라인으로 검증합니다: 모든 항목, 트리, 서명, 이전 기준점.",
    )
)
def verify(
    folder: Annotated[Path, typer.Argument(help=say("The export.", "내보낸 폴더."))],
    charter: Annotated[
        Path, typer.Option(help=say("A charter that you trust.", "신뢰하는 협약 파일."))
    ],
    agency: Annotated[str, typer.Option(help=say("Whose ledger it is.", "감사 기록을 남긴 기관."))],
    since: Annotated[
        Path | None,
        typer.Option(help=say("A checkpoint that you kept.", "보관해 둔 이전 기준점.")),
    ] = None,
) -> None:
    """Verify an export."""
    from dure.node.alliance import read_charter
    from dure.node.audit import verify_ledger
    from dure.node.files import read_file

    output = session.current.output
    with output.progress(say("verifying", "검증 중")):
        result = verify_ledger(
            folder,
            read_charter(charter).charter,
            agency,
            None if since is None else read_file(since).decode("utf-8", errors="replace"),
        )
    output.value(result)
    output.line(say("The ledger is whole.", "감사 기록이 온전합니다."))
