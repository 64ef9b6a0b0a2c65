"""Arguments that commands of several groups take."""

from __future__ import annotations

from typing import Annotated

import typer

from dure.cli.words import say

NAME_OR_ID = say("Name, or beginning of the id.", "이름 또는 식별자의 앞부분.")

RequestId = Annotated[
    str, typer.Argument(metavar="REQUEST", help=say("Id of a request.", "요청 식별자."))
]
