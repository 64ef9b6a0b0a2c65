"""``dure datasets deidentify``: a plan from the data, what it does, the risk, and a new data set.

A file is looked at without a node; anything else is a data set of the node.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dure.cli import covering, session
from dure.cli.arguments import NAME_OR_ID, RequestId
from dure.cli.requests import show_asked
from dure.cli.words import LANGUAGE, say

if TYPE_CHECKING:
    from dure.datasets.deidentify.answers import Previewed, Treated
    from dure.datasets.deidentify.plan import Plan

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=say(
        "Mask, generalise, pseudonymise: propose a plan, look at it, apply it.",
        "가리기·범주화·가명 처리: 계획을 제안하고, 살펴보고, 적용합니다.",
    ),
)

SourceArgument = Annotated[
    str,
    typer.Argument(
        metavar="FILE|DATASET",
        help=say(
            "CSV, TSV or Parquet file (no node needed), or a data set's name or id.",
            "CSV·TSV·Parquet 파일(노드 불필요), 또는 데이터셋의 이름이나 식별자.",
        ),
    ),
]
DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help=NAME_OR_ID)]
PlanArgument = Annotated[Path, typer.Argument(help=say("Plan (TOML).", "처리 계획 (TOML)."))]
KindOption = Annotated[str, typer.Option(help="csv | parquet")]


@app.command(
    help=say(
        "Propose a plan: every column with a method and why.",
        "계획을 제안합니다. 열마다 처리 방법과 까닭이 있습니다.",
    )
)
def propose(
    source: SourceArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "New file for the plan, instead of the screen.", "화면 대신 계획을 쓸 새 파일."
            )
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
    kind: KindOption = "",
) -> None:
    """Propose a plan."""
    from dure.datasets.deidentify.plan import write
    from dure.datasets.deidentify.sandboxed import propose_file
    from dure.node.files import write_file

    output, shapes = session.current.output, tuple(service_number or ())
    with output.progress(say("looking", "살피는 중")):
        if _is_file(source):
            plan = propose_file(Path(source), kind=kind, shapes=shapes)
        else:
            with session.current.node() as node:
                plan = node.datasets.deidentify.propose(source, shapes)
    text = write(plan)
    if out is not None:
        write_file(out, text.encode("utf-8"), new=True)
    said = {"columns": len(plan.column), "changed": _changed(plan)}
    if output.as_json:
        output.value({**said, **({"plan": text} if out is None else {"file": str(out)})})
    elif out is None:
        output.line(text)
    else:
        output.value({**said, say("plan", "처리 계획"): str(out)})


@app.command(
    help=say(
        "Show rows before and after; personal values by their shape alone.",
        "처리 전후의 행을 보입니다. 개인정보는 모양만 보입니다.",
    )
)
def preview(
    source: SourceArgument,
    plan: PlanArgument,
    rows: Annotated[int, typer.Option(min=1, max=50, help=say("How many rows.", "행의 수."))] = 5,
    show: Annotated[
        list[str] | None,
        typer.Option(
            help=say(
                "Column whose values you may see and want to. May be repeated.",
                "값을 보아도 되는 열. 여러 번 쓸 수 있습니다.",
            )
        ),
    ] = None,
    kind: KindOption = "",
) -> None:
    """Preview a plan."""
    from dure.datasets.deidentify.plan import read_plan
    from dure.datasets.deidentify.sandboxed import preview_file

    output, shown = session.current.output, tuple(show or ())
    with output.progress(say("looking", "살피는 중")):
        if _is_file(source):
            seen = preview_file(Path(source), read_plan(plan), kind=kind, rows=rows, shown=shown)
        else:
            with session.current.node() as node:
                seen = node.datasets.deidentify.preview(source, plan, rows=rows, shown=shown)
    if output.as_json:
        output.value(
            {
                "before": _rows(seen.before, seen.rows_before),
                "after": _rows(seen.after, seen.rows_after),
            }
        )
    else:
        _show_rows(seen)


@app.command(
    help=say(
        "Measure k-anonymity, l-diversity and the risk of being found again, before and after.",
        "처리 전후의 k-익명성, l-다양성, 재식별 위험을 잽니다.",
    )
)
def risk(source: SourceArgument, plan: PlanArgument, kind: KindOption = "") -> None:
    """Measure a plan's risk."""
    from dure.datasets.deidentify.plan import read_plan
    from dure.datasets.deidentify.sandboxed import risk_file

    output = session.current.output
    with output.progress(say("measuring", "재는 중")):
        if _is_file(source):
            treated = risk_file(Path(source), read_plan(plan), kind=kind)
        else:
            with session.current.node() as node:
                treated = node.datasets.deidentify.risk(source, plan)
    _show_treated(treated, read_plan(plan), source)


