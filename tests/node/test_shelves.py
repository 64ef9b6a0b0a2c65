"""Where a node's vault is told to lie: a bucket and its server's keys are given together, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dure.node.genesis import init_node
from dure.node.home import Home, Settings
from dure.node.shelves import CREDENTIALS, take_credentials
from dure.storage.errors import StorageError
from dure.storage.passphrases import Passphrase

URL = "https://s3.example/bucket/prefix"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    file = tmp_path / "keys.toml"
    file.write_text('access_key_id = "a"\nsecret_access_key = "b"\n')
    file.chmod(0o600)
    return file


def home_of(folder: Path, vault_url: str) -> Home:
    home = Home(folder, Settings("coast", "intl", "embedded", vault_url=vault_url))
    home.keeper.mkdir(parents=True)
    return home


def test_a_bucket_and_its_keys_go_together(tmp_path: Path, keys: Path) -> None:
    right, folder = home_of(tmp_path / "right", URL), home_of(tmp_path / "folder", "")
    take_credentials(right, keys)
    take_credentials(folder, None)
    assert (right.keeper / CREDENTIALS).read_bytes() == keys.read_bytes()
    for home, file, reason in (
        (folder, keys, "credentials-unused"),
        (home_of(tmp_path / "lacking", URL), None, "credentials-missing"),
    ):
        with pytest.raises(StorageError) as refused:
            take_credentials(home, file)
        assert (refused.value.code, refused.value.facts["reason"]) == ("storage.vault", reason)
        assert not (home.keeper / CREDENTIALS).exists()


def test_a_node_is_not_made_with_keys_for_no_bucket(tmp_path: Path, keys: Path) -> None:
    """Otherwise an operator would think that the pages lie there, and they lie on the node's disk."""
    settings, secret = Settings("coast", "intl", "embedded"), Passphrase(b"a long passphrase")
    with pytest.raises(StorageError) as refused:
        init_node(tmp_path / "node", settings, secret, os.urandom, vault_credentials=keys)
    assert refused.value.facts["reason"] == "credentials-unused"
    assert not (tmp_path / "node").exists()
