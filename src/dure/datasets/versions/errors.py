"""Errors of the versions of data sets. Exit statuses 198 to 200."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.text import Text
from dure.datasets.versions.reasons import REASONS


class VersionError(DureError):
    """A version was refused. Exit statuses 198 to 200."""

    WORDS = MappingProxyType({"reason": REASONS})
    TABLE = table(
        [
            ErrorSpec(
                "versions.commit",
                198,
                409,
                Text("The new version was not made.", "새 버전을 만들지 않았습니다."),
                Text("{dataset}: {reason.en}.", "{dataset}: {reason.ko}."),
                Text(
                    "See the versions (dure datasets versions), then commit to the newest again.",
                    "버전을 확인하고(dure datasets versions) 최신 버전에 다시 만드십시오.",
                ),
            ),
            ErrorSpec(
                "versions.tag",
                199,
                422,
                Text("The tag can't be used.", "태그를 쓸 수 없습니다."),
                Text("{tag}: {reason.en}.", "{tag}: {reason.ko}."),
                Text(
                    "Choose another tag, or say --move to take it from that version.",
                    "다른 태그를 고르거나 --move로 그 버전의 태그를 옮기십시오.",
                ),
            ),
            ErrorSpec(
                "versions.diff",
                200,
                422,
                Text(
                    "The versions can't be compared so.", "그렇게는 두 버전을 비교할 수 없습니다."
                ),
                Text("{name}: {reason.en}.", "{name}: {reason.ko}."),
                Text(
                    "Name other key columns, or none: rows are then compared as a whole.",
                    "다른 키 열을 지정하거나 지정하지 마십시오. 그러면 행 전체를 비교합니다.",
                ),
            ),
        ]
    )
