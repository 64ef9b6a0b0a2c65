"""``dure datasets about`` and ``dcat``: what only people know about data, and its catalogue entry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from dure.cli import session
from dure.cli.words import say


def about(
    file: Annotated[
        Path,
        typer.Argument(
            help=say(
                "New file to fill in, or a filled-in one to check.",
                "채워 넣을 새 파일, 또는 점검할 파일.",
            )
        ),
    ],
) -> None:
    """Write an empty statement, or check one; needs no node."""
    from dure.datasets.about.statement import read_statement, template
    from dure.node.files import write_file

    output = session.current.output
    if file.exists():
        read_statement(file)
        output.value({"file": str(file), "status": say("usable", "쓸 수 있음")})
        return
    write_file(file, template().encode("utf-8"))
    output.value({"file": str(file), "status": say("new", "새 파일")})
    output.line(
        say(
            f"Fill it in, then: dure datasets import FILE --about {file}",
            f"채운 다음: dure datasets import FILE --about {file}",
        )
    )


def dcat(
    dataset: Annotated[
        str,
        typer.Argument(
            metavar="DATASET",
            help=say(
                "Name or beginning of the id; or an exported folder, which needs no node.",
                "이름이나 식별자의 앞부분, 또는 내보낸 폴더(노드가 없어도 됨).",
            ),
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help=say("New file, instead of the screen.", "화면 대신 쓸 새 파일.")),
    ] = None,
) -> None:
    """Write a data set's entry for a catalogue of public data."""
    from dure.node.files import write_file

    entry = _entry(dataset)
    if out is None:
        session.current.output.json(entry)
        return
    write_file(out, json.dumps(entry, ensure_ascii=False, indent=1).encode("utf-8"))
    session.current.output.value({"dataset": entry["@id"], "file": str(out)})


def _entry(dataset: str) -> dict[str, object]:
    if Path(dataset).exists():
        from dure.datasets.about.dcat import catalogue_entry
        from dure.datasets.document import read_document

        return catalogue_entry(read_document(Path(dataset))[0])
    with session.current.node() as node:
        return node.datasets.dcat(dataset)
