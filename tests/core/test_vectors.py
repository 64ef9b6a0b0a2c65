"""The vectors that ship still hold, one by one, and nothing of the format has moved."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
import rfc8785

from dure.core.canonical import canonical_bytes, canonical_json, parse_canonical
from dure.core.errors import CoreError
from dure.core.suites import SUITE_NAMES, Stretch, digest_of, suite
from tests.core.write_vectors import VALUES, canonical_vectors, suite_vectors


def _read(name: str) -> dict[str, Any]:
    text = (files("dure.core") / "vectors" / f"{name}.json").read_text(encoding="ascii")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def test_a_file_ships_for_every_suite() -> None:
    shipped = {entry.name for entry in (files("dure.core") / "vectors").iterdir()}
    assert shipped == {"canonical.json", *(f"{name}.json" for name in SUITE_NAMES)}


def test_canonical_values_have_the_shipped_bytes() -> None:
    shipped = _read("canonical")
    assert len(shipped["values"]) == len(VALUES)
    for case in shipped["values"]:
        assert canonical_json(case["value"]).hex() == case["bytes"], case["name"]
        assert rfc8785.dumps(case["value"]).hex() == case["bytes"], case["name"]
        assert parse_canonical(bytes.fromhex(case["bytes"])) == case["value"]
    for case in shipped["refused"]:
        with pytest.raises(CoreError, match=r"core\.canonical-value"):
            parse_canonical(bytes.fromhex(case["bytes"]))
    assert canonical_vectors() == shipped


@pytest.mark.parametrize("name", SUITE_NAMES)
def test_a_suite_makes_the_shipped_keys_digests_and_signatures(name: str) -> None:
    shipped, scheme = _read(name), suite(name)
    signing, seed = shipped["signing"], bytes.fromhex(shipped["seed"])
    private, public = bytes.fromhex(signing["private"]), bytes.fromhex(signing["public"])
    assert scheme.signing_key(seed) == private
    assert scheme.signing_public(private) == public
    assert scheme.key_id(public) == signing["key_id"]
    for case in shipped["values"]:
        data = bytes.fromhex(case["bytes"])
        assert canonical_bytes(case["type"], case["value"], name) == data
        assert digest_of(data) == case["digest"] == scheme.digest(case["type"], case["value"])
        assert scheme.sign(private, data).hex() == case["signature"]
        assert scheme.verify_value(public, case["type"], case["value"], case["signature"])
    for case in shipped["refused"]:
        assert not scheme.verify_value(
            bytes.fromhex(case["public"]), case["type"], case["value"], case["signature"]
        ), case["name"]


@pytest.mark.parametrize("name", SUITE_NAMES)
def test_a_suite_opens_the_shipped_secret_and_stretches_the_shipped_passphrase(name: str) -> None:
    shipped, scheme = _read(name), suite(name)
    wrapped, stretched = shipped["wrapped"], shipped["stretched"]
    opened = scheme.unwrap(
        bytes.fromhex(shipped["sealing"]["private"]),
        bytes.fromhex(wrapped["wrapped"]),
        bytes.fromhex(wrapped["info"]),
    )
    assert opened.hex() == wrapped["secret"]
    key = scheme.stretch_passphrase(
        bytes.fromhex(stretched["passphrase"]),
        bytes.fromhex(stretched["salt"]),
        Stretch(stretched["rounds"], stretched["memory_kib"]),
    )
    assert key.hex() == stretched["key"]


@pytest.mark.parametrize("name", SUITE_NAMES)
def test_writing_the_vectors_again_changes_only_what_is_random(name: str) -> None:
    shipped, again = _read(name), suite_vectors(name)
    del shipped["wrapped"], again["wrapped"]
    assert again == shipped
