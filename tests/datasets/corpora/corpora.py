"""Small corpora for tests: Korean reports of ships, invented."""

from __future__ import annotations

import json
from pathlib import Path

TEXTS = (
    "한빛호가 부산항에 들어왔다.",
    "새벽별호는 인천항을 떠나 목포로 갔다. 🚢 선장은 말이 없었다.",
    "Nothing was seen.",
)
SPANS = (
    ((0, 3, "SHIP"), (5, 8, "PORT")),
    ((0, 4, "SHIP"), (6, 9, "PORT"), (14, 16, "PORT"), (24, 26, "ROLE")),
    (),
)


def lines(place: Path, *records: object) -> Path:
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records)
    place.write_text(text, encoding="utf-8")
    return place


def with_lines(place: Path) -> Path:
    """JSON lines with spans, as spaCy's and Doccano's users write them."""
    place.mkdir(parents=True)
    first, second, third = TEXTS
    lines(
        place / "train.jsonl",
        {"id": "a", "text": first, "label": [list(one) for one in SPANS[0]], "source": {"desk": 3}},
        {
            "id": "b",
            "text": second,
            "entities": [
                {"id": 7 + at, "start_offset": start, "end_offset": end, "label": tag, "sure": True}
                for at, (start, end, tag) in enumerate(SPANS[1])
            ],
        },
    )
    lines(place / "test.jsonl", {"text": third, "spans": []})
    return place


def with_brat(place: Path) -> Path:
    for number, (text, spans) in enumerate(zip(TEXTS, SPANS, strict=True)):
        part = place / ("test" if number == 2 else "train")
        part.mkdir(parents=True, exist_ok=True)
        (part / f"{number}.txt").write_text(text, encoding="utf-8")
        said = "".join(
            f"T{at}\t{tag} {start} {end}\t{text[start:end]}\n"
            for at, (start, end, tag) in enumerate(spans, 1)
        )
        if spans:
            said += "A1\tSure T1\nR1\tIn Arg1:T1 Arg2:T2\n#1\tAnnotatorNotes T2\t확인함\n"
        (part / f"{number}.ann").write_text(said, encoding="utf-8")
    return place


def with_columns(place: Path, encoding: str = "utf-8") -> Path:
    place.mkdir(parents=True)
    text = "한빛호가\tB-SHIP\n부산\tB-PORT\n항\tI-PORT\n에서\tO\n\n# 2\nNothing\tO\n"
    (place / "train.conll").write_text(text, encoding=encoding)
    return place
