"""Backup and restore of a whole node: its stores, its vault, its files.

::

    BACKUP/vault.kek       the vault's key-encryption key, locked by the keeper's passphrase and for
                           the recovery key: what opens the rest, and all that lies here unsealed
    BACKUP/files.sealed    key files (still locked), settings, charters, released documents, the post
    BACKUP/state/…         stores and vault (`dure.storage.backup`), the pages of a bucket too

Everything but ``vault.kek`` is sealed under keys that are derived from the key-encryption key, so the
keeper's passphrase opens it, and so does the recovery key. The parts name each other: none can be
exchanged for that of another backup.

A node is backed up at rest: while none of its services runs. Of a separated node each store is read
and filled by its own process, and the folders are given to their uids again at the end: the backup
itself belongs to whoever makes it, root. A restored node begins a new
incarnation, in which every permit issued before is dead; its envelopes go on with numbers that lie
`MARGIN` above those that the backup knew; and its ledger says that it was restored, as soon as its
executor starts. Both take their place in one step, on disk, under a random name until then: what a
crash leaves behind is removed by the next try.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from dure.core import faults
from dure.core.times import write_time
from dure.governance.charter import SignedCharter
from dure.node.acting import at_work, here, refuse_closed_way
from dure.node.errors import NodeError
from dure.node.files import write_file
from dure.node.genesis import give_away
from dure.node.home import Home
from dure.node.notices import FOLDER as NOTICES
from dure.node.notices import leave
from dure.node.rekeying import SEALING, SEALING_RECOVERY, lock_again
from dure.node.resting import at_rest
from dure.node.shelves import (
    CREDENTIALS,
    IN_FOLDER,
    beside,
    forget_credentials,
    pages_to_read,
    pages_to_write,
    take_credentials,
    with_new_place,
)
from dure.node.stores import PART_OF, AskedStore, is_inside
from dure.node.unlocking import KEK
from dure.storage.backup import (
    MANIFEST,
    back_up,
    backup_key,
    file_digest,
    pack,
    part_key,
    read_manifest,
    restore,
    unpack,
    write_new,
)
from dure.storage.errors import files
from dure.storage.folders import new_folder
from dure.storage.kek import Kek, read_kek_file, recover_kek
from dure.storage.keys import PrivateKey, read_key_file
from dure.storage.passphrases import Passphrase
from dure.storage.recovery import read_recovery_file
from dure.storage.seal import seal, unseal

MARGIN = 1000
"""How far a restored node jumps over the numbers of envelopes that its backup knew: more than it may
have sent to one peer since. The peer reports them as a gap."""

_NAMES = (
    "node.toml",
    "public/member.json",
    "door/charter.json",
    "door/charters",
    "door/spool",
    "door/outgoing",
    "door/arrivals",
    "executor/executor.key",
    "executor/node-signing.key",
    "executor/releases",
    NOTICES,
    f"keeper/{SEALING}",
    f"keeper/{SEALING_RECOVERY}",
    f"keeper/{KEK}",
    f"keeper/{CREDENTIALS}",
)
_PUBLIC = ("node.toml", "public/member.json")
_CLOSED = ("door", "executor", "executor/releases", "keeper")
_OPEN = ("public", "run", "run/executor", "run/keeper")
_SEALED = "files.sealed"


def backup_node(home: Home, folder: Path, passphrase: Passphrase) -> dict[str, object]:
    """Write a backup of a node at rest into a new folder.

    Parameters
    ----------
    home
        The node; of a separated one root makes the backup.
    folder
        Folder that is not there yet.
    passphrase
        Of the keeper's keys.

    Raises
    ------
    NodeError
        ``node.home-taken`` when the folder is there, ``node.awake`` while a service of the node
        runs, ``node.separated`` without root.
    StorageError
        ``storage.passphrase``, ``storage.key-file``, ``storage.key-mode``, ``storage.vault`` when
        the key is not the vault's, ``storage.no-space``, ``storage.file``, ``storage.database``.
        Nothing is left then.
    """
    folder = folder.absolute()
    if os.path.lexists(folder):
        raise NodeError("node.home-taken", path=folder)
    with at_rest(home), _stores(home, PART_OF) as stores:
        keeper = stores[-1].ask
        told = keeper("vault.backup-key", passphrase=passphrase.reveal().hex())
        key = bytes.fromhex(told["key"])
        with _growing(folder) as partial:
            manifest = back_up(
                partial / "state",
                key,
                stores=stores,
                vaults={"vault": home.vault},
                now=write_time(time.time()),
                elsewhere=pages_to_read(home, keeper),
            )
            content = pack(home.path, _NAMES, bound=file_digest(partial / "state" / MANIFEST))
            write_new(partial / _SEALED, seal(part_key(key, "files"), content))
            faults.point("backup.files-sealed")
            write_new(partial / KEK, [bytes.fromhex(told["file"])])
            faults.point("backup.complete")
    faults.point("backup.placed")
    return {"backup": str(folder), "made": manifest.made_at, "stores": sorted(manifest.stores)}


def restore_node(
    folder: Path,
    path: Path,
    passphrase: Passphrase,
    *,
    recovery: Path | None = None,
    new_passphrase: Passphrase | None = None,
    vault_url: str = "",
    vault_credentials: Path | None = None,
) -> dict[str, object]:
    """Restore a backup into a new folder, as a new incarnation.

    The pages of a vault that was in a bucket go to a new place beside the old one, which is not
    touched: a node that still has it goes on undisturbed.

    Parameters
    ----------
    folder
        The backup.
    path
        Folder that is not there, or empty.
    passphrase
        Of the keeper's keys; of the recovery key when ``recovery`` is given.
    recovery
        The recovery key's file, when the keeper's passphrase is lost.
    new_passphrase
        What opens the keeper's keys from now on; as before when None.
    vault_url
        Bucket and prefix that the vault's pages go to from now on, or `IN_FOLDER`; as before when "".
    vault_credentials
        File with what its server knows the node by; as before when None.

    Returns
    -------
    dict
        The node's ``home``, the executor's new ``incarnation``, and ``next_numbers``: peer -> number
        of the next envelope to it.

    Raises
    ------
    NodeError
        ``node.home-taken`` when the path holds files, ``node.home-missing`` when the folder is no
        backup; ``node.separated`` for a separated node without root, or in a place that its
        processes can't reach.
    StorageError
        ``storage.backup`` when it is not whole or a store on a server is not empty,
        ``storage.seal-…``, ``storage.passphrase``, ``storage.key-file``, ``storage.key-mode``,
        ``storage.no-space``, ``storage.file``, ``storage.database``. Nothing is left then.
    ExchangeError
        ``exchange.malformed`` when no number of an envelope is left.
    """
    path = path.absolute()
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise NodeError("node.home-taken", path=path)
    if not (folder / KEK).exists():
        raise NodeError("node.home-missing", path=folder)
    recovering = None if recovery is None else read_key_file(recovery, passphrase)
    key = backup_key(_open_kek(folder / KEK, passphrase, recovering).key)
    made_at = read_manifest(folder / "state", key).made_at
    with _growing(path) as partial:
        home = _moved(_unpacked(folder, key, partial), vault_url, vault_credentials)
        separated = home.settings.profile == "separated"
        if separated and os.geteuid() != 0:
            raise NodeError("node.separated", reason="not-root")
        refuse_closed_way(home)
        if new_passphrase is not None:
            _lock_again(home, passphrase, recovering, new_passphrase)
        leave(home, "node.restored.begun", backup=made_at)
        elsewhere = [name for name in PART_OF if not is_inside(home, name)]
        with _stores(home, elsewhere) as stores:
            incarnations = restore(
                folder / "state",
                key,
                stores=stores,
                vaults={"vault": home.vault},
                now=write_time(time.time()),
                marked=dict.fromkeys(elsewhere, str(path)),
                elsewhere=pages_to_write(home),
            )
            door = stores[0].ask
            skipped = door("numbers.skip", peers=_peers(home), margin=MARGIN)
            numbers = skipped["next_numbers"]
        faults.point("restore.numbers-moved")
        begun = incarnations["executor"]
        leave(home, "node.restored.done", backup=made_at, incarnation=begun, next_numbers=numbers)
        if separated:
            give_away(home)
            partial.chmod(0o755)
        faults.point("restore.complete")
    faults.point("restore.placed")
    with _stores(Home.find(path), elsewhere) as stores:
        for store in stores:
            if store.name in elsewhere:
                store.settle()
    return {"home": str(path), "incarnation": begun, "next_numbers": numbers}


def _open_kek(file: Path, passphrase: Passphrase, recovering: PrivateKey | None) -> Kek:
    if recovering is None:
        return read_kek_file(file, passphrase)
    return recover_kek(file, recovering)


def _lock_again(
    home: Home, passphrase: Passphrase, recovering: PrivateKey | None, new: Passphrase
) -> None:
    kek = _open_kek(home.keeper / KEK, passphrase, recovering)
    if recovering is None:
        sealing = read_key_file(home.keeper / SEALING, passphrase)
    else:
        sealing = read_recovery_file(home.keeper / SEALING_RECOVERY, recovering)
    lock_again(home, kek, sealing, new)


def _unpacked(folder: Path, key: bytes, partial: Path) -> Home:
    """Return the home that a backup's files make in a new folder."""
    sealed = folder / _SEALED
    with files(sealed), sealed.open("rb") as stream:
        chunks = iter(lambda: stream.read(1 << 20), b"")
        content = unseal(part_key(key, "files"), chunks, where=str(sealed))
        bound = file_digest(folder / "state" / MANIFEST)
        unpack(content, partial, bound=bound, where=str(sealed))
    with files(partial):
        for names, mode in ((_CLOSED, 0o700), (_OPEN, 0o755), (_PUBLIC, 0o644)):
            for name in names:
                if name not in _PUBLIC:
                    (partial / name).mkdir(exist_ok=True)
                (partial / name).chmod(mode)
    faults.point("restore.files-unpacked")
    return Home.find(partial)


