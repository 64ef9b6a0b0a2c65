"""Making a node: its folder, keys, stores, vault and public card.

The keys of the executor and of the keeper are made here and written under their own folders; what
others may know of them is the member card. Nothing is left behind when a step fails.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dure.core import faults
from dure.core.suites import Stretch
from dure.node.acting import Ask, at_work, here, refuse_closed_way
from dure.node.errors import NodeError
from dure.node.files import write_file
from dure.node.home import ORIGIN, PROFILES, Home, Settings
from dure.node.rekeying import SEALING, SEALING_RECOVERY
from dure.node.shelves import take_credentials, with_new_place
from dure.node.stores import PART_OF, is_inside
from dure.node.unlocking import KEK
from dure.node.users import group_of
from dure.storage.errors import files
from dure.storage.kek import new_kek, write_kek_file
from dure.storage.keys import new_key, read_key_file, write_key_file
from dure.storage.passphrases import Passphrase
from dure.storage.recovery import write_recovery_file
from dure.storage.sealed_files import sync_folder, write_all
from dure.storage.vault import HIGHEST_GRADE

RECOVERY = "recovery.key"
"""The key that opens the vault when the keeper's passphrase is lost; it belongs into a safe."""

_COMING = ".node.toml.coming"
_AGENCY = re.compile(r"[a-z][a-z0-9-]{0,62}")


