"""Errors of governance: charters, requests, votes, permits, acts, keeper. Exit statuses 61 to 74."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.text import Text
from dure.governance.refusals import PARTS, REASONS


class GovernanceError(DureError):
    """Governance said no.

    Parameters
    ----------
    code
        A code of the table.
    **facts
        Facts that its sentences name. ``reason`` and ``part``, where one is named, are codes of
        `dure.governance.refusals`.

    Raises
    ------
    KeyError
        For an unknown code or reason, or a missing fact: a defect of the caller.

    Examples
    --------
    >>> GovernanceError("governance.vote", reason="early").why
    'The vote was refused: the review time has not passed.'
    """

    WORDS = MappingProxyType({"reason": REASONS, "part": PARTS})
    TABLE = table(
        [
            ErrorSpec(
                "governance.charter",
                61,
                422,
                Text("The charter can't be accepted.", "협약을 받아들일 수 없습니다."),
                Text("At {where}: {reason.en}.", "{where}: {reason.ko}."),
                Text(
                    "Propose the charter again (dure charter propose) and have it signed.",
                    "협약을 다시 제안하고(dure charter propose) 서명을 받으십시오.",
                ),
            ),
            ErrorSpec(
                "governance.charter-signatures",
                62,
                403,
                Text(
                    "Too few agencies signed the charter.", "협약에 서명한 기관의 수가 모자랍니다."
                ),
                Text(
                    "Valid signatures of member agencies: {have}; needed: {need}.",
                    "회원 기관의 서명이 {need}개 필요하지만 유효한 것은 {have}개입니다.",
                ),
                Text(
                    "Have more delegates sign it (dure charter sign), then pin it again.",
                    "대표들의 서명을 더 받은 뒤(dure charter sign) 다시 고정하십시오.",
                ),
            ),
            ErrorSpec(
                "governance.charter-successor",
                63,
                409,
                Text(
                    "The charter does not follow the pinned one.",
                    "고정된 협약에 이어지는 협약이 아닙니다.",
                ),
                Text(
                    "Version {version} is refused: {reason.en}.",
                    "제{version}판을 받을 수 없습니다: {reason.ko}.",
                ),
                Text(
                    "Propose the change from the pinned version (dure charter show).",
                    "고정된 판에서 다시 제안하십시오 (dure charter show).",
                ),
            ),
            ErrorSpec(
                "governance.charter-pin",
                64,
                409,
                Text(
                    "This node's charter pin is in the way.",
                    "이 노드에 맞는 협약이 고정되어 있지 않습니다.",
                ),
                Text("Refused: {reason.en}.", "거부됨: {reason.ko}."),
                Text(
                    "Pin a charter that lists this node (dure charter pin).",
                    "이 노드가 적힌 협약을 고정하십시오 (dure charter pin).",
                ),
            ),
            ErrorSpec(
                "governance.unknown",
                65,
                404,
                Text("The name is unknown here.", "여기에서는 알 수 없는 이름입니다."),
                Text(
                    "There is no {part.en} named {name}.",
                    "해당하는 {part.ko}이(가) 없습니다: {name}.",
                ),
                Text(
                    "Look the name up (dure charter show, dure decisions list).",
                    "이름을 확인하십시오 (dure charter show, dure decisions list).",
                ),
            ),
            ErrorSpec(
                "governance.request",
                66,
                422,
                Text("The request can't be opened or read.", "요청을 열거나 읽을 수 없습니다."),
                Text("At {where}: {reason.en}.", "{where}: {reason.ko}."),
                Text(
                    "Correct it and ask again.",
                    "고쳐서 다시 요청하십시오.",
                ),
            ),
            ErrorSpec(
                "governance.vote",
                67,
                403,
                Text("The vote does not count.", "유효하지 않은 표입니다."),
                Text("The vote was refused: {reason.en}.", "표가 거부되었습니다: {reason.ko}."),
                Text(
                    "See who may vote and when (dure decisions show).",
                    "누가 언제 표결할 수 있는지 확인하십시오 (dure decisions show).",
                ),
            ),
            ErrorSpec(
                "governance.permit",
                68,
                403,
                Text(
                    "There is no valid permit for this act.",
                    "이 행위에 유효한 승인서가 없습니다.",
                ),
                Text("Request {request}: {reason.en}.", "요청 {request}: {reason.ko}."),
                Text(
                    "See where the request stands (dure decisions show {request}); open a new one "
                    "if it has ended.",
                    "요청의 상태를 확인하고(dure decisions show {request}), 끝났으면 새로 요청하십시오.",
                ),
            ),
            ErrorSpec(
                "governance.unsettled",
                69,
                409,
                Text(
                    "Nobody knows yet whether this act happened.",
                    "행위가 이루어졌는지 아직 알 수 없습니다.",
                ),
                Text("Request {request}: {reason.en}.", "요청 {request}: {reason.ko}."),
                Text(
                    "Ask the target: dure decisions reconcile {request}.",
                    "결과를 대조하십시오: dure decisions reconcile {request}.",
                ),
            ),
            ErrorSpec(
                "governance.act",
                70,
                500,
                Text(
                    "The act failed and nothing was done.",
                    "행위가 실패했으며 아무것도 바뀌지 않았습니다.",
                ),
                Text(
                    "Request {request}: {reason.en} ({cause}).",
                    "요청 {request}: {reason.ko} ({cause}).",
                ),
                Text(
                    "Remove the cause, then open a new request; a permit is used once.",
                    "원인을 없앤 뒤 새로 요청하십시오. 승인서는 한 번만 쓸 수 있습니다.",
                ),
            ),
            ErrorSpec(
                "governance.event",
                71,
                422,
                Text(
                    "The executor won't write or sign this.",
                    "집행 서비스가 기록하거나 서명할 수 없습니다.",
                ),
                Text("{type}: {reason.en}.", "{type}: {reason.ko}."),
                Text(
                    "Content leaves through a request that people approve (dure decisions list).",
                    "내용은 사람이 승인한 요청으로만 반출됩니다 (dure decisions list).",
                ),
            ),
            ErrorSpec(
                "governance.label-falls",
                72,
                403,
                Text("A label can't fall by itself.", "보안등급 표시는 저절로 낮아지지 않습니다."),
                Text(
                    "The target label does not dominate the label of what it is made from.",
                    "목표로 정한 표시가 원본의 표시보다 느슨합니다.",
                ),
                Text(
                    "Use a label at least as strict, or request label.lower or report.release.",
                    "원본과 같거나 더 엄격한 표시를 쓰거나 label.lower 또는 report.release를 요청하십시오.",
                ),
            ),
            ErrorSpec(
                "governance.ticket",
                73,
                403,
                Text(
                    "The keeper gives no ticket for this asset.",
                    "이 자산의 열람권을 받을 수 없습니다.",
                ),
                Text("Asset {asset}: {reason.en}.", "자산 {asset}: {reason.ko}."),
                Text(
                    "See what you may read (dure datasets list).",
                    "읽을 수 있는 자산을 확인하십시오 (dure datasets list).",
                ),
            ),
            ErrorSpec(
                "governance.keeper",
                74,
                503,
                Text(
                    "The key management service can't do this.",
                    "키 관리 서비스가 이 일을 처리할 수 없습니다.",
                ),
                Text("{reason.en}.", "{reason.ko}."),
                Text(
                    "See the node's state (dure node status, dure node doctor).",
                    "노드의 상태를 확인하십시오 (dure node status, dure node doctor).",
                ),
            ),
        ]
    )
