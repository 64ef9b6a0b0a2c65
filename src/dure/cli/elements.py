"""``dure datasets elements``: sets of data elements, from files and in a node."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dure.cli import session
from dure.cli.words import LANGUAGE, say

if TYPE_CHECKING:
    from dure.datasets.elements.element import ElementSet

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=say(
        "Data elements that all agencies mean the same by: show, load, list, export.",
        "모든 기관이 같은 뜻으로 쓰는 데이터 요소: 표시, 들여오기, 나열, 내보내기.",
    ),
)

SetArgument = Annotated[
    str,
    typer.Argument(
        metavar="SET",
        help=say(
            "CSV file, canonical document (.json), or name in the node.",
            "CSV 파일, 정규 문서(.json), 또는 노드에 있는 이름.",
        ),
    ),
]
NameOption = Annotated[
    str,
    typer.Option(
        help=say(
            "What a CSV file's set is called; else its file's name tells.",
            "CSV 파일에 든 집합의 이름. 없으면 파일 이름을 따릅니다.",
        )
    ),
]
VersionOption = Annotated[
    int,
    typer.Option(
        min=0,
        help=say(
            "Its version; 0: as the file's name tells.", "판 번호. 0이면 파일 이름을 따릅니다."
        ),
    ),
]


def element_set(told: str, name: str = "", version: int = 0) -> ElementSet:
    """Return the set of a file, or else of the node."""
    if Path(told).exists():
        from dure.datasets.elements.reading import read_set

        return read_set(Path(told), name, version)
    with session.current.node() as node:
        return node.datasets.elements(told)


@app.command(
    help=say(
        "Load a set that the charter names into the node.",
        "협약에 있는 집합을 노드에 들여옵니다.",
    )
)
def load(
    file: Annotated[
        Path, typer.Argument(help=say("CSV file or document.", "CSV 파일 또는 정규 문서."))
    ],
    label: Annotated[
        str,
        typer.Option(
            help=say("Such as 'coast//O// REL * FOR *'.", "예: 'coast//O// REL * FOR *'.")
        ),
    ],
    name: NameOption = "",
    version: VersionOption = 0,
) -> None:
    """Load a set."""
    with session.current.node() as node:
        asset = node.datasets.load_elements(file, label=label, name=name, version=version)
        entry = node.house.assets.get(asset.id)
    session.current.output.value({**asset.to_dict(), "name": entry.name, **entry.facts})


@app.command("list", help=say("List the sets in the node.", "노드에 있는 집합을 나열합니다."))
def list_() -> None:
    """List sets."""
    with session.current.node() as node:
        rows = list(node.datasets.list_elements())
    session.current.output.rows(
        rows,
        [
            ("short", say("id", "식별자")),
            ("name", say("name", "이름")),
            ("version", say("version", "판")),
            ("elements", say("elements", "데이터 요소")),
            ("digest", say("digest", "요약값")),
            ("label", say("label", "보안등급 표시")),
        ],
    )


@app.command(
    help=say(
        "Show a set and its digest, which the charter names; a file needs no node.",
        "집합과, 협약에 적는 요약값을 표시합니다. 파일이면 노드가 없어도 됩니다.",
    )
)
def show(elements: SetArgument, name: NameOption = "", version: VersionOption = 0) -> None:
    """Show a set."""
    found = element_set(elements, name, version)
    output = session.current.output
    head = {
        "name": found.name,
        "version": found.version,
        "elements": len(found.elements),
        "digest": found.digest,
    }
    if output.as_json:
        output.value({**head, "document": json.loads(found.document)})
        return
    output.value(head)
    output.rows(
        [
            {
                "id": one.id,
                "name": (one.ko or one.en) if LANGUAGE == "ko" else (one.en or one.ko),
                "type": one.type,
                "unit": one.unit,
                "codes": len(one.codes) or "",
                "key": "*" if one.key else "",
            }
            for one in found.elements
        ],
        [
            ("id", say("short name", "영문약어명")),
            ("name", say("name", "이름")),
            ("type", say("type", "자료형")),
            ("unit", say("unit", "단위")),
            ("codes", say("codes", "코드")),
            ("key", say("join key", "연계키")),
        ],
    )


@app.command(
    help=say(
        "Write a set as CSV for people, or as its canonical document; a file needs no node.",
        "집합을 사람이 고칠 CSV나 정규 문서로 씁니다. 파일이면 노드가 없어도 됩니다.",
    )
)
def export(
    elements: SetArgument,
    out: Annotated[
        Path, typer.Option(help=say("New file: .csv or .json.", "새 파일: .csv 또는 .json."))
    ],
    name: NameOption = "",
    version: VersionOption = 0,
) -> None:
    """Export a set."""
    if out.suffix.lower() not in (".csv", ".json"):
        raise typer.BadParameter(
            say("the file ends in .csv or .json", "파일 이름은 .csv나 .json으로 끝나야 합니다"),
            param_hint="--out",
        )
    from dure.datasets.elements.writing import to_csv
    from dure.node.files import write_file

    found = element_set(elements, name, version)
    content = to_csv(found, LANGUAGE) if out.suffix.lower() == ".csv" else found.document
    write_file(out, content, new=True)
    session.current.output.value(
        {
            "file": str(out),
            "name": found.name,
            "version": found.version,
            "elements": len(found.elements),
            "digest": found.digest,
        }
    )
