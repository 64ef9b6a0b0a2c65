"""What each rule says when it speaks, in both languages.

The words name the principal, the action and the purpose, which the asker knows; never a term of
the asset's label, which the asker may not be cleared to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

NO_PERMIT = "no-permit"
NEARLY = "nearly"
MALFORMED = "malformed"
FAILED = "failed"

WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "need-to-know": Text(
            "{principal} has a role that {action} takes, and the purpose {purpose} is both "
            "{principal}'s and the asset's.",
            "{principal}에게 {action} 행위에 필요한 역할이 있고, {purpose} 목적이 행위자와 자산 "
            "모두에 허용되어 있습니다.",
        ),
        "role": Text(
            "{action} takes a role among {roles}; {principal} has none of them.",
            "{action} 행위에는 {roles} 가운데 한 역할이 필요하지만 {principal}에게는 없습니다.",
        ),
        "own-purpose": Text(
            "{principal} may not act for the purpose {purpose}.",
            "{principal}에게 {purpose} 목적이 허용되어 있지 않습니다.",
        ),
        "label-purpose": Text(
            "The asset may not be used for the purpose {purpose}.",
            "이 자산은 {purpose} 목적으로 쓸 수 없습니다.",
        ),
        "unknown-action": Text(
            "The charter names no action {action}.", "협약에 {action} 행위가 없습니다."
        ),
        "stranger": Text(
            "The agency of {principal} is not a member of this alliance.",
            "{principal}의 소속 기관은 이 협의체의 회원이 아닙니다.",
        ),
        "label-policy": Text(
            "The asset's label follows another label policy than the charter does.",
            "자산의 보안등급 표시가 협약과 다른 등급 정책을 따릅니다.",
        ),
        "clearance": Text(
            "The asset's grade is above the clearance of {principal}.",
            "자산의 등급이 {principal}의 비밀취급 인가보다 높습니다.",
        ),
        "categories": Text(
            "The asset is of a category that {principal} is not cleared for.",
            "{principal}에게 인가되지 않은 범주의 자산입니다.",
        ),
        "releasable": Text(
            "The asset is not releasable to the agency of {principal}.",
            "{principal}의 소속 기관에는 공개할 수 없는 자산입니다.",
        ),
        "answer-key": Text(
            "An answer key serves scoring alone, not the purpose {purpose}.",
            "정답표는 채점에만 쓰며 {purpose} 목적으로는 쓸 수 없습니다.",
        ),
        "own-request": Text(
            "Nobody votes on their own request, nor on one whose requester is not named.",
            "자신이 낸 요청이나 요청자가 없는 요청에는 표결할 수 없습니다.",
        ),
        "label-falls": Text(
            "{action} may not give its result a lower label than its source has.",
            "{action} 행위로는 결과의 보안등급 표시를 원본보다 낮출 수 없습니다.",
        ),
        "withdrawn": Text("The asset has been withdrawn.", "철회된 자산입니다."),
        NO_PERMIT: Text(
            "No rule is about {action}, so none permits it.",
            "{action} 행위에 관한 규칙이 없어 허용되지 않습니다.",
        ),
        NEARLY: Text(
            "The rule {permits} could have permitted {action}, but what follows is missing.",
            "{permits} 규칙이 {action} 행위를 허용할 수 있으나 다음 조건이 충족되지 않았습니다.",
        ),
        MALFORMED: Text(
            "The question is malformed, so the answer is no.",
            "질의의 형식이 잘못되어 허용하지 않습니다.",
        ),
        FAILED: Text(
            "The rules could not be evaluated, so the answer is no.",
            "규칙을 판정할 수 없어 허용하지 않습니다.",
        ),
    }
)
