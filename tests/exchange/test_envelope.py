"""The format: one spelling, every refusal by its name, and never an error of another family."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dure.core.canonical import canonical_json
from dure.core.errors import find
from dure.core.suites import SUITE_NAMES, suite
from dure.core.times import write_time
from dure.exchange.envelope import (
    MAGIC,
    MAX_HEADER_BYTES,
    SignedHeader,
    open_header,
    pack,
    unpack,
)
from dure.exchange.errors import ExchangeError
from dure.exchange.framing import write_frame
from dure.exchange.header import KINDS, MAX_LIFE_S, Header, Kind
from dure.exchange.membership import EARLY_S, address, check, check_life
from dure.exchange.payloads import measure
from tests.exchange.alliance import T0, Keys, charter, successor

VECTORS = Path(__file__).parent / "vectors"
PAYLOAD = b"boats on the common field"
KEY, SEAL_ID = b"k" * 32, b"s" * 16


def make(
    payload: bytes = PAYLOAD,
    suite_name: str = "intl",
    signer: Keys | None = None,
    **changes: object,
) -> bytes:
    keys = signer or Keys.of("coast", suite(suite_name))
    header = address(
        charter(suite_name),
        sender="coast",
        to="navy",
        number=7,
        kind=Kind.REPORT,
        created=write_time(T0),
        expires=write_time(T0 + 3600),
        meter=measure(payload),
        seal_id=SEAL_ID,
        key=KEY,
    )
    return b"".join(pack(replace(header, **changes), payload, KEY, keys.sign))


def accept(
    data: bytes, suite_name: str = "intl", *, agency: str = "navy", now: int = T0, pinned=None
) -> bytes:
    """Do what a receiver does, in its order."""
    pinned = pinned or charter(suite_name)
    stream = io.BytesIO(data)
    signed = open_header(stream)
    known = {1: charter(suite_name).digest(), pinned.version: pinned.digest()}
    check(signed, pinned, agency=agency, charters=known)
    check_life(signed.header, now)
    return b"".join(unpack(stream, signed, Keys.of(agency, suite(suite_name)).unwrap))


def refusal(data: bytes, **options: object) -> str:
    with pytest.raises(ExchangeError) as caught:
        accept(data, **options)
    return caught.value.code


@pytest.mark.parametrize("suite_name", SUITE_NAMES)
@pytest.mark.parametrize("size", [0, 1, 700_000])
def test_an_envelope_opens_for_its_addressee(suite_name: str, size: int) -> None:
    payload = PAYLOAD * (size // len(PAYLOAD)) + PAYLOAD[: size % len(PAYLOAD)]
    assert accept(make(payload, suite_name), suite_name) == payload


def test_a_file_goes_in_as_bytes_do(tmp_path: Path) -> None:
    path = tmp_path / "payload"
    path.write_bytes(PAYLOAD)
    signed = open_header(io.BytesIO(make()))
    keys = Keys.of("coast", suite("intl"))
    assert b"".join(pack(signed.header, path, KEY, keys.sign)) == make(
        wrapped_key=signed.header.wrapped_key
    )


def test_another_payload_than_the_header_names_is_not_packed() -> None:
    header = open_header(io.BytesIO(make())).header
    with pytest.raises(ExchangeError, match=r"exchange\.digest"):
        b"".join(pack(header, b"another", KEY, Keys.of("coast", suite("intl")).sign))


def test_a_carrier_reads_nothing_of_the_payload() -> None:
    data = make(b"A" * 4096)
    assert b"AAAA" not in data


# ── refusals, each beside the envelope that is accepted ────────────────────────────────────────
def test_a_stranger_is_refused() -> None:
    assert accept(make()) == PAYLOAD
    stranger = Keys.of("stranger", suite("intl"))
    assert refusal(make(signer=stranger, sender="stranger")) == "exchange.stranger"
    assert refusal(make(), pinned=charter(agencies=("harbour", "navy"))) == "exchange.stranger"


def test_a_members_name_with_another_key_is_refused() -> None:
    forger = Keys.of("harbour", suite("intl"))
    assert refusal(make(signer=forger)) == "exchange.signature"


def test_a_changed_key_is_refused_from_then_on() -> None:
    before = charter()
    renewed = Keys.of("coast", suite("intl"), generation=2)
    members = tuple(renewed.member(m.agency) if m.agency == "coast" else m for m in before.members)
    after = successor(before, members=members)
    assert accept(make(), pinned=before) == PAYLOAD
    assert refusal(make(), pinned=after) == "exchange.signature"
    assert accept(make(signer=renewed), pinned=after) == PAYLOAD


def test_another_addressee_is_refused() -> None:
    assert refusal(make(), agency="harbour") == "exchange.addressee"


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (T0 + 3599, ""),
        (T0 + 3600, "exchange.expired"),
        (T0 - EARLY_S, ""),
        (T0 - EARLY_S - 1, "exchange.expired"),
    ],
)
def test_an_envelope_lives_from_creation_to_expiry(now: int, code: str) -> None:
    if code:
        assert refusal(make(), now=now) == code
    else:
        assert accept(make(), now=now) == PAYLOAD


def test_another_charter_or_suite_is_refused() -> None:
    other = charter(agencies=("coast", "navy"))
    assert refusal(make(charter_digest=other.digest())) == "exchange.charter"
    assert refusal(make(charter_version=2)) == "exchange.charter"
    assert refusal(make(suite="kr-public")) == "exchange.charter"
    assert accept(make(), pinned=successor(charter())) == PAYLOAD  # the one before is known


def test_only_a_charter_may_come_under_a_charter_we_do_not_have() -> None:
    newer = {"charter_version": 2, "charter_digest": "sha256:" + "0" * 64}
    signed = open_header(io.BytesIO(make(kind=Kind.CHARTER, **newer)))
    check(signed, charter(), agency="navy", charters={1: charter().digest()})
    assert refusal(make(kind=Kind.REPORT, **newer)) == "exchange.charter"


def test_a_key_wrapped_for_another_number_does_not_open() -> None:
    wrapped = open_header(io.BytesIO(make())).header.wrapped_key
    assert refusal(make(number=8, wrapped_key=wrapped)) == "exchange.altered"


def test_an_unwrapper_that_gives_no_key_is_refused() -> None:
    stream = io.BytesIO(make())
    signed = open_header(stream)
    with pytest.raises(ExchangeError, match=r"exchange\.altered"):
        b"".join(unpack(stream, signed, lambda *_: b"short"))


@pytest.mark.parametrize("change", [{"payload_size": 24}, {"payload_size": 26}])
def test_a_payload_of_another_size_or_digest_is_refused(change: dict[str, object]) -> None:
    keys = Keys.of("coast", suite("intl"))
    right = make()
    header = replace(open_header(io.BytesIO(right)).header, **change)
    start = len(open_header(io.BytesIO(right)).to_bytes())
    signed = SignedHeader(header, keys.sign("envelope", header.to_dict()))
    assert refusal(signed.to_bytes() + right[start:]) == "exchange.digest"


def test_the_payload_of_another_envelope_is_refused() -> None:
    first = make()
    second = make(seal_id="0" * 32)
    start = len(open_header(io.BytesIO(first)).to_bytes())
    assert refusal(first[:start] + second[start:]) == "exchange.altered"


# ── any change of any byte ─────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("suite_name", SUITE_NAMES)
def test_any_flipped_byte_is_refused(suite_name: str) -> None:
    data = make(suite_name=suite_name)
    assert accept(data, suite_name) == PAYLOAD
    for at in range(len(data)):
        altered = data[:at] + bytes([data[at] ^ 0x01]) + data[at + 1 :]
        assert refusal(altered, suite_name=suite_name).startswith("exchange.")


@given(at=st.integers(min_value=0), mask=st.integers(1, 255))
def test_any_change_of_a_byte_is_refused(at: int, mask: int) -> None:
    data = make()
    at %= len(data)
    refusal(data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :])


@given(at=st.integers(min_value=0), more=st.binary(max_size=40))
def test_any_cut_and_any_addition_is_refused(at: int, more: bytes) -> None:
    data = make()
    refusal(data[: at % len(data)] + more)
    if more:
        refusal(data + more)


# ── the parser ─────────────────────────────────────────────────────────────────────────────────
@given(data=st.binary(max_size=400))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    for whole in (data, MAGIC + data, MAGIC + len(data).to_bytes(4, "big") + data):
        with pytest.raises(ExchangeError, match=r"exchange\.malformed"):
            open_header(io.BytesIO(whole))


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text("ab/:é"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)
_members = sorted(open_header(io.BytesIO(make())).header.to_dict())


@given(member=st.sampled_from(_members), value=_json)
@settings(max_examples=150)
def test_no_other_member_raises_anything_else(member: str, value: object) -> None:
    right = open_header(io.BytesIO(make()))
    changed = {**right.header.to_dict(), member: value}
    data = write_frame(MAGIC, changed, right.signature)
    if data == write_frame(MAGIC, right.header.to_dict(), right.signature):  # True is no 1 here
        assert open_header(io.BytesIO(data)) == right
        return
    try:
        opened = open_header(io.BytesIO(data))
    except ExchangeError as error:
        assert error.code == "exchange.malformed"  # noqa: PT017
    else:
        with pytest.raises(ExchangeError):
            check(opened, charter(), agency="navy", charters={1: charter().digest()})


@pytest.mark.parametrize(
    "value", [None, [], {}, {"value": {}}, {"signature": 1, "value": {}}, "text"]
)
def test_a_document_of_another_shape_is_refused(value: object) -> None:
    document = canonical_json(value)
    data = MAGIC + len(document).to_bytes(4, "big") + document
    with pytest.raises(ExchangeError, match=r"exchange\.malformed"):
        open_header(io.BytesIO(data))


def test_the_header_has_a_bound() -> None:
    class Endless(io.RawIOBase):
        read_bytes = 0

        def read(self, size: int = -1) -> bytes:
            self.read_bytes += size
            return (MAGIC + (MAX_HEADER_BYTES + 1).to_bytes(4, "big"))[:size].ljust(size, b"x")

    stream = Endless()
    with pytest.raises(ExchangeError):
        open_header(stream)
    assert stream.read_bytes < 100


@pytest.mark.parametrize(
    "change",
    [
        {"number": 0},
        {"number": 100_000_000},
        {"to": "coast"},
        {"to": "Navy"},
        {"expires": write_time(T0)},
        {"expires": write_time(T0 + MAX_LIFE_S + 1)},
        {"created": "yesterday"},
        {"payload_size": -1},
        {"charter_version": 0},
        {"seal_id": "00"},
    ],
)
def test_a_member_out_of_range_is_refused(change: dict[str, object]) -> None:
    header = open_header(io.BytesIO(make())).header
    with pytest.raises(ExchangeError, match=r"exchange\.malformed"):
        replace(header, **change)


def test_every_kind_of_the_design_travels() -> None:
    assert len(KINDS) == 9
    for kind in Kind:
        assert open_header(io.BytesIO(make(kind=kind))).header.kind is kind


# ── test vectors: what was once written opens for ever ─────────────────────────────────────────
@pytest.mark.parametrize("suite_name", SUITE_NAMES)
def test_the_shipped_envelope_opens(suite_name: str) -> None:
    vector = json.loads((VECTORS / "vectors.json").read_text())[suite_name]
    crypto = suite(suite_name)
    with (VECTORS / vector["file"]).open("rb") as stream:
        signed = open_header(stream)
        assert signed.header == Header.from_dict(vector["header"])
        assert signed.header.id() == vector["id"]
        assert signed.header.key_info().hex() == vector["key_info"]
        assert crypto.verify_value(
            bytes.fromhex(vector["signing_public"]), "envelope", vector["header"], signed.signature
        )
        private = bytes.fromhex(vector["sealing_private"])
        payload = b"".join(unpack(stream, signed, lambda w, i: crypto.unwrap(private, w, i)))
    assert payload == vector["payload"].encode()
    assert Path(vector["file"]).name == signed.header.file_name()


def test_a_refusal_speaks_both_languages_and_crosses_processes() -> None:
    with pytest.raises(ExchangeError) as caught:
        open_header(io.BytesIO(b""))
    error = caught.value
    assert error.why_text.en == "The first line: it is not of this format and version."
    assert error.why_text.ko == "첫 줄: 형식이나 버전이 다릅니다."
    assert str(find(error.code, error.facts)) == str(error)
    with pytest.raises(KeyError):
        ExchangeError("exchange.malformed", where="x", reason="a reason without Korean words")
