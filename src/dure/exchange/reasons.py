"""Why something that travelled was refused, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

KOREAN: Mapping[str, str] = MappingProxyType(
    {
        # the frame
        "it is not of this format and version": "이 형식과 버전이 아닙니다",
        "its length is out of range": "길이가 허용 범위를 벗어납니다",
        "the file ends before it does": "파일이 중간에 끝납니다",
        "it is not canonical JSON": "정규 JSON이 아닙니다",
        "its members differ": "구성 항목이 다릅니다",
        "it is not 128 lower-case hex digits": "소문자 16진수 128자가 아닙니다",
        # the header, the file, the message
        "out of range": "허용 범위를 벗어납니다",
        "not a UTC time": "UTC 시각이 아닙니다",
        "wrong type": "자료형이 잘못되었습니다",
        "unknown to this release": "이 버전이 알지 못합니다",
        "larger than allowed": "허용된 크기를 넘습니다",
        "it is not the header's": "머리글과 다릅니다",
        "it is not a plain file": "일반 파일이 아닙니다",
        "too long": "너무 깁니다",
        "not a higher one": "더 높은 번호가 아닙니다",
        "another envelope": "다른 봉투",
        # asking for a transfer
        "the recipient is no member agency": "받을 기관이 회원 기관이 아닙니다",
        "it would go to ourselves": "우리 기관 자신에게 보내려 했습니다",
        "the target label is not releasable to the recipient": "목표 등급 표시가 받을 기관에 공개를 허용하지 않습니다",
        "the target label can't be read": "목표 등급 표시를 읽을 수 없습니다",
        "the request's id is not one": "요청 식별자의 형식이 아닙니다",
        "the asset belongs to another agency": "다른 기관의 자산입니다",
        # opening a bundle
        "it has another form": "형식이 다릅니다",
        "its arguments have another form": "인자의 형식이 다릅니다",
        "it was made under a charter that this node has not pinned": "이 노드가 고정한 적 없는 협약에 따라 만들어졌습니다",
        "its charter does not allow transfers": "해당 협약은 이전을 허용하지 않습니다",
        "it is a decision about something else": "다른 일에 대한 결정입니다",
        "people approved another transfer": "사람들이 승인한 것은 다른 이전입니다",
        "the checkpoint or the entry is not right": "기준점 또는 기록 항목이 올바르지 않습니다",
        "the entry is not under the checkpoint": "기록 항목이 기준점 아래에 있지 않습니다",
        "the entry is about something else": "다른 일에 대한 기록 항목입니다",
        "the entry is about another request": "다른 요청에 대한 기록 항목입니다",
        "the entry was not written within the permit's time": "승인서의 유효 기간 안에 기록된 항목이 아닙니다",
    }
)
"""English reason -> Korean reason."""


def in_both(facts: Mapping[str, object]) -> dict[str, object]:
    """Return an error's facts with ``reason_ko`` beside ``reason``, when there is a reason.

    Raises
    ------
    KeyError
        For a reason without Korean words: a defect of the caller.
    """
    if "reason" not in facts or "reason_ko" in facts:
        return dict(facts)
    return {**facts, "reason_ko": KOREAN[str(facts["reason"])]}
