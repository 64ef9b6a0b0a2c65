"""``dure datasets deidentify images``: images without what rides along, and with regions covered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dure.cli import session
from dure.cli.arguments import NAME_OR_ID
from dure.cli.words import say


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
