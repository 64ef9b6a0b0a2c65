"""``dure datasets commit | versions | diff | tag | withdraw | hold | gc``: a data set over time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dure.cli import session
from dure.cli.arguments import NAME_OR_ID
from dure.cli.words import LANGUAGE, say
from dure.core.findings import Severity

if TYPE_CHECKING:
    from dure.datasets.versions.differing import Diff

VersionArgument = Annotated[str, typer.Argument(metavar="DATASET", help=NAME_OR_ID)]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the group of data sets."""
    for name, command, words in (
        (
            "commit",
            commit,
            say(
                "Make the next version of a data set from a file that was delivered again.",
                "다시 받은 파일로 데이터셋의 다음 버전을 만듭니다.",
            ),
        ),
        (
            "versions",
            versions,
            say(
                "List the versions of a data set, the newest first.",
                "데이터셋의 버전을 최신 순으로 보입니다.",
            ),
        ),
        (
            "diff",
            diff,
            say(
                "Compare two versions: columns, rows, and how far values moved; shows no values.",
                "두 버전의 열과 행, 값 분포의 차이를 비교합니다. 값은 보이지 않습니다.",
            ),
        ),
        ("tag", tag, say("Give a version a tag.", "버전에 태그를 붙입니다.")),
        (
            "withdraw",
            withdraw,
            say(
                "Withdraw a version and all that was made of it; nobody can use them from then on.",
                "버전과 그로부터 만든 모든 것을 철회합니다. 이후 아무도 쓸 수 없습니다.",
            ),
        ),
        (
            "hold",
            hold,
            say(
                "Lay a legal hold on a version: nothing destroys it.",
                "버전에 법적 보존을 겁니다. 그 버전은 없앨 수 없습니다.",
            ),
        ),
        (
            "gc",
            gc,
            say(
                "Destroy what crashes and refused imports left sealed; no version is touched.",
                "중단되거나 거부된 들여오기가 남긴 것을 없앱니다. 버전은 건드리지 않습니다.",
            ),
        ),
    ):
        app.command(name, help=words)(command)


def commit(
    dataset: VersionArgument,
    file: Annotated[
        Path, typer.Argument(help=say("CSV, TSV or Parquet file.", "CSV·TSV·Parquet 파일."))
    ],
    note: Annotated[
        str, typer.Option(help=say("What is new in it.", "이 버전에서 달라진 것."))
    ] = "",
    rules: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "Contract that it must keep, or no version is made.",
                "지켜야 할 계약. 어기면 버전을 만들지 않습니다.",
            )
        ),
    ] = None,
    kind: Annotated[str, typer.Option(help="csv | parquet")] = "",
) -> None:
    """Make the next version."""
    output = session.current.output
    with session.current.node() as node, output.progress(say("committing", "새 버전 만드는 중")):
        asset = node.datasets.versions.commit(dataset, file, kind=kind, note=note, rules=rules)
        newest = node.datasets.versions.log(asset.id)[0]
    output.value(newest)


def versions(dataset: VersionArgument) -> None:
    """List the versions."""
    output = session.current.output
    with session.current.node() as node:
        rows = node.datasets.versions.log(dataset)
    if output.as_json:
        output.rows(rows, [])
        return
    output.rows(
        [{**row, "created": row["created"][:10], "state": _state(row)} for row in rows],
        [
            ("number", say("no.", "번호")),
            ("short", say("id", "식별자")),
            ("rows", say("rows", "행")),
            ("created", say("day", "날짜")),
            ("tags", say("tags", "태그")),
            ("state", say("state", "상태")),
            ("note", say("note", "비고")),
        ],
    )


def _state(row: dict[str, Any]) -> list[str]:
    words = (
        ("withdrawn", say("withdrawn", "철회됨")),
        ("held", say("legal hold", "법적 보존")),
    )
    return [word for field, word in words if row[field]]


def diff(
    first: Annotated[str, typer.Argument(metavar="FIRST", help=NAME_OR_ID)],
    second: Annotated[str, typer.Argument(metavar="SECOND", help=NAME_OR_ID)],
    key: Annotated[
        list[str] | None,
        typer.Option(
            help=say(
                "Column that names a row; without, rows are compared as a whole. May be repeated.",
                "행을 가리키는 열. 없으면 행 전체를 비교합니다. 여러 번 쓸 수 있습니다.",
            )
        ),
    ] = None,
) -> None:
    """Compare two versions."""
    output = session.current.output
    with session.current.node() as node, output.progress(say("comparing", "비교하는 중")):
        found = node.datasets.versions.diff(first, second, keys=tuple(key or ()))
    if output.as_json:
        output.value(found.to_dict(LANGUAGE))
    else:
        _show(found)


