"""Why a plan can't be applied, or personal data may not leave: codes with their words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        # a plan and a table
        "no-column": Text("the table has no such column", "표에 그런 열이 없습니다"),
        "type": Text(
            "the column's type doesn't go with the method", "열의 자료형에 쓸 수 없는 방법입니다"
        ),
        "boxes": Text(
            "it holds no boxes of images: path -> list of left, top, width, height",
            "이미지의 상자(경로 -> 왼쪽, 위, 너비, 높이 목록)가 아닙니다",
        ),
        "no-image": Text("the data set has no such image", "데이터셋에 그런 이미지가 없습니다"),
        "no-class": Text("no box has that class", "그 분류의 상자가 없습니다"),
        "nothing-left": Text("no column would be left", "남는 열이 없습니다"),
        "shape": Text("it is not the shape of a service number", "군번의 형식이 아닙니다"),
        # a privacy record
        "no-record": Text(
            "it holds personal data and has no privacy record",
            "개인정보가 있는데 개인정보 처리 기록이 없습니다",
        ),
        "shows-people": Text(
            "it shows people, or its images name them, and it has no privacy record",
            "사람이 보이거나 이미지에 이름이 적혀 있는데 개인정보 처리 기록이 없습니다",
        ),
        "expired": Text("the time for which it may be kept is over", "보유 기간이 지났습니다"),
        "not-reviewed": Text(
            "its adequacy review has not found it adequate",
            "적정성 검토에서 적정으로 판정되지 않았습니다",
        ),
        "still-identifying": Text(
            "it counts as pseudonymised, and the scan finds personal data in it",
            "가명정보라고 하지만 개인정보가 검출되었습니다",
        ),
        "own-review": Text(
            "who writes the record is not its reviewer",
            "기록하는 사람은 적정성을 검토할 수 없습니다",
        ),
        "reviewer": Text("the charter has no such principal", "협약에 없는 행위자입니다"),
        "review": Text(
            "outcome, reviewer and date of the review go together",
            "검토 결과, 검토자, 검토일을 함께 적어야 합니다",
        ),
        "basis": Text(
            "the legal basis and the method don't go together",
            "처리 근거와 처리 방법이 서로 맞지 않습니다",
        ),
        "past": Text("the retention date is not in the future", "보유 기한이 이미 지났습니다"),
        "date": Text("a date is not one, or none of this century", "날짜가 올바르지 않습니다"),
        "form": Text("the record has another form", "기록의 형식이 다릅니다"),
        "other": Text("the record is about another data set", "다른 데이터셋의 기록입니다"),
        # requests
        "not-lower": Text("the label would not be lower", "보안등급 표시가 낮아지지 않습니다"),
        "other-owner": Text("the owners would change", "소유 기관이 바뀝니다"),
        "assets": Text("it names other assets", "다른 자산이 적혀 있습니다"),
        "document": Text(
            "the data set's document has another form", "데이터셋 문서의 형식이 다릅니다"
        ),
        "figures": Text(
            "its figures are not those of the data set's document",
            "요청에 적힌 수치가 데이터셋 문서와 다릅니다",
        ),
        "shared": Text(
            "another data set has the same table, and its time is not over",
            "같은 표를 쓰는 다른 데이터셋의 보유 기간이 남아 있습니다",
        ),
        "images": Text(
            "it has images, which a plan for a table leaves as they are; dure datasets deidentify images "
            "treats them",
            "이미지가 있는 데이터셋이며, 표의 계획은 이미지에 미치지 않습니다. dure datasets deidentify "
            "images로 처리하십시오",
        ),
        "spans": Text(
            "it has spans, which this would leave as they are, at places that no longer fit",
            "구간이 있는 데이터셋이며, 이 동작은 구간에 미치지 않아 위치가 어긋납니다",
        ),
        "keys-shredded": Text("they are shredded already", "이미 파기되었습니다"),
        "keys-held": Text(
            "a legal hold lies on a data set that they were used on, or on what was made of it",
            "이 키를 쓴 데이터셋이나 그 파생 자산에 법적 보존이 걸려 있습니다",
        ),
        "not-due": Text("its time is not over yet", "보유 기간이 아직 지나지 않았습니다"),
    }
)
