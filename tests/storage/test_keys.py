"""Key files: locked by a passphrase, the owner's alone, and damage told from a wrong passphrase."""

from __future__ import annotations

import json
import os
import pickle
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.suites import SUITE_NAMES, Stretch, suite
from dure.storage import kek as kek_module
from dure.storage import passphrases
from dure.storage.errors import StorageError
from dure.storage.kek import new_kek, read_kek_file, recover_kek, write_kek_file
from dure.storage.keys import (
    KINDS,
    change_passphrase,
    new_key,
    public_card,
    read_key_file,
    write_key_file,
)
from dure.storage.passphrases import Passphrase, read_private_file
from tests.storage.conftest import run_child

RIGHT, WRONG = Passphrase("a right passphrase"), Passphrase("a wrong passphrase")
QUICK = {"intl": Stretch(1, 64), "kr-public": Stretch(10, 0)}


def refusal(work, *arguments, **more) -> str:
    with pytest.raises(StorageError) as caught:
        work(*arguments, **more)
    shown = f"{caught.value!r} {caught.value} {caught.value.to_dict('ko')}"
    assert "right passphrase" not in shown
    assert "wrong passphrase" not in shown
    return caught.value.code.removeprefix("storage.")


@pytest.fixture(params=SUITE_NAMES)
def suite_name(request):
    return request.param


@pytest.fixture
def written(tmp_path, suite_name):
    key = new_key("signing", "coast.officer1", suite_name)
    path = tmp_path / "officer.key"
    write_key_file(path, key, RIGHT, stretch=QUICK[suite_name])
    return path, key


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_comes_back_and_works(tmp_path, suite_name, kind):
    key = new_key(kind, "coast.officer1", suite_name)
    path = tmp_path / "officer.key"
    card = write_key_file(path, key, RIGHT, stretch=QUICK[suite_name])
    back = read_key_file(path, RIGHT)
    assert back == key
    assert public_card(path) == card == key.card
    assert card.key_id == suite(suite_name).key_id(key.public)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key.private.hex() not in path.read_text()
    assert [each.name for each in tmp_path.iterdir()] == ["officer.key"]


def test_the_suite_s_own_stretching_is_the_default(tmp_path):
    path = tmp_path / "officer.key"
    write_key_file(path, new_key("signing", "coast.officer1", "intl"), RIGHT)
    stretch = json.loads(path.read_text())["locked"]["stretch"]
    assert stretch == {"rounds": 3, "memory_kib": 65536}
    assert read_key_file(path, RIGHT).id == "coast.officer1"


def test_a_wrong_passphrase_has_its_own_code(written):
    assert refusal(read_key_file, written[0], WRONG) == "passphrase"
    assert read_key_file(written[0], RIGHT) == written[1]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_a_mode_that_lets_others_in_is_refused(written, mode):
    written[0].chmod(mode)
    assert refusal(read_key_file, written[0], RIGHT) == "key-mode"
    written[0].chmod(0o400)
    assert read_key_file(written[0], RIGHT) == written[1]


@pytest.mark.root
def test_a_file_of_someone_else_is_refused(written):
    os.chown(written[0], 65534, 65534)
    assert refusal(read_key_file, written[0], RIGHT) == "key-mode"


def test_links_and_other_things_are_refused(written, tmp_path):
    (tmp_path / "link").symlink_to(written[0])
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("link", "pipe", ".", "nowhere"):
        assert refusal(read_key_file, tmp_path / name, RIGHT) == "file"
    (tmp_path / "long").touch(0o600)
    os.truncate(tmp_path / "long", 1_000_000)
    assert refusal(read_private_file, tmp_path / "long") == "file"


def test_a_file_that_is_there_is_not_replaced(written):
    before = written[0].read_bytes()
    assert refusal(write_key_file, written[0], written[1], RIGHT) == "conflict"
    assert written[0].read_bytes() == before


def test_a_short_passphrase_is_refused_for_a_new_file(tmp_path):
    key = new_key("signing", "coast.officer1", "intl")
    assert refusal(write_key_file, tmp_path / "a.key", key, Passphrase("seven77")) == "passphrase"
    assert list(tmp_path.iterdir()) == []


def test_another_kind_is_a_defect():
    with pytest.raises(ValueError):
        new_key("blessing", "coast.officer1", "intl")


