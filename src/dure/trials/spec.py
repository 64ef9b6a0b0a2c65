"""How the room of trials is plugged into a node."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.actions import Action, QuorumRule
from dure.core.principals import Role
from dure.core.rooms import RoomSpec
from dure.core.text import Text

DAY_S = 86_400

SUBMIT = "trial.submit"
PREPARE = "trial.prepare"
RUN = "trial.run"
APPEAL = "trial.appeal"
ANSWER = "trial.answer"
WORK = "trial.work"
RELEASE = "report.release"
SWEEP = "trial.sweep"
"""Not an action: what the node notes when it finds runs whose process died."""
QUEUE, CANCEL = "trial.queue", "trial.cancel"
"""Not actions either: who may run a trial may queue and cancel it."""
OFFER, CLOSE = "trial.offer", "trial.close"
"""Nor are these: who may make a benchmark may write its card and close it. The card leaves by votes."""

ACTIONS = (
    Action(
        SUBMIT,
        Text("Submit an algorithm for trial", "시험할 알고리즘 제출"),
        roles=frozenset({Role.DEVELOPER, Role.OPERATOR}),
    ),
    Action(
        PREPARE,
        Text("Make a benchmark from a data set", "데이터셋으로 평가 기준 만들기"),
        roles=frozenset({Role.STEWARD, Role.OPERATOR}),
    ),
    Action(
        RUN,
        Text("Run an algorithm against sealed data", "봉인된 자료로 알고리즘 시험 실행"),
        roles=frozenset({Role.STEWARD, Role.OPERATOR}),
    ),
    Action(
        APPEAL,
        Text("Ask that a run be looked at again", "실행 결과에 이의 제기"),
        roles=frozenset({Role.DEVELOPER, Role.OPERATOR}),
    ),
    Action(
        ANSWER,
        Text("Answer an appeal", "이의에 답변"),
        roles=frozenset({Role.STEWARD, Role.OPERATOR, Role.CHECKER}),
    ),
    Action(
        WORK,
        Text("Take queued trials and have them run", "대기 중인 시험을 꺼내 실행되게 하기"),
        roles=frozenset({Role.OPERATOR, Role.SERVICE}),
    ),
    Action(
        RELEASE,
        Text("Release the report of a trial", "시험 보고서 반출"),
        roles=frozenset({Role.STEWARD, Role.OPERATOR, Role.DEVELOPER}),
        quorum=QuorumRule(
            votes=2,
            roles=frozenset({Role.CHECKER, Role.SECURITY_OFFICER}),
            agencies=1,
            review_s=1,
            expires_s=7 * DAY_S,
        ),
        lowers=True,
        evidence="dure trials show {run}",
    ),
)

ROOM = RoomSpec(
    name="trials",
    title=Text("Trials of algorithms against sealed data", "봉인된 자료에 대한 알고리즘 시험"),
    actions=ACTIONS,
    acts=MappingProxyType({RELEASE: "dure.trials.releasing:ReleaseReport"}),
    settled=MappingProxyType({RELEASE: "dure.trials.release:note_release"}),
    commands="dure.cli.trials:app",
    events=frozenset(
        f"{name}.{step}"
        for name in (*(action.name for action in ACTIONS), SWEEP, QUEUE, CANCEL, OFFER, CLOSE)
        for step in ("begun", "done", "failed")
    ),
    tables="dure.trials.tables:METADATA",
)
