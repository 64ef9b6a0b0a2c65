"""Why the data sets room says no: each reason's code, and its words for people."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "for-text": Text("CSV, JSON and texts", "CSV·JSON·글"),
        "for-csv": Text("CSV", "CSV"),
        "for-cells": Text("CSV and workbooks", "CSV와 통합 문서"),
        "for-workbooks": Text("workbooks", "통합 문서"),
        "for-tables": Text("tables", "표"),
        "for-tables-and-images": Text("tables and folders of images", "표와 이미지 폴더"),
        "for-images": Text("a folder of images", "이미지 폴더"),
        "for-corpora": Text("a corpus of texts", "말뭉치"),
        "for-folders": Text("a folder of images or a corpus", "이미지 폴더와 말뭉치"),
        "for-croissant": Text("a Croissant document of others", "다른 곳의 Croissant 문서"),
        "no-column": Text("the table has no such column", "표에 그런 열이 없습니다"),
        "describes": Text(
            "it is a Croissant document; name the table that it describes",
            "Croissant 문서입니다. 그 문서가 설명하는 표를 지정하십시오",
        ),
        "not-html": Text("its name must end in .html", "이름이 .html로 끝나야 합니다"),
        "not-query": Text(
            "the file holds no single statement that reads rows (SELECT, WITH, VALUES; a semicolon at its end)",
            "행을 읽는 문장 하나(SELECT, WITH, VALUES)가 아닙니다. 세미콜론은 끝에만 쓸 수 있습니다",
        ),
        "not-address": Text("the address is no SQLAlchemy URL", "주소가 SQLAlchemy URL이 아닙니다"),
        "no-driver": Text(
            "no driver for that database is installed", "그 데이터베이스의 드라이버가 없습니다"
        ),
        "unreachable": Text("no connection could be made", "연결할 수 없습니다"),
        "refused": Text(
            "the database refused the query (SQLSTATE {state})",
            "데이터베이스가 질의를 거부했습니다 (SQLSTATE {state})",
        ),
        "too-slow": Text("it took too long", "시간이 너무 오래 걸렸습니다"),
        "column-twice": Text(
            "two columns of the answer have one name", "결과의 두 열이 같은 이름을 가집니다"
        ),
        "column-type": Text(
            "column {column} holds neither numbers, text, truth values, days nor times",
            "{column}번째 열에 숫자, 문자열, 참거짓, 날짜, 시각이 아닌 값이 있습니다",
        ),
        "not-finite": Text(
            "column {column} holds a value that is no number (NaN or infinite)",
            "{column}번째 열에 수가 아닌 값(NaN이나 무한대)이 있습니다",
        ),
    }
)