def test_the_passphrase_can_be_changed(written):
    path, key = written
    assert refusal(change_passphrase, path, WRONG, RIGHT) == "passphrase"
    change_passphrase(path, RIGHT, WRONG, stretch=QUICK[key.suite])
    assert read_key_file(path, WRONG) == key
    assert refusal(read_key_file, path, RIGHT) == "passphrase"


@given(bit=st.integers(0, 8 * 400))
def test_a_flipped_bit_is_found(tmp_path_factory, bit):
    path = tmp_path_factory.mktemp("keys") / "a.key"
    write_key_file(path, new_key("sealing", "coast.node", "intl"), RIGHT, stretch=QUICK["intl"])
    data = bytearray(path.read_bytes())
    data[bit // 8 % len(data)] ^= 1 << bit % 8
    path.write_bytes(data)
    assert refusal(read_key_file, path, RIGHT) == "key-file"


def rewrite(path, how) -> None:
    """Change a file and put its digest right again: a forger, not an accident."""
    from dure.core.canonical import canonical_json
    from dure.storage.keys import _digest

    values = json.loads(path.read_text())
    values.pop("digest")
    how(values)
    path.write_bytes(canonical_json(values | {"digest": _digest(values)}))


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (lambda values: values.update(id="coast.officer2"), "passphrase"),
        (lambda values: values.update(public="00" * 32), "passphrase"),
        (lambda values: values["locked"]["stretch"].update(rounds=2), "passphrase"),
        (lambda values: values["locked"]["stretch"].update(memory_kib=1 << 40), "key-file"),
        (lambda values: values["locked"]["stretch"].update(rounds=-1), "key-file"),
        (lambda values: values["locked"]["stretch"].update(rounds="1"), "key-file"),
        (lambda values: values["locked"].update(stretch=3), "key-file"),
        (lambda values: values["locked"].update(salt="00"), "key-file"),
        (lambda values: values["locked"].update(nonce=7), "key-file"),
        (lambda values: values["locked"].update(ciphertext="not hex"), "key-file"),
        (lambda values: values.update(locked=[]), "key-file"),
        (lambda values: values.update(kind="blessing"), "key-file"),
        (lambda values: values.update(suite="nothing"), "key-file"),
        (lambda values: values.update(public="not hex"), "key-file"),
        (lambda values: values.update(id=3), "key-file"),
        (lambda values: values.pop("id"), "key-file"),
        (lambda values: values.update(format="dure/other/v1"), "key-file"),
    ],
)
def test_a_forged_file_is_refused(tmp_path, how, code):
    path = tmp_path / "a.key"
    write_key_file(path, new_key("signing", "coast.o", "intl"), RIGHT, stretch=QUICK["intl"])
    rewrite(path, how)
    assert refusal(read_key_file, path, RIGHT) == code


def test_halves_that_do_not_fit_are_refused(tmp_path, monkeypatch):
    key, other = (new_key("signing", "coast.o", "intl") for _ in range(2))
    path = tmp_path / "a.key"
    monkeypatch.setattr(type(key), "public", property(lambda self: other_public))
    other_public = bytes(32)
    write_key_file(path, key, RIGHT, stretch=QUICK["intl"])
    monkeypatch.undo()
    assert refusal(read_key_file, path, RIGHT) == "key-file"
    assert other.public != other_public


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"format":1}', b'{"a":1.5}'])
def test_what_is_no_key_file(tmp_path, data):
    path = tmp_path / "a.key"
    path.write_bytes(data)
    path.chmod(0o600)
    assert refusal(read_key_file, path, RIGHT) == "key-file"
    assert refusal(public_card, path) == "key-file"
    assert refusal(read_kek_file, path, RIGHT) == "key-file"


@pytest.mark.parametrize("fault", ["file.written", "file.renamed", "keys.linked"])
def test_kill_while_writing_leaves_a_whole_file_or_none(tmp_path, fault):
    path = tmp_path / "a.key"
    assert run_child("tests.storage.key_child", path, fault=fault).returncode == -9
    if fault == "keys.linked":
        assert read_key_file(path, Passphrase("the passphrase of a child")).id == "coast.child"
    else:
        assert not path.exists()
        assert run_child("tests.storage.key_child", path).returncode == 0
        assert read_key_file(path, Passphrase("the passphrase of a child")).id == "coast.child"


