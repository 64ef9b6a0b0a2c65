"""Errors of publishing: why a data set stays unknown, and why a page or a recall is refused.

Statuses 215 to 217, 222 and 223.
"""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.text import Text

REASONS = MappingProxyType(
    {
        "agencies": Text(
            "name one or more other agencies of the charter, each once",
            "협약에 있는 다른 기관을 하나 이상, 한 번씩 지정해야 합니다",
        ),
        "not-releasable": Text(
            "its label is not releasable to {to}; a lower label takes its own decision",
            "보안등급 표시가 {to}에 공개할 수 없는 것입니다. 표시를 낮추려면 따로 결정이 필요합니다",
        ),
        "too-large": Text(
            "its description is larger than a page may be", "설명이 목록 페이지의 한도를 넘습니다"
        ),
        "other-request": Text(
            "the request names another thing than people agreed to",
            "요청의 내용이 승인된 것과 다릅니다",
        ),
        "page-form": Text("it is no page", "목록 페이지의 형식이 아닙니다"),
        "page-agency": Text("it is another agency's", "다른 기관의 것입니다"),
        "page-signature": Text(
            "that agency's executor did not sign it", "그 기관의 집행 서비스가 서명하지 않았습니다"
        ),
        "page-addressee": Text("it is not for this agency", "이 기관에 보낸 것이 아닙니다"),
        "page-content": Text("its content was changed", "내용이 변경되었습니다"),
        "page-label": Text(
            "its label is not releasable to this agency",
            "보안등급 표시가 이 기관에 공개할 수 없는 것입니다",
        ),
        "recall-form": Text("it is no recall", "회수 통지의 형식이 아닙니다"),
        "page-croissant": Text(
            "the description is none, or states another agency or label",
            "설명이 아니거나, 다른 기관 또는 다른 보안등급 표시를 적고 있습니다",
        ),
    }
)
"""Why publishing or a page was refused."""


class PublishError(DureError):
    """A data set was not published, or a page not taken."""

    WORDS = MappingProxyType({"reason": REASONS})
    TABLE = table(
        [
            ErrorSpec(
                "datasets.publish",
                215,
                422,
                Text("The data set can't be published.", "데이터셋을 공개할 수 없습니다."),
                Text("{reason.en}.", "{reason.ko}."),
                Text(
                    "dure datasets show tells its label; dure charter show lists the agencies.",
                    "보안등급 표시는 dure datasets show, 기관은 dure charter show로 확인하십시오.",
                ),
            ),
            ErrorSpec(
                "datasets.page",
                216,
                422,
                Text("The catalogue page is refused.", "목록 페이지를 받지 않습니다."),
                Text("From {agency}: {reason.en}.", "{agency} 기관에서 온 것: {reason.ko}."),
                Text(
                    "Ask that agency to publish it again; if it stands by this page, report it.",
                    "그 기관에 다시 공개해 달라고 하십시오. 이 목록 페이지가 맞다고 하면 신고하십시오.",
                ),
            ),
            ErrorSpec(
                "datasets.conditions",
                217,
                403,
                Text("The conditions were not acknowledged.", "이용 조건을 확인하지 않았습니다."),
                Text(
                    "{agency} publishes this data set under conditions that you have not acknowledged.",
                    "{agency} 기관이 이 데이터셋에 붙인 이용 조건을 아직 확인하지 않았습니다.",
                ),
                Text(
                    "Read them and agree: dure datasets acknowledge {page}.",
                    "읽고 동의하십시오: dure datasets acknowledge {page}.",
                ),
            ),
            ErrorSpec(
                "datasets.recalled",
                222,
                410,
                Text("The data set is withdrawn.", "철회된 데이터셋입니다."),
                Text(
                    "{agency} withdrew or shredded it after it had published this page.",
                    "{agency} 기관이 이 목록 페이지를 공개한 뒤에 철회했거나 파기했습니다.",
                ),
                Text(
                    "Don't use it any more; dure datasets search tells what there is.",
                    "더는 사용하지 마십시오. 지금 있는 것은 dure datasets search로 찾으십시오.",
                ),
            ),
            ErrorSpec(
                "datasets.recall",
                223,
                422,
                Text("The recall is refused.", "회수 통지를 받지 않습니다."),
                Text("From {agency}: {reason.en}.", "{agency} 기관에서 온 것: {reason.ko}."),
                Text(
                    "Ask that agency what it withdrew; if it stands by this recall, report it.",
                    "그 기관에 무엇을 철회했는지 물어보십시오. 이 회수 통지가 맞다고 하면 신고하십시오.",
                ),
            ),
        ]
    )
