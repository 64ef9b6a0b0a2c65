"""``dure datasets map`` and ``conform``: which column is which element, and the table that follows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dure.cli import session
from dure.cli.elements import element_set
from dure.cli.words import LANGUAGE, say

if TYPE_CHECKING:
    from dure.datasets.elements.conforming import Conformed
    from dure.datasets.elements.mapping import Mapping

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=say(
        "Mappings: propose which column is which element, and confirm it.",
        "대응표: 어느 열이 어느 데이터 요소인지 제안하고 확인합니다.",
    ),
)

TableArgument = Annotated[
    str,
    typer.Argument(
        metavar="TABLE",
        help=say(
            "CSV, TSV or Parquet file, or a data set of the node.",
            "CSV·TSV·Parquet 파일, 또는 노드의 데이터셋.",
        ),
    ),
]
ElementsOption = Annotated[
    str,
    typer.Option(
        metavar="SET",
        help=say(
            "Element set: CSV file, document (.json), or name in the node.",
            "데이터 요소 집합: CSV 파일, 정규 문서(.json), 또는 노드에 있는 이름.",
        ),
    ),
]
KindOption = Annotated[str, typer.Option(help="csv | parquet")]


@app.command(
    help=say(
        "Propose which column is which element, with confidence and reasons; others are listed.",
        "어느 열이 어느 데이터 요소인지 확신도와 까닭을 붙여 제안합니다. 나머지는 나열만 합니다.",
    )
)
def propose(
    table: TableArgument,
    elements: ElementsOption,
    out: Annotated[
        Path | None,
        typer.Option(help=say("New file for the mapping.", "대응표를 쓸 새 파일.")),
    ] = None,
    kind: KindOption = "",
) -> None:
    """Propose a mapping."""
    from dure.datasets.elements.mapping import write
    from dure.datasets.elements.sandboxed import propose_file

    output = session.current.output
    with output.progress(say("looking", "살피는 중")):
        if Path(table).exists():
            found = propose_file(Path(table), element_set(elements), kind=kind)
        else:
            with session.current.node() as node:
                found = node.datasets.propose_mapping(table, elements)
    _write(found, out)
    if output.as_json:
        told = {"set": found.set, "version": found.version, "digest": found.digest}
        text = {"mapping": write(found)} if out is None else {"file": str(out)}
        output.value({**told, "columns": _rows(found), "unmapped": list(found.unmapped), **text})
        return
    if out is None:
        output.line(write(found))
        return
    _show(found)
    output.value({say("mapping", "대응표"): str(out)})


@app.command(
    help=say(
        "Write a mapping in which columns are confirmed, once a person has read it.",
        "사람이 읽은 뒤, 열을 확인한 대응표를 씁니다.",
    )
)
def confirm(
    mapping: Annotated[Path, typer.Argument(help=say("Mapping (TOML).", "대응표 (TOML)."))],
    out: Annotated[Path, typer.Option(help=say("New file.", "새 파일."))],
    column: Annotated[
        list[str] | None,
        typer.Option(
            help=say(
                "Column that is rightly mapped. May be repeated.",
                "대응이 맞는 열. 여러 번 쓸 수 있습니다.",
            )
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help=say("Every column that is mapped.", "대응이 있는 모든 열.")),
    ] = False,
) -> None:
    """Confirm columns of a mapping."""
    from dure.datasets.elements.mapping import confirm as confirmed
    from dure.datasets.elements.sandboxed import read_mapping

    found = read_mapping(mapping)
    names = [one.column for one in found.mapped] if everything else list(column or ())
    made = confirmed(found, names, mapping.name)
    _write(made, out)
    waiting = list(made.waiting)
    session.current.output.value({"file": str(out), "confirmed": len(names), "waiting": waiting})


@app.command(
    help=say(
        "Carry a contract over to the table that conforms; rules that can't be are named.",
        "데이터 계약을 맞춤 변환된 표로 이어 줍니다. 이어 줄 수 없는 규칙은 이름을 알립니다.",
    )
)
def rules(
    mapping: Annotated[Path, typer.Argument(help=say("Mapping (TOML).", "대응표 (TOML)."))],
    contract: Annotated[
        Path, typer.Argument(help=say("Contract of the table (TOML).", "표의 데이터 계약 (TOML)."))
    ],
    elements: ElementsOption,
    out: Annotated[Path, typer.Option(help=say("New file.", "새 파일."))],
) -> None:
    """Carry a contract over."""
    from dure.datasets.elements.carrying import carried
    from dure.datasets.elements.sandboxed import read_mapping
    from dure.datasets.rules.contract import write
    from dure.datasets.rules.sandboxed import read_contract
    from dure.node.files import write_file

    output = session.current.output
    made, dropped = carried(read_contract(contract), read_mapping(mapping), element_set(elements))
    if made.rules:  # a contract has one at least
        write_file(out, write(made).encode("utf-8"), new=True)
    if dropped and not output.as_json:
        listed = ", ".join(dropped)
        output.line(say(f"Not carried over: {listed}", f"이어받지 않음: {listed}"))
    file = str(out) if made.rules else ""
    output.value({"file": file, "rules": len(made.rules), "dropped": list(dropped)})


def conform(
    table: TableArgument,
    mapping: Annotated[
        Path, typer.Argument(help=say("Confirmed mapping (TOML).", "확인된 대응표 (TOML)."))
    ],
    elements: ElementsOption,
    out: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "New Parquet file, for a table from a file.",
                "파일에서 만든 표를 쓸 새 Parquet 파일.",
            )
        ),
    ] = None,
    least: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            help=say(
                "Least share of values that conform; below it nothing is kept.",
                "맞아야 할 값의 최소 비율. 모자라면 아무것도 남기지 않습니다.",
            ),
        ),
    ] = 0.0,
    name: Annotated[
        str, typer.Option(help=say("Name of the new data set.", "새 데이터셋 이름."))
    ] = "",
    kind: KindOption = "",
) -> None:
    """Make a table conform."""
    from dure.datasets.elements.sandboxed import conform_file, read_mapping

    output = session.current.output
    is_file = Path(table).exists()
    if is_file == (out is None):
        raise typer.BadParameter(
            say(
                "a file needs --out; a data set of the node goes into the vault",
                "파일에는 --out이 필요하고, 노드의 데이터셋은 격리 저장소에 들어갑니다",
            ),
            param_hint="--out",
        )
    with output.progress(say("converting", "변환하는 중")):
        if out is not None:
            told = read_mapping(mapping)
            made = {"file": str(out)}
            found = conform_file(
                Path(table), told, element_set(elements), out,
                kind=kind, least=least, file=mapping.name,
            )  # fmt: skip
        else:
            with session.current.node() as node:
                asset, found = node.datasets.conform(
                    table, mapping, elements, least=least, name=name
                )
            made = {"dataset": asset.id}
    if output.as_json:
        output.value({**made, **found.to_dict()})
    else:
        _show_outcome(found)
        output.value(made)


def _write(mapping: Mapping, out: Path | None) -> None:
    from dure.datasets.elements.mapping import write
    from dure.node.files import write_file

    if out is not None:
        write_file(out, write(mapping).encode("utf-8"), new=True)


def _rows(mapping: Mapping) -> list[dict[str, object]]:
    return [
        {
            "column": one.column,
            "element": one.element,
            "confidence": one.confidence,
            "why": one.why_ko if LANGUAGE == "ko" else one.why_en,
        }
        for one in mapping.mapped
    ]


def _show(mapping: Mapping) -> None:
    output = session.current.output
    output.rows(
        _rows(mapping),
        [
            ("column", say("column", "열")),
            ("element", say("element", "데이터 요소")),
            ("confidence", say("confidence", "확신도")),
            ("why", say("why", "까닭")),
        ],
    )
    listed = ", ".join(mapping.unmapped) or "-"
    output.line(say(f"No element: {listed}", f"데이터 요소 없음: {listed}"))


def _show_outcome(found: Conformed) -> None:
    output = session.current.output
    output.rows(
        [
            {
                "column": one.column,
                "element": one.element,
                "share": f"{one.share:.1%}",
                "rows": ", ".join(map(str, one.rows)),
            }
            for one in found.columns
        ],
        [
            ("column", say("column", "열")),
            ("element", say("element", "데이터 요소")),
            ("share", say("conforms", "맞는 비율")),
            ("rows", say("other rows", "다른 행")),
        ],
    )
    listed = ", ".join(found.unmapped) or "-"
    output.line(say(f"Left as they were: {listed}", f"그대로 둔 열: {listed}"))
    if found.dropped:
        dropped = ", ".join(found.dropped)
        output.line(say(f"Not carried over: {dropped}", f"이어받지 않음: {dropped}"))
    output.value({say("score", "점수"): f"{found.score:.1%}", say("rows", "행"): found.rows})