def _moved(home: Home, vault_url: str, credentials: Path | None) -> Home:
    """Return the home with a place of its own for the vault's pages, if they are to lie in a bucket."""
    if vault_url == IN_FOLDER:
        settings = replace(home.settings, vault_url="")
        forget_credentials(home)
    elif vault_url:
        settings = with_new_place(replace(home.settings, vault_url=vault_url))
    else:
        settings = beside(home.settings)
    if settings == home.settings:
        take_credentials(home, credentials)
        return home
    write_file(home.path / "node.toml", settings.to_toml().encode("utf-8"))
    moved = Home(home.path, settings)
    if (
        not settings.vault_url
        or credentials is not None
        or not (home.keeper / CREDENTIALS).exists()
    ):
        take_credentials(moved, credentials)
    return moved


def _peers(home: Home) -> list[str]:
    """Return the other members of the charter that the backup knew; none before one is pinned."""
    file = home.door / "charter.json"
    if not file.exists():
        return []
    with files(file):
        members = SignedCharter.from_bytes(file.read_bytes()).charter.members
    return [each.agency for each in members if each.agency != home.settings.agency]


@contextmanager
def _stores(home: Home, by_part: Collection[str]) -> Iterator[list[AskedStore]]:
    """Give the stores of door, executor and keeper, those named opened by their own part.

    This process opens none but those that it is making itself, where nobody else can reach them.
    """
    with ExitStack() as stack:
        asks = {
            name: stack.enter_context(at_work(home, part)) if name in by_part else here(home)
            for name, part in PART_OF.items()
        }
        yield [AskedStore(name, ask) for name, ask in asks.items()]


@contextmanager
def _growing(target: Path) -> Iterator[Path]:
    """Give a new folder that takes the target's name, on disk, when the body ends well."""
    with files(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with new_folder(target) as partial:
            yield partial
