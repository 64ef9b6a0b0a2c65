"""Arguments that commands of several groups share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
