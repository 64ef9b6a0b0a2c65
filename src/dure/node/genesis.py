"""Making a node: its folder, keys, stores, vault and public card.

The keys of the executor and of the keeper are made here and written under their own folders; what
others may know of them is the member card. Nothing is left behind when a step fails.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from dure.core.suites import SEED_BYTES, suite
from dure.node.errors import NodeError
from dure.node.home import PROFILES, Home, Settings
from dure.storage.database import open_database
from dure.storage.keys import Passphrase, PrivateKey, write_key_file
from dure.storage.migrations import migrate
from dure.storage.vault import Vault

_AGENCY = re.compile(r"[a-z][a-z0-9-]{0,62}")


def init_node(
    path: Path,
    settings: Settings,
    passphrase: Passphrase,
    random: Callable[[int], bytes],
    keeper_passphrase: Passphrase | None = None,
) -> Home:
    """Make a node's home.

    Parameters
    ----------
    path
        New or empty folder.
    settings
        What goes into ``node.toml``.
    passphrase
        Of the executor's keys, and of the keeper's when it has none of its own.
    random
        Gives that many random bytes.
    keeper_passphrase
        Of the keeper's keys; separated nodes should have one of their own.

    Raises
    ------
    NodeError
        ``node.home-taken``, ``node.settings``.
    StorageError
        What the disk or the database refused.
    """
    if not _AGENCY.fullmatch(settings.agency) or settings.profile not in PROFILES:
        raise NodeError("node.settings", path="node.toml", setting="agency or profile")
    crypto = suite(settings.suite)
    if path.exists() and any(path.iterdir()):
        raise NodeError("node.home-taken", path=path)
    existed = path.exists()
    path.mkdir(parents=True, exist_ok=True)
    home = Home(path.resolve(), settings)
    try:
        for folder, mode in (
            (home.executor, 0o700),
            (home.releases, 0o700),
            (home.keeper, 0o700),
            (home.vault, 0o700),
            (home.path / "public", 0o755),
            (home.path / "run", 0o755),
            (home.path / "media", 0o755),
        ):
            folder.mkdir(mode=mode)
        signing = crypto.signing_key(random(SEED_BYTES))
        executor = crypto.signing_key(random(SEED_BYTES))
        sealing = crypto.sealing_key(random(SEED_BYTES))
        kek = random(32)
        keepers = keeper_passphrase or passphrase
        for file, kind, private, secret in (
            (home.executor / "node-signing.key", "signing", signing, passphrase),
            (home.executor / "executor.key", "signing", executor, passphrase),
            (home.keeper / "sealing.key", "sealing", sealing, keepers),
            (home.keeper / "vault.key", "kek", kek, keepers),
        ):
            key = PrivateKey(kind, f"{settings.agency}.{file.stem}", settings.suite, private)
            write_key_file(file, key, secret)
        for store in ("node", "executor", "keeper"):
            database = open_database(home.database_url(store))
            migrate(database, store)
            if store == "keeper":
                Vault.create(home.vault, database, kek)
            database.close()
        card = {
            "agency": settings.agency,
            "suite": settings.suite,
            "profile": settings.profile,
            "node_signing": crypto.signing_public(signing).hex(),
            "node_sealing": crypto.sealing_public(sealing).hex(),
            "executor": crypto.signing_public(executor).hex(),
            "origin": f"dure/{settings.agency}/ledger",
        }
        home.member_card.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
        (home.path / "node.toml").write_text(settings.to_toml(), encoding="utf-8")
        if settings.profile == "separated":
            _give_away(home)
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        if existed:
            path.mkdir()
        raise
    return home


def new_person_key(
    file: Path, key_id: str, suite_name: str, passphrase: Passphrase, random: Callable[[int], bytes]
) -> Path:
    """Make a person's signing key and, beside it, its public card; return the card's path.

    Raises
    ------
    NodeError
        ``node.home-taken`` when the file exists.
    StorageError
        What the disk refused.
    """
    card_file = file.with_suffix(".json")
    for taken in (file, card_file):
        if taken.exists():
            raise NodeError("node.home-taken", path=taken)
    crypto = suite(suite_name)
    private = crypto.signing_key(random(SEED_BYTES))
    public = crypto.signing_public(private)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_key_file(file, PrivateKey("signing", key_id, suite_name, private), passphrase)
    card = {"id": key_id, "suite": suite_name, "key": crypto.key_id(public), "public": public.hex()}
    card_file.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return card_file


def _give_away(home: Home) -> None:
    """Give each process its own files; only root can."""
    settings = home.settings
    for folder, uid in (
        (home.executor, settings.executor_uid),
        (home.keeper, settings.keeper_uid),
        (home.vault, settings.keeper_uid),
    ):
        for root, folders, files in os.walk(folder):
            for name in (".", *folders, *files):
                os.chown(Path(root) / name, uid, uid)
    for path in (home.path / "node.db", home.path / "media"):
        if path.exists():
            os.chown(path, settings.door_uid, settings.door_uid)
    os.chown(home.path, settings.door_uid, settings.door_uid)
    os.chmod(home.path / "run", 0o1777)
