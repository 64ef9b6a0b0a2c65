"""Both suites: what they make verifies, what was altered doesn't, and malformed keys are refused."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from dure.core.errors import CoreError
from dure.core.suites import (
    SEED_BYTES,
    SUITE_NAMES,
    Stretch,
    Suite,
    digest_of,
    suite,
)
from tests.core.strategies import canonical_values

SEED = bytes(range(SEED_BYTES))
QUICK = {"intl": Stretch(rounds=1, memory_kib=64), "kr-public": Stretch(rounds=10, memory_kib=0)}
both = pytest.mark.parametrize("scheme", [suite(name) for name in SUITE_NAMES], ids=SUITE_NAMES)


def test_there_are_two_suites_and_no_third() -> None:
    assert SUITE_NAMES == ("intl", "kr-public")
    with pytest.raises(CoreError, match="intl, kr-public") as refused:
        suite("rot13" * 20)
    assert refused.value.code == "core.suite"
    assert len(str(refused.value.facts["suite"])) == 32


@both
@given(message=st.binary(max_size=200), seed=st.binary(min_size=48, max_size=48), at=st.integers(0))
def test_a_signature_holds_for_its_message_and_key_alone(
    scheme: Suite, message: bytes, seed: bytes, at: int
) -> None:
    private = scheme.signing_key(seed)
    public = scheme.signing_public(private)
    signature = scheme.sign(private, message)
    assert len(signature) == 64
    assert scheme.sign(private, message) == signature
    assert scheme.verify(public, message, signature)
    assert not scheme.verify(public, message + b"x", signature)
    flipped = bytearray(signature)
    flipped[at % 64] ^= 1 << (at % 8)
    assert not scheme.verify(public, message, bytes(flipped))
    stranger = scheme.signing_public(scheme.signing_key(digest_of(seed)[7:55].encode()))
    assert not scheme.verify(stranger, message, signature)
    assert scheme.key_id(public) != scheme.key_id(stranger)


@both
@given(value=canonical_values(), other=canonical_values())
def test_a_value_s_signature_is_bound_to_type_value_and_suite(
    scheme: Suite, value: object, other: object
) -> None:
    private = scheme.signing_key(SEED)
    public = scheme.signing_public(private)
    signature = scheme.sign_value(private, "vote", value)
    assert scheme.verify_value(public, "vote", value, signature)
    assert not scheme.verify_value(public, "request", value, signature)
    assert scheme.verify_value(public, "vote", other, signature) == (
        scheme.digest("vote", value) == scheme.digest("vote", other)
    )
    for spelling in (signature.upper() + "", f" {signature}", signature[:-2], "zz", "", "é"):
        if spelling != signature:
            assert not scheme.verify_value(public, "vote", value, spelling)


@both
def test_malformed_keys_and_signatures_are_simply_not_right(scheme: Suite) -> None:
    private = scheme.signing_key(SEED)
    public = scheme.signing_public(private)
    good = scheme.sign(private, b"m")
    assert scheme.verify(public, b"m", good)
    for bad in (b"", public[:-1], public + b"\0", bytes(len(public)), b"\xff" * len(public)):
        assert not scheme.verify(bad, b"m", good)
    for bad in (b"", good[:-1], good + b"\0", bytes(64), b"\xff" * 64):
        assert not scheme.verify(public, b"m", bad)


def test_a_point_has_one_spelling() -> None:
    scheme = suite("kr-public")
    private = scheme.signing_key(SEED)
    public = scheme.signing_public(private)
    compressed = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public).public_bytes(
        Encoding.X962, PublicFormat.CompressedPoint
    )
    assert not scheme.verify(compressed, b"m", scheme.sign(private, b"m"))
    with pytest.raises(CoreError, match=r"core\.key-form"):
        scheme.wrap(compressed, b"secret", b"info")


@both
def test_private_keys_of_another_form_are_refused(scheme: Suite) -> None:
    for bad in (b"", bytes(31), bytes(33)):
        for use in (
            scheme.signing_public,
            scheme.sealing_public,
            lambda key: scheme.sign(key, b"m"),
        ):
            with pytest.raises(CoreError) as refused:
                use(bad)
            assert refused.value.code == "core.key-form"
    for make in (scheme.signing_key, scheme.sealing_key):
        with pytest.raises(ValueError, match="48 bytes"):
            make(SEED[:-1])


def test_zero_is_no_key_on_p256() -> None:
    with pytest.raises(CoreError, match=r"core\.key-form"):
        suite("kr-public").signing_public(bytes(32))


@both
@given(secret=st.binary(min_size=1, max_size=64), info=st.binary(max_size=32))
def test_what_is_wrapped_opens_for_its_key_and_info_alone(
    scheme: Suite, secret: bytes, info: bytes
) -> None:
    private = scheme.sealing_key(SEED)
    public = scheme.sealing_public(private)
    wrapped = scheme.wrap(public, secret, info)
    assert scheme.unwrap(private, wrapped, info) == secret
    assert scheme.wrap(public, secret, info) != wrapped
    altered = wrapped[:-1] + bytes([wrapped[-1] ^ 1])
    stranger = scheme.sealing_key(SEED[::-1])
    for key, data, bound in (
        (private, wrapped, info + b"x"),
        (private, altered, info),
        (private, wrapped[:-1], info),
        (private, b"", info),
        (private, bytes(len(wrapped)), info),
        (stranger, wrapped, info),
        (private[:-1], wrapped, info),
    ):
        with pytest.raises(CoreError) as refused:
            scheme.unwrap(key, data, bound)
        assert refused.value.code == "core.key-form"


@both
def test_content_is_wrapped_to_a_real_key_only(scheme: Suite) -> None:
    size = len(scheme.sealing_public(scheme.sealing_key(SEED)))
    for bad in (b"", bytes(size), b"\x04" + b"\xff" * (size - 1) + b"\xff"):
        with pytest.raises(CoreError) as refused:
            scheme.wrap(bad, b"secret", b"")
        assert refused.value.code == "core.key-form"


@both
def test_uses_of_one_seed_are_apart(scheme: Suite) -> None:
    assert scheme.signing_key(SEED) != scheme.sealing_key(SEED)
    assert scheme.signing_key(SEED) != scheme.signing_key(SEED[::-1])


@both
def test_a_stretched_passphrase_is_a_key(scheme: Suite) -> None:
    quick = QUICK[scheme.name]
    key = scheme.stretch_passphrase(b"correct horse", bytes(16), quick)
    assert len(key) == 32
    assert key == scheme.stretch_passphrase(b"correct horse", bytes(16), quick)
    assert key != scheme.stretch_passphrase(b"correct horsf", bytes(16), quick)
    assert key != scheme.stretch_passphrase(b"correct horse", b"1" * 16, quick)
    assert scheme.stretch.rounds > quick.rounds


def test_keys_are_the_textbook_s() -> None:
    intl = suite("intl").signing_key(SEED)
    assert suite("intl").signing_public(intl) == (
        Ed25519PrivateKey.from_private_bytes(intl).public_key().public_bytes_raw()
    )
    korea = suite("kr-public").signing_key(SEED)
    numbers = ec.derive_private_key(int.from_bytes(korea, "big"), ec.SECP256R1()).public_key()
    assert suite("kr-public").signing_public(korea) == numbers.public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint
    )


def test_digests_name_their_algorithm() -> None:
    assert digest_of(b"abc") == (
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
