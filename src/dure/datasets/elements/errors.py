"""Errors of shared elements. Exit statuses 193 to 197."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.text import Text
from dure.datasets.elements.reasons import CHARTER, MAPPING, SET


class ElementsError(DureError):
    """An element set, a mapping or a table that should conform was refused."""

    WORDS = MappingProxyType({"reason": {**SET, **CHARTER, **MAPPING}})
    TABLE = table(
        [
            ErrorSpec(
                "elements.set",
                193,
                422,
                Text("The element set can't be used.", "데이터 요소 집합을 쓸 수 없습니다."),
                Text("{file}, {place}: {reason.en}.", "{file}, {place}: {reason.ko}."),
                Text(
                    "Correct that place; docs/datasets.md shows the form.",
                    "그 자리를 고치십시오. 형식은 docs/datasets.md에 있습니다.",
                ),
            ),
            ErrorSpec(
                "elements.charter",
                194,
                409,
                Text(
                    "The element set is not the alliance's.",
                    "협의체가 정한 데이터 요소 집합이 아닙니다.",
                ),
                Text(
                    "{name} version {version}: {reason.en}.", "{name} 제{version}판: {reason.ko}."
                ),
                Text(
                    "dure charter show names the sets; use that one, or propose a charter with this one.",
                    "dure charter show에 나오는 집합을 쓰거나 이 집합을 넣은 협약을 제안하십시오.",
                ),
            ),
            ErrorSpec(
                "elements.mapping",
                195,
                422,
                Text("The mapping can't be used.", "대응표를 쓸 수 없습니다."),
                Text("{file}, {place}: {reason.en}.", "{file}, {place}: {reason.ko}."),
                Text(
                    "Correct that place, or have it proposed anew (dure datasets map propose).",
                    "그 자리를 고치거나 새로 제안받으십시오 (dure datasets map propose).",
                ),
            ),
            ErrorSpec(
                "elements.unconfirmed",
                196,
                409,
                Text("The mapping is not confirmed.", "확인되지 않은 대응표입니다."),
                Text(
                    "{count} columns wait for a person; the first is {column}.",
                    "{count}개 열이 확인을 기다립니다. 첫째는 {column}입니다.",
                ),
                Text(
                    "Read it, then: dure datasets map confirm FILE --column NAME --out NEW.",
                    "읽어 본 뒤 확인하십시오: dure datasets map confirm FILE --column NAME --out NEW.",
                ),
            ),
            ErrorSpec(
                "elements.score",
                197,
                422,
                Text("The table conforms too little.", "표가 데이터 요소에 충분히 맞지 않습니다."),
                Text(
                    "{share} % of its values conform, {least} % are asked for; the worst column is {column}.",
                    "값의 {share}%가 맞는데 {least}%가 필요합니다. 가장 나쁜 열은 {column}입니다.",
                ),
                Text(
                    "Correct the mapping (unit, date form, codes) or the data; --json names the rows.",
                    "대응표의 단위, 날짜 형식, 코드나 자료를 고치십시오. --json이 행을 알려 줍니다.",
                ),
            ),
        ]
    )