# ── the key-encryption key ─────────────────────────────────────────────────────────────────────


@pytest.fixture
def kek_file(tmp_path, suite_name):
    recovery = new_key("recovery", "coast.safe", suite_name)
    kek = new_kek("coast.vault", suite_name, recovery.public)
    path = tmp_path / "kek"
    write_kek_file(path, kek, RIGHT, stretch=QUICK[suite_name])
    return path, kek, recovery


def test_the_kek_opens_twice(kek_file):
    path, kek, recovery = kek_file
    assert read_kek_file(path, RIGHT) == kek == recover_kek(path, recovery)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert kek.key.hex() not in path.read_text()
    assert refusal(read_kek_file, path, WRONG) == "passphrase"
    other = new_key("recovery", "coast.safe", kek.suite)
    assert refusal(recover_kek, path, other) == "key-file"


def test_after_a_recovery_a_new_passphrase_can_be_set(kek_file):
    path, kek, recovery = kek_file
    recovered = recover_kek(path, recovery)
    write_kek_file(path, recovered, WRONG, stretch=QUICK[kek.suite], replace=True)
    assert read_kek_file(path, WRONG) == kek == recover_kek(path, recovery)
    assert refusal(read_kek_file, path, RIGHT) == "passphrase"


def test_modes_and_forgeries_of_a_kek_file(kek_file):
    path, kek, recovery = kek_file
    path.chmod(0o640)
    assert refusal(read_kek_file, path, RIGHT) == "key-mode"
    assert refusal(recover_kek, path, recovery) == "key-mode"
    path.chmod(0o600)
    for how in (
        lambda values: values.update(recovery_public="not hex"),
        lambda values: values.update(suite="nothing"),
        lambda values: values.pop("id"),
    ):
        before = path.read_bytes()
        rewrite(path, how)
        assert refusal(read_kek_file, path, RIGHT) == "key-file"
        path.write_bytes(before)
    rewrite(path, lambda values: values.update(recovery="not hex"))
    assert refusal(recover_kek, path, recovery) == "key-file"
    assert refusal(write_kek_file, path, kek, RIGHT) == "conflict"


def test_a_kek_of_another_length_is_refused(kek_file, monkeypatch):
    path, kek, _ = kek_file
    monkeypatch.setattr(kek_module, "KEY_BYTES", 16)
    assert refusal(read_kek_file, path, RIGHT) == "key-file"
    assert kek.key


# ── passphrases ────────────────────────────────────────────────────────────────────────────────


def test_a_passphrase_shows_itself_nowhere():
    secret = Passphrase("열려라 참깨")
    shown = f"{secret!r} {secret} {[secret]}"
    assert "참깨" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        hash(secret)
    assert secret != "열려라 참깨"
    assert secret == Passphrase("열려라 참깨")  # decomposed, the same


def test_a_passphrase_from_a_file_or_descriptor(tmp_path):
    path = tmp_path / "passphrase"
    path.write_bytes("두레 함께 일하기\n".encode())
    path.chmod(0o644)
    assert refusal(Passphrase.from_file, path) == "key-mode"
    path.chmod(0o600)
    assert Passphrase.from_file(path) == Passphrase("두레 함께 일하기")
    reading, writing = os.pipe()
    os.write(writing, b"from a pipe\r\n")
    os.close(writing)
    assert Passphrase.from_descriptor(reading) == Passphrase("from a pipe")
    os.close(reading)
    assert refusal(Passphrase.from_descriptor, reading) == "file"


def test_a_passphrase_from_a_prompt(monkeypatch):
    answers = iter(["one entry", "one entry", "another entry", "one entry"])
    monkeypatch.setattr(passphrases.getpass, "getpass", lambda _: next(answers))
    assert Passphrase.from_prompt("? ", again="again? ") == Passphrase("one entry")
    assert refusal(Passphrase.from_prompt, "? ", again="again? ") == "passphrase"

    def nobody(_):
        raise EOFError

    monkeypatch.setattr(passphrases.getpass, "getpass", nobody)
    assert refusal(Passphrase.from_prompt, "? ") == "passphrase"
