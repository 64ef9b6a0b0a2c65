"""What commands of several groups share: arguments, and what they say after a request."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from dure.cli import session
from dure.cli.words import say
from dure.trials.tasks import TaskType

TASKS = " | ".join(TaskType)

NAME_OR_ID = say("Name, or beginning of the id.", "이름 또는 식별자의 앞부분.")

RequestId = Annotated[
    str, typer.Argument(metavar="REQUEST", help=say("Id of a request.", "요청 식별자."))
]

KeyPassphraseOption = Annotated[
    Path | None,
    typer.Option(
        "--key-passphrase-file",
        help=say(
            "File with your key's passphrase; else it is asked.",
            "키 암호문구 파일. 없으면 묻습니다.",
        ),
    ),
]


def say_who_votes(view: Mapping[str, Any]) -> None:
    """Say what has to happen before an act that was just asked for."""
    request = view["id"]
    session.current.output.line(
        say(
            f"Now others read and sign it: dure decisions approve {request} --key KEY",
            f"이제 다른 사람들이 읽고 서명해야 합니다: dure decisions approve {request} --key KEY",
        )
    )
