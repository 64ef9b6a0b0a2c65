"""``dure trials new``, ``check`` and ``convert``: what a developer does before submitting; no node."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dure.cli import session
from dure.cli.arguments import TASKS
from dure.cli.fields import value_word
from dure.cli.words import LANGUAGE, say

if TYPE_CHECKING:
    from dure.trials.developing.check import Checked

_NAMES = {
    "outcome": say("outcome", "결과"),
    "means": say("which means", "뜻"),
    "refused": say("refused because", "거부 사유"),
    "printed": say("printed", "출력"),
    "name": say("name", "이름"),
    "runtime": say("runtime", "실행 환경"),
    "size_bytes": say("size, bytes", "크기(바이트)"),
    "wall_s": say("time, s", "시간(초)"),
    "peak_mib": say("memory, MiB", "메모리(MiB)"),
    "rows": say("rows tested", "시험한 행"),
}


def add_to(app: typer.Typer) -> None:
    """Add the three verbs to ``dure trials``."""
    app.command(
        help=say(
            "Begin a submission that runs as it is; needs no node.",
            "그대로 실행되는 제출물을 만듭니다. 노드가 없어도 됩니다.",
        )
    )(new)
    app.command(
        help=say(
            "Run a submission on dummy rows, in the same sandbox; needs no node, shows everything.",
            "제출물을 더미 자료로 같은 격리 환경에서 실행하고 모두 보여 줍니다. 노드가 없어도 됩니다.",
        )
    )(check)
    app.command(
        help=say(
            "Turn pickled weights into safetensors, inside the sandbox; needs no node.",
            "pickle 가중치를 격리 환경에서 safetensors로 바꿉니다. 노드가 없어도 됩니다.",
        )
    )(convert)


def new(
    folder: Annotated[Path, typer.Argument(help=say("Folder to make.", "새 폴더."))],
    task: Annotated[
        str,
        typer.Option(help=TASKS),
    ] = "tabular-regression",
    like: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "Parquet file of dummy rows; its columns become the schema.",
                "더미 자료의 Parquet 파일. 열이 스키마가 됩니다.",
            )
        ),
    ] = None,
    target: Annotated[
        str,
        typer.Option(help=say("Column to predict; else the last.", "예측할 열. 없으면 마지막 열.")),
    ] = "",
    for_: Annotated[
        Path | None,
        typer.Option(
            "--for",
            metavar="CARD",
            help=say(
                "File of a benchmark card; task and columns are the benchmark's.",
                "평가 기준 카드 파일. 과제와 열이 평가 기준과 같아집니다.",
            ),
        ),
    ] = None,
) -> None:
    """Begin a submission."""
    from dure.trials.developing.columns import columns_of
    from dure.trials.developing.template import new as write
    from dure.trials.offering.card import read_card
    from dure.trials.tasks import TaskType

    if task not in set(TaskType):
        raise typer.BadParameter(" | ".join(TaskType), param_hint="'--task'")
    if like and for_:
        raise typer.BadParameter(
            say("--like or --for, not both", "--like와 --for 가운데 하나만 씁니다")
        )
    predicted, features = columns_of(like, target) if like else (target, None)
    if for_:
        asked = read_card(for_)
        task, predicted = asked.definition.task, asked.definition.target
        features = {name: kind for name, kind in asked.types.items() if name != predicted}
    files = write(folder, TaskType(task), target=predicted, features=features)
    output = session.current.output
    output.value({"folder": str(folder), "files": list(files)})
    again = f" --data {like}" if like else f" --card {for_}" if for_ else ""
    output.line(
        say(
            "Try it: dure trials check {folder}", "실행해 보십시오: dure trials check {folder}"
        ).format(folder=f"{folder}{again}")
    )


def check(
    path: Annotated[
        Path,
        typer.Argument(
            help=say(
                "Folder with algorithm.toml; or a .onnx or .whl with one beside it.",
                "algorithm.toml이 있는 폴더, 또는 옆에 그것이 있는 .onnx나 .whl.",
            )
        ),
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "Parquet file of dummy rows (dure datasets dummy); else made up after [schema].",
                "더미 자료의 Parquet 파일(dure datasets dummy). 없으면 [schema]대로 만듭니다.",
            )
        ),
    ] = None,
    card: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "File of a benchmark card: does it fit, and does it run on the card's dummy rows?",
                "평가 기준 카드 파일. 카드에 맞는지 보고 카드의 더미 자료로 실행합니다.",
            )
        ),
    ] = None,
    target: Annotated[str, typer.Option(help=say("Column to predict.", "예측할 열."))] = "",
    seed: Annotated[int, typer.Option()] = 1,
) -> None:
    """Check a submission."""
    from dure.trials.developing.check import check as run
    from dure.trials.developing.refused import in_words
    from dure.trials.offering.card import read_card
    from dure.trials.outcomes import WORDS, OutcomeClass

    if data and card:
        raise typer.BadParameter(
            say("--data or --card, not both", "--data와 --card 가운데 하나만 씁니다")
        )
    output = session.current.output
    with output.progress(say("checking", "점검 중")):
        asked = read_card(card) if card else None
        found = run(path, data=data, card=asked, target=target, seed=seed)
    told = {"outcome": found.outcome.value, **_told(found)}
    if output.as_json:
        output.value(told)
    else:
        told["outcome"] = value_word("outcome", told["outcome"])
        figures = told.pop("figures")
        told["means"] = WORDS[found.outcome].say(LANGUAGE)
        if found.refusal:
            told["refused"] = in_words(found.refusal).say(LANGUAGE)
        shown = {_NAMES[name]: told[name] for name in _NAMES if name in told}
        output.value({**shown, **figures}, say("On dummy rows", "더미 자료에서"))
    if found.outcome is not OutcomeClass.OK:
        raise typer.Exit(1)
    output.line(
        say(
            "Its form is right. How good it is, only the data's owner can say: dure trials submit",
            "형식이 맞습니다. 성능은 자료 소유 기관만 알 수 있습니다: dure trials submit",
        )
    )


def convert(
    file: Annotated[
        Path,
        typer.Argument(help=say("Pickle, joblib or .pt file.", "pickle, joblib 또는 .pt 파일.")),
    ],
    out: Annotated[Path, typer.Option(help=say("New .safetensors file.", "새 .safetensors 파일."))],
) -> None:
    """Convert weights."""
    from dure.node.files import write_file
    from dure.trials.developing.convert import convert as run
    from dure.trials.errors import TrialsError

    if out.exists():
        raise TrialsError("trials.template", path=out.name, reason="EEXIST")
    output = session.current.output
    with output.progress(say("converting", "변환 중")):
        content, arrays = run(file)
    write_file(out, content)
    output.value({"file": str(out), "arrays": arrays, "bytes": len(content)})


def _told(found: Checked) -> dict[str, Any]:
    manifest = found.manifest
    told: dict[str, Any] = {
        "name": f"{manifest.name} {manifest.version}",
        "runtime": manifest.runtime,
        "size_bytes": found.size_bytes,
        "wall_s": round(found.wall_s, 2),
        "peak_mib": found.peak_bytes >> 20,
        "rows": found.rows,
        "figures": {name: round(value, 4) for name, value in found.figures.items()},
    }
    if found.refusal:
        told["refused"] = found.refusal
    if found.printed.strip():
        told["printed"] = found.printed
    return told
