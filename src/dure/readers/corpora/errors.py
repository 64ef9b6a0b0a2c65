"""Errors about text corpora and their annotations. Exit statuses 250 to 252."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.system import SYSTEM
from dure.core.text import Text

FOLDERS = MappingProxyType(
    {
        "no-texts": Text(
            "it holds no texts of that kind (.txt, .txt with .ann, .jsonl, .conll)",
            "그런 종류의 글(.txt, .txt와 .ann, .jsonl, .conll)이 없습니다",
        ),
        "too-many": Text("it holds more files than are taken", "파일이 너무 많습니다"),
        "too-deep": Text("its folders are nested too deeply", "하위 폴더가 너무 깊습니다"),
        "no-kind": Text(
            "nothing tells how its annotations are written", "주석의 형식을 알 수 없습니다"
        ),
        "one-file": Text(
            "brat and none are for a folder of texts, and it is one file",
            "brat와 none은 글의 폴더에만 쓸 수 있는데, 파일 하나입니다",
        ),
        "not-corpus": Text("it is a data set without spans", "구간이 없는 데이터셋입니다"),
    }
)
"""Why something is not taken for a corpus."""

FILES = MappingProxyType(
    {
        "changed": Text("it changed while it was read", "읽는 동안 바뀌었습니다"),
        "not-regular": Text("it is no regular file", "일반 파일이 아닙니다"),
        "file-size": Text("it is larger than such a file may be", "받을 수 있는 크기를 넘습니다"),
        "name-form": Text(
            "its name is no text, holds a backslash or a character that can't be seen, or is too long",
            "이름이 글자가 아니거나, 역슬래시나 보이지 않는 문자가 있거나, 너무 깁니다",
        ),
        "name-twice": Text(
            "another file has the same name in another spelling of the same letters",
            "같은 글자를 다르게 적은 같은 이름의 파일이 있습니다",
        ),
        "not-text": Text(
            "from byte {place} on it is no text in the encodings that were tried",
            "{place}번째 바이트부터 시도한 인코딩의 글자가 아닙니다",
        ),
        "empty": Text("it holds no document", "문서가 없습니다"),
    }
)
"""Why a file is not taken."""

FORMS = MappingProxyType(
    {
        "not-json": Text(
            "record {place} is no JSON, or it breaks off", "{place}번째 레코드가 JSON이 아니거나 중간에 끊겼습니다"
        ),
        "not-object": Text("record {place} is no object", "{place}번째 레코드가 객체가 아닙니다"),
        "twice": Text(
            "in record {place} a key stands twice", "{place}번째 레코드에 같은 키가 두 번 나옵니다"
        ),
        "nested": Text(
            "in record {place} objects and lists lie too deep", "{place}번째 레코드의 중첩이 너무 깊습니다"
        ),
        "not-finite": Text(
            "in record {place} stands NaN or Infinity", "{place}번째 레코드에 NaN이나 Infinity가 있습니다"
        ),
        "too-long": Text("document {place} is too long", "{place}번째 문서가 너무 깁니다"),
        "surrogate": Text(
            "in document {place} stands half a pair of surrogates",
            "{place}번째 문서에 짝이 없는 서러게이트가 있습니다",
        ),
        "nul": Text("in document {place} stands a NUL", "{place}번째 문서에 NUL이 있습니다"),
        "no-text": Text(
            "record {place} has no text (under text, data or sentence)",
            "{place}번째 레코드에 글(text, data, sentence)이 없습니다",
        ),
        "several-keys": Text(
            "record {place} has annotations under several keys", "{place}번째 레코드의 주석이 여러 키에 나뉘어 있습니다"
        ),
        "span-form": Text(
            "in record {place} an annotation is neither [start, end, tag] nor an object with these",
            "{place}번째 레코드에 [시작, 끝, 태그]도 그런 객체도 아닌 주석이 있습니다",
        ),
        "ann-line": Text(
            "line {place} is no annotation of brat", "{place}번째 줄이 brat 주석이 아닙니다"
        ),
        "column-line": Text(
            "line {place} has a token without a tag", "{place}번째 줄의 토큰에 태그가 없습니다"
        ),
        "tag-form": Text(
            "the tag of line {place} is not O, B-… or I-… (or E-, S-, L-, U-)",
            "{place}번째 줄의 태그가 O, B-…, I-…(또는 E-, S-, L-, U-)가 아닙니다",
        ),
        "tag-name": Text(
            "in document {place} a tag is too long or can't be shown",
            "{place}번째 문서에 너무 길거나 보일 수 없는 태그가 있습니다",
        ),
        "tags": Text("there are more tags than are taken", "태그가 너무 많습니다"),
        "spans": Text(
            "document {place} has more annotations than are taken", "{place}번째 문서의 주석이 너무 많습니다"
        ),
    }
)  # fmt: skip
"""Why what stands in a file can't be read."""

