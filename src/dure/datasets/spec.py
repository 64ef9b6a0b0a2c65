"""The room as a node sees it."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.actions import Action, QuorumRule
from dure.core.principals import Role
from dure.core.rooms import RoomSpec
from dure.core.text import Text

_PEOPLE = QuorumRule(
    votes=2,
    roles=frozenset({Role.CHECKER, Role.SECURITY_OFFICER}),
    agencies=1,
    review_s=1,
    expires_s=7 * 86_400,
)

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
    quorum=_PEOPLE,
    evidence="dure datasets show {dataset}",
)
ACKNOWLEDGE = Action(
    name="dataset.acknowledge",
    title=Text("Acknowledge a data set's conditions", "데이터셋의 이용 조건 확인"),
    roles=frozenset(Role) - {Role.SERVICE},
)
DEIDENTIFY = Action(
    name="dataset.deidentify",
    title=Text("De-identify a data set", "데이터셋 비식별 처리"),
    roles=frozenset({Role.STEWARD}),
)
RECORD = Action(
    name="privacy.record",
    title=Text("Write a privacy record", "개인정보 처리 기록 작성"),
    roles=frozenset({Role.STEWARD}),
)
LOWER = Action(
    name="label.lower",
    title=Text("Lower the label of a data set", "데이터셋의 보안등급 표시 낮추기"),
    roles=frozenset({Role.STEWARD, Role.OPERATOR}),
    quorum=_PEOPLE,
    lowers=True,
    evidence="dure datasets show {dataset}",
)
SHRED = Action(
    name="asset.shred",
    title=Text("Shred a data set whose time is over", "보유 기간이 지난 데이터셋 파기"),
    roles=frozenset({Role.STEWARD, Role.OPERATOR}),
    quorum=_PEOPLE,
    destroys=True,
    evidence="dure datasets privacy show {dataset}",
)
_ACTIONS = (IMPORT, EXPORT, PUBLISH, ACKNOWLEDGE, DEIDENTIFY, RECORD, LOWER, SHRED)

ROOM = RoomSpec(
    name="datasets",
    title=Text(
        "Raw holdings become AI-ready data sets", "원자료를 AI 활용 가능 데이터셋으로 만듭니다"
    ),
    actions=_ACTIONS,
    acts=MappingProxyType(
        {
            PUBLISH.name: "dure.datasets.publish.act:PublishPage",
            LOWER.name: "dure.datasets.deidentify.lowering:LowerLabel",
            SHRED.name: "dure.datasets.privacy.shredding:ShredDataset",
        }
    ),
    settled=MappingProxyType(
        {
            LOWER.name: "dure.datasets.deidentify.lowering:note_lowered",
            SHRED.name: "dure.datasets.privacy.shredding:note_shredded",
        }
    ),
    leaving="dure.datasets.privacy.guarding:before_leaving",
    commands="dure.cli.datasets:app",
    events=frozenset(
        f"{action.name}.{phase}" for action in _ACTIONS for phase in ("begun", "done", "failed")
    ),
    readers={"text/csv": "csv", "application/vnd.apache.parquet": "parquet"},
)
