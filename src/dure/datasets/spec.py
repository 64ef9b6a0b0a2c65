"""The room as a node sees it."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.actions import Action, QuorumRule
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
PUBLISH = Action(
    name="dataset.publish",
    title=Text("Make a data set known to other agencies", "데이터셋을 다른 기관에 공개하기"),
    roles=frozenset({Role.STEWARD}),
    quorum=QuorumRule(
        votes=2,
        roles=frozenset({Role.CHECKER, Role.SECURITY_OFFICER}),
        agencies=1,
        review_s=1,
        expires_s=7 * 86_400,
    ),
    evidence="dure datasets show {dataset}",
)
ACKNOWLEDGE = Action(
    name="dataset.acknowledge",
    title=Text("Acknowledge a data set's conditions", "데이터셋의 이용 조건 확인"),
    roles=frozenset(Role) - {Role.SERVICE},
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

ACTIONS = (
    IMPORT, EXPORT, PUBLISH, ACKNOWLEDGE, COMMIT, DIFF, TAG, WITHDRAW, HOLD, LIFT, GC, CONFORM, LOAD,
)  # fmt: skip

ROOM = RoomSpec(
    name="datasets",
    title=Text(
        "Raw holdings become AI-ready data sets", "원자료를 AI 활용 가능 데이터셋으로 만듭니다"
    ),
    actions=ACTIONS,
    acts=MappingProxyType({PUBLISH.name: "dure.datasets.publish.act:PublishPage"}),
    commands="dure.cli.datasets:app",
    events=frozenset(
        f"{action.name}.{phase}" for action in ACTIONS for phase in ("begun", "done", "failed")
    ),
    tables="dure.datasets.versions.tables:METADATA",
    readers={"text/csv": "csv", "application/vnd.apache.parquet": "parquet"},
)
