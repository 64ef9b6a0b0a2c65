"""The headings of an element set's CSV file: ours, and those of Korea's common standard terms.

Source
------
Ministry of the Interior and Safety, 공공데이터 공통표준용어 (common standard terms of public data): term,
description, English abbreviation, domain, allowed values, storage and display form, code system,
synonyms; and its domains: data type, length, decimals, unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "id": "id",
        "ko": "name_ko",
        "en": "name_en",
        "definition": "definition",
        "type": "type",
        "length": "length",
        "unit": "unit",
        "allowed": "allowed",
        "synonyms": "synonyms",
        "missing": "missing",
        "key": "key",
        "domain": "domain",
        "storage": "storage",
        "display": "display",
        "source": "code_system",
        "subject": "subject",
    }
)
KOREAN: Mapping[str, str] = MappingProxyType(
    {
        "id": "영문약어명",
        "ko": "용어명",
        "en": "영문명",
        "definition": "설명",
        "type": "데이터타입",
        "length": "길이",
        "unit": "단위",
        "allowed": "허용값",
        "synonyms": "이음동의어",
        "missing": "결측값",
        "key": "연계키",
        "domain": "도메인명",
        "storage": "저장형식",
        "display": "표현형식",
        "source": "코드체계명",
        "subject": "주제영역",
    }
)
"""Part of an element -> its heading, in the order in which an export has them."""

_ALSO: Mapping[str, str] = {
    "id": "abbreviation shortname englishabbreviation 용어영문약어명 용어약어명 영문약어",
    "ko": "ko koreanname termname 표준용어명 한글명 한글용어명 용어",
    "en": "en englishname 영문용어명 영어명",
    "definition": "description definitionko 용어설명 정의",
    "type": "datatype 자료형 타입",
    "length": "datalength 데이터길이",
    "decimals": "decimals scale 소수점길이 데이터소수점길이 소수점",
    "unit": "units 측정단위",
    "allowed": "allowedvalues codes 유효값",
    "synonyms": "aliases 용어이음동의어목록 이음동의어목록 동의어 유의어",
    "missing": "missingvalues missingcodes 결측코드",
    "key": "joinkey 조인키",
    "domain": "domainname 도메인",
    "storage": "storageformat storageform",
    "display": "displayformat displayform",
    "source": "source 행정표준코드명 표준코드명 코드명",
    "subject": "subjectarea 주제영역명 업무영역 업무분야 분류",
    "-": "no number 번호 순번 연번 제정차수 제정일자 소관기관명 소관기관 담당기관",
}
_OF_TERMS = ("공통표준",)

KNOWN: Mapping[str, str] = MappingProxyType(
    {
        "".join(filter(str.isalnum, word.casefold())): part
        for words in (
            ENGLISH,
            KOREAN,
        )
        for part, word in words.items()
    }
    | {word: part for part, words in _ALSO.items() for word in words.split()}
)
"""A heading as it is compared -> part of an element; "-" for what is not kept."""


def part_of(heading: str) -> str:
    """Return the part of an element that a heading means, "" for none.

    Examples
    --------
    >>> part_of("공통표준용어 영문약어명"), part_of("Name_KO"), part_of("번호"), part_of("?")
    ('id', 'ko', '-', '')
    """
    word = "".join(filter(str.isalnum, heading.casefold()))
    for start in _OF_TERMS:
        word = word.removeprefix(start)
    return KNOWN.get(word, "")


TYPES: Mapping[str, str] = MappingProxyType(
    {
        word: kind
        for kind, words in {
            "text": "text string varchar varchar2 nvarchar char nchar clob 문자열 문자 가변문자 고정문자",
            "integer": "integer int bigint smallint 정수",
            "number": "number numeric decimal float double real 수 숫자 실수",
            "boolean": "boolean bool 여부",
            "date": "date 날짜 연월일 일자",
            "datetime": "datetime timestamp 일시",
        }.items()
        for word in words.split()
    }
)
"""A type's name -> type."""

TYPES_KOREAN: Mapping[str, str] = MappingProxyType(
    {
        "text": "문자열",
        "integer": "정수",
        "number": "수",
        "boolean": "여부",
        "date": "날짜",
        "datetime": "일시",
    }
)
