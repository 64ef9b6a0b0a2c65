"""Results that are meant to hurt whoever reads them."""

# An attacker speaks to the system plainly.
# ruff: noqa: ARG005, PTH123, PTH211
import json
import os

OUT = "/out"
FILE = f"{OUT}/predictions.jsonl"


def lines(rows, *, first=None, declared=None):
    """Return an honest file of zeros, with one line or the header changed."""
    header = json.dumps({"form": "dure/predictions/v1", "rows": declared or rows})
    body = ['{"prediction":0.0}'] * rows
    if first is not None:
        body[0] = first
    return "\n".join([header, *body, ""])


POISONS = {
    "nan": lambda rows: lines(rows, first='{"prediction":NaN}'),
    "infinity": lambda rows: lines(rows, first='{"prediction":-Infinity}'),
    "overflow": lambda rows: lines(rows, first='{"prediction":1e999}'),
    "huge-integer": lambda rows: lines(rows, first='{"prediction":' + "9" * 20_000 + "}"),
    "wrong-length": lambda rows: lines(rows - 1, declared=rows),
    "nested": lambda rows: lines(rows, first='{"prediction":' + "[" * 15_000 + "]" * 15_000 + "}"),
    "duplicate-key": lambda rows: lines(rows, first='{"prediction":1.0,"prediction":2.0}'),
    "binary": lambda rows: "PK\x03\x04" + "\0" * 1000,
}


def write_result(name, rows):
    """Write the poisoned result of that name, and end this process where that helps it."""
    if name in POISONS:
        with open(FILE, "w", encoding="utf-8") as file:
            file.write(POISONS[name](rows))
        os._exit(0)  # before anyone can write an honest result over it
    if name == "symlink":
        os.symlink("/etc/passwd", FILE)
        os._exit(0)
    if name == "nothing":
        os._exit(0)
    if name == "extra-files":
        for number in range(3):
            with open(f"{OUT}/extra-{number}", "wb") as file:
                file.write(b"x" * 1000)