def init_node(
    path: Path,
    settings: Settings,
    passphrase: Passphrase,
    random: Callable[[int], bytes],
    keeper_passphrase: Passphrase | None = None,
    recovery_passphrase: Passphrase | None = None,
    grade: int | None = None,
    stretch: Stretch | None = None,
    vault_credentials: Path | None = None,
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
    recovery_passphrase
        Of the recovery key; one of its own, since it serves when the keeper's is lost.
    grade
        Highest rank of grade that the vault may hold, 0 for Open. None means Open in an embedded
        node, which holds nothing above it, and the highest grade of N2SF in a separated one.
    stretch
        How hard the passphrases are stretched; the suite's own measure when None.
    vault_credentials
        File with what the S3 server knows the node by, when the settings put the vault into a bucket.

    Raises
    ------
    NodeError
        ``node.home-taken``, ``node.settings``; ``node.separated`` without root, or in a place that
        its processes can't reach; ``node.profile`` for a vault above Open in an embedded node.
    StorageError
        What the disk or the database refused.
    """
    _check(settings)
    grade = _grade(settings, grade)
    settings = with_new_place(settings)
    home = Home(path.resolve(), settings)
    with _founding(home):
        refuse_closed_way(home)
        if settings.profile == "separated":
            home.path.chmod(0o755)  # its processes pass through, whatever root's umask
        for folder, mode in (
            (home.door, 0o700),
            (home.executor, 0o700),
            (home.releases, 0o700),
            (home.keeper, 0o700),
            (home.vault, 0o700),
            (home.path / "public", 0o755),
            (home.path / "run", 0o755),
            (home.socket("executor").parent, 0o755),
            (home.socket("keeper").parent, 0o755),
        ):
            folder.mkdir()
            folder.chmod(mode)
        take_credentials(home, vault_credentials)
        agency, suite_name = settings.agency, settings.suite
        keepers = keeper_passphrase or passphrase
        signing = new_key("signing", f"{agency}.node", suite_name, random=random)
        executor = new_key("signing", f"{agency}.executor", suite_name, random=random)
        sealing = new_key("sealing", f"{agency}.node", suite_name, random=random)
        recovery = new_key("recovery", f"{agency}.recovery", suite_name, random=random)
        kek = new_kek(agency, suite_name, recovery.public, random=random)
        for file, key, secret in (
            (home.executor / "node-signing.key", signing, passphrase),
            (home.executor / "executor.key", executor, passphrase),
            (home.keeper / SEALING, sealing, keepers),
            (home.path / RECOVERY, recovery, recovery_passphrase or keepers),
        ):
            write_key_file(file, key, secret, stretch=stretch, random=random)
        write_kek_file(home.keeper / KEK, kek, keepers, stretch=stretch, random=random)
        write_recovery_file(home.keeper / SEALING_RECOVERY, sealing, recovery.public)
        card = {
            "agency": settings.agency,
            "suite": settings.suite,
            "profile": settings.profile,
            "node_signing": signing.public.hex(),
            "node_sealing": sealing.public.hex(),
            "executor": executor.public.hex(),
            "origin": ORIGIN.format(agency=settings.agency),
        }
        write_file(home.member_card, json.dumps(card, indent=1).encode() + b"\n")
        home.member_card.chmod(0o644)
        inside = [store for store in PART_OF if is_inside(home, store)]
        for store in inside:
            _make_store(here(home), store, kek.key, grade)
        give_away(home)
        for store in PART_OF.keys() - inside:  # nobody but its own part can make it
            with at_work(home, PART_OF[store]) as ask:
                _make_store(ask, store, kek.key, grade)
    return home


@contextmanager
def _founding(home: Home) -> Iterator[None]:
    """Empty a home's folder but for the settings, which take their name when all is there.

    A folder without them is no home (`Home.find`). So what an init that was killed left is known as
    such, and removed by the next; nothing else ever is.
    """
    path, coming, settings = home.path, home.path / _COMING, home.path / "node.toml"
    with files(path):
        existed = path.exists()
        if existed and (not path.is_dir() or (any(path.iterdir()) and not coming.exists())):
            raise NodeError("node.home-taken", path=path)
        path.mkdir(parents=True, exist_ok=True)
        held = os.open(coming, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        _alone(home, held)
        try:
            with files(path):
                _clear(path, but=coming.name)
                os.fchmod(held, 0o644)
                os.ftruncate(held, 0)
                write_all(held, home.settings.to_toml().encode("utf-8"))
                os.fsync(held)
            yield
            faults.point("node.complete")
            with files(path):
                coming.rename(settings)
                faults.point("node.placed")
                sync_folder(path)
        except BaseException:
            _clear(path)
            if not existed:
                path.rmdir()
            raise
    finally:
        os.close(held)


def _alone(home: Home, held: int) -> None:
    """Refuse when another process is making this home just now, or has just made it."""
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise NodeError("node.home-taken", path=home.path) from None
    if (home.path / "node.toml").exists():
        (home.path / _COMING).unlink(missing_ok=True)
        raise NodeError("node.home-taken", path=home.path)


def _clear(folder: Path, but: str = "") -> None:
    for each in folder.iterdir():
        if each.name == but:
            continue
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()


def _make_store(ask: Ask, store: str, key: bytes, grade: int) -> None:
    ask("store.make", store=store)
    if store == "keeper":
        ask("vault.create", key=key.hex(), grade=grade)


def _check(settings: Settings) -> None:
    if not _AGENCY.fullmatch(settings.agency):
        raise NodeError("node.settings", path="node.toml", reason="agency-name")
    if settings.profile not in PROFILES:
        raise NodeError("node.settings", path="node.toml", reason="setting", setting="profile")
    if settings.profile == "separated" and os.geteuid() != 0:
        raise NodeError("node.separated", reason="not-root")


def _grade(settings: Settings, wanted: int | None) -> int:
    """Return the grade of a new node's vault."""
    separated = settings.profile == "separated"
    if wanted is None:
        return HIGHEST_GRADE if separated else 0
    if wanted < 0:
        raise NodeError("node.settings", path="node.toml", reason="setting", setting="grade")
    if wanted and not separated:
        raise NodeError("node.profile", grade=wanted)
    return wanted


def new_person_key(
    file: Path,
    key_id: str,
    suite_name: str,
    passphrase: Passphrase,
    random: Callable[[int], bytes],
    stretch: Stretch | None = None,
) -> Path:
    """Make a person's signing key and, beside it, its public card; return the card's path.

    A crash may have come between the two. The same again then makes the card of the key that is there.

    Raises
    ------
    NodeError
        ``node.home-taken`` when the card exists, or a key that is not this person's.
    StorageError
        What the disk refused; ``storage.passphrase`` when it does not open the key that is there.
    """
    card_file = file.with_suffix(".json")
    if card_file.exists():
        raise NodeError("node.home-taken", path=card_file)
    with files(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        _sweep(file, card_file)
    if file.exists():
        public = read_key_file(file, passphrase).card
        if (public.kind, public.id, public.suite) != ("signing", key_id, suite_name):
            raise NodeError("node.home-taken", path=file)
    else:
        key = new_key("signing", key_id, suite_name, random=random)
        public = write_key_file(file, key, passphrase, stretch=stretch, random=random)
    card = {"id": key_id, "suite": suite_name, "key": public.key_id, "public": public.public}
    write_file(card_file, json.dumps(card, indent=1).encode() + b"\n")
    return card_file


def _sweep(*files_: Path) -> None:
    """Remove what a process that was killed left of writing these files."""
    names = "|".join(re.escape(file.name) for file in files_)
    ours = re.compile(rf"\.+({names})(\.[0-9a-f]{{16}}\.(new|partial))+")
    for left in files_[0].parent.iterdir():
        if ours.fullmatch(left.name):
            left.unlink(missing_ok=True)


def give_away(home: Home) -> None:
    """Give each process of a separated node its own folders; root keeps the folder they lie in."""
    settings = home.settings
    if settings.profile != "separated":
        return
    for folder, uid in (
        (home.door, settings.door_uid),
        (home.executor, settings.executor_uid),
        (home.socket("executor").parent, settings.executor_uid),
        (home.keeper, settings.keeper_uid),
        (home.vault, settings.keeper_uid),
        (home.socket("keeper").parent, settings.keeper_uid),
    ):
        # From the bottom up: as long as the folder itself is root's, its process can't get in and
        # exchange what lies in it for a link. And never what a link points to.
        for root, _, names in os.walk(folder, topdown=False):
            for name in (*names, "."):
                os.chown(Path(root) / name, uid, group_of(uid), follow_symlinks=False)
