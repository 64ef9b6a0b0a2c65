"""The error table: one row a code, both languages, and the way between processes."""

from __future__ import annotations

import pickle
import re
import string
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

import dure
from dure.core import errors
from dure.core.errors import CoreError, DureError, ErrorSpec, error_table, families, find, table
from dure.core.text import Text, printable

_WORDS = Text("what", "무엇")
_ROW = ErrorSpec("demo.row", 125, 422, _WORDS, _WORDS, _WORDS)


def _load_every_family() -> None:
    root = Path(dure.__file__).parent
    for path in sorted(root.rglob("errors.py")):
        import_module(".".join(("dure", *path.relative_to(root).with_suffix("").parts)))


def test_codes_and_exit_statuses_are_unique_in_the_house() -> None:
    _load_every_family()
    rows = error_table()
    statuses = [row.exit_status for row in rows.values()]
    assert len(set(statuses)) == len(statuses)
    assert all(2 <= status <= 125 or 193 <= status <= 254 for status in statuses)
    assert all(400 <= row.http_status <= 599 for row in rows.values())
    assert {row.exit_status for row in CoreError.TABLE.values()} <= set(range(10, 20))


def test_both_languages_name_the_same_facts() -> None:
    _load_every_family()
    for row in error_table().values():
        for words in (row.what, row.why, row.next_step):
            english, korean = (
                {name for _, name, _, _ in string.Formatter().parse(side) if name}
                for side in (words.en, words.ko)
            )
            assert {re.sub("[._]en$", "", name) for name in english} == {
                re.sub("[._]ko$", "", name) for name in korean
            }, row.code


def test_a_table_refuses_doubles() -> None:
    assert table([_ROW])["demo.row"] is _ROW
    with pytest.raises(ValueError, match="share"):
        table([_ROW, _ROW])
    with pytest.raises(ValueError, match="share"):
        table([_ROW, ErrorSpec("demo.other", 125, 422, _WORDS, _WORDS, _WORDS)])


def test_two_families_may_not_redo_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    first, inheriting = SimpleNamespace(TABLE=table([_ROW])), SimpleNamespace(TABLE=table([_ROW]))
    second = SimpleNamespace(TABLE=table([ErrorSpec("demo.row", 124, 422, _WORDS, _WORDS, _WORDS)]))
    monkeypatch.setattr(errors, "families", lambda: [first, inheriting])
    assert error_table() == {"demo.row": _ROW}
    monkeypatch.setattr(errors, "families", lambda: [first, second])
    with pytest.raises(ValueError, match=r"demo\.row"):
        error_table()


def test_every_family_is_found_in_order_of_name() -> None:
    class WiderError(DureError):
        pass

    class NarrowerError(WiderError):
        pass

    found = families()
    assert {CoreError, WiderError, NarrowerError} <= set(found)
    assert found == sorted(found, key=lambda family: f"{family.__module__}.{family.__qualname__}")


def test_an_error_says_what_why_and_what_next() -> None:
    error = CoreError("core.suite", suite="x", known="intl, kr-public")
    assert error.what == "The crypto suite is unknown."
    assert "intl, kr-public" in error.why
    assert error.next_step.startswith("Choose")
    assert error.to_dict() == {
        "code": "core.suite",
        "exit_status": 14,
        "what": error.what,
        "why": error.why,
        "next_step": error.next_step,
    }
    korean = error.to_dict("ko")
    assert korean["what"] == "알 수 없는 암호 묶음입니다."
    assert str(error).startswith("core.suite: ")


def test_an_error_crosses_a_process() -> None:
    error = CoreError("core.label-term", policy="p", part="grade", term="Z")
    for copy in (pickle.loads(pickle.dumps(error)), find(error.code, error.facts)):
        assert type(copy) is CoreError
        assert (copy.code, copy.facts, str(copy)) == (error.code, error.facts, str(error))


def test_a_code_or_fact_that_is_not_there_is_a_defect_of_the_caller() -> None:
    with pytest.raises(KeyError):
        CoreError("core.nothing")
    with pytest.raises(KeyError):
        CoreError("core.suite", suite="x")
    with pytest.raises(KeyError):
        find("nothing.at-all", {})


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\x1b]0;b\x07\nc", r"a\x1b]0;b\x07\nc"),
        (Path("a\x1b[2J.csv"), r"a\x1b[2J.csv"),
        ("\u202efdp.csv", r"\u202efdp.csv"),
        ("\udcff.csv", r"\udcff.csv"),
        ("해상 항적\u3000(2026).csv", "해상 항적\u3000(2026).csv"),
        (3, "3"),
    ],
)
def test_a_name_in_an_error_steers_no_terminal_and_forges_no_line(name: object, shown: str) -> None:
    error = CoreError("core.suite", suite=name, known="intl")
    assert error.why == f"{shown} is not one of intl."
    assert error.facts["suite"] == name


def test_words_of_several_lines_keep_them() -> None:
    assert printable("a\nb\x1b", keep="\n") == "a\nb\\x1b"
    assert printable("두\u3164레") == "두\\u3164레"  # printable by Unicode, and yet nobody sees it