SPANS = MappingProxyType(
    {
        "range": Text(
            "{count} annotations lie outside their text, the first in document {place}",
            "글의 범위를 벗어난 주석이 {count}개이며, 처음은 {place}번째 문서에 있습니다",
        ),
        "empty-span": Text(
            "{count} annotations are empty, the first in document {place}",
            "비어 있는 주석이 {count}개이며, 처음은 {place}번째 문서에 있습니다",
        ),
        "mismatch": Text(
            "{count} annotations name another text than stands there, the first in document {place}",
            "그 자리의 글과 다른 주석이 {count}개이며, 처음은 {place}번째 문서에 있습니다",
        ),
        "untagged": Text(
            "{count} annotations have no tag, the first in document {place}",
            "태그가 없는 주석이 {count}개이며, 처음은 {place}번째 문서에 있습니다",
        ),
        "utf-8": Text(
            "the offsets look like bytes of UTF-8, not like characters; say --offsets utf-8, or "
            "--offsets characters if they are right",
            "위치가 글자 수가 아니라 UTF-8 바이트 수로 보입니다. --offsets utf-8로, 맞다면 --offsets "
            "characters로 지정하십시오",
        ),
        "utf-16": Text(
            "the offsets look like units of UTF-16, not like characters; say --offsets utf-16, or "
            "--offsets characters if they are right",
            "위치가 글자 수가 아니라 UTF-16 단위 수로 보입니다. --offsets utf-16으로, 맞다면 --offsets "
            "characters로 지정하십시오",
        ),
    }
)
"""Why annotations can't be used."""


class CorpusError(DureError):
    """A corpus was refused; nothing of it has been kept. Exit statuses 250 to 252."""

    WORDS = MappingProxyType({"reason": {**SYSTEM, **FOLDERS, **FILES, **FORMS, **SPANS}})
    TABLE = table(
        [
            ErrorSpec(
                "corpora.folder",
                250,
                422,
                Text("It can't be used as a corpus.", "말뭉치로 쓸 수 없습니다."),
                Text("{name}: {reason.en}.", "{name}: {reason.ko}."),
                Text(
                    "Say how it is annotated with --annotations (jsonl, brat, conll or none); leave out "
                    "options that are for other data.",
                    "주석 형식을 --annotations(jsonl, brat, conll, none)로 지정하고, 다른 자료에 쓰는 선택 항목은 "
                    "빼십시오.",
                ),
            ),
            ErrorSpec(
                "corpora.file",
                251,
                422,
                Text("A file of the corpus can't be used.", "말뭉치의 파일을 쓸 수 없습니다."),
                Text("{name}: {reason.en}.", "{name}: {reason.ko}."),
                Text(
                    "Correct or remove it; name its encoding with --encoding, the kind of annotations with "
                    "--annotations.",
                    "고치거나 치우십시오. 인코딩은 --encoding, 주석 형식은 --annotations로 지정합니다.",
                ),
            ),
            ErrorSpec(
                "corpora.annotations",
                252,
                422,
                Text("The annotations don't fit the texts.", "주석이 글과 맞지 않습니다."),
                Text("{name}: {reason.en}.", "{name}: {reason.ko}."),
                Text(
                    "dure datasets inspect counts all of them; correct them, or import with "
                    "--leave-out-damaged.",
                    "dure datasets inspect로 모두 보고 고치십시오. --leave-out-damaged로 빼고 들여올 수도 "
                    "있습니다.",
                ),
            ),
        ]
    )
