"""What verifying can find: each code with its words and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.findings import Finding, Severity
from dure.core.text import Text

_TELL = Text(
    "Don't use it; ask whoever wrote the description.",
    "사용하지 말고 설명을 쓴 쪽에 문의하십시오.",
)
_KNOW = Text("Nothing to do; know it.", "조치할 것은 없으나 알아 두십시오.")

FOUND: Mapping[str, tuple[Severity, Text, Text]] = MappingProxyType(
    {
        "licence": (
            Severity.ERROR,
            Text("The description states no licence.", "설명에 이용 허락 조건이 없습니다."),
            Text("State one, or that none is stated.", "조건을 적거나 없음을 밝히십시오."),
        ),
        "path": (
            Severity.ERROR,
            Text(
                "The description names a file outside its folder.",
                "설명이 폴더 밖의 파일을 가리킵니다.",
            ),
            _TELL,
        ),
        "missing-file": (
            Severity.ERROR,
            Text(
                "The file is not there, or is no plain file.",
                "파일이 없거나 일반 파일이 아닙니다.",
            ),
            _TELL,
        ),
        "changing-file": (
            Severity.ERROR,
            Text("The file changed while it was read.", "읽는 동안 파일이 바뀌었습니다."),
            Text("Wait until nobody writes it.", "쓰는 쪽이 끝난 뒤 다시 하십시오."),
        ),
        "swapped-file": (
            Severity.ERROR,
            Text(
                "It is another file than the one described: neither size nor digest agree.",
                "설명과 다른 파일입니다. 크기와 요약값이 모두 다릅니다.",
            ),
            _TELL,
        ),
        "size": (
            Severity.ERROR,
            Text(
                "The file has {found} bytes; the description says {stated}.",
                "파일은 {found}바이트이나 설명에는 {stated}바이트로 되어 있습니다.",
            ),
            _TELL,
        ),
        "digest": (
            Severity.ERROR,
            Text(
                "The file's digest is not the one that the description states.",
                "파일의 요약값이 설명과 다릅니다.",
            ),
            _TELL,
        ),
        "no-digest": (
            Severity.WARNING,
            Text(
                "The description states no digest: the file may have been changed.",
                "설명에 요약값이 없어 파일이 바뀌었는지 알 수 없습니다.",
            ),
            _KNOW,
        ),
        "unreadable": (
            Severity.ERROR,
            Text("The file is no table: {what.en}", "파일이 표가 아닙니다: {what.ko}"),
            _TELL,
        ),
        "missing-column": (
            Severity.ERROR,
            Text("The file has no such column.", "파일에 그런 열이 없습니다."),
            _TELL,
        ),
        "unlisted-column": (
            Severity.ERROR,
            Text("The description does not name this column.", "설명에 없는 열입니다."),
            _TELL,
        ),
        "other-column": (
            Severity.NOTICE,
            Text("The description does not name this column.", "설명에 없는 열입니다."),
            _KNOW,
        ),
        "type": (
            Severity.ERROR,
            Text(
                "The column is {found}; the description says {stated}.",
                "열은 {found}이나 설명에는 {stated}(으)로 되어 있습니다.",
            ),
            _TELL,
        ),
        "rows": (
            Severity.ERROR,
            Text(
                "The data have {found} rows; the description says {stated}.",
                "자료는 {found}행이나 설명에는 {stated}행으로 되어 있습니다.",
            ),
            _TELL,
        ),
        "no-files": (
            Severity.ERROR,
            Text("No file belongs to this set.", "이 집합에 속하는 파일이 없습니다."),
            _TELL,
        ),
        "unlisted-file": (
            Severity.ERROR,
            Text("The index does not list this file.", "색인에 없는 파일입니다."),
            _TELL,
        ),
        "no-index": (
            Severity.ERROR,
            Text(
                "No index lists the files of this set with their digests.",
                "이 집합의 파일과 요약값을 적은 색인이 없습니다.",
            ),
            _TELL,
        ),
        "more-files": (
            Severity.ERROR,
            Text(
                "More than {most} files differ; the rest is not named.",
                "다른 파일이 {most}개를 넘어 나머지는 적지 않았습니다.",
            ),
            _TELL,
        ),
        "no-source": (
            Severity.ERROR,
            Text(
                "The description names a file or set that it doesn't describe.",
                "설명이 스스로 밝히지 않은 파일을 가리킵니다.",
            ),
            _TELL,
        ),
        "nothing": (
            Severity.ERROR,
            Text(
                "The description names no column of any file: there is nothing to verify.",
                "설명이 가리키는 열이 없어 대조할 것이 없습니다.",
            ),
            _TELL,
        ),
        "no-texts": (
            Severity.ERROR,
            Text(
                "The spans can't be held against texts: a table or a column is missing.",
                "구간을 글과 대조할 수 없습니다. 표나 열이 없습니다.",
            ),
            _TELL,
        ),
        "span-text": (
            Severity.ERROR,
            Text(
                "A document has another number, or its text another length, than its row says.",
                "행에 적힌 번호나 글자 수와 다른 문서가 있습니다.",
            ),
            _TELL,
        ),
        "span-document": (
            Severity.ERROR,
            Text(
                "A span names a document that is not there.",
                "없는 문서를 가리키는 구간이 있습니다.",
            ),
            _TELL,
        ),
        "span-range": (
            Severity.ERROR,
            Text(
                "A span is empty, or lies outside its text.",
                "비어 있거나 글의 범위를 벗어난 구간이 있습니다.",
            ),
            _TELL,
        ),
        "unsupported": (
            Severity.ERROR,
            Text(
                "This part can't be held against data: {reason.en}.",
                "이 부분은 자료와 대조할 수 없습니다: {reason.ko}.",
            ),
            Text(
                "Take what it describes as unverified, or describe it as columns of a local file.",
                "대조되지 않은 것으로 여기거나, 로컬 파일의 열로 설명하십시오.",
            ),
        ),
        "unchecked": (
            Severity.INFO,
            Text("This says more than is compared.", "여기에는 대조하지 않는 내용이 있습니다."),
            _KNOW,
        ),
    }
)
"""Code of a finding, without its family -> severity, words, next step."""

UNSUPPORTED: Mapping[str, Text] = MappingProxyType(
    {
        "archive": Text("it lies inside an archive", "압축 파일 안에 있습니다"),
        "repository": Text("it lies in a repository", "저장소 안에 있습니다"),
        "remote": Text(
            "it lies elsewhere, and nothing is fetched", "다른 곳에 있으며 가져오지 않습니다"
        ),
        "nested": Text("it has several values or parts", "여러 값이나 하위 항목이 있습니다"),
        "source": Text("it is not from one file or set", "파일 하나에서 온 것이 아닙니다"),
        "extract": Text("it is not a column", "열이 아닙니다"),
        "transform": Text("it is a column transformed", "변환한 열입니다"),
        "format": Text(
            "the file is neither CSV, JSON nor Parquet",
            "파일이 CSV, JSON, Parquet 가운데 하나가 아닙니다",
        ),
    }
)
"""Why a part can't be held against data."""


def finding(code: str, subject: str, locator: str = "", **facts: object) -> Finding:
    """Return the finding of a code.

    Parameters
    ----------
    code
        One of `FOUND`.
    subject
        The file, or the document.
    locator
        Column or place in the document.
    **facts
        What the words name.
    """
    severity, words, next_step = FOUND[code]
    return Finding(
        code=f"datasets.verify.{code}",
        severity=severity,
        subject=subject,
        locator=locator,
        words=words.fill(**facts),
        next_step=next_step,
    )
