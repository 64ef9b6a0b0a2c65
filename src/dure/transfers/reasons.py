"""Why a transfer or a bundle was refused, and where: each code, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text
from dure.exchange.reasons import PLACES as EXCHANGE_PLACES
from dure.exchange.reasons import REASONS as EXCHANGE_REASONS

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        **EXCHANGE_REASONS,  # a bundle has the frame of an envelope
        # asking for a transfer
        "no-member": Text("the recipient is no member agency", "받을 기관이 회원 기관이 아닙니다"),
        "ourselves": Text("it would go to ourselves", "보내는 기관과 받을 기관이 같습니다"),
        "not-releasable": Text(
            "the target label is not releasable to the recipient",
            "목표로 정한 표시가 받을 기관에 대한 공개를 허용하지 않습니다",
        ),
        "unreadable-label": Text(
            "the target label can't be read", "목표로 정한 표시를 읽을 수 없습니다"
        ),
        "request-id": Text("the request's id is not one", "요청 식별자의 형식이 아닙니다"),
        "other-owner": Text("the asset belongs to another agency", "다른 기관의 자산입니다"),
        # opening a bundle
        "other-form": Text("it has another form", "형식이 다릅니다"),
        "arguments": Text("its arguments have another form", "인자의 형식이 다릅니다"),
        "charter-not-pinned": Text(
            "it was made under a charter that this node has not pinned",
            "이 노드가 고정한 적 없는 협약에 따라 만들어졌습니다",
        ),
        "charter-forbids": Text(
            "its charter does not allow transfers", "해당 협약은 자산 이전을 허용하지 않습니다"
        ),
        "other-decision": Text(
            "it is a decision about something else", "다른 일에 대한 결정입니다"
        ),
        "other-transfer": Text(
            "people approved another transfer", "사람들이 승인한 이전과 다릅니다"
        ),
        "checkpoint": Text(
            "the checkpoint or the entry is not right", "기준점 또는 기록 항목이 올바르지 않습니다"
        ),
        "not-included": Text(
            "the entry is not under the checkpoint", "기록 항목이 기준점에 포함되어 있지 않습니다"
        ),
        "other-entry": Text("the entry is about something else", "다른 일에 대한 기록 항목입니다"),
        "other-request": Text(
            "the entry is about another request", "다른 요청에 대한 기록 항목입니다"
        ),
        "entry-time": Text(
            "the entry was not written within the permit's time",
            "승인서의 유효 기간 안에 기록된 항목이 아닙니다",
        ),
        "decision": Text("{said_en}", "{said_ko}"),
    }
)
"""Why it was refused."""

PLACES: Mapping[str, Text] = MappingProxyType(
    {
        **EXCHANGE_PLACES,
        "manifest": Text("{at} in the manifest", "명세서의 {at}"),
        "request": Text("The request", "요청"),
    }
)
"""Where a bundle is malformed."""
