"""A table of invented people for the tests of privacy: numbers that no person has, and few values."""

from __future__ import annotations

import random
from pathlib import Path

HEADER = "성명,주민등록번호,나이,성별,지역,진단,입원,퇴원,메모"
DIAGNOSES = ("감기", "골절", "당뇨")


def resident_number(serial: int) -> str:
    """A number with a check digit, of a day in 1990 and a serial that is not given out."""
    digits = f"900101{1_000_000 + serial:07d}"[:12]
    total = sum(
        int(d) * w for d, w in zip(digits, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True)
    )
    return f"{digits[:6]}-{digits[6:]}{(11 - total % 11) % 10}"


def rows(count: int = 120, seed: int = 1) -> list[str]:
    """Lines of a CSV file: two visits of each person."""
    rng, found = random.Random(seed), []
    for i in range(count):
        person = i // 2
        day = 1 + i % 20
        found.append(
            f"가{person},{resident_number(person * 10)},{20 + person % 40},{'남여'[person % 2]},"
            f"{('서울', '부산')[person % 3 == 0]},{rng.choice(DIAGNOSES)},2026-01-{day:02d},"
            f"2026-01-{day + rng.randint(0, 8):02d},연락처는 010-{1000 + person}-{2000 + i}입니다"
        )
    return found


def write(folder: Path, count: int = 120) -> Path:
    file = folder / "people.csv"
    file.write_text("\n".join([HEADER, *rows(count)]) + "\n", encoding="utf-8")
    return file


PLAN = """deidentify = 1
purpose = "trial"
quasi = ["나이", "성별", "지역"]
sensitive = ["진단"]
k = 2
[[column]]
method = "drop"
name = "성명"
[[column]]
method = "pseudonym"
name = "주민등록번호"
[[column]]
method = "generalise"
name = "나이"
width = 20
[[column]]
method = "date-shift"
name = "입원"
subject = "주민등록번호"
[[column]]
method = "date-shift"
name = "퇴원"
subject = "주민등록번호"
[[column]]
method = "mask-personal"
name = "메모"
"""