@app.command(
    help=say(
        "Apply a plan to a data set of the node; the new one has no lower label.",
        "노드의 데이터셋에 계획을 적용합니다. 보안등급 표시는 낮아지지 않습니다.",
    )
)
def apply(
    dataset: DatasetArgument,
    plan: PlanArgument,
    name: Annotated[
        str, typer.Option(help=say("Name of the new data set.", "새 데이터셋의 이름."))
    ] = "",
) -> None:
    """Apply a plan."""
    from dure.datasets.deidentify.plan import read_plan

    output = session.current.output
    with session.current.node() as node, output.progress(say("applying", "적용하는 중")):
        made = node.datasets.deidentify.apply(dataset, plan, name=name)
    told = {"dataset": made.dataset.id, "label": str(made.dataset.label)}
    _show_treated(made.treated, read_plan(plan), made.dataset.id[:12], told)


@app.command(
    "request-lower",
    help=say(
        "Ask people to lower a data set's label.",
        "데이터셋의 보안등급 표시를 낮춰 달라고 요청합니다.",
    ),
)
def request_lower(
    dataset: DatasetArgument,
    label: Annotated[str, typer.Option(help=say("The lower label.", "낮출 보안등급 표시."))],
) -> None:
    """Request a lower label."""
    with session.current.node() as node:
        view = node.datasets.deidentify.request_lower(dataset, label)
    show_asked(view)


@app.command(
    help=say(
        "Have an approved label lowered: a copy under the new label.",
        "승인된 대로 표시를 낮춘 사본을 만듭니다.",
    )
)
def lower(request: RequestId) -> None:
    """Lower a label."""
    with session.current.node() as node:
        outcome = node.datasets.deidentify.lower(request)
    session.current.output.value(outcome)


app.command(
    help=say(
        "Make a data set of images without metadata and with regions filled; lossless where it can be.",
        "메타데이터를 지우고 지정한 영역을 칠한 이미지 데이터셋을 만듭니다. 될 수 있으면 무손실로 합니다.",
    )
)(covering.images)


app.command(
    help=say(
        "Make a corpus with what the scan finds, and spans of named tags, covered; other spans move along.",
        "검출된 개인정보와 지정한 태그의 구간을 가린 말뭉치를 만듭니다. 나머지 구간은 위치를 옮깁니다.",
    )
)(covering.texts)


def _is_file(source: str) -> bool:
    return Path(source).is_file()


def _changed(plan: Plan) -> int:
    return sum(method.method != "keep" for method in plan.column)


def _rows(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in rows]


def _show_rows(seen: Previewed) -> None:
    """Show each row as a small table: column, before, after; a wide table would not fit a screen."""
    output, after_at = session.current.output, {name: at for at, name in enumerate(seen.after)}
    for number, (before, after) in enumerate(
        zip(seen.rows_before, seen.rows_after, strict=True), 1
    ):
        output.rows(
            [
                {
                    "column": name,
                    "before": before[at],
                    "after": after[after_at[name]] if name in after_at else "✂",
                }
                for at, name in enumerate(seen.before)
            ],
            [
                ("column", say("column", "열")),
                ("before", say("before", "처리 전")),
                ("after", say("after", "처리 후")),
            ],
            say(f"row {number}", f"{number}행"),
        )


