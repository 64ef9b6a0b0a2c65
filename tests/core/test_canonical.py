"""Canonical bytes against an independent implementation, and what has none."""

from __future__ import annotations

import enum
import json
from types import MappingProxyType

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from dure.core.canonical import (
    MAX_DEPTH,
    MAX_INTEGER,
    canonical_bytes,
    canonical_json,
    parse_canonical,
)
from dure.core.errors import CoreError
from tests.core.strategies import canonical_values


@given(canonical_values())
def test_bytes_are_those_of_rfc_8785(value: object) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(canonical_values())
def test_bytes_round_trip(value: object) -> None:
    data = canonical_json(value)
    assert parse_canonical(data) == value
    assert canonical_json(parse_canonical(data)) == data


@given(canonical_values())
def test_any_other_spelling_is_refused(value: object) -> None:
    data = canonical_json(value)
    for other in (data + b" ", b" " + data, b"\xef\xbb\xbf" + data):
        with pytest.raises(CoreError, match=r"core\.canonical-value"):
            parse_canonical(other)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"-0",
        b"1.0",
        b"1e3",
        b"NaN",
        b"Infinity",
        b"01",
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a": 1}',
        b'"\\u0041"',
        b'"\\/"',
        b'"\\ud800"',
        b'"\xff"',
        b"9" * 5000,
        b"[" * 200_000,
        b"9007199254740992",
        '"e\u0301"'.encode(),
    ],
)
def test_bytes_out_of_the_subset_are_refused(data: bytes) -> None:
    with pytest.raises(CoreError) as refused:
        parse_canonical(data)
    assert refused.value.code == "core.canonical-value"


class Colour(str, enum.Enum):  # noqa: UP042 - the older spelling writes its member's name
    RED = "red"


class Rank(enum.IntEnum):
    FIRST = 1


def test_kinds_of_text_integers_and_collections_are_taken_by_value() -> None:
    value = MappingProxyType({Colour.RED: (Colour.RED, Rank.FIRST, True, None)})
    assert canonical_json(value) == b'{"red":["red",1,true,null]}'


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (1.0, "type float"),
        (float("nan"), "type float"),
        (float("inf"), "type float"),
        (b"x", "type bytes"),
        ({1, 2}, "type set"),
        (object(), "type object"),
        (MAX_INTEGER + 1, "integer beyond"),
        (-MAX_INTEGER - 1, "integer beyond"),
        ("e\u0301", "not NFC"),
        ("\ud800", "lone surrogate"),
        ({"a": "x\udfff"}, "lone surrogate"),
        ({1: 2}, "key"),
        ({"키": 1}, "key"),
        ({"a\n": 1}, "key"),
        ({None: 1}, "key"),
    ],
)
def test_values_without_a_canonical_form_are_refused(value: object, reason: str) -> None:
    with pytest.raises(CoreError, match=reason) as refused:
        canonical_json({"outer": [value]})
    assert refused.value.code == "core.canonical-value"
    assert str(refused.value.facts["where"]).startswith("$.outer[0]")


def test_the_limits_themselves_are_allowed() -> None:
    assert canonical_json([MAX_INTEGER, -MAX_INTEGER]) == b"[9007199254740991,-9007199254740991]"
    deep: object = 1
    for _ in range(MAX_DEPTH):
        deep = [deep]
    assert canonical_json(deep) == b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH
    with pytest.raises(CoreError, match="nested too deeply"):
        canonical_json([deep])


@given(st.text(st.characters(max_codepoint=0x7F), max_size=8))
def test_the_type_line_holds_names_only(name: str) -> None:
    assert canonical_bytes("vote", {}, "intl") == b"dure/vote/v1/intl\n{}"
    if not name.replace("-", "a").isalnum() or not name[0].isalpha() or name != name.lower():
        for parts in ((name, "intl"), ("vote", name)):
            with pytest.raises(CoreError, match=r"core\.canonical-value"):
                canonical_bytes(parts[0], {}, parts[1])


@given(canonical_values(), canonical_values())
def test_bytes_are_equal_exactly_when_values_are(first: object, second: object) -> None:
    same = json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)
    assert (canonical_json(first) == canonical_json(second)) == same
