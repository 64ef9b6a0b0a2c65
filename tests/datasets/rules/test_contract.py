"""The contract file: read back as it was written, and refused with the reason when it is anything else."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.text import is_unseen
from dure.datasets.errors import DatasetError
from dure.datasets.plain_toml import MAX_BYTES
from dure.datasets.rules import forms
from dure.datasets.rules.contract import MAX_RULES, Contract, parse, write

WORDS = st.text(st.characters(codec="utf-8").filter(lambda c: not is_unseen(c)), max_size=20)
NAMES = WORDS.filter(bool)
MANY = st.lists(NAMES, min_size=1, max_size=3, unique=True).map(tuple)
DAYS = st.dates(dt.date(1, 1, 2), dt.date(9999, 12, 30))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
COUNTS = st.integers(0, 2**53 - 1)


def ordered(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(values, values).map(sorted).map(lambda two: {"min": two[0], "max": two[1]})


def built(kind: Any, **more: Any) -> st.SearchStrategy[Any]:
    return st.builds(kind, why_en=WORDS, why_ko=WORDS, **more)


BOUNDS = ordered(NUMBERS) | ordered(DAYS) | ordered(st.datetimes()) | st.just({"max": 0})
RULES = st.one_of(
    built(forms.NotNull, column=NAMES),
    built(forms.NullShare, column=NAMES, max=st.floats(0, 1)),
    built(forms.OfType, column=NAMES, type=st.sampled_from(forms.FAMILIES)),
    st.builds(lambda name, bounds: forms.Within(column=name, **bounds), NAMES, BOUNDS),
    st.builds(lambda name, bounds: forms.Length(column=name, **bounds), NAMES, ordered(COUNTS)),
    built(forms.Pattern, column=NAMES, pattern=st.sampled_from([r"\d+", "a'b", 'q"\\.', "가|나"])),
    built(
        forms.Allowed,
        column=NAMES,
        values=st.lists(
            st.text(st.characters(codec="utf-8"), max_size=9), min_size=1, max_size=4
        ).map(tuple),
    ),
    built(
        forms.Allowed,
        column=NAMES,
        values=st.lists(st.integers(-9, 9), min_size=1, max_size=9).map(tuple),
    ),
    built(forms.Allowed, column=NAMES, values=st.just((True, False))),
    built(forms.Unique, columns=MANY),
    st.builds(
        lambda two, sign: forms.Relation(left=two[0], is_=sign, right=two[-1] + "2"),
        MANY,
        st.sampled_from(["<", "<=", "==", "!=", ">=", ">"]),
    ),
    st.builds(
        lambda names, table: forms.ForeignKey(columns=names, table=table, keys=names), MANY, NAMES
    ),
    st.builds(lambda bounds: forms.RowCount(**bounds), ordered(COUNTS)),
)


@given(st.lists(RULES, min_size=1, max_size=12))
def test_what_was_written_is_read_back(rules: list[forms.AnyRule]) -> None:
    contract = Contract(tuple(rules))
    assert parse(write(contract).encode()) == contract
    names = [name for name, _ in contract.named()]
    assert len(set(names)) == len(names)


def test_every_kind_is_written_and_read() -> None:
    assert len(forms.KINDS) == 11
    assert {"range", "unique", "foreign-key", "row-count"} < set(forms.KINDS)


PLAIN = """# what people write
contract = 1   # the form

[[rule]]
kind = 'range'
column = "단가 (원)"
min = 0
max = 1_000_000.5

