"""What the command line says when its words can't be parsed: what, why and the help to read.

Typer's own error box is English and no JSON; this says the same as every other error says it.
"""

from __future__ import annotations

import re
from typing import Any, Final

import typer

from dure.cli import session
from dure.cli.words import LANGUAGE, say

_KOREAN: Final = tuple(
    (re.compile(pattern, re.DOTALL), korean)
    for pattern, korean in (
        (r"Missing option (.+?)\.?", "꼭 필요한 선택 항목이 없습니다: {0}."),
        (r"Missing argument (.+?)\.?", "꼭 필요한 인자가 없습니다: {0}."),
        (r"Missing command\.", "명령이 없습니다."),
        (
            r"No such command (.+?)\. Did you mean (.+?)\?",
            "그런 명령이 없습니다: {0}. 비슷한 것: {1}.",
        ),
        (r"No such command (.+?)\.", "그런 명령이 없습니다: {0}."),
        (
            r"No such option: (\S+) \(Possible options: (.+?)\)",
            "그런 선택 항목이 없습니다: {0}. 비슷한 것: {1}.",
        ),
        (r"No such option: (\S+)", "그런 선택 항목이 없습니다: {0}."),
        (r"Option (\S+) requires an argument\.", "선택 항목에 값이 없습니다: {0}."),
        (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)", "남는 인자가 있습니다: {0}."),
        (
            r"Invalid value for (.+?): Input should be a valid integer.*",
            "정수를 쓰십시오: {0}.",
        ),
        (
            r"Invalid value for (.+?): Input should be (greater|less) than or equal to (\S+)",
            "범위를 벗어났습니다: {0}. 한계값: {2}.",
        ),
        (r"Invalid value for (.+?): (.*[가-힣].*)", "이 값은 쓸 수 없습니다: {0}. {1}"),
        (r"Invalid value for (.+?): .*", "이 값은 쓸 수 없습니다: {0}."),
    )
)


def korean(message: str) -> str:
    """Return the Korean for the parser's sentence; one that nobody knows stays as it is."""
    for pattern, words in _KOREAN:
        if found := pattern.fullmatch(message):
            return words.format(*(part.replace("'", "") for part in found.groups()))
    return message


def show(error: Any) -> None:
    """Show an error of the parser in the house's way; the parser itself ends with status 2."""
    if type(error).__name__ == "NoArgsIsHelpError":  # the help has been printed, and is the answer
        return
    context: typer.Context | None = getattr(error, "ctx", None)
    path = "dure" if context is None else context.command_path
    message = str(error.format_message())
    session.current.output.refusal(
        {
            "code": "cli.usage",
            "exit_status": error.exit_code,
            "what": say("The command can't be read.", "명령을 이해할 수 없습니다."),
            "why": korean(message) if LANGUAGE == "ko" else message,
            "next_step": say(f"Read its help: {path} --help", f"도움말을 보십시오: {path} --help"),
        }
    )
