"""A plan proposed from the data: every column with a method, and why. Runs inside the sandbox.

Three things speak: what the scan for personal data finds in the values, what the column is called,
and how its values are. The steward decides; what nobody can tell from these is proposed to be kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dure.core.text import Text
from dure.datasets.deidentify import methods
from dure.datasets.deidentify.methods import AnyMethod
from dure.datasets.deidentify.plan import MAX_COLUMNS, Plan
from dure.datasets.personal.kinds import WORDS, Confidence, Kind
from dure.datasets.personal.scan import Scanner

_BATCH_ROWS = 1 << 16
_MOST_CELLS = 0.5
_MOST_OF_A_CELL = 0.8
_AGE_WIDTH = 10
_POSTAL_WIDTH = 1_000
"""Korean postal codes have five digits, of which the first two name province and district."""
_MOST_QUASI = 16
_PROPOSED_K = 5


def _named(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


_NAMES = _named("성명", "이름", "성함", "성씨", r"\b(full|first|last|family|given|sur)?_?name\b")
_BIRTH = _named("생년월일", "생일", "출생", "birth", r"\bdob\b")
_AGE = _named("나이", "연령", r"(^|[^a-z])age([^a-z]|$)")
_POSTAL = _named("우편번호", "postal", "postcode", r"(^|[^a-z])zip")
_NUMBERS = _named(
    r"(환자|회원|고객|사원|직원|수급자|가입자|학생)_? ?(번호|식별자|id)",
    *("학번", "사번", "군번"),
    r"(patient|member|customer|employee|person|user|subject|student)[_ ]?(id|no|number)",
)
_QUASI = _named(
    *("성별", "지역", "시도", "시군구", "거주", "직업", "직급", "계급", "학력", "국적", "혼인"),
    *(r"(^|[^a-z])sex([^a-z]|$)", "gender", "region", "district", "occupation", "nationality"),
    *("education", "marital", "ethnic"),
)
_SENSITIVE = _named(
    *("질병", "병명", "진단", "장애", "혈액", "종교", "정당", "노조", "노동조합", "유전", "범죄"),
    *("급여", "연봉", "소득", "diagnos", "disease", "disab", "religio", "salary", "income"),
)

_WHY: Mapping[str, Text] = {
    "identifier": Text(
        "The scan finds {what.en} in most cells.", "대부분의 칸에서 {what.ko}이(가) 검출되었습니다."
    ),
    "inside": Text(
        "The scan finds {what.en} inside texts.", "글 안에서 {what.ko}이(가) 검출되었습니다."
    ),
    "number": Text(
        "Some of these numbers look like {what.en}: look at them.",
        "일부 숫자가 {what.ko}과(와) 비슷합니다. 확인하십시오.",
    ),
    "address": Text(
        "Addresses: province and district stay.", "주소입니다. 시도와 시군구만 남깁니다."
    ),
    "name": Text(
        "The column is called like a person's name; no scan can tell.",
        "열 이름이 사람의 성명으로 보입니다. 값만으로는 확인할 수 없습니다.",
    ),
    "birth": Text("A day of birth: the year stays.", "생년월일입니다. 연도만 남깁니다."),
    "age": Text("An age: bands of ten years stay.", "나이입니다. 10세 단위로 묶습니다."),
    "postal": Text("A postal code: two digits stay.", "우편번호입니다. 앞 두 자리만 남깁니다."),
    "number-of": Text(
        "A number that names one person, by the column's name.",
        "열 이름으로 보아 사람마다 하나씩 붙는 번호입니다.",
    ),
    "quasi": Text(
        "A quasi-identifier by its name: with others it may tell who somebody is.",
        "열 이름으로 보아 준식별자입니다. 다른 항목과 합치면 누구인지 알 수 있습니다.",
    ),
    "sensitive": Text(
        "Something that nobody should learn of somebody, by its name.",
        "열 이름으로 보아 민감한 항목입니다.",
    ),
}


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the scan saw in one column."""

    kind: Kind
    whole: int
    rows: int
    present: int

    @property
    def is_identifier(self) -> bool:
        return self.whole > 0 and self.whole >= self.present * _MOST_CELLS


