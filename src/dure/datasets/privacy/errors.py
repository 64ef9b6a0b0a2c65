"""Errors about personal data and its de-identification. Exit statuses 204 to 209 and 224."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.text import Text
from dure.datasets.personal.kinds import WORDS as KINDS
from dure.datasets.privacy.reasons import REASONS


class PrivacyError(DureError):
    """Something about personal data was refused. Exit statuses 204 to 209 and 224."""

    WORDS = MappingProxyType({"reason": REASONS, "kind": {str(one): KINDS[one] for one in KINDS}})
    TABLE = table(
        [
            ErrorSpec(
                "privacy.plan",
                204,
                422,
                Text("The plan doesn't fit the table.", "처리 계획이 표와 맞지 않습니다."),
                Text("{column}: {reason.en}.", "{column}: {reason.ko}."),
                Text(
                    "Correct the plan; dure datasets deidentify propose shows the columns.",
                    "계획을 고치십시오. dure datasets deidentify propose로 열을 확인할 수 있습니다.",
                ),
            ),
            ErrorSpec(
                "privacy.identifier",
                205,
                422,
                Text(
                    "The result would still hold numbers that identify people.",
                    "처리 결과에 고유식별정보가 남습니다.",
                ),
                Text(
                    "{rows} rows of column {column} hold {kind.en}.",
                    "{column} 열의 {rows}개 행에 {kind.ko}이(가) 있습니다.",
                ),
                Text(
                    "Have the plan drop, mask or pseudonymise that column.",
                    "그 열을 삭제하거나 가리거나 가명으로 바꾸도록 계획을 고치십시오.",
                ),
            ),
            ErrorSpec(
                "privacy.risk",
                206,
                422,
                Text("The plan doesn't reach its own k.", "계획이 정한 k 값에 이르지 못합니다."),
                Text(
                    "The smallest class has {found} rows; the plan asks for {wanted}.",
                    "가장 작은 집단이 {found}개 행입니다. 계획이 정한 값은 {wanted}입니다.",
                ),
                Text(
                    "Generalise the quasi-identifiers further, or let more rows be left out.",
                    "준식별자를 더 넓게 묶거나, 제외할 수 있는 행의 비율을 높이십시오.",
                ),
            ),
            ErrorSpec(
                "privacy.record",
                207,
                409,
                Text(
                    "The privacy record doesn't allow that.",
                    "개인정보 처리 기록이 이를 허용하지 않습니다.",
                ),
                Text("{asset}: {reason.en}.", "{asset}: {reason.ko}."),
                Text(
                    "Write a record with dure datasets privacy record; docs/privacy.md says what "
                    "it needs.",
                    "dure datasets privacy record로 기록하십시오. 필요한 내용은 docs/privacy.md에 "
                    "있습니다.",
                ),
            ),
            ErrorSpec(
                "privacy.request",
                208,
                422,
                Text("The request can't be carried out.", "요청을 수행할 수 없습니다."),
                Text("{asset}: {reason.en}.", "{asset}: {reason.ko}."),
                Text(
                    "Ask again for what the data set says today.",
                    "데이터셋의 현재 내용에 맞게 다시 요청하십시오.",
                ),
            ),
            ErrorSpec(
                "privacy.keys",
                224,
                409,
                Text(
                    "The keys of these pseudonyms can't be shredded.",
                    "이 가명의 키를 파기할 수 없습니다.",
                ),
                Text("{purpose}: {reason.en}.", "{purpose}: {reason.ko}."),
                Text(
                    "dure datasets deidentify keys {purpose} tells how they stand; dure datasets "
                    "versions NAME shows legal holds.",
                    "키의 상태는 dure datasets deidentify keys {purpose}, 법적 보존은 dure datasets "
                    "versions NAME으로 확인하십시오.",
                ),
            ),
            ErrorSpec(
                "privacy.scan",
                209,
                422,
                Text(
                    "The scan for personal data can't be made so.",
                    "그렇게는 개인정보를 찾을 수 없습니다.",
                ),
                Text("{name}: {reason.en}.", "{name}: {reason.ko}."),
                Text(
                    "Name a column of the table; write a service number like ##-7#######, with four "
                    "digits or more.",
                    "표에 있는 열을 지정하십시오. 군번 형식은 ##-7#######처럼 숫자 네 자리 이상으로 "
                    "쓰십시오.",
                ),
            ),
        ]
    )
