"""What ``dure datasets inspect`` and ``import`` do with a folder of images."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dure.cli import readiness, session
from dure.cli.words import say

TargetsOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KIND|FILE",
        help=say(
            "Of a folder of images: auto, coco, yolo, folders, none, or a file in it. May be repeated.",
            "이미지 폴더의 정답: auto, coco, yolo, folders, none 또는 폴더 안의 파일. "
            "여러 번 쓸 수 있습니다.",
        ),
    ),
]
LeaveOutOption = Annotated[
    bool,
    typer.Option(
        "--leave-out-damaged",
        help=say(
            "Leave out images that can't be decoded, or annotations that don't fit their text.",
            "디코딩할 수 없는 이미지나 글과 맞지 않는 주석은 뺍니다.",
        ),
    ),
]

_NAMES = {
    "images": say("images", "이미지"),
    "targets": say("targets", "정답"),
    "boxes": say("boxes", "상자"),
    "classes": say("classes", "분류"),
}


def inspect(
    folder: Path,
    report: Path | None,
    targets: list[str] | None,
    *,
    show_values: bool,
) -> None:
    """Inspect a folder of images, and say what was found; ends with status 1 when it is not ready."""
    import time

    from dure.datasets.images.inspection import inspect_images
    from dure.datasets.inspect.inspection import check_report

    output = session.current.output
    if report is not None:
        check_report(folder, report)
    with output.progress(say("inspecting", "점검 중")):
        found = inspect_images(
            folder, now_s=time.time(), targets=targets or ("auto",), show_values=show_values
        )
    readiness.show(found, {_NAMES[name]: told for name, told in found.summary().items()}, report)