def propose(table: Path, shapes: Sequence[str] = ()) -> Plan:
    """Return a plan for a Parquet table.

    Parameters
    ----------
    table
        The table.
    shapes
        Shapes of service numbers to look for; none means the usual one.
    """
    blank = Plan(service_numbers=tuple(shapes))
    scanner = Scanner(shapes=blank.shapes)
    quasi, sensitive, column = [], [], []
    with pq.ParquetFile(table) as source:
        for field in list(source.schema_arrow)[:MAX_COLUMNS]:
            if len(field.name) > methods.NAME_CHARACTERS or not field.name:
                continue
            method = _method(field, _look(source, field.name, scanner))
            column.append(method)
            if _is_quasi(field.name, method):
                quasi.append(field.name)
            elif method.method == "keep" and _SENSITIVE.search(field.name):
                sensitive.append(field.name)
    return Plan(
        quasi=tuple(quasi[:_MOST_QUASI]),
        sensitive=tuple(sensitive[:_MOST_QUASI]),
        k=_PROPOSED_K if quasi else 1,
        service_numbers=blank.service_numbers,
        column=tuple(column),
    )


def _look(source: pq.ParquetFile, name: str, scanner: Scanner) -> _Seen | None:
    """Return what stands most often in a column, and in how many cells it is the whole text."""
    whole: dict[Kind, int] = {}
    rows: dict[Kind, set[int]] = {}
    present = first = 0
    for batch in source.iter_batches(_BATCH_ROWS, columns=[name], use_threads=False):
        values = batch.column(name)
        present += len(values) - values.null_count
        lengths = _lengths(values)
        for hit in scanner.scan(pa.record_batch([values], names=[name])):
            if hit.confidence > Confidence.LOW:
                rows.setdefault(hit.kind, set()).add(first + hit.row)
                covered = lengths is None or hit.end - hit.start >= (
                    _MOST_OF_A_CELL * lengths[hit.row]
                )
                whole[hit.kind] = whole.get(hit.kind, 0) + covered
        first += len(values)
    if not rows:
        return None
    kind = max(rows, key=lambda one: (whole.get(one, 0), len(rows[one])))
    return _Seen(kind, whole.get(kind, 0), len(rows[kind]), present)


def _lengths(values: pa.Array) -> Any:
    if not pa.types.is_string(values.type):
        return None
    return np.asarray(pc.utf8_length(values).fill_null(0))


def _method(field: pa.Field, seen: _Seen | None) -> AnyMethod:
    name, kind = field.name, field.type
    is_text = pa.types.is_string(kind)
    if seen is not None:
        return _of_found(name, kind, seen)
    if is_text and _NAMES.search(name):
        return methods.Drop(name=name, **_why("name"))
    if _BIRTH.search(name) and (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        return methods.Generalise(name=name, to="year", **_why("birth"))
    if _BIRTH.search(name) and (is_text or pa.types.is_integer(kind)):
        return methods.Mask(name=name, keep_first=4, **_why("birth"))
    if _AGE.search(name) and (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return methods.Generalise(name=name, width=_AGE_WIDTH, **_why("age"))
    if _POSTAL.search(name) and is_text:
        return methods.Generalise(name=name, characters=2, **_why("postal"))
    if _POSTAL.search(name) and pa.types.is_integer(kind):
        return methods.Generalise(name=name, width=_POSTAL_WIDTH, **_why("postal"))
    if _NUMBERS.search(name) and (is_text or pa.types.is_integer(kind)):
        return methods.Pseudonym(name=name, **_why("number-of"))
    if _QUASI.search(name):
        return methods.Keep(name=name, **_why("quasi"))
    if _SENSITIVE.search(name):
        return methods.Keep(name=name, **_why("sensitive"))
    return methods.Keep(name=name)


def _of_found(name: str, kind: pa.DataType, seen: _Seen) -> AnyMethod:
    what = WORDS[seen.kind]
    if seen.is_identifier and seen.kind is Kind.ADDRESS:
        return methods.Generalise(name=name, words=2, **_why("address"))
    if seen.is_identifier and (pa.types.is_string(kind) or pa.types.is_integer(kind)):
        return methods.Pseudonym(name=name, **_why("identifier", what))
    if seen.is_identifier:
        return methods.Drop(name=name, **_why("identifier", what))
    if pa.types.is_string(kind):
        return methods.MaskPersonal(name=name, **_why("inside", what))
    return methods.Keep(name=name, **_why("number", what))


def _is_quasi(name: str, method: AnyMethod) -> bool:
    if method.method not in ("keep", "generalise", "mask"):
        return False
    return any(word.search(name) for word in (_BIRTH, _AGE, _POSTAL, _QUASI)) or (
        method.method == "generalise"
    )


def _why(which: str, what: Text | None = None) -> dict[str, Any]:
    words = _WHY[which].fill(what=what) if what else _WHY[which]
    return {"why_en": words.en, "why_ko": words.ko}
