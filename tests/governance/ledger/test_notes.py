"""Notes: signatures of other implementations verify here, and nothing but the one spelling parses."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.governance.ledger import notes
from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.note_keys import (
    COSIGNATURE,
    ECDSA,
    ED25519,
    NoteKey,
    cosigned,
    ledger_key,
)
from dure.governance.ledger.notes import Checkpoint, Note, Signature
from tests.governance.ledger.ledgers import ORIGIN, SUITES, Keys

# Of the documentation of Go's golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# Of the Go checksum database: its key's name is not its origin.
SUMDB_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUMDB_ORIGIN = "go.sum database tree"
SUMDB_NOTE = (
    "go.sum database tree\n"
    "63096908\n"
    "8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=\n"
    "\n"
    "— sum.golang.org Az3gri/oVBN1jAhNZ/iS+W31psFAWRT20/GyrhpU6taFwulQGetBkH5S7wpGXdS935jiIGiUUAXBVHzT/P6fYhqAmAk=\n"
)
# Of a certificate transparency log: a tree head of type 0x05, its Ed25519 signature, cosignatures.
ARCHE_ORIGIN = "arche2025h1.staging.ct.transparency.dev"
ARCHE_KEY = f"{ARCHE_ORIGIN}+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
ARCHE_WITNESSES = [
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
]
ARCHE_NOTE = (
    "arche2025h1.staging.ct.transparency.dev\n"
    "1432088532\n"
    "U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n"
    "\n"
    "— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=\n"
    "— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n"
    "— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==\n"
    "— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==\n"
    "— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n"
    "— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==\n"
)


def signed(suite_name: str = "intl", size: int = 7) -> tuple[Note, NoteKey]:
    keys = Keys(suite_name=suite_name)
    key = ledger_key(ORIGIN, keys.public, keys.suite)
    return notes.sign_note(Checkpoint(ORIGIN, size, bytes(32)).text, key, keys.sign), key


def refused(code: str, call: object, *given_arguments: object) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        call(*given_arguments)  # type: ignore[operator]
    assert caught.value.code == code
    return caught.value


def test_a_note_signed_by_go_verifies_and_prints_back() -> None:
    note, key = notes.parse_note(GO_NOTE), NoteKey.parse(GO_KEY)
    assert notes.verify_note(note, [key]) == (key,)
    assert str(note) == GO_NOTE
    assert key.text == GO_KEY


def test_a_checkpoint_of_the_go_checksum_database_verifies() -> None:
    key = NoteKey.parse(SUMDB_KEY)
    checkpoint = notes.open_checkpoint(SUMDB_NOTE.encode(), SUMDB_ORIGIN, [key])
    assert checkpoint.size == 63_096_908
    assert str(notes.parse_note(SUMDB_NOTE)).startswith(checkpoint.text)
    refused("ledger.signature", notes.open_checkpoint, SUMDB_NOTE, "another tree", [key])


def test_a_witnessed_checkpoint_verifies_under_every_key_we_know() -> None:
    note = notes.parse_note(ARCHE_NOTE)
    known = [NoteKey.parse(text) for text in (ARCHE_KEY, *ARCHE_WITNESSES)]
    assert [key.kind for key in known] == [ED25519] + [COSIGNATURE] * 4
    assert notes.verify_note(note, known) == tuple(known)
    assert str(note) == ARCHE_NOTE  # the line of an unknown type is kept
    assert notes.parse_checkpoint(note.text).size == 1_432_088_532
    for key in known:
        refused(
            "ledger.signature", notes.verify_note, Note(note.text + "x\n", note.signatures), [key]
        )


def test_the_message_of_a_cosignature_is_that_of_the_specification() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    assert cosigned(text, 1_679_315_147).decode() == f"cosignature/v1\ntime 1679315147\n{text}"


@pytest.mark.parametrize("suite_name", SUITES)
def test_sign_and_open(suite_name: str) -> None:
    note, key = signed(suite_name)
    opened = notes.open_checkpoint(str(note), ORIGIN, [key])
    assert opened == Checkpoint(ORIGIN, 7, bytes(32))
    assert NoteKey.parse(key.text) == key
    other = ledger_key(ORIGIN, Keys("navy", suite_name).public, Keys(suite_name=suite_name).suite)
    assert "no signature" in refused("ledger.signature", notes.verify_note, note, [other]).why
    assert notes.verify_note(note, [other, key]) == (key,)


def test_kr_public_signs_der_under_a_key_id_of_its_own() -> None:
    note, key = signed("kr-public")
    assert key.kind == ECDSA
    assert note.signatures[0].signature[0] == 0x30
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256

    encoded = base64.b64decode(key.text.split("+", 2)[2])
    public = serialization.load_der_public_key(encoded[1:])
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(note.signatures[0].signature, note.text.encode(), ec.ECDSA(SHA256()))


def test_a_wrong_signature_by_a_known_key_condemns_the_note() -> None:
    good, key = signed()
    bad = Signature(key.name, key.key_id, bytes(64))
    for lines in ((bad,), (*good.signatures, bad), (bad, *good.signatures)):
        error = refused("ledger.signature", notes.verify_note, Note(good.text, lines), [key])
        assert "wrong" in error.why
    stranger = Signature("navy.example/ledger", b"1234", bytes(64))
    assert notes.verify_note(Note(good.text, (stranger, *good.signatures)), [key]) == (key,)


@pytest.mark.parametrize(
    "signature", [b"", bytes(64), b"\x30\x06\x02\x01\x01\x02\x01", b"\x30" * 70]
)
def test_a_malformed_ecdsa_signature_is_simply_wrong(signature: bytes) -> None:
    good, key = signed("kr-public")
    assert not key.verifies(good.text, signature)
    assert key.verifies(good.text, good.signatures[0].signature)


def test_an_ecdsa_signature_of_too_large_numbers_is_wrong() -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    good, key = signed("kr-public")
    assert not key.verifies(good.text, encode_dss_signature(2**300, 1))


def test_cosignatures() -> None:
    note, key = signed()
    witness = Keys("witness")
    cosigner = NoteKey("navy.example/witness", COSIGNATURE, witness.public)
    both = notes.cosign(note, cosigner, witness.sign, 1_800_000_000)
    assert notes.verify_note(notes.parse_note(str(both)), [key, cosigner]) == (key, cosigner)
    raw = both.signatures[1].signature
    assert int.from_bytes(raw[:8], "big") == 1_800_000_000
    assert cosigner.verifies(note.text, raw)
    later = (1_800_000_001).to_bytes(8, "big") + raw[8:]
    for wrong in (later, raw[:-1], raw[8:], b"\x80" + raw[1:], b""):
        assert not cosigner.verifies(note.text, wrong)


@pytest.mark.parametrize(
    "key",
    [
        ("", ED25519, bytes(32)),
        ("a b", ED25519, bytes(32)),
        ("a\u00a0b", ED25519, bytes(32)),
        ("a\u3000b", ED25519, bytes(32)),
        ("a+b", ED25519, bytes(32)),
        ("a\nb", ED25519, bytes(32)),
        ("a\x00b", ED25519, bytes(32)),
        ("a", 3, bytes(32)),
        ("a", ED25519, bytes(31)),
        ("a", COSIGNATURE, bytes(33)),
        ("a", ECDSA, bytes(64)),
        ("a", ECDSA, b"\x02" + bytes(64)),
    ],
)
def test_a_key_that_no_line_can_name_is_refused(key: tuple[str, int, bytes]) -> None:
    refused("ledger.note", NoteKey, *key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        GO_KEY.replace("c74f20a3", "c74f20a4"),
        GO_KEY.replace("c74f20a3", "C74F20A3"),
        GO_KEY + "\n",
        GO_KEY + "=",
        GO_KEY.replace("+ARpc", "+BBpc"),
        GO_KEY.replace("+ARpc", "+AhpC"),
        GO_KEY.replace("+ARpc", "+AB=c"),
        "a+00000000+",
        "a+00000000+가나",
    ],
)
def test_a_malformed_verifier_key_is_refused(text: str) -> None:
    refused("ledger.note", NoteKey.parse, text)


GOOD_LINE = "— a AAAAAAA="


@pytest.mark.parametrize(
    "data",
    [
        "",
        "\n",
        "\n\n",
        "text\n",
        "text\n\n",
        "\n\n" + GOOD_LINE + "\n",
        "\n\n\n" + GOOD_LINE + "\n",
        "text\n\n" + GOOD_LINE,
        "text\n\n" + GOOD_LINE + "\n\n",
        "text\n\n" + GOOD_LINE + " \n",
        "text\n\n" + GOOD_LINE.replace("— ", "—  ") + "\n",
        "text\n\n" + GOOD_LINE.replace("—", "-") + "\n",
        "text\n\n" + GOOD_LINE.replace("—", "–") + "\n",
        "text\n\n" + GOOD_LINE.replace(" a ", " a+b ") + "\n",
        "text\n\n" + GOOD_LINE.replace(" a ", " a\u00a0b ") + "\n",
        "text\n\n" + GOOD_LINE.replace(" a ", "  ") + "\n",
        "text\n\n— a\n",
        "text\n\n— a AAAAAA==\n",  # no more than the key id
        "text\n\n— a AAAAAAB=\n",  # spare bits
        "text\n\n— a AAAAAAA\n",  # no padding
        "text\n\n— a AAAA_AA=\n",
        "text\n\n" + GOOD_LINE + "\n" + "text\n",
        "text\r\n\n" + GOOD_LINE + "\n",
        "te\x00xt\n\n" + GOOD_LINE + "\n",
        "te\txt\n\n" + GOOD_LINE + "\n",
        "text\n\n" + (GOOD_LINE + "\n") * (notes.MAX_SIGNATURES + 1),
        "x" * notes.MAX_NOTE_BYTES + "\n\n" + GOOD_LINE + "\n",
        "te\ud800xt\n\n" + GOOD_LINE + "\n",
        b"te\xffxt\n\n" + GOOD_LINE.encode() + b"\n",
        b"te\xc0\x80xt\n\n" + GOOD_LINE.encode() + b"\n",
    ],
)
def test_anything_but_a_note_is_refused(data: str | bytes) -> None:
    refused("ledger.note", notes.parse_note, data)


@pytest.mark.parametrize(
    "text",
    ["text\n", "text\n\nmore\n", "\n\ntext\n", "한글 본문\n", "— a AAAAAAA=\n", "text\n\n\n"],
)
def test_texts_that_a_note_may_have(text: str) -> None:
    lines = (GOOD_LINE + "\n") * notes.MAX_SIGNATURES
    note = notes.parse_note(f"{text}\n{lines}".encode())
    assert note.text == text
    assert str(note) == f"{text}\n{lines}"


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_input_gets_past_the_parser_in_another_spelling(data: bytes | str) -> None:
    try:
        note = str(notes.parse_note(data))
    except LedgerError:
        return
    assert note == (data if isinstance(data, str) else data.decode())


@given(st.integers(0, len(ARCHE_NOTE.encode()) - 1), st.integers(0, 7))
def test_a_flipped_bit_never_verifies(at: int, bit: int) -> None:
    data = bytearray(ARCHE_NOTE.encode())
    data[at] ^= 1 << bit
    known = [NoteKey.parse(text) for text in (ARCHE_KEY, *ARCHE_WITNESSES)]
    try:
        note = notes.parse_note(bytes(data))
        verified = notes.verify_note(note, known)
    except LedgerError:
        return
    assert note.text == notes.parse_note(ARCHE_NOTE).text  # only an unknown line can differ
    assert len(verified) >= len(known) - 1


ROOT = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "origin\n",
        "origin\n5\n",
        f"origin\n5\n{ROOT}",
        f"\n5\n{ROOT}\n",
        f"origin\n05\n{ROOT}\n",
        f"origin\n+5\n{ROOT}\n",
        f"origin\n-5\n{ROOT}\n",
        f"origin\n5 \n{ROOT}\n",
        f"origin\n٥\n{ROOT}\n",
        f"origin\n0x5\n{ROOT}\n",
        f"origin\n{2**63}\n{ROOT}\n",
        f"origin\n{10**30}\n{ROOT}\n",
        f"origin\n5\n{ROOT}\n\n",
        f"origin\n5\n{ROOT}\n\nmore\n",
        f"origin\n\n{ROOT}\n",
        f"origin\n5\n{ROOT} \n",
        f"origin\n5\n{ROOT[:-1]}\n",
        "origin\n5\nAAAA\n",
    ],
)
def test_anything_but_a_checkpoint_is_refused(text: str) -> None:
    refused("ledger.note", notes.parse_checkpoint, text)


@given(
    st.integers(0, notes.MAX_SIZE),
    st.binary(min_size=32, max_size=32),
    st.lists(st.from_regex(r"\A[a-z ]+\Z"), max_size=3),
)
def test_checkpoints_round_trip(size: int, root: bytes, extensions: list[str]) -> None:
    checkpoint = Checkpoint("an origin", size, root, tuple(extensions))
    assert notes.parse_checkpoint(checkpoint.text) == checkpoint