def _show_treated(
    treated: Treated, plan: Plan, subject: str, told: dict[str, Any] | None = None
) -> None:
    from dure.datasets.deidentify.figures import told as figures

    output = session.current.output
    found = [one.to_dict(LANGUAGE) for one in treated.findings(subject)]
    before, after = (figures(one, plan.population) for one in (treated.before, treated.after))
    named = {method.name for method in plan.column}
    unnamed = [column.name for column in treated.columns if column.name not in named]
    if output.as_json:
        output.value(
            {
                **(told or {}),
                "rows": treated.rows,
                "rows_left_out": treated.left_out,
                "before": before,
                "after": after,
                "unnamed_columns": unnamed,
                "personal_left": found,
            }
        )
        return
    if told:
        output.value(told)
    output.rows(
        [
            {"measure": words, "before": _said(before[name]), "after": _said(after[name])}
            for name, words in _measures()
        ],
        [
            ("measure", say("measure", "척도")),
            ("before", say("before", "처리 전")),
            ("after", say("after", "처리 후")),
        ],
        none="",
    )
    if unnamed:
        output.line(
            say(
                f"The plan doesn't name, and so keeps: {', '.join(unnamed)}",
                f"계획에 없어 그대로 남는 열: {', '.join(unnamed)}",
            )
        )
    if found:
        output.rows(
            found,
            [
                ("severity", say("severity", "심각도")),
                ("words", say("personal data that is left", "남아 있는 개인정보")),
                ("next_step", say("next step", "다음 조치")),
            ],
        )


PurposeArgument = Annotated[
    str, typer.Argument(help=say("Purpose of the plans.", "처리 계획의 목적."))
]
GenerationOption = Annotated[
    int, typer.Option(min=1, help=say("Which generation of its keys.", "키 세대."))
]


@app.command(
    help=say(
        "Tell how a purpose's keys of pseudonyms stand; the keys themselves nobody gets.",
        "한 목적의 가명 키가 어떤 상태인지 표시합니다. 키 자체는 아무에게도 주지 않습니다.",
    )
)
def keys(purpose: PurposeArgument, generation: GenerationOption = 1) -> None:
    """Show how keys stand."""
    with session.current.node() as node:
        found = node.datasets.deidentify.keys(purpose, generation)
    session.current.output.value(found)


@app.command(
    "request-shred-keys",
    help=say(
        "Ask people to shred a purpose's keys, so that its pseudonyms can't be linked any more.",
        "한 목적의 가명 키 파기를 요청합니다. 파기하면 가명을 더는 연결할 수 없습니다.",
    ),
)
def request_shred_keys(purpose: PurposeArgument, generation: GenerationOption = 1) -> None:
    """Request a shredding of keys."""
    with session.current.node() as node:
        view = node.datasets.deidentify.request_shred_keys(purpose, generation)
    show_asked(view)


@app.command(
    "shred-keys",
    help=say("Have approved keys shredded.", "승인된 가명 키를 파기합니다."),
)
def shred_keys(request: RequestId) -> None:
    """Shred keys."""
    with session.current.node() as node:
        outcome = node.datasets.deidentify.shred_keys(request)
    session.current.output.value(dict(outcome))


def _measures() -> list[tuple[str, str]]:
    return [
        ("rows", say("rows", "행")),
        ("classes", say("equivalence classes", "동질 집합")),
        ("k", say("k (smallest class)", "k (가장 작은 동질 집합)")),
        ("alone", say("rows alone in their class", "홀로인 행")),
        ("l", say("l (values in the poorest class)", "l (가장 단조로운 집합의 값 종류)")),
        ("prosecutor_highest", say("prosecutor risk, highest", "검사 시나리오 위험, 최고")),
        ("prosecutor_mean", say("prosecutor risk, mean", "검사 시나리오 위험, 평균")),
        ("at_risk", say("share of rows above 0.2", "위험 0.2 초과 행의 비율")),
        ("journalist_highest", say("journalist risk, highest", "기자 시나리오 위험, 최고")),
        ("marketer", say("marketer risk", "마케터 시나리오 위험")),
    ]


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(f"{one['column']} {one['least']}" for one in value) or "-"
    return f"{value:,}" if isinstance(value, int) else str(value)
