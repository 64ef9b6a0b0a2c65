"""``dure datasets deidentify images`` and ``texts``: with regions or places covered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dure.cli import session
from dure.cli.arguments import NAME_OR_ID
from dure.cli.words import say

if TYPE_CHECKING:
    from dure.datasets.corpora.covered import Glimpse


def images(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help=NAME_OR_ID)],
    cover: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CLASS",
            help=say(
                "Class of the targets whose boxes are filled, such as person. May be repeated.",
                "상자를 칠해 가릴 정답 분류, 예: person. 여러 번 쓸 수 있습니다.",
            ),
        ),
    ] = None,
    boxes: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=say(
                "JSON with more boxes: path of an image -> list of [left, top, width, height] in pixels.",
                "더 가릴 상자를 적은 JSON. 이미지 경로 -> [왼쪽, 위, 너비, 높이] 목록(화소).",
            ),
        ),
    ] = None,
    name: Annotated[str, typer.Option(help=say("Of the new data set.", "새 데이터셋 이름."))] = "",
) -> None:
    """De-identify images."""
    output = session.current.output
    with session.current.node() as node, output.progress(say("covering", "가리는 중")):
        asset = node.datasets.deidentify.images(dataset, cover=cover or (), boxes=boxes, name=name)
        entry = node.house.assets.get(asset.id)
        told = node.datasets.show(asset.id)["croissant"]["dure:deidentification"]["images"]
    before, after = told["before"], told["after"]
    output.value(
        {
            **asset.to_dict(),
            "name": entry.name,
            "covered": told["covered"],
            "recoded": told["recoded"],
            "metadata_before": sum(v for k, v in before.items() if k not in ("images", "personal")),
            "metadata_after": sum(v for k, v in after.items() if k not in ("images", "personal")),
            "boxes_left": sum(one["boxes"] for one in told["boxes_left"]),
        }
    )


def texts(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help=NAME_OR_ID)],
    cover: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TAG",
            help=say(
                "Tag whose spans are covered, such as PERSON. May be repeated.",
                "구간을 가릴 태그, 예: PERSON. 여러 번 쓸 수 있습니다.",
            ),
        ),
    ] = None,
    service_number: Annotated[
        list[str] | None,
        typer.Option(
            help=say(
                "Shape of service numbers, such as ##-7#######. May be repeated.",
                "군번 형식. 예: ##-7#######. 여러 번 쓸 수 있습니다.",
            )
        ),
    ] = None,
    pseudonym: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=say(
                "Tag, or kind such as phone, whose places get a keyed pseudonym: the same for the same text "
                "within the purpose. May be repeated.",
                "가린 곳에 키로 만든 가명을 쓸 태그나 종류(예: phone). 같은 목적에서는 같은 글에 같은 가명이 "
                "붙습니다. 여러 번 쓸 수 있습니다.",
            ),
        ),
    ] = None,
    purpose: Annotated[
        str, typer.Option(help=say("What the pseudonyms are for.", "가명을 쓰는 목적."))
    ] = "",
    generation: Annotated[
        int,
        typer.Option(min=1, max=10_000, help=say("Of the purpose's keys.", "그 목적의 키 세대.")),
    ] = 1,
    preview: Annotated[
        int,
        typer.Option(
            min=0,
            max=50,
            help=say(
                "Make nothing: show so many places, by their shapes alone.",
                "만들지 않고 가릴 곳을 이 수만큼 모양만 보입니다.",
            ),
        ),
    ] = 0,
    name: Annotated[str, typer.Option(help=say("Of the new data set.", "새 데이터셋 이름."))] = "",
) -> None:
    """De-identify a corpus."""
    output, given = session.current.output, cover or ()
    shapes, keyed = service_number or (), pseudonym or ()
    with session.current.node() as node, output.progress(say("covering", "가리는 중")):
        desk = node.datasets.deidentify
        if preview:
            found = desk.glimpse_texts(
                dataset, cover=given, service_numbers=shapes, pseudonyms=keyed, places=preview
            )
        else:
            asset = desk.texts(
                dataset,
                cover=given,
                service_numbers=shapes,
                pseudonyms=keyed,
                purpose=purpose,
                generation=generation,
                name=name,
            )
            entry = node.house.assets.get(asset.id)
            told = node.datasets.show(asset.id)["croissant"]["dure:deidentification"]["texts"]
    if preview:
        _show_places(found)
        return
    output.value(
        {
            **asset.to_dict(),
            "name": entry.name,
            **{
                name: told[name] for name in ("covered_texts", "changed_spans", "left_out", "again")
            },
            "covered": sum(told["covered"].values()),
            "personal_before": sum(one["rows"] for one in told["before"]),
            "personal_after": sum(one["rows"] for one in told["after"]),
        }
    )


def _show_places(found: Sequence[Glimpse]) -> None:
    session.current.output.rows(
        [
            {
                "document": one.document,
                "before": f"{one.before}{one.covered}{one.after}",
                "after": f"{one.before}[{one.name}]{one.after}",
            }
            for one in found
        ],
        [
            ("document", say("text", "텍스트")),
            ("before", say("before", "처리 전")),
            ("after", say("after", "처리 후")),
        ],
        none=say("Nothing would be covered.", "가릴 곳이 없습니다."),
    )
