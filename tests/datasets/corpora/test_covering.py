"""Texts with places covered: every span that is not covered still stands at its own text."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.datasets.corpora.covered import Answer, Covered, Glimpse, Glimpses, NoSuchTag, Work
from dure.datasets.corpora.covering import Covering, Place, joined, named
from dure.datasets.corpora.covering_worker import main
from dure.datasets.deidentify.coding import pseudonymiser
from dure.readers.corpora.facts import DOCUMENT_COLUMNS, SPAN_COLUMNS
from tests.datasets.corpora.corpora import SPANS, TEXTS

ANY = st.text(st.sampled_from("가나 a🚢1"), min_size=1, max_size=40)


KEYED, OTHER = pseudonymiser(bytes(32)), pseudonymiser(b"k" * 32)


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, list[Place], list[tuple[int, int]]]:
    text = draw(ANY)
    one = st.integers(0, len(text) - 1).flatmap(
        lambda start: st.tuples(st.just(start), st.integers(start + 1, len(text)))
    )
    places = draw(st.lists(st.builds(lambda at, name: Place(at[0], at[1], name), one, st.sampled_from("XY")),
                           max_size=5))  # fmt: skip
    pseudonyms = draw(st.sampled_from([{}, {"X": KEYED}, {"X": KEYED, "Y": OTHER}]))
    return text, named(joined(places), text, pseudonyms), draw(st.lists(one, max_size=8))


@given(cases())
def test_what_is_not_covered_stands_where_its_span_says(
    case: tuple[str, list[Place], list[tuple[int, int]]],
) -> None:
    text, places, spans = case
    covering = Covering(text, places)
    for start, end in spans:
        begin, close = covering.span(start, end)
        assert 0 <= begin < close <= len(covering.text)
        over = [one for one in places if one.start < end and start < one.end]
        assert covering.touches(start, end) == bool(over)
        # What a span says afterwards: its own text, with each place that it touches as one sign.
        said, at = "", start
        for one in over:
            said += text[at : max(at, one.start)] + one.sign
            at = one.end
        assert covering.text[begin:close] == said + text[at:end]


@given(ANY, ANY)
def test_equal_texts_have_equal_pseudonyms_under_a_name_and_no_others(one: str, two: str) -> None:
    text = one + two
    places = [Place(0, len(one), "X"), Place(len(one), len(text), "X")]
    first, second = (place.sign for place in named(places, text, {"X": KEYED}))
    assert (first == second) == (one == two)
    assert first.startswith("[X ")
    assert one not in first.removeprefix("[X ")
    assert named(places, text, {"X": OTHER})[0].sign != first
    assert [place.sign for place in named(places, text, {"Y": KEYED})] == ["[X]", "[X]"]


def test_a_span_that_begins_within_a_covered_place_begins_with_its_sign() -> None:
    covering = Covering("김 선장은 부산항", [Place(0, 4, "PERSON")])
    assert covering.text == "[PERSON]은 부산항"
    assert [covering.text[slice(*covering.span(*one))] for one in ((2, 4), (0, 5), (6, 9))] == [
        "[PERSON]",
        "[PERSON]은",
        "부산항",
    ]


def asked(place: Path, work: Work, spans: list[tuple[object, ...]]) -> object:
    """Run the program here, on the small corpus and the given spans."""
    texts = [
        (at, None, None, text, len(text), 0, None) for at, text in enumerate(TEXTS, 1)
    ]  # fmt: skip
    place.mkdir()
    (place / "work").write_bytes(msgspec.json.encode(work))
    (place / "keys").write_bytes(b"k" * 32 * len(work.pseudonyms))
    for name, columns, rows in (("texts", DOCUMENT_COLUMNS, texts), ("spans", SPAN_COLUMNS, spans)):
        types = {"int64": pa.int64(), "string": pa.string()}
        schema = pa.schema([(column, types[kind]) for column, kind in columns])
        found = [dict(zip(schema.names, row, strict=True)) for row in rows]
        pq.write_table(pa.Table.from_pylist(found, schema), place / name)
    assert main(place, place) == 0
    return msgspec.json.decode((place / "answer.json").read_bytes(), type=Answer)


def rows(*documents: int) -> list[tuple[object, ...]]:
    return [
        (number, "T", start, end, tag, None)
        for number in documents
        for start, end, tag in SPANS[number - 1]
    ]


def test_the_program_covers_tables_and_says_so(tmp_path: Path) -> None:
    said = asked(tmp_path / "in", Work(cover=("SHIP",)), rows(1, 2))
    assert isinstance(said, Covered)
    assert (said.texts, said.spans, said.covered, said.again) == (3, 6, {"SHIP": 2}, 0)
    assert said.is_honest(Work(cover=("SHIP",)))
    assert not said.is_honest(Work(cover=("PORT",)))
    texts = pq.read_table(tmp_path / "in" / "documents.parquet")["text"].to_pylist()
    spans = pq.read_table(tmp_path / "in" / "spans.parquet").to_pylist()
    assert [texts[row["document"] - 1][row["start"] : row["end"]] for row in spans] == [
        "[SHIP]" if tag == "SHIP" else TEXTS[number][start:end]
        for number in (0, 1)
        for start, end, tag in SPANS[number]
    ]
    assert asked(tmp_path / "none", Work(cover=("NAME",)), rows(1)) == NoSuchTag("NAME")


def test_spans_in_another_order_than_their_texts_end_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="order"):
        asked(tmp_path / "in", Work(), rows(2, 1))


def test_a_glimpse_that_shows_a_value_is_a_shape_on_this_side() -> None:
    shown = Glimpse(1, "김하늘 ", "010-1234", " Kim", "phone").shapes()
    assert (shown.before, shown.covered, shown.after) == ("가가가 ", "999-9999", " aaa")
    assert shown.shapes() == shown
    assert Glimpses((shown,)).is_honest(Work())
    told = msgspec.structs.replace(shown, name="김하늘")
    assert not Glimpses((told,)).is_honest(Work())