def _show(found: Diff) -> None:
    output, rows = session.current.output, found.rows
    output.value(
        {
            say("rows, first and second", "행 (처음, 둘째)"): f"{rows.first}, {rows.second}",
            say("rows added", "늘어난 행"): rows.added,
            say("rows removed", "줄어든 행"): rows.removed,
            say("rows changed", "바뀐 행"): rows.changed,
            say("rows the same", "같은 행"): rows.same,
            say("columns added", "늘어난 열"): list(found.added),
            say("columns removed", "줄어든 열"): list(found.removed),
            say("columns of another type", "형식이 바뀐 열"): [
                f"{each.name}: {each.first} → {each.second}" for each in found.retyped
            ],
        }
    )
    moved = [
        each
        for each in found.columns
        if each.shift or each.changed or each.nulls_first != each.nulls_second
    ]
    output.rows(
        [
            {
                "column": each.name,
                "changed": each.changed,
                "shift": f"{each.shift:.3g}",
                "statistic": each.statistic,
                "nulls": f"{each.nulls_first}, {each.nulls_second}",
            }
            for each in moved
        ],
        [
            ("column", say("column", "열")),
            ("changed", say("rows changed", "바뀐 행")),
            ("shift", say("shift", "분포 차이")),
            ("statistic", say("statistic", "통계량")),
            ("nulls", say("missing, first and second", "누락 (처음, 둘째)")),
        ],
        none=say("No column's values moved.", "값의 분포가 달라진 열이 없습니다."),
    )
    told = [one.to_dict(LANGUAGE) for one in found.findings if one.severity > Severity.INFO]
    if told:
        output.rows(
            told,
            [
                ("severity", say("severity", "심각도")),
                ("words", say("finding", "점검 결과")),
                ("next_step", say("next step", "다음 조치")),
            ],
        )


def tag(
    dataset: VersionArgument,
    name: Annotated[str, typer.Argument(metavar="TAG", help=say("Its tag.", "태그."))],
    move: Annotated[
        bool,
        typer.Option(
            "--move",
            help=say("Take it from another version.", "다른 버전에 있으면 옮깁니다."),
        ),
    ] = False,
) -> None:
    """Give a version a tag."""
    with session.current.node() as node:
        asset = node.datasets.versions.tag(dataset, name, move=move)
    session.current.output.value({"dataset": asset.id, "tag": name})


def withdraw(
    dataset: VersionArgument,
    reason: Annotated[
        str, typer.Option(help=say("Why, for the ledger.", "감사 기록에 남길 사유."))
    ] = "",
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help=say("Only show what it would reach.", "철회될 것을 보이기만 합니다."),
        ),
    ] = False,
) -> None:
    """Withdraw a version."""
    if not dry_run and not reason.strip():
        raise typer.BadParameter(
            say("say why it is withdrawn", "철회하는 사유를 쓰십시오"), param_hint="--reason"
        )
    with session.current.node() as node:
        desk = node.datasets.versions
        rows = desk.dependants(dataset) if dry_run else desk.withdraw(dataset, reason=reason)
    session.current.output.rows(
        rows,
        [
            ("id", say("id", "식별자")),
            ("kind", say("kind", "종류")),
            ("name", say("name", "이름")),
            ("withdrawn", say("withdrawn", "철회")),
        ],
    )
    if any(row.get("recalled") for row in rows):
        session.current.output.line(
            say(
                "Other agencies have its page. Carry the recall: dure exchange send FOLDER",
                "다른 기관에 목록 페이지가 있습니다. 회수 통지를 옮기십시오: dure exchange send FOLDER",
            )
        )


def hold(
    dataset: VersionArgument,
    lift: Annotated[
        bool,
        typer.Option(
            "--lift",
            help=say(
                "Lift it; takes a security officer.", "보존을 풉니다. 보안 담당자만 할 수 있습니다."
            ),
        ),
    ] = False,
) -> None:
    """Lay or lift a legal hold."""
    with session.current.node() as node:
        asset = node.datasets.versions.hold(dataset, lift=lift)
    session.current.output.value({"dataset": asset.id, "held": not lift})


def gc() -> None:
    """Collect garbage."""
    output = session.current.output
    with session.current.node() as node, output.progress(say("looking", "살피는 중")):
        found = node.datasets.versions.collect_garbage()
    output.value(found)
