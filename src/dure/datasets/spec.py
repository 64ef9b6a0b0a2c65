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
COMMIT = Action(
    name="dataset.commit",
    title=Text("Make the next version of a data set", "데이터셋의 다음 버전 만들기"),
    roles=frozenset({Role.STEWARD}),
)
DIFF = Action(
    name="dataset.diff",
    title=Text("Compare two versions of a data set", "데이터셋의 두 버전 비교"),
    roles=frozenset({Role.STEWARD}),
)
TAG = Action(
    name="dataset.tag",
    title=Text("Give a version a tag", "버전에 태그 붙이기"),
    roles=frozenset({Role.STEWARD}),
)
WITHDRAW = Action(
    name="dataset.withdraw",
    title=Text(
        "Withdraw a version and all that was made of it", "버전과 그로부터 만든 모든 것 철회"
    ),
    roles=frozenset({Role.STEWARD, Role.SECURITY_OFFICER}),
)
HOLD = Action(
    name="dataset.hold",
    title=Text("Lay a legal hold on a version", "버전에 법적 보존 걸기"),
    roles=frozenset({Role.STEWARD, Role.SECURITY_OFFICER}),
)
LIFT = Action(
    name="dataset.lift",
    title=Text("Lift a legal hold", "법적 보존 풀기"),
    roles=frozenset({Role.SECURITY_OFFICER}),
)
GC = Action(
    name="dataset.gc",
    title=Text("Destroy what nothing refers to", "아무것도 가리키지 않는 것 없애기"),
    roles=frozenset({Role.STEWARD, Role.OPERATOR}),
)

ACTIONS = (IMPORT, EXPORT, COMMIT, DIFF, TAG, WITHDRAW, HOLD, LIFT, GC)

ROOM = RoomSpec(
    name="datasets",
    title=Text(
        "Raw holdings become AI-ready data sets", "원자료를 AI 활용 가능 데이터셋으로 만듭니다"
    ),
    actions=ACTIONS,
    commands="dure.cli.datasets:app",
    events=frozenset(
        f"{action.name}.{phase}" for action in ACTIONS for phase in ("begun", "done", "failed")
    ),
    tables="dure.datasets.versions.tables:METADATA",
    readers={"text/csv": "csv", "application/vnd.apache.parquet": "parquet"},
)
