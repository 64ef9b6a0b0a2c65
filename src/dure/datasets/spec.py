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
_ACTIONS = (IMPORT, EXPORT, PUBLISH, ACKNOWLEDGE)

ROOM = RoomSpec(
    name="datasets",
    title=Text(
        "Raw holdings become AI-ready data sets", "원자료를 AI 활용 가능 데이터셋으로 만듭니다"
    ),
    actions=_ACTIONS,
    acts=MappingProxyType({PUBLISH.name: "dure.datasets.publish.act:PublishPage"}),
    commands="dure.cli.datasets:app",
    events=frozenset(
        f"{action.name}.{phase}" for action in _ACTIONS for phase in ("begun", "done", "failed")
    ),
    readers={"text/csv": "csv", "application/vnd.apache.parquet": "parquet"},
)
