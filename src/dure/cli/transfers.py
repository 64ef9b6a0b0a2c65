"""``dure transfers``: sealed bundles for another agency, and those that came from one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dure.cli import session
from dure.cli.arguments import NAME_OR_ID, RequestId
from dure.cli.requests import show_asked
from dure.cli.words import say

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command(
    help=say(
        "Ask people to have an asset sealed for another agency.",
        "다른 기관에 보낼 자산의 봉인을 요청합니다.",
    )
)
def request(
    asset: Annotated[
        str,
        typer.Argument(metavar="ASSET", help=NAME_OR_ID),
    ],
    to: Annotated[str, typer.Option(help=say("Agency it goes to.", "받을 기관."))],
    label: Annotated[
        str,
        typer.Option(help=say("Label that it has there.", "받을 기관에서 갖게 될 보안등급 표시.")),
    ],
) -> None:
    """Request a transfer."""
    with session.current.node() as node:
        view = node.transfers.request(asset, to=to, label=label)
    show_asked(view)


@app.command(
    help=say(
        "Seal an approved transfer; an envelope with the bundle waits for media.",
        "승인된 자산을 봉인하고, 이동 매체에 쓸 봉투를 만듭니다.",
    )
)
def seal(
    request: RequestId,
) -> None:
    """Seal a bundle."""
    output = session.current.output
    with session.current.node() as node, output.progress(say("sealing", "봉인 중")):
        made = node.transfers.seal(request)
    output.value(made)


@app.command(
    help=say(
        "Verify a bundle offline and take it in; without a file, show those that arrived.",
        "봉인 꾸러미를 오프라인으로 검증하고 들여옵니다. 파일을 지정하지 않으면 도착한 것을 표시합니다.",
    )
)
def open(  # the command's name
    bundle: Annotated[
        Path | None, typer.Argument(help=say("The bundle.", "봉인 꾸러미 파일."))
    ] = None,
) -> None:
    """Open a bundle."""
    output = session.current.output
    with session.current.node() as node:
        if bundle is None:
            rows = [{"bundle": path} for path in node.transfers.arrivals()]
            output.rows(
                rows,
                [("bundle", say("arrived bundle", "도착한 봉인 꾸러미"))],
                none=say("No bundle has arrived.", "도착한 봉인 꾸러미가 없습니다."),
            )
            return
        taken = node.transfers.open(bundle)
    output.value(taken)
