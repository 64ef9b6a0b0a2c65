"""Why a document or its table can't be read or given: each reason's code, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

READING: Mapping[str, Text] = MappingProxyType(
    {
        "not-json": Text("it is not JSON", "JSON이 아닙니다"),
        "not-file": Text("it is not a regular file", "일반 파일이 아닙니다"),
        "too-long": Text("it is longer than any document", "문서로 보기에는 너무 깁니다"),
        "document-form": Text(
            "a part of the document is missing or has another form",
            "문서의 일부가 없거나 형식이 다릅니다",
        ),
        "column-type": Text("the type is not known", "알 수 없는 자료형입니다"),
        "released-form": Text(
            "the released statistics have another form", "공개 통계의 형식이 다릅니다"
        ),
        "released-range": Text(
            "the released statistics are no values of the column's type",
            "공개 통계가 그 열의 자료형에 맞는 값이 아닙니다",
        ),
        "not-installed": Text("the package is not installed", "패키지가 설치되어 있지 않습니다"),
        "not-number": Text("the column holds no numbers", "수가 아닌 열입니다"),
        "inexact": Text(
            "a whole number beyond 2^53 stands beside missing values",
            "누락값이 있는 열에 2^53을 넘는 정수가 있습니다",
        ),
        "no-table-here": Text("its table did not come with it", "표가 함께 들어오지 않았습니다"),
        "records-none": Text(
            "no record set of it has columns of files", "파일의 열로 된 레코드 집합이 없습니다"
        ),
        "records-several": Text(
            "it has several record sets; name one with --records",
            "레코드 집합이 여러 개입니다. --records로 하나를 지정하십시오",
        ),
        "sources-several": Text(
            "its fields come from several files that would have to be joined",
            "여러 파일을 결합해야 하는 필드입니다",
        ),
        "names-twice": Text("two fields have one name", "두 필드의 이름이 같습니다"),
        "no-source": Text("the document has no such file", "문서에 그런 파일이 없습니다"),
        "no-files": Text("no file, or too many, match", "맞는 파일이 없거나 너무 많습니다"),
        "path": Text("it lies outside the document's folder", "문서의 폴더 밖에 있습니다"),
        "no-column": Text("the table has no such column", "표에 그런 열이 없습니다"),
    }
)
"""Code of a reason -> its words."""