[[rule]]
kind = "allowed"
id = "codes"
column = "status"
values = [
  "정상",   # first
  'it\\s',
]
[[rule]]
kind = "range"
column = "due"
min = 2024-01-01T00:00:00+09:00
""".encode()


def test_what_people_write_is_read() -> None:
    first, codes, due = parse(PLAIN).rules
    assert (first.kind, first.names, first.max) == ("range", ("단가 (원)",), 1_000_000.5)  # type: ignore[union-attr]
    assert codes.values == ("정상", "it\\s")  # type: ignore[union-attr]
    assert due.min.utcoffset() == dt.timedelta(hours=9)  # type: ignore[union-attr]
    assert [name for name, _ in parse(PLAIN).named()] == ["range(단가 (원))", "codes", "range(due)"]
    assert parse(PLAIN.replace(b"\n", b"\r\n")) == parse(PLAIN)


def rule(text: str) -> bytes:
    return f"contract = 1\n[[rule]]\n{text}\n".encode()


def column(text: str, kind: str = "range") -> bytes:
    return rule(f'kind = "{kind}"\ncolumn = "n"\n{text}')


REFUSED: dict[str, tuple[bytes, str, str]] = {
    "too large": (b"#" * (MAX_BYTES + 1), "size", "-"),
    "no UTF-8": (b"contract = \xff", "encoding", "@11"),
    "a word": (b"contract", "toml", "-"),
    "twice": (b"contract = 1\ncontract = 1", "toml", "-"),
    "a sign": (b"contract = 1\n{", "form-line", "L2"),
    "dotted keys": (b"contract = 1\n" + b"a." * 300_000 + b"b = 1", "form-line", "L2"),
    "a table": (b"contract = 1\n[rule]\nkind = 1", "form-line", "L2"),
    "another list": (b"contract = 1\n[[other]]\n", "form-line", "L2"),
    "an inline table": (rule('kind = {a = "x"}'), "form-line", "L3"),
    "deep": (rule("values = " + "[" * 100_000), "form-line", "L3"),
    "closed too often": (rule("values = ]"), "form-line", "L3"),
    "not TOML": (rule('kind = "\\q"'), "toml", "L3"),
    "text over lines": (rule('kind = """ "\n""" , {a.b = 1}, "x"'), "form-line", "L3"),
    "plain text over lines": (rule("kind = '''x'''"), "form-line", "L3"),
    "an open text": (rule('kind = "x'), "form-line", "L3"),
    "quotation marks": (rule('kind = "' + '\\"' * 400_000), "form-line", "L3"),
    "no version": (b'[[rule]]\nkind = "row-count"', "missing", "contract"),
    "another version": (b'contract = 2\n[[rule]]\nkind = "row-count"', "value", "contract"),
    "no rule": (b"contract = 1", "missing", "rule"),
    "an unknown kind": (rule('kind = "magic"\ncolumn = "n"'), "kind", "rule[0].kind"),
    "no kind": (rule('column = "n"'), "missing", "rule[0].kind"),
    "an unknown key": (column("min = 1\nmax_value = 2"), "unknown", "rule[0].max_value"),
    "a missing key": (rule('kind = "not-null"'), "missing", "rule[0].column"),
    "another type": (rule('kind = "not-null"\ncolumn = 3'), "value", "rule[0].column"),
    "an empty name": (rule('kind = "not-null"\ncolumn = ""'), "value", "rule[0].column"),
    "a long name": (rule(f'kind = "not-null"\ncolumn = "{"x" * 256}"'), "value", "rule[0].column"),
    "an unseen name": (rule('kind = "not-null"\ncolumn = "\\u202e"'), "unseen", "rule[0]"),
    "no bounds": (column(""), "bounds", "rule[0]"),
    "bounds in the wrong order": (column("min = 2\nmax = 1"), "bounds", "rule[0]"),
    "bounds of two kinds": (column("min = 2\nmax = 2024-01-01"), "bounds", "rule[0]"),
    "bounds with and without zone": (
        column("min = 2024-01-01T00:00:00\nmax = 2024-01-02T00:00:00Z"),
        "bounds",
        "rule[0]",
    ),
    "a bound that is no number": (column("min = nan"), "bounds", "rule[0]"),
    "a bound that is a text": (column('min = "0"'), "bounds", "rule[0]"),
    "a bound that is a truth value": (column("min = true"), "bounds", "rule[0]"),
    "a bound beyond all types": (column(f"min = {2**64}"), "bounds", "rule[0]"),
    "lengths in the wrong order": (column("min = 3\nmax = 2", "length"), "bounds", "rule[0]"),
    "a negative length": (column("min = -1", "length"), "value", "rule[0].min"),
    "rows in the wrong order": (rule('kind = "row-count"\nmin = 3\nmax = 2'), "bounds", "rule[0]"),
    "a share beyond one": (column("max = 1.5", "null-share"), "value", "rule[0].max"),
    "a family of no type": (column('type = "blob"', "type"), "value", "rule[0].type"),
    "mixed codes": (column('values = [1, "a"]', "allowed"), "values", "rule[0]"),
    "codes that are no codes": (column("values = [1.5]", "allowed"), "values", "rule[0]"),
    "no codes": (column("values = []", "allowed"), "value", "rule[0].values"),
    "codes beyond all types": (column(f"values = [{2**64}]", "allowed"), "values", "rule[0]"),
    "codes too long": (
        column(f'values = ["{"x" * 300_000}"]', "allowed"),
        "values",
        "rule[0]",
    ),
    "too many codes": (column(f"values = [{'1, ' * 1001}]", "allowed"), "value", "rule[0].values"),
    "a column twice": (rule('kind = "unique"\ncolumns = ["a", "a"]'), "columns", "rule[0]"),
    "as many keys": (
        rule('kind = "foreign-key"\ncolumns = ["a"]\ntable = "t"\nkeys = ["a", "b"]'),
        "columns",
        "rule[0]",
    ),
    "an unknown sign": (
        rule('kind = "relation"\nleft = "a"\nis = "~"\nright = "b"'),
        "value",
        "rule[0].is",
    ),
    "too many rules": (
        b"contract = 1\n" + b'[[rule]]\nkind = "row-count"\n' * (MAX_RULES + 1),
        "value",
        "rule",
    ),
    "an id twice": (
        rule('kind = "row-count"\nid = "a"\n[[rule]]\nkind = "row-count"\nid = "a"'),
        "repeated",
        "rule[1].id",
    ),
}
for _name, _pattern in {
    "no expression": "(",
    "a look behind": "(?<=a)b",
    "a back reference": r"(a)\\1",
    "a long repeat": "a{2000}",
    "nested repeats": "((a{100}){100}){100}",
    "two lines": "a\\nb",
    "closed from inside": "a)|(b",
    "an endless comment": "(?x)a#",
}.items():
    REFUSED[_name] = (column(f'pattern = "{_pattern}"', "pattern"), "pattern", "rule[0]")
