"""What ``dure datasets inspect`` and ``import`` do with a corpus of texts."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dure.cli import readiness, session
from dure.cli.words import say


class Annotations(StrEnum):
    """How a corpus is annotated."""

    AUTO = "auto"
    JSONL = "jsonl"
    BRAT = "brat"
    CONLL = "conll"
    NONE = "none"


class Offsets(StrEnum):
    """What the offsets of annotations count."""

    CHARACTERS = "characters"
    UTF_8 = "utf-8"
    UTF_16 = "utf-16"


AnnotationsOption = Annotated[
    Annotations | None,
    typer.Option(
        help=say(
            "It is a corpus of texts: JSON lines with spans, brat files, columns with tags, or none.",
            "말뭉치임을 밝힙니다: 구간이 있는 JSON Lines, brat 파일, 태그 열, 주석 없음.",
        ),
    ),
]
OffsetsOption = Annotated[
    Offsets | None,
    typer.Option(
        help=say(
            "Of a corpus: what its offsets count; else characters (Unicode code points), checked.",
            "말뭉치의 위치를 세는 단위. 없으면 글자(유니코드 코드 포인트)로 보고 확인합니다.",
        ),
    ),
]

_NAMES = {
    "documents": say("texts", "글"),
    "characters": say("characters", "글자"),
    "annotations": say("annotations", "주석"),
    "spans": say("spans", "구간"),
    "tags": say("tags", "태그"),
}


def is_meant(source: Path, annotations: Annotations | None, kind: str) -> bool:
    """Say whether somebody means a corpus: by an option, or by what lies there."""
    if annotations is not None:
        return True
    from dure.readers.corpora.folder import is_corpus

    return not kind and is_corpus(source)


def inspect(
    source: Path,
    report: Path | None,
    annotations: Annotations | None,
    offsets: Offsets | None,
    encoding: str,
) -> None:
    """Inspect a corpus, and say what was found; ends with status 1 when it is not ready."""
    import time

    from dure.datasets.corpora.inspection import inspect_corpus
    from dure.datasets.inspect.inspection import check_report

    output = session.current.output
    if report is not None:
        check_report(source, report)
    with output.progress(say("inspecting", "점검 중")):
        found = inspect_corpus(
            source,
            now_s=time.time(),
            annotations="" if annotations in (None, Annotations.AUTO) else annotations,
            encoding=encoding,
            offsets=offsets or "",
        )
    readiness.show(found, {_NAMES[name]: told for name, told in found.summary().items()}, report)
