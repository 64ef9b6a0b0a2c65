"""``dure decisions``: people read exactly what they sign, then sign it or don't."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from dure.cli import session
from dure.cli.arguments import KeyPassphraseOption, RequestId
from dure.cli.fields import flat
from dure.cli.passphrases import key_passphrase
from dure.cli.requests import show_request
from dure.cli.words import say
from dure.node.files import write_file
from dure.node.votes import Choice, make_vote, read_view, read_vote, request_digest

app = typer.Typer(no_args_is_help=True, add_completion=False)

RequestArgument = Annotated[
    str,
    typer.Argument(
        metavar="REQUEST",
        help=say("Id of a request, or a file with one.", "요청 식별자 또는 요청이 담긴 파일."),
    ),
]
KeyOption = Annotated[
    Path, typer.Option("--key", help=say("Your own key file.", "본인의 키 파일."))
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help=say("Write the vote here instead of casting it.", "표를 내지 않고 이 파일에 씁니다."),
    ),
]


@app.command(
    "list", help=say("List the requests and where they stand.", "요청과 상태를 나열합니다.")
)
def list_() -> None:
    """List requests."""
    with session.current.node() as node:
        rows = node.decisions.list()
    session.current.output.rows(
        rows,
        [
            ("id", say("request", "요청")),
            ("action", say("action", "행위")),
            ("state", say("state", "상태")),
            ("approvals", say("approvals", "승인")),
            ("requester", say("requester", "요청자")),
            ("expires", say("expires", "만료")),
        ],
    )


@app.command(
    help=say(
        "Show a request: exactly the bytes that are signed.",
        "서명할 요청의 내용을 그대로 표시합니다.",
    )
)
def show(
    request: RequestArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help=say("Write it to a file to carry.", "옮길 수 있게 파일로 씁니다.")
        ),
    ] = None,
) -> None:
    """Show a request."""
    with session.current.node() as node:
        view = node.decisions.show(request)
        evidence = node.decisions.evidence(view)
    if out is not None:
        carried = {"request": view["request"], "charter": view["charter"]}
        write_file(out, json.dumps(carried, ensure_ascii=False, indent=1).encode("utf-8"))
    view = {name: value for name, value in view.items() if name != "charter"}
    show_request(view)
    if evidence:
        session.current.output.line(say("What it decides on: ", "결정의 근거: ") + evidence)


@app.command(help=say("Approve a request with your own key.", "본인의 키로 요청을 승인합니다."))
def approve(
    request: RequestArgument,
    key: KeyOption,
    key_passphrase_file: KeyPassphraseOption = None,
    out: OutOption = None,
) -> None:
    """Vote for a request."""
    _vote(request, Choice.APPROVE, key, key_passphrase_file, out)


@app.command(help=say("Reject a request with your own key.", "본인의 키로 요청을 반려합니다."))
def reject(
    request: RequestArgument,
    key: KeyOption,
    key_passphrase_file: KeyPassphraseOption = None,
    out: OutOption = None,
) -> None:
    """Vote against a request."""
    _vote(request, Choice.REJECT, key, key_passphrase_file, out)


@app.command(help=say("Cast a vote that was signed elsewhere.", "다른 곳에서 서명한 표를 냅니다."))
def cast(
    vote: Annotated[Path, typer.Argument(help=say("File with the vote.", "표가 담긴 파일."))],
) -> None:
    """Cast a vote."""
    value = read_vote(vote)
    with session.current.node() as node:
        view = node.decisions.cast(value)
    show_request({name: value for name, value in view.items() if name != "charter"})


@app.command(
    help=say(
        "Settle a request whose outcome is unknown, by asking the target; it is never retried.",
        "결과를 알 수 없는 요청을 대상과 대조하여 확정합니다. 다시 실행하지는 않습니다.",
    )
)
def reconcile(
    request: RequestId,
) -> None:
    """Settle an unknown outcome."""
    with session.current.node() as node:
        view = node.decisions.reconcile(request)
    show_request({name: value for name, value in view.items() if name != "charter"})


def _vote(
    request: str, choice: Choice, key: Path, passphrase_file: Path | None, out: Path | None
) -> None:
    output = session.current.output
    if Path(request).is_file():
        view = read_view(Path(request))
        _show_what_is_signed(view)
        vote = make_vote(view, choice, key, key_passphrase(key, passphrase_file))
        _write_vote(vote, out or key.with_name(f"vote-{str(vote['request'])[7:23]}.json"))
        return
    with session.current.node() as node:
        view = node.decisions.show(request)
        _show_what_is_signed(view)
        vote = make_vote(view, choice, key, key_passphrase(key, passphrase_file))
        if out is not None:
            _write_vote(vote, out)
            return
        after = node.decisions.cast(vote)
    told = ("id", "state", "reason", "approvals", "digest")
    output.value({name: after[name] for name in told if name in after})


def _write_vote(vote: Mapping[str, object], out: Path) -> None:
    write_file(out, json.dumps(vote, ensure_ascii=False, indent=1).encode("utf-8"))
    session.current.output.value(
        {"vote": str(out), "choice": vote["choice"], "request": vote["request"]}
    )


def _show_what_is_signed(view: dict[str, Any]) -> None:
    output = session.current.output
    if output.as_json:
        return
    output.line(say("You sign exactly this:", "다음 내용에 서명합니다:"))
    output.value(flat(view["request"]), exact=True)
    output.line(say("Its digest, computed here: ", "여기서 계산한 요약값: ") + request_digest(view))
