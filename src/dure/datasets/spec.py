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

SHRED_KEYS = Action(
    name="pseudonym.shred",
    title=Text("Shred the keys of a purpose's pseudonyms", "한 목적의 가명 키 파기"),
    roles=frozenset({Role.STEWARD, Role.OPERATOR}),
    quorum=_PEOPLE,
    destroys=True,
    evidence="dure datasets deidentify keys {purpose} --generation {generation}",
)

ACTIONS = (
    IMPORT, EXPORT, PUBLISH, ACKNOWLEDGE, COMMIT, DIFF, TAG, WITHDRAW, HOLD, LIFT, GC, CONFORM, LOAD,
    DEIDENTIFY, RECORD, LOWER, SHRED, SHRED_KEYS,
)  # fmt: skip

RECALLED_PAGE = "page.recall"
"""What the owner does for each agency that has a page of a data set that is no more."""
WITHDRAWN_PAGE = "page.withdraw"
"""What such an agency then does with the page."""

ROOM = RoomSpec(
    name="datasets",
    title=Text(
        "Raw holdings become AI-ready data sets", "원자료를 AI 활용 가능 데이터셋으로 만듭니다"
    ),
    actions=ACTIONS,
    acts=MappingProxyType(
        {
            PUBLISH.name: "dure.datasets.publish.act:PublishPage",
            LOWER.name: "dure.datasets.deidentify.lowering:LowerLabel",
            SHRED.name: "dure.datasets.privacy.shredding:ShredDataset",
            SHRED_KEYS.name: "dure.datasets.deidentify.unlinking:ShredKeys",
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
        f"{name}.{phase}"
        for name in (*(action.name for action in ACTIONS), RECALLED_PAGE, WITHDRAWN_PAGE)
        for phase in ("begun", "done", "failed")
    ),
    tables="dure.datasets.versions.tables:METADATA",
    readers={"text/csv": "csv", "application/vnd.apache.parquet": "parquet"},
)
