"""``dure datasets rules``: a contract from the data, and the data against a contract; no node needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dure.cli import session
from dure.cli.reading import (
    DelimiterOption,
    EncodingOption,
    KindOption,
    MissingOption,
    QuotedOption,
    SheetOption,
    reading,
)
from dure.cli.words import LANGUAGE, say

if TYPE_CHECKING:
    from dure.datasets.rules.outcomes import RuleOutcome

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=say(
        "Rules that a file must keep: propose a contract, check against one; needs no node.",
        "파일이 지켜야 할 규칙: 계약을 제안하고 점검합니다. 노드가 없어도 됩니다.",
    ),
)

FileArgument = Annotated[
    Path,
    typer.Argument(help=say("CSV, Parquet, Excel or other file.", "CSV·Parquet·Excel 등의 파일.")),
]


@app.command(
    help=say(
        "Propose a contract from a file: every rule with its reason, every one holds today.",
        "파일에서 계약을 제안합니다. 규칙마다 까닭이 있으며 지금 모두 지켜집니다.",
    )
)
def propose(
    file: FileArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "New file for the contract, instead of the screen.",
                "화면 대신 계약을 쓸 새 파일.",
            )
        ),
    ] = None,
    show: Annotated[
        list[str] | None,
        typer.Option(
            help=say(
                "Column that holds nothing personal: its codes may be listed. May be repeated.",
                "개인정보가 없는 열: 코드 목록을 계약에 쓸 수 있습니다. 여러 번 쓸 수 있습니다.",
            )
        ),
    ] = None,
    kind: KindOption = "",
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    missing: MissingOption = None,
    quoted: QuotedOption = False,
    sheet: SheetOption = "",
) -> None:
    """Propose a contract."""
    from dure.datasets.rules.contract import write
    from dure.datasets.rules.sandboxed import propose_file
    from dure.node.files import write_file

    output = session.current.output
    options = reading(encoding, delimiter, missing, quoted, sheet)
    with output.progress(say("looking", "살피는 중")):
        found = propose_file(
            file,
            kind=kind,
            options=options,
            may_show=frozenset(show or ()).__contains__,
        )
    text = write(found.contract)
    if out is not None:
        write_file(out, text.encode("utf-8"), new=True)
    said = {"rules": len(found.contract.rules), "left_out": found.left_out}
    if output.as_json:
        output.value({**said, **({"contract": text} if out is None else {"file": str(out)})})
    elif out is None:
        output.line(text)
    else:
        output.value({**said, say("contract", "계약"): str(out)})


@app.command(
    help=say(
        "Check a file against a contract; name the rows that break it, and no values.",
        "파일을 계약과 대조합니다. 어기는 행의 번호를 보이고 값은 보이지 않습니다.",
    )
)
def check(
    file: FileArgument,
    contract: Annotated[Path, typer.Argument(help=say("Contract (TOML).", "계약 (TOML)."))],
    samples: Annotated[
        int,
        typer.Option(
            min=0, max=100, help=say("Rows to name for each rule.", "규칙마다 보일 행의 수.")
        ),
    ] = 10,
    show: Annotated[
        list[str] | None,
        typer.Option(
            help=say(
                "Column that holds nothing personal: its values are shown. May be repeated.",
                "개인정보가 없는 열: 값을 보입니다. 여러 번 쓸 수 있습니다.",
            )
        ),
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=FILE",
            help=say(
                "Another table, for foreign keys. May be repeated.",
                "외래 키가 가리키는 다른 표. 여러 번 쓸 수 있습니다.",
            ),
        ),
    ] = None,
    kind: KindOption = "",
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    missing: MissingOption = None,
    quoted: QuotedOption = False,
    sheet: SheetOption = "",
) -> None:
    """Check a file against a contract."""
    from dure.datasets.errors import DatasetError
    from dure.datasets.rules.outcomes import counts
    from dure.datasets.rules.sandboxed import check_file, hold, read_contract

    output = session.current.output
    options = reading(encoding, delimiter, missing, quoted, sheet)
    rules = read_contract(contract)
    others = {name: Path(place) for name, _, place in (one.partition("=") for one in table or ())}
    with output.progress(say("checking", "점검 중")):
        outcomes = check_file(
            file,
            rules,
            kind=kind,
            options=options,
            may_show=frozenset(show or ()).__contains__,
            samples=samples,
            tables=others,
        )
    if output.as_json:
        output.value({**counts(outcomes), "outcomes": [one.to_dict(LANGUAGE) for one in outcomes]})
    else:
        _show(outcomes)
    try:
        hold(outcomes)
    except DatasetError as broken:
        if not output.as_json:
            raise
        raise typer.Exit(broken.spec.exit_status) from None


def _show(outcomes: tuple[RuleOutcome, ...]) -> None:
    broken = [one for one in outcomes if one.state != "kept"]
    kept, rules = len(outcomes) - len(broken), len(outcomes)
    output = session.current.output
    output.line(
        say(f"{kept} of {rules} rules hold.", f"규칙 {rules}개 가운데 {kept}개가 지켜집니다.")
    )
    if not broken:
        return
    output.rows(
        [
            {
                "rule": one.rule,
                "words": one.words.say(LANGUAGE),
                "samples": [_row(sample.row, sample.values) for sample in one.samples],
            }
            for one in broken
        ],
        [
            ("rule", say("rule", "규칙")),
            ("words", say("outcome", "결과")),
            ("samples", say("rows", "행")),
        ],
    )


def _row(row: int, values: dict[str, str | None]) -> str:
    shown = ", ".join(f"{name}={'-' if value is None else value}" for name, value in values.items())
    return f"{row}: {shown}" if shown else str(row)
