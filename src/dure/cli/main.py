"""``dure``: the command line. It finds the command, and gives every error its words and status."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from dure import __version__
from dure.cli import session, usage
from dure.cli.output import Output
from dure.cli.words import LANGUAGE, say
from dure.core.errors import DureError
from dure.core.rooms import load
from dure.core.text import LANGUAGES
from dure.node.rooms import rooms

_HOUSE: dict[str, tuple[str, str]] = {
    "node": (
        "dure.cli.node:app",
        say(
            "Make, inspect, start and back up a node.",
            "노드를 만들고, 살피고, 시작하고, 백업합니다.",
        ),
    ),
    "charter": (
        "dure.cli.charter:app",
        say(
            "Propose, sign and pin the alliance's rules.",
            "협의체의 협약을 제안하고, 서명하고, 고정합니다.",
        ),
    ),
    "decisions": (
        "dure.cli.decisions:app",
        say("People read, sign, approve or reject.", "사람이 읽고 서명하여 승인하거나 반려합니다."),
    ),
    "exchange": (
        "dure.cli.exchange:app",
        say("Envelopes between nodes.", "노드 사이의 봉투를 주고받습니다."),
    ),
    "ledger": (
        "dure.cli.ledger:app",
        say(
            "The append-only record: show, export, verify.",
            "추가만 되는 감사 기록을 보고, 내보내고, 검증합니다.",
        ),
    ),
}


@cache
def groups() -> dict[str, tuple[str, str]]:
    """Return each group's place and help: the house's own, then one for each room that has commands."""
    found = dict(_HOUSE)
    for room in rooms():
        if room.commands:
            found.setdefault(room.name, (room.commands, f"{room.title.say(LANGUAGE)}."))
    return found


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are called, so that ``--help`` stays quick."""

    _listing = False

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # click calls it so
        """Return the names of the groups: the house's own, then the rooms'."""
        return list(groups())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  # click calls it so
        """Return a group: a stub with its help while listing, the real one to run it."""
        if cmd_name not in groups():
            return None
        module, words = groups()[cmd_name]
        if self._listing:
            return TyperGroup(name=cmd_name, help=words)
        command = typer.main.get_command(load(module))
        command.name = cmd_name
        command.help = words
        return command

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help without importing any room."""
        self._listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._listing = False


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=say(
        "dure: what an alliance of agencies builds AI with. Each agency keeps its own node.",
        "두레: 기관 협의체가 함께 AI를 만드는 도구. 기관마다 자기 노드를 갖습니다.",
    ),
)


def _language(wanted: str) -> str:
    if wanted not in ("", *LANGUAGES):
        raise typer.BadParameter(" | ".join(LANGUAGES))
    return wanted


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    home: Annotated[
        Path | None,
        typer.Option(
            "--home", "-C", envvar="DURE_HOME", help=say("Folder of the node.", "노드 폴더.")
        ),
    ] = None,
    principal: Annotated[
        str,
        typer.Option(
            "--as", envvar="DURE_AS", help=say("Act as this principal.", "이 행위자로 실행합니다.")
        ),
    ] = "",
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            "--passphrase-file",
            envvar="DURE_PASSPHRASE_FILE",
            help=say("File with the passphrase of the node's keys.", "노드 키의 암호문구 파일."),
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help=say("Print one JSON value.", "JSON 값 하나를 출력합니다.")),
    ] = False,
    lang: Annotated[str, typer.Option("--lang", callback=_language, help="en | ko")] = "",
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_version,
            is_eager=True,
            help=say("Print the version.", "버전을 출력합니다."),
        ),
    ] = False,
) -> None:
    del lang, version  # read before parsing, and handled eagerly
    session.current.home = home
    session.current.principal = principal
    session.current.passphrase_file = passphrase_file
    session.current.output = Output(as_json)


def _own_words() -> None:
    """Have Typer's headings in Korean too, and its errors said as the house says errors."""
    import rich.columns
    from typer import rich_utils

    from dure.cli.help_tables import WholeTable

    rich_utils.rich_format_error = usage.show  # type: ignore[assignment]
    rich_utils.Table = WholeTable  # type: ignore[attr-defined]
    rich.columns.Table = WholeTable  # type: ignore[attr-defined] # what an option's help stands in
    if LANGUAGE != "ko":
        return
    rich_utils.OPTIONS_PANEL_TITLE = "선택 항목"
    rich_utils.COMMANDS_PANEL_TITLE = "명령"
    rich_utils.ARGUMENTS_PANEL_TITLE = "인자"
    for kind in (TyperCommand, TyperGroup):
        _say_help_in_korean(kind)
    rich_utils.REQUIRED_LONG_STRING = "[필수]"
    rich_utils.DEFAULT_STRING = "[기본값: {}]"
    rich_utils.ENVVAR_STRING = "[환경 변수: {}]"


def _say_help_in_korean(kind: type[TyperCommand | TyperGroup]) -> None:
    help_option, usage_line = kind.get_help_option, kind.get_usage

    def get_help_option(self: Any, ctx: Any) -> Any:
        option = help_option(self, ctx)
        if option is not None:
            option.help = "이 도움말을 표시하고 끝냅니다."
        return option

    def get_usage(self: Any, ctx: Any) -> str:
        return usage_line(self, ctx).replace("Usage:", "사용법:", 1)

    kind.get_help_option = get_help_option  # type: ignore[method-assign]
    kind.get_usage = get_usage  # type: ignore[method-assign]


def run() -> None:
    """Run the command line; every `DureError` ends with its own exit status.

    ``--json`` may stand anywhere, since a person appends it to a command that already works.
    """
    arguments = sys.argv[1:]
    if "--json" in arguments:
        end = arguments.index("--") if "--" in arguments else len(arguments)
        if "--json" in arguments[:end]:
            arguments = [
                "--json",
                *(w for i, w in enumerate(arguments) if w != "--json" or i >= end),
            ]
    _own_words()
    try:
        app(args=arguments, prog_name="dure")
    except DureError as error:
        _fail(error)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        from dure.storage.errors import from_os

        _fail(from_os(error, error.filename or "-"))


def _fail(error: DureError) -> NoReturn:
    session.current.output.error(error)
    sys.exit(error.spec.exit_status)
