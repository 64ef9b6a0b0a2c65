"""The plan file: written as it is read, and refused with its place when it has another form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.datasets.deidentify import methods
from dure.datasets.deidentify.plan import UNTOLD_PURPOSE, Plan, parse, read_plan, write
from dure.datasets.errors import DatasetError
from dure.readers.errors import ReaderError

NAMES = st.text(
    st.characters(categories=["L", "N", "P", "S"], include_characters=" "), min_size=1, max_size=20
)
FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)
BOUNDS = st.tuples(FINITE, FINITE).map(sorted)
KINDS = [
    lambda name, _: methods.Keep(name=name, why_en="as it is", why_ko="그대로"),
    lambda name, _: methods.Drop(name=name),
    lambda name, _: methods.Mask(name=name, keep_first=1, same_length=True),
    lambda name, _: methods.MaskPersonal(name=name),
    lambda name, ends: methods.Generalise(name=name, bottom=ends[0], top=ends[1]),
    lambda name, _: methods.Generalise(name=name, to="quarter"),
    lambda name, _: methods.Pseudonym(name=name, of="환자 번호"),
    lambda name, _: methods.DateShift(name=name, subject=name, days=7),
    lambda name, ends: methods.Noise(name=name, scale=0.5, bottom=ends[0], decimals=2),
]


@given(
    st.lists(NAMES, unique=True, max_size=9),
    st.lists(BOUNDS, min_size=9, max_size=9),
    st.booleans(),
)
def test_a_plan_is_read_as_it_was_written(names: list[str], ends: list[list[float]], more: bool):
    column = tuple(make(name, end) for name, end, make in zip(names, ends, KINDS, strict=False))
    plan = Plan(column=column, quasi=tuple(names[:2]), sensitive=tuple(names[2:3]))
    if more and names:
        plan = Plan(
            purpose="trial",
            generation=3,
            quasi=tuple(names[:2]),
            k=5,
            suppress=0.25,
            population=10**6,
            service_numbers=("##-#####", "@##-####"),
            column=column,
        )
    assert parse(write(plan).encode("utf-8")) == plan


def test_elements_are_named_once_in_order():
    plan = Plan(
        column=(
            methods.Pseudonym(name="b", of="id"),
            methods.Noise(name="n", scale=1),
            methods.Pseudonym(name="a", of="id"),
            methods.DateShift(name="d", subject="b"),
            methods.Keep(name="k"),
        )
    )
    assert plan.elements == ("id", "noise/n", "date-shift/b")
    assert list(Plan(quasi=("q",), column=(plan.column[3],)).names()) == ["d", "b", "q"]
    assert Plan().purpose == UNTOLD_PURPOSE
    assert (
        methods.Pseudonym(name="a", of="\u1112\u116a\u11ab\u110c\u1161").element == "환자"
    )  # as some keyboards type it


HEAD = "deidentify = 1\n"
COLUMN = HEAD + '[[column]]\nname = "n"\nmethod = '


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        ("", "missing", "deidentify"),
        ("deidentify = 2", "value", "deidentify"),
        (HEAD + "[a]\nb = 1", "form-line", "L2"),
        (HEAD + "[[rule]]\nkind = 1", "form-line", "L2"),
        (HEAD + 'purpose = "..%2F"', "value", "purpose"),
        (HEAD + "generation = 0", "value", "generation"),
        (HEAD + 'quasi = ["a", "a"]', "repeated", "-"),
        (HEAD + 'quasi = ["a"]\nsensitive = ["a"]', "columns", "-"),
        (HEAD + 'quasi = ["a\\u202eb"]', "unseen", "-"),
        (HEAD + "k = 5", "options", "-"),
        (HEAD + 'service_numbers = ["##"]', "shape", "-"),
        (HEAD + "sudo = true", "unknown", "sudo"),
        (COLUMN + '"eval"', "method", "column[0].method"),
        (COLUMN + '"generalise"', "options", "column[0]"),
        (COLUMN + '"generalise"\nwidth = 5\nto = "year"', "options", "column[0]"),
        (COLUMN + '"generalise"\nwidth = 0', "value", "column[0].width"),
        (COLUMN + '"generalise"\nbottom = inf', "bounds", "column[0]"),
        (COLUMN + '"noise"\nscale = 1\nbottom = 2\ntop = 1', "bounds", "column[0]"),
        (COLUMN + '"noise"', "missing", "column[0].scale"),
        (COLUMN + '"drop"\nkeep_first = 1', "unknown", "column[0].keep_first"),
        (COLUMN + '"pseudonym"\nof = "a\\u0007"', "unseen", "column[0]"),
        (COLUMN + '"drop"\n[[column]]\nname = "n"\nmethod = "keep"', "repeated", "-"),
        (COLUMN + '"date-shift"\nsubject = "n"\ndays = 99999', "value", "column[0].days"),
    ],
)
def test_another_form_is_refused_with_its_place(text: str, reason: str, place: str):
    with pytest.raises(DatasetError) as refused:
        parse(text.encode("utf-8"), "plan.toml")
    assert refused.value.code == "datasets.document"
    facts = refused.value.facts
    assert (facts["reason"], facts["place"], facts["file"]) == (reason, place, "plan.toml")
    assert parse((COLUMN + '"drop"').encode("utf-8")).column


def test_a_file_that_is_none_too_large_or_not_text_is_refused(tmp_path):
    with pytest.raises(ReaderError):
        read_plan(tmp_path / "none.toml")
    file = tmp_path / "plan.toml"
    for content, reason in (
        (b"#" * ((1 << 20) + 1), "size"),
        (HEAD.encode() + b"\xff", "encoding"),
    ):
        file.write_bytes(content)
        with pytest.raises(DatasetError) as refused:
            read_plan(file)
        assert refused.value.facts["reason"] == reason
    file.write_text(HEAD, encoding="utf-8")
    assert read_plan(file) == Plan()
