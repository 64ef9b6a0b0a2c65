"""``dure datasets privacy``: on which basis personal data is kept, until when, and its end."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from dure.cli import session
from dure.cli.arguments import NAME_OR_ID, RequestId
from dure.cli.requests import show_asked
from dure.cli.words import LANGUAGE, say

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=say(
        "Privacy records: basis, purpose, retention, review; and shredding when time is over.",
        "개인정보 처리 기록: 근거, 목적, 보유 기한, 검토. 기한이 지나면 파기를 요청합니다.",
    ),
)

DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help=NAME_OR_ID)]


@app.command(
    help=say(
        "Write a data set's privacy record; without one personal data doesn't leave the agency.",
        "데이터셋의 개인정보 처리 기록을 씁니다. 기록이 없는 개인정보는 기관 밖으로 나가지 않습니다.",
    )
)
def record(
    dataset: DatasetArgument,
    basis: Annotated[
        str,
        typer.Option(
            help="consent | law | public-task | contract | vital | legitimate | public-safety | "
            "pseudonym-statistics | pseudonym-research | pseudonym-archive"
        ),
    ],
    purpose: Annotated[str, typer.Option(help=say("What for, in words.", "처리 목적."))],
    retain_until: Annotated[
        str, typer.Option(help=say("Last day, as 2027-12-31.", "보유 기한. 예: 2027-12-31."))
    ],
    handling: Annotated[str, typer.Option(help="none | pseudonymised | anonymised")] = "none",
    review: Annotated[str, typer.Option(help="not-done | adequate | inadequate")] = "not-done",
    reviewer: Annotated[
        str,
        typer.Option(
            help=say(
                "Principal who made the adequacy review; not you.",
                "적정성을 검토한 사람. 자신은 안 됩니다.",
            )
        ),
    ] = "",
    reviewed_on: Annotated[
        str, typer.Option(help=say("Day of the review.", "적정성 검토일."))
    ] = "",
    role: Annotated[
        str, typer.Option(help="controller | processor | recipient | combiner")
    ] = "controller",
    reference: Annotated[
        str, typer.Option(help=say("Number of the papers.", "관련 문서 번호."))
    ] = "",
) -> None:
    """Write a privacy record."""
    with session.current.node() as node:
        found = node.datasets.privacy.record(
            dataset,
            basis=basis,
            purpose=purpose,
            retain_until=retain_until,
            handling=handling,
            review=review,
            reviewer=reviewer,
            reviewed_on=reviewed_on,
            role=role,
            reference=reference,
        )
    _show(found)


@app.command(
    help=say("Show the record that counts for a data set.", "데이터셋의 유효한 기록을 표시합니다.")
)
def show(dataset: DatasetArgument) -> None:
    """Show a privacy record."""
    with session.current.node() as node:
        found = node.datasets.privacy.show(dataset)
    if not found and not session.current.output.as_json:
        session.current.output.line(say("There is no record.", "기록이 없습니다."))
        return
    _show(found)


@app.command(
    help=say(
        "List data sets whose retention date has passed; have requests to shred them opened.",
        "보유 기한이 지난 데이터셋을 나열하고, 파기 요청을 엽니다.",
    )
)
def due(
    request: Annotated[
        bool,
        typer.Option(
            "--request", help=say("Open a request to shred each.", "하나마다 파기 요청을 엽니다.")
        ),
    ] = False,
) -> None:
    """List what is due."""
    with session.current.node() as node:
        desk = node.datasets.privacy
        rows = desk.request_due() if request else desk.due()
    output = session.current.output
    for row in rows:
        if "refused" in row:
            said = row["refused"].to_dict(LANGUAGE)
            row["refused"] = said if output.as_json else said["why"]
    columns = [
        ("id", say("id", "식별자")),
        ("name", say("name", "이름")),
        ("retain_until", say("kept until", "보유 기한")),
        ("derived", say("assets made from it", "파생 자산")),
    ]
    if request:
        columns += [("request", say("request", "요청")), ("refused", say("refused", "거부 사유"))]
    output.rows(rows, columns, none=say("Nothing is due.", "기한이 지난 데이터셋이 없습니다."))
    if any("refused" in row for row in rows):
        raise typer.Exit(1)


@app.command(
    "request-shred",
    help=say(
        "Ask people to shred a data set whose retention date has passed.",
        "보유 기한이 지난 데이터셋의 파기를 요청합니다.",
    ),
)
def request_shred(dataset: DatasetArgument) -> None:
    """Request a shredding."""
    with session.current.node() as node:
        view = node.datasets.privacy.request_shred(dataset)
    show_asked(view)


@app.command(
    help=say(
        "Have an approved data set shredded: its keys, and so its content.",
        "승인된 데이터셋을 파기합니다. 키를 없애 내용을 되살릴 수 없게 합니다.",
    )
)
def shred(request: RequestId) -> None:
    """Shred a data set."""
    with session.current.node() as node:
        outcome = node.datasets.privacy.shred(request)
    session.current.output.value(outcome)


def _show(found: dict[str, Any]) -> None:
    from dure.datasets.privacy.record import WORDS

    output = session.current.output
    if output.as_json:
        output.value(found)
        return
    words: dict[str, StrEnum] = {str(one): one for one in WORDS}
    said = {
        name: f"{value}: {WORDS[words[value]].say(LANGUAGE)}"
        if name in ("basis", "handling", "review", "role")
        else value
        for name, value in found.items()
        if name != "form"
    }
    output.value(said)
