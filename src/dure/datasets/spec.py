"""The room as a node sees it."""

from __future__ import annotations

from dure.core.actions import Action
from dure.core.principals import Role
from dure.core.rooms import RoomSpec
from dure.core.text import Text

IMPORT = Action(
    name="dataset.import",
    title=Text("Import a data set into the vault", "데이터셋을 격리 저장소에 들여오기"),
    roles=frozenset({Role.STEWARD}),
)
EXPORT = Action(
    name="dataset.export",
    title=Text(
        "Write a data set out of the vault for its own agency",
        "데이터셋을 자기 기관용으로 내보내기",
    ),
    roles=frozenset({Role.STEWARD}),
)

CONFORM = Action(
    name="dataset.conform",
    title=Text(
        "Make a data set whose columns are the alliance's elements",
        "열이 협의체의 데이터 요소인 데이터셋을 만들기",
    ),
    roles=frozenset({Role.STEWARD}),
)
LOAD = Action(
    name="elements.load",
    title=Text(
        "Load a set of data elements that the charter names",
        "협약에 있는 데이터 요소 집합을 들여오기",
    ),
    roles=frozenset({Role.STEWARD}),
)

ROOM = RoomSpec(
    name="datasets",
    title=Text(
        "Raw holdings become AI-ready data sets", "원자료를 AI 활용 가능 데이터셋으로 만듭니다"
    ),
    actions=(IMPORT, EXPORT, CONFORM, LOAD),
    commands="dure.cli.datasets:app",
    events=frozenset(
        f"{action.name}.{phase}"
        for action in (IMPORT, EXPORT, CONFORM, LOAD)
        for phase in ("begun", "done", "failed")
    ),
    readers={"text/csv": "csv", "application/vnd.apache.parquet": "parquet"},
)
