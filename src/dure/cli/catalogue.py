"""``dure datasets search | lineage | publish …``: what there is in the alliance, and who may know."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dure.cli import session
from dure.cli.arguments import NAME_OR_ID, RequestId
from dure.cli.requests import show_request
from dure.cli.words import say

if TYPE_CHECKING:
    from rich.tree import Tree

    from dure.datasets.lineage import Lineage
    from dure.storage.assets import CatalogueEntry

DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help=NAME_OR_ID)]
PageArgument = Annotated[str, typer.Argument(metavar="PAGE", help=NAME_OR_ID)]


def search(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORDS",
            help=say(
                "Words in name, keywords, subject or place; none lists everything.",
                "이름·검색어·분류·장소에 있는 낱말. 없으면 모두 나열합니다.",
            ),
        ),
    ] = None,
    agency: Annotated[
        str, typer.Option(help=say("Only what this agency holds.", "이 기관이 가진 것만."))
    ] = "",
    purpose: Annotated[
        str, typer.Option(help=say("Only for this purpose.", "이 목적에 쓸 수 있는 것만."))
    ] = "",
) -> None:
    """Find data sets."""
    with session.current.node() as node:
        hits = node.catalogue.search(" ".join(words or ()), agency=agency, purpose=purpose)
    output = session.current.output
    if not output.as_json:
        hits = [{**hit, "id": hit["id"][:12], "here": _where(hit)} for hit in hits]
    output.rows(
        hits,
        [
            ("id", say("id", "식별자")),
            ("name", say("name", "이름")),
            ("agency", say("agency", "기관")),
            ("label", say("label", "보안등급 표시")),
            ("rows", say("rows", "행")),
            ("columns", say("columns", "열")),
            ("here", say("what is here", "이 노드에 있는 것")),
        ],
    )


def lineage(
    asset: Annotated[str, typer.Argument(metavar="ASSET", help=NAME_OR_ID)],
) -> None:
    """Show where an asset comes from and what was made of it."""
    with session.current.node() as node:
        graph = node.catalogue.lineage(asset)
    output = session.current.output
    if output.as_json:
        output.value(graph.to_dict())
        return
    above = _tree(graph, say("made of", "원본"), graph.parents.get)
    below = _tree(graph, say("what was made of it", "파생"), graph.children)
    output.drawing(above)
    output.drawing(below)


def request_publish(
    dataset: DatasetArgument,
    to: Annotated[
        list[str],
        typer.Option(
            help=say(
                "Agency that is to know of it; may be repeated.", "알릴 기관. 여러 번 지정 가능."
            )
        ),
    ],
) -> None:
    """Ask people to publish a data set."""
    with session.current.node() as node:
        asked = node.catalogue.request_publish(dataset, to)
    show_request(asked)
    session.current.output.line(
        say(
            f"After the votes (dure decisions show {asked['id']}): dure datasets publish {asked['id']}",
            f"표결 뒤(dure decisions show {asked['id']}): dure datasets publish {asked['id']}",
        )
    )


def publish(request: RequestId) -> None:
    """Publish what was approved."""
    with session.current.node() as node:
        done = node.catalogue.publish(request)
    session.current.output.value(done)
    session.current.output.line(
        say("Carry it: dure exchange send FOLDER", "매체로 옮기십시오: dure exchange send FOLDER")
    )


def page(
    page: PageArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "New file for the Croissant document, from which dummy data can be made.",
                "Croissant 문서를 쓸 새 파일. 더미 자료를 만들 수 있습니다.",
            )
        ),
    ] = None,
) -> None:
    """Show another agency's page."""
    import json

    from dure.datasets.croissant import read_table
    from dure.node.files import write_file

    with session.current.node() as node:
        shown = node.catalogue.page(page)
    output = session.current.output
    document = shown["croissant"]
    if out is not None:
        write_file(out, json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8"))
    if output.as_json:
        output.value(shown)
        return
    told = {name: value for name, value in shown.items() if name != "croissant"}
    table = read_table(document)
    about = {name: document[name] for name in ("name", "description")}
    output.value({**told, **about, "rows": table.rows})
    output.rows(
        [{"name": field.name, "type": field.type} for field in table.fields],
        [("name", say("column", "열")), ("type", say("type", "자료형"))],
    )


def acknowledge(page: PageArgument) -> None:
    """Acknowledge the conditions of another agency's data set."""
    with session.current.node() as node:
        conditions = node.catalogue.acknowledge(page)
    output = session.current.output
    output.value(dict(conditions))
    output.line(
        say(
            f"Noted in the ledger. Next: dure datasets page {page}",
            f"감사 기록에 남겼습니다. 다음: dure datasets page {page}",
        )
    )


def add_to(app: typer.Typer) -> None:
    """Add the commands to a group."""
    for command, name, words in (
        (
            search,
            "search",
            say("Find data sets that you may see.", "볼 수 있는 데이터셋을 찾습니다."),
        ),
        (
            lineage,
            "lineage",
            say(
                "Show what an asset was made of, and what of it.",
                "자산의 원본과 파생을 표시합니다.",
            ),
        ),
        (
            request_publish,
            "request-publish",
            say(
                "Ask people to make a data set known to other agencies.",
                "데이터셋을 다른 기관에 공개하도록 요청합니다.",
            ),
        ),
        (
            publish,
            "publish",
            say(
                "Publish what was approved, and make the envelopes that carry the page.",
                "승인된 데이터셋을 공개하고, 목록 페이지를 실은 봉투를 만듭니다.",
            ),
        ),
        (
            page,
            "page",
            say("Show another agency's data set.", "다른 기관의 데이터셋을 표시합니다."),
        ),
        (
            acknowledge,
            "acknowledge",
            say(
                "Read and acknowledge the conditions of another agency's data set.",
                "다른 기관 데이터셋의 이용 조건을 읽고 확인합니다.",
            ),
        ),
    ):
        app.command(name, help=words)(command)


def _where(hit: dict[str, Any]) -> str:
    if hit["withdrawn"]:
        return say("withdrawn", "철회됨")
    return say("data", "자료") if hit["here"] else say("its page", "목록 페이지")


def _tree(graph: Lineage, title: str, step: Any) -> Tree:
    from rich.text import Text
    from rich.tree import Tree

    from dure.core.text import printable

    def grow(tree: Tree, asset_id: str, above: frozenset[str]) -> None:
        for each in step(asset_id) or ():
            entry = graph.assets[each]
            branch = tree.add(Text(f"{each[:12]} {words_of(entry)}"))
            if each not in above:
                grow(branch, each, above | {each})

    def words_of(entry: CatalogueEntry) -> str:
        # First: a long line is cut off at its end.
        over = say("withdrawn: ", "철회됨: ") if entry.withdrawn else ""
        return f"{over}{printable(entry.name)} ({entry.asset.kind}, {entry.asset.label})"

    start = graph.assets[graph.start]
    tree = Tree(Text(f"{title}: {graph.start[:12]} {words_of(start)}"))
    grow(tree, graph.start, frozenset({graph.start}))
    return tree