REFUSED["a long expression"] = (
    column(f'pattern = "{"a" * 501}"', "pattern"),
    "value",
    "rule[0].pattern",
)


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_with_reason_and_place(name: str) -> None:
    content, reason, place = REFUSED[name]
    began = time.process_time()
    with pytest.raises(DatasetError) as refused:
        parse(content, "rules.toml")
    assert time.process_time() - began < 5
    assert refused.value.code == "datasets.document"
    facts = refused.value.facts
    assert (facts["reason"], facts["place"]) == (reason, place)
    assert refused.value.why_text.ko.startswith("rules.toml, ")


def test_no_value_of_the_file_is_in_the_message() -> None:
    for text in ('kind = "allowed"\ncolumn = "n"\nvalues = ["9012311234567", 3]',
                 'kind = "9012311234567"', 'kind = "not-null"\ncolumn = "a"\n9012311234567 = 1'):  # fmt: skip
        with pytest.raises(DatasetError) as refused:
            parse(rule(text))
        assert "9012311234567" not in str(refused.value)


def test_patterns_that_are_taken() -> None:
    for pattern in ("[0-9]{4}", "(?i)a|b", r"\\p{Hangul}+", "(a{10}){10}", "a{999}"):
        (found,) = parse(column(f'pattern = "{pattern}"', "pattern")).rules
        assert isinstance(found, forms.Pattern)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for given_bytes in (content, PLAIN + content, rule("").strip() + content):
        try:
            parse(given_bytes)
        except DatasetError as refused:
            assert refused.code == "datasets.document"  # noqa: PT017
