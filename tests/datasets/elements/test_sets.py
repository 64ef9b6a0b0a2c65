"""Element sets: one document whatever the order, strict reading, and an export that reads back the same."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.suites import digest_of
from dure.datasets.elements import element as limits
from dure.datasets.elements.element import Code, Element, ElementSet, element_set, from_bytes
from dure.datasets.elements.errors import ElementsError
from dure.datasets.elements.reading import parse_csv, read_set
from dure.datasets.elements.writing import to_csv
from dure.readers.errors import ReaderError

SEA = Path(__file__).with_name("sea-v1.csv")
HEAD = "id,name_en,type,unit,allowed,synonyms,missing,key\n"


def refused(text: str | bytes, reason: str, place: str = "") -> None:
    content = text if isinstance(text, bytes) else text.encode("utf-8")
    with pytest.raises(ElementsError) as caught:
        parse_csv(content, "sea")
    assert (caught.value.code, caught.value.facts["reason"]) == ("elements.set", reason)
    if place:
        assert caught.value.facts["place"] == place


def one(line: str, head: str = HEAD) -> Element:
    (found,) = parse_csv((head + line).encode("utf-8"), "sea").elements
    return found


# ── the shape of the common standard terms ────────────────────────────────────────────────────
def test_the_standard_terms_tell_types_by_their_domains():
    found = read_set(SEA)
    assert (found.name, found.version) == ("sea", 1)
    kinds = {one.id: (one.type, one.length) for one in found.elements}
    assert kinds["VSSL_NM"] == ("text", 100)
    assert kinds["DPTR_YMD"] == ("date", 0)
    assert kinds["SPD"] == ("number", 0)
    assert kinds["CREW_CNT"] == ("integer", 0)
    assert kinds["BRD_YN"] == ("boolean", 0)
    assert found.by_id["VSSL_TY"].codes == (
        Code("C", ("cargo", "화물선")),
        Code("F", ("fishing", "어선")),
        Code("T", ("tanker", "유조선")),
    )
    assert (found.by_id["SPD"].least, found.by_id["SPD"].most) == ("0", "60")
    assert found.by_id["MMSI"].key
    assert not found.by_id["SPD"].key


@pytest.mark.parametrize(
    ("heading", "cells", "kind"),
    [
        ("데이터타입,길이,저장형식", "CHAR,8,YYYYMMDD", "date"),
        ("데이터타입,길이,저장형식", "VARCHAR,14,YYYYMMDDHH24MISS", "datetime"),
        ("데이터타입,길이,저장형식", "VARCHAR(20),20,", "text"),
        ("데이터타입,길이,저장형식", "문자열,8,YYYYMMDD", "text"),
        ("데이터타입,길이,소수점길이", "NUMERIC,10,2", "number"),
        ("공통표준도메인명,번호,제정차수", "수N10,1,3", "integer"),
        ("공통표준도메인명,번호,제정차수", '"율N5,2",1,3', "number"),
        ("공통표준도메인명,번호,제정차수", "연월일시분초C14,1,3", "text"),
        ("공통표준도메인명,번호,제정차수", "일시D7,1,3", "datetime"),
    ],
)
def test_types_of_the_standard_terms(heading, cells, kind):
    head = f"공통표준용어명,공통표준용어영문약어명,{heading}\n"
    assert one(f"이름,NM,{cells}", head).type == kind


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b""), ("utf-8-sig", b""), ("cp949", b""), ("utf-16", b"")]
)
def test_every_encoding_gives_the_same_set(encoding, mark):
    text = SEA.read_text(encoding="utf-8")
    assert parse_csv(mark + text.encode(encoding), "sea").digest == read_set(SEA).digest


def test_what_allowed_values_may_be():
    assert (one("A,a,integer,,1~12,,,").least, one("A,a,number,,~0.50,,,").most) == ("1", "0.5")
    assert one("A,a,number,,-0~1,,,").least == "0"
    assert [code.code for code in one('A,a,text,,"M, F",,,').codes] == ["F", "M"]
    assert one("A,a,text,,1=one|uno;,,,").codes == (Code("1", ("one", "uno")),)
    assert one("A,a,text,,see the code book,,,").note == "see the code book"
    assert one('A,a,boolean,,"Y,N",,,').note == ""


# ── one document ──────────────────────────────────────────────────────────────────────────────
def lines() -> list[str]:
    return SEA.read_text(encoding="utf-8").splitlines()


@given(st.permutations(range(8)))
def test_the_digest_knows_no_order_of_rows(order):
    head, *rows = lines()
    text = "\n".join([head, *(rows[place] for place in order)])
    assert parse_csv(text.encode(), "sea").digest == read_set(SEA).digest


@given(st.permutations(range(8)))
def test_the_digest_knows_no_order_of_columns(order):
    rows = list(csv.reader(lines()))
    text = io.StringIO()
    csv.writer(text).writerows([[row[place] for place in order] for row in rows])
    assert parse_csv(text.getvalue().encode(), "sea").digest == read_set(SEA).digest


def test_the_digest_is_of_the_document_and_tells_every_change():
    found = read_set(SEA)
    assert digest_of(found.document) == found.digest
    assert from_bytes(found.document) == found
    text = SEA.read_text(encoding="utf-8")
    for before, after in (("0~60", "0~61"), ("kn", "km/h"), ("cargo", "freight"), ("C9", "C8")):
        assert parse_csv(text.replace(before, after).encode(), "sea").digest != found.digest
    assert read_set(SEA, version=2).digest != found.digest
    assert read_set(SEA, name="coast").digest != found.digest


@pytest.mark.parametrize("language", ["en", "ko"])
def test_an_export_reads_back_as_the_same(language):
    found = read_set(SEA)
    again = parse_csv(to_csv(found, language), "sea")
    assert again.document == found.document


_WORD = (
    st.text("abc 가나,'\"", min_size=1, max_size=8)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
_DECIMAL = st.sampled_from(["", "-1", "0", "0.5", "12"])


@st.composite
def sets(draw: st.DrawFn) -> ElementSet:
    made = []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["text", "number", "integer", "boolean", "date", "datetime"]))
        parts: dict[str, object] = {"id": f"E{number}", "en": f"name {number}", "type": kind}
        if kind == "text":
            codes = draw(st.lists(_WORD, max_size=3, unique=True))
            parts["codes"] = tuple(
                Code(code, tuple(draw(st.sets(_WORD, max_size=2)))) for code in codes
            )
            parts["length"] = draw(st.integers(0, 99))
        elif kind in ("number", "integer"):
            parts["least"], parts["most"] = sorted(
                [draw(_DECIMAL), draw(_DECIMAL)], key=lambda one: float(one or 0)
            )
        parts["synonyms"] = tuple(draw(st.sets(_WORD.map(lambda word: f"{word} s"), max_size=2)))
        parts["missing"] = tuple(draw(st.sets(_WORD, max_size=2)))
        parts["key"], parts["unit"] = draw(st.booleans()), draw(st.sampled_from(["", "kn", "점"]))
        made.append(("-", Element(**parts)))  # type: ignore[arg-type]
    return element_set("any", 7, made)


@given(sets(), st.sampled_from(["en", "ko"]))
def test_every_set_survives_both_its_forms(found, language):
    assert from_bytes(found.document).digest == found.digest
    assert parse_csv(to_csv(found, language), "any", 7).digest == found.digest


# ── hostile files ─────────────────────────────────────────────────────────────────────────────
GOOD = "A,a,text,,,,,\n"


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        ("", "empty", "-"),
        (HEAD, "empty", "-"),
        ("id,type\nA,text\n", "header", "L1.id"),
        ("id,name_en,type,surprise\nA,a,text,1\n", "header", "L1.4"),
        ("id,name_en,type,description,definition\nA,a,text,1,2\n", "header", "L1.5"),
        (HEAD + GOOD + "B,b,text\n", "rows", "L3"),
        (HEAD + 'A,"a,text,,,,,\n', "rows", "L2"),
        (HEAD + "A\0,a,text,,,,,\n", "unseen", "L2.id"),
        (HEAD + "A,a\u202eb,text,,,,,\n", "unseen", "L2.en"),
        (HEAD + "9A,a,text,,,,,\n", "id", "L2.id"),
        (HEAD + "A B,a,text,,,,,\n", "id", "L2.id"),
        (HEAD + f"A,{'a' * 201},text,,,,,\n", "long", "L2.en"),
        (HEAD + "A,a,blob,,,,,\n", "type", "L2.type"),
        (HEAD + "A,a,,,,,,\n", "type", "L2.type"),
        (HEAD + "A,,text,,,,,\n", "unnamed", "L2"),
        (HEAD + "A,=cmd(),text,,,,,\n", "formula", "L2"),
        (HEAD + "A,a,text,,,+x,,\n", "formula", "L2"),
        (HEAD + "A,a,number,,9~1,,,\n", "range", "L2"),
        (HEAD + "A,a,text,,,,,maybe\n", "allowed", "L2.key"),
        (HEAD + "A,a,text,,x;x,,,\n", "repeated-code", "L2"),
        (HEAD + "A,a,text,,,b;b,,\n", "repeated-code", "L2"),
        (HEAD + GOOD + "a,other,text,,,,,\n", "repeated", "L3"),
        (HEAD + GOOD + "B,A!,text,,,,,\n", "repeated", "L3"),
        # a synonym that is another's name, whichever comes first: no cycle can be written
        (HEAD + "A,a,text,,,b name,,\nB,b name,text,,,,,\n", "synonym", "L2"),
        (HEAD + "A,a name,text,,,,,\nB,b,text,,,A Name,,\n", "synonym", "L3"),
    ],
)
def test_what_is_refused_and_where(text, reason, place):
    refused(text, reason, place)


def test_what_is_like_it_and_right():
    text = HEAD + GOOD + "B,other,number,kn,1~9,speed over water,-9,Y\n"
    assert [found.id for found in parse_csv(text.encode(), "sea").elements] == ["A", "B"]
    shared = HEAD + "A,a,text,,,day,,\nB,b,text,,,day,,\n"  # values tell them apart
    assert len(parse_csv(shared.encode(), "sea").elements) == 2


def test_sizes_end_somewhere(monkeypatch):
    monkeypatch.setattr(limits, "MAX_ALL_CODES", 30)
    codes = ";".join(map(str, range(20)))
    assert len(one(f"A,a,text,,{codes},,,").codes) == 20
    refused(HEAD + f"A,a,text,,{codes},,,\nB,b,text,,{codes},,,\n", "too-many-codes")
    million = ";".join(f"{number:x}" for number in range(1_000_000))
    refused(HEAD + f"A,a,text,,{million},,,\n", "long")
    many = ";".join(f"{number:x}" for number in range(limits.MAX_CODES + 1))
    refused(HEAD + f"A,a,text,,{many},,,\n", "too-many-codes", "L2.allowed")
    refused(b" " * (limits.MAX_BYTES + 1), "size")
    rows = "".join(f"A{number},a{number},text,,,,,\n" for number in range(limits.MAX_ELEMENTS + 1))
    refused(HEAD + rows, "too-many", f"L{limits.MAX_ELEMENTS + 2}")


def test_bytes_of_no_encoding():
    refused(b"\xff\xff\xff\x00id", "encoding")
    refused(b"\xff\xfe\x00", "encoding")


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: (HEAD + text).encode()))
def test_random_bytes_are_a_set_or_refused_by_name(content):
    with suppress(ElementsError):
        found = parse_csv(content, "any")
        assert from_bytes(found.document) == found


@given(st.binary(max_size=100))
def test_only_canonical_documents_are_read(content):
    document = read_set(SEA).document
    for bad in (content, document + b" ", document.replace(b'"version":1', b'"version": 1')):
        with pytest.raises(ElementsError):
            from_bytes(bad)
    assert from_bytes(document).document == document


def test_a_document_in_another_order_is_none():
    found = read_set(SEA)
    turned = found.document.replace(b'["sailing date"]', b'["z","sailing date"]')
    assert turned != found.document
    with pytest.raises(ElementsError, match="canonical"):
        from_bytes(turned)
    in_order = found.document.replace(b'["sailing date"]', b'["sailing date","z"]')
    assert from_bytes(in_order).by_id["DPTR_YMD"].synonyms == ("sailing date", "z")


def test_a_text_has_no_spaces_around_it():
    for en in (" a", "a  b", "a b "):
        with pytest.raises(ElementsError, match="spaces"):
            element_set("any", 1, [("-", Element(id="A", en=en, type="text"))])
    assert element_set("any", 1, [("-", Element(id="A", en="a b", type="text"))]).by_id["A"].en


def test_a_file_tells_its_set_and_version(tmp_path):
    file = tmp_path / "Sea Common-v12.csv"
    file.write_bytes(SEA.read_bytes())
    assert (read_set(file).name, read_set(file).version) == ("sea-common", 12)
    with pytest.raises(ElementsError, match="--name"):
        read_set(file, name="Sea!")
    with pytest.raises(ElementsError, match="--version"):
        read_set(file, version=-1)
    document = tmp_path / "x.json"
    document.write_bytes(read_set(SEA).document)
    assert read_set(document) == read_set(SEA)
    with pytest.raises(ReaderError):
        read_set(tmp_path / "none.csv")
