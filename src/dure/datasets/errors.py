"""Errors of the data sets room. Statuses 84 to 91."""

from __future__ import annotations

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.text import Text


class DatasetError(DureError):
    """A data set was refused."""

    TABLE = table(
        [
            ErrorSpec(
                "datasets.kind",
                84,
                415,
                Text("The file's kind is not known.", "파일의 종류를 알 수 없습니다."),
                Text(
                    "{path} ends in none of the endings that can be imported: {known}.",
                    "{path}의 확장자는 들여올 수 있는 {known} 가운데 하나가 아닙니다.",
                ),
                Text("Rename the file, or say --kind csv or --kind parquet.", "파일 이름을 바꾸거나 --kind csv 또는 --kind parquet을 지정하십시오."),
            ),
            ErrorSpec(
                "datasets.owner",
                85,
                422,
                Text("The label names another owner.", "보안등급 표시의 소유 기관이 다릅니다."),
                Text(
                    "A node imports its own agency's holdings; this node is {agency}.",
                    "노드는 자기 기관의 자료만 들여옵니다. 이 노드의 기관은 {agency}입니다.",
                ),
                Text("Begin the label with {agency}//.", "보안등급 표시를 {agency}//로 시작하십시오."),
            ),
            ErrorSpec(
                "datasets.not-dataset",
                86,
                422,
                Text("The asset is not a data set.", "이 자산은 데이터셋이 아닙니다."),
                Text("{asset} is of kind {kind}.", "{asset}의 종류는 {kind}입니다."),
                Text("dure datasets list shows the data sets.", "dure datasets list로 데이터셋을 확인하십시오."),
            ),
            ErrorSpec(
                "datasets.changed",
                87,
                409,
                Text("The data don't match their description.", "자료가 설명과 일치하지 않습니다."),
                Text("{part} of {asset} differs from what its Croissant document says.", "{asset}의 {part}이(가) Croissant 문서와 다릅니다."),
                Text("Don't use it; import it again and tell the steward.", "사용하지 말고 다시 들여온 뒤 담당자에게 알리십시오."),
            ),
        ]
    )
