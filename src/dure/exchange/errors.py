"""Errors of the exchange: why an envelope was refused. Exit statuses 75 to 83."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.text import Text
from dure.exchange.reasons import PLACES, REASONS


class ExchangeError(DureError):
    """An envelope was refused. Nothing of it was used, and its number was not spent."""

    WORDS = MappingProxyType({"reason": REASONS, "where": PLACES})
    TABLE = table(
        [
            ErrorSpec(
                "exchange.stranger",
                75,
                403,
                Text("The envelope comes from a stranger.", "회원이 아닌 기관이 보낸 봉투입니다."),
                Text(
                    "{agency} is not a member in the pinned charter, version {version}.",
                    "{agency} 기관은 고정된 제{version}판 협약의 회원이 아닙니다.",
                ),
                Text(
                    "Ask the alliance whether it has joined; if so, pin the newer charter first.",
                    "가입한 기관인지 협의체에 확인하고, 가입했다면 새 협약을 먼저 고정하십시오.",
                ),
            ),
            ErrorSpec(
                "exchange.signature",
                76,
                403,
                Text("The envelope's signature is not right.", "봉투의 서명이 올바르지 않습니다."),
                Text(
                    "The header was not signed by the key that the charter gives {agency}; it was "
                    "altered, or the key was changed or revoked.",
                    "머리글이 협약에 등록된 {agency} 기관의 키로 서명되지 않았습니다. "
                    "변조되었거나 키가 변경 또는 폐기되었습니다.",
                ),
                Text(
                    "Don't use it. Ask {agency} to send it again, and report it if that fails too.",
                    "사용하지 마십시오. {agency} 기관에 다시 보내 달라고 요청하고, 반복되면 신고하십시오.",
                ),
            ),
            ErrorSpec(
                "exchange.addressee",
                77,
                409,
                Text("The envelope is not for us.", "우리 기관에 온 봉투가 아닙니다."),
                Text(
                    "It is addressed to {to}; this is the node of {agency}.",
                    "받을 기관은 {to}이고, 이 노드의 기관은 {agency}입니다.",
                ),
                Text("Carry it on to {to}.", "{to} 기관에 전달하십시오."),
            ),
            ErrorSpec(
                "exchange.expired",
                78,
                410,
                Text("The envelope is not valid now.", "지금은 유효하지 않은 봉투입니다."),
                Text(
                    "It is valid from {created} to {expires}; the time here is {now}.",
                    "유효 기간은 {created}부터 {expires}까지이고, 이 노드의 현재 시각은 {now}입니다.",
                ),
                Text(
                    "Check this node's clock; if it is right, ask the sender to send it anew.",
                    "이 노드의 시계를 확인하고, 맞다면 보낸 기관에 새로 보내 달라고 요청하십시오.",
                ),
            ),
            ErrorSpec(
                "exchange.replayed",
                79,
                409,
                Text("The envelope's number was used before.", "이미 사용된 번호의 봉투입니다."),
                Text(
                    "Number {number} from {agency} was recorded already ({reason.en}).",
                    "{agency} 기관이 보낸 {number}번은 이미 기록되어 있습니다 ({reason.ko}).",
                ),
                Text(
                    "Nothing to do for a copy; if the two differ, ask {agency} why.",
                    "사본이라면 할 일이 없습니다. 내용이 다르다면 {agency} 기관에 이유를 확인하십시오.",
                ),
            ),
            ErrorSpec(
                "exchange.charter",
                80,
                409,
                Text(
                    "The envelope was made under another charter.",
                    "다른 협약에 따라 만들어진 봉투입니다.",
                ),
                Text(
                    "It names charter version {theirs} and suite {suite}; this node has pinned "
                    "version {ours}.",
                    "봉투에는 제{theirs}판 협약과 {suite} 암호 묶음이 적혀 있고, "
                    "이 노드에는 제{ours}판이 고정되어 있습니다.",
                ),
                Text(
                    "Bring both nodes to the same charter (dure charter pin), then receive again.",
                    "두 노드의 협약을 맞춘 뒤(dure charter pin) 다시 수신하십시오.",
                ),
            ),
            ErrorSpec(
                "exchange.altered",
                81,
                422,
                Text("The envelope's payload was altered.", "봉투의 내용물이 변조되었습니다."),
                Text(
                    "The sealed payload of number {number} from {agency} does not open whole.",
                    "{agency} 기관이 보낸 {number}번의 봉인된 내용물이 온전히 열리지 않습니다.",
                ),
                Text(
                    "Copy the file again from the medium, or ask {agency} to send it again.",
                    "이동 매체에서 파일을 다시 복사하거나 {agency} 기관에 다시 보내 달라고 요청하십시오.",
                ),
            ),
            ErrorSpec(
                "exchange.malformed",
                82,
                422,
                Text("This is not an envelope.", "봉투 형식이 아닙니다."),
                Text("{where.en}: {reason.en}.", "{where.ko}: {reason.ko}."),
                Text(
                    "Send or copy the file again; nothing of it was used.",
                    "파일을 다시 보내거나 복사하십시오. 내용은 전혀 사용되지 않았습니다.",
                ),
            ),
            ErrorSpec(
                "exchange.digest",
                83,
                422,
                Text(
                    "The payload is not the one the header names.",
                    "내용물이 머리글에 적힌 것과 다릅니다.",
                ),
                Text(
                    "Its digest or size differs from the signed header of number {number} from "
                    "{agency}.",
                    "{agency} 기관이 보낸 {number}번의 서명된 머리글과 "
                    "내용물의 요약값 또는 크기가 다릅니다.",
                ),
                Text(
                    "Don't use it. Ask {agency} to send it again.",
                    "사용하지 마십시오. {agency} 기관에 다시 보내 달라고 요청하십시오.",
                ),
            ),
        ]
    )
