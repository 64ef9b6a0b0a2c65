"""Errors of transfers: why a transfer or a bundle was refused. Exit statuses 103 to 110."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.text import Text
from dure.transfers.reasons import PLACES, REASONS


class TransfersError(DureError):
    """A transfer or a bundle was refused. Nothing of the bundle was imported."""

    WORDS = MappingProxyType({"reason": REASONS, "where": PLACES})
    TABLE = table(
        [
            ErrorSpec(
                "transfers.request",
                103,
                422,
                Text("This can't be transferred so.", "이 자산을 이렇게 이전할 수 없습니다."),
                Text("{reason.en}.", "{reason.ko}."),
                Text(
                    "Name a member agency, and a target label that is releasable to it.",
                    "회원 기관과, 그 기관에 공개할 수 있는 보안등급 표시를 지정하십시오.",
                ),
            ),
            ErrorSpec(
                "transfers.malformed",
                104,
                422,
                Text("This is not a bundle.", "봉인 꾸러미가 아닙니다."),
                Text("{where.en}: {reason.en}.", "{where.ko}: {reason.ko}."),
                Text(
                    "Copy the file again, or ask the sender to send it again.",
                    "파일을 다시 복사하거나 보낸 기관에 다시 보내 달라고 요청하십시오.",
                ),
            ),
            ErrorSpec(
                "transfers.recipient",
                105,
                409,
                Text("The bundle is not between us.", "이 노드가 받을 봉인 꾸러미가 아닙니다."),
                Text(
                    "It goes from {sender} to {to}; this is the node of {agency}, and both must be "
                    "members of the pinned charter.",
                    "보낸 기관은 {sender}, 받을 기관은 {to}, 이 노드의 기관은 {agency}입니다. "
                    "보낸 기관과 받을 기관 모두 고정된 협약의 회원이어야 합니다.",
                ),
                Text(
                    "Hand it to its recipient, or pin the charter that lists the sender.",
                    "받을 기관에 전달하거나, 보낸 기관이 적힌 협약을 고정하십시오.",
                ),
            ),
            ErrorSpec(
                "transfers.signature",
                106,
                403,
                Text(
                    "The bundle's signature is not right.",
                    "봉인 꾸러미의 서명이 올바르지 않습니다.",
                ),
                Text(
                    "The manifest was not signed by the executor key that the charter gives "
                    "{sender}.",
                    "명세서가 협약에 등록된 {sender} 기관의 집행 서비스 키로 서명되지 않았습니다.",
                ),
                Text(
                    "Don't use it. Ask {sender} to send it again, and report it.",
                    "사용하지 마십시오. {sender} 기관에 다시 보내 달라고 요청하고 신고하십시오.",
                ),
            ),
            ErrorSpec(
                "transfers.decision",
                107,
                403,
                Text(
                    "The bundle's decision does not hold.",
                    "봉인 꾸러미에 담긴 결정이 유효하지 않습니다.",
                ),
                Text(
                    "Request {request}: {reason.en}.",
                    "요청 {request}: {reason.ko}.",
                ),
                Text(
                    "Don't use it. Ask {sender} how this bundle came to be.",
                    "사용하지 마십시오. 이 꾸러미를 보낸 경위를 {sender} 기관에 확인하십시오.",
                ),
            ),
            ErrorSpec(
                "transfers.ledger",
                108,
                403,
                Text(
                    "The bundle is not proven to be in its sender's ledger.",
                    "봉인 꾸러미가 보낸 기관의 감사 기록에 있다는 증명이 성립하지 않습니다.",
                ),
                Text("{sender}: {reason.en}.", "{sender}: {reason.ko}."),
                Text(
                    "Don't use it. Ask {sender} for its ledger's export and verify that.",
                    "사용하지 마십시오. {sender} 기관이 내보낸 감사 기록을 받아 검증하십시오.",
                ),
            ),
            ErrorSpec(
                "transfers.label",
                109,
                403,
                Text(
                    "The bundle's label does not let us have it.",
                    "봉인 꾸러미의 보안등급 표시가 반입을 허용하지 않습니다.",
                ),
                Text("{reason.en}.", "{reason.ko}."),
                Text(
                    "Ask {sender} for a transfer whose target label is releasable to us.",
                    "우리 기관에 공개할 수 있는 표시로 다시 이전해 달라고 {sender} 기관에 요청하십시오.",
                ),
            ),
            ErrorSpec(
                "transfers.content",
                110,
                422,
                Text(
                    "The bundle's content is not what was approved.",
                    "봉인 꾸러미의 내용이 승인된 것과 다릅니다.",
                ),
                Text(
                    "Request {request}: the sealed content does not open whole, or has another "
                    "digest or size.",
                    "요청 {request}: 봉인된 내용이 온전히 열리지 않거나, 요약값 또는 크기가 다릅니다.",
                ),
                Text(
                    "Copy the file again, or ask {sender} to send it again.",
                    "파일을 다시 복사하거나 {sender} 기관에 다시 보내 달라고 요청하십시오.",
                ),
            ),
        ]
    )
