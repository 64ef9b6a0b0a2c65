"""Errors of the ledger. Exit statuses 52 to 59."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.text import Text
from dure.governance.ledger.reasons import EXTENTS, PARTS, PLACES, REASONS


class LedgerError(DureError):
    """The ledger refused something, or a check of it found damage. Exit statuses 52 to 59."""

    WORDS = MappingProxyType({"reason": REASONS, "where": PLACES, "extent": EXTENTS, "part": PARTS})
    TABLE = table(
        [
            ErrorSpec(
                "ledger.bounds",
                52,
                422,
                Text(
                    "A number is outside what the ledger allows.",
                    "감사 기록이 허용하는 범위를 벗어난 값입니다.",
                ),
                Text(
                    "The {part.en} is {given}; allowed is {lowest} to {highest}.",
                    "{part.ko}: {given}. 허용 범위는 {lowest}부터 {highest}까지입니다.",
                ),
                Text(
                    "Ask within these bounds (dure ledger show tells the size); "
                    "keep large content in the vault and record its digest.",
                    "이 범위 안에서 요청하십시오(크기는 dure ledger show로 확인). "
                    "큰 내용은 격리 저장소에 두고 요약값만 기록하십시오.",
                ),
            ),
            ErrorSpec(
                "ledger.note",
                53,
                422,
                Text(
                    "The checkpoint or key text is malformed.",
                    "기준점 또는 키 문자열의 형식이 잘못되었습니다.",
                ),
                Text("{reason.en}.", "{reason.ko}."),
                Text(
                    "Get the file again, byte for byte, from the agency that wrote it.",
                    "파일을 작성한 기관에서 원본 그대로 다시 받으십시오.",
                ),
            ),
            ErrorSpec(
                "ledger.signature",
                54,
                422,
                Text(
                    "The checkpoint is not signed by this ledger's key.",
                    "기준점이 이 감사 기록의 키로 서명되지 않았습니다.",
                ),
                Text("{name}: {reason.en}.", "{name}: {reason.ko}."),
                Text(
                    "Check which ledger and which key you asked for; if both are right, treat the "
                    "checkpoint as forged and report it.",
                    "감사 기록과 키를 제대로 지정했는지 확인하십시오. 둘 다 맞다면 위조된 기준점으로 "
                    "보고 신고하십시오.",
                ),
            ),
            ErrorSpec(
                "ledger.edited",
                55,
                409,
                Text(
                    "The ledger was edited after it was signed.",
                    "서명된 뒤에 감사 기록이 변경되었습니다.",
                ),
                Text(
                    "{where.en} is not what the signed tree of {size} entries contains.",
                    "{where.ko}: 서명된 {size}건의 기록과 일치하지 않습니다.",
                ),
                Text(
                    "Keep this copy as evidence and compare it with a witness's or an earlier export.",
                    "이 사본을 증거로 보존하고, 공동확인 기관의 사본이나 전에 내보낸 것과 비교하십시오.",
                ),
            ),
            ErrorSpec(
                "ledger.gap",
                56,
                409,
                Text("A part of the ledger is missing.", "감사 기록의 일부가 없습니다."),
                Text(
                    "{where.en} is missing, although later parts are there.",
                    "{where.ko}이(가) 없는데 그 뒤의 부분은 있습니다.",
                ),
                Text(
                    "Copy the export again; if the source has the same gap, report it.",
                    "내보낸 것을 다시 복사하십시오. 원본에도 없으면 신고하십시오.",
                ),
            ),
            ErrorSpec(
                "ledger.truncated",
                57,
                409,
                Text("The end of the ledger is missing.", "감사 기록의 끝부분이 없습니다."),
                Text(
                    "The signed size is {extent.en}; the entries end before entry {number}.",
                    "서명된 크기는 {extent.ko}인데 기록은 {number}번 앞에서 끝납니다.",
                ),
                Text(
                    "Copy the export again; if the source is as short, report it.",
                    "내보낸 것을 다시 복사하십시오. 원본도 짧으면 신고하십시오.",
                ),
            ),
            ErrorSpec(
                "ledger.rollback",
                58,
                409,
                Text("The ledger was rolled back.", "감사 기록이 이전 상태로 되돌려졌습니다."),
                Text(
                    "It has {size} entries, but an earlier checkpoint proves {earlier}.",
                    "지금은 {size}건이지만 이전 기준점은 {earlier}건이 있었음을 증명합니다.",
                ),
                Text(
                    "Keep the earlier checkpoint; ask the agency how entries were lost.",
                    "이전 기준점을 보존하고, 기록이 사라진 경위를 해당 기관에 확인하십시오.",
                ),
            ),
            ErrorSpec(
                "ledger.fork",
                59,
                409,
                Text(
                    "The ledger has two different histories.",
                    "감사 기록에 서로 다른 두 이력이 있습니다.",
                ),
                Text(
                    "The first {earlier} of its {size} entries are not those of the earlier checkpoint.",
                    "{size}건 가운데 처음 {earlier}건이 이전 기준점의 것과 다릅니다.",
                ),
                Text(
                    "Keep both checkpoints: together they prove that the ledger was forked.",
                    "두 기준점을 모두 보존하십시오. 이력이 갈라졌다는 증거입니다.",
                ),
            ),
        ]
    )
