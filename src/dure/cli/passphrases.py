"""Where passphrases come from at a terminal: a file that only its owner can read, or a prompt.

Before one is taken the process is hardened: a quit (SIGQUIT) at the prompt leaves no core dump with it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dure.cli.words import say

if TYPE_CHECKING:
    from dure.storage.passphrases import Passphrase


def node_passphrase(file: Path | None) -> Passphrase:
    """Return the passphrase of the node's keys.

    Raises
    ------
    StorageError
        ``storage.key-mode``, ``storage.file``, ``storage.passphrase``.
    """
    named = os.environ.get("DURE_PASSPHRASE_FILE")
    return _from(
        file or (Path(named) if named else None),
        say("Passphrase of the node's keys: ", "노드 키의 암호문구: "),
    )


def key_passphrase(key: Path, file: Path | None) -> Passphrase:
    """Return the passphrase of a person's key file.

    Raises
    ------
    StorageError
        As `node_passphrase`.
    """
    return _from(file, say(f"Passphrase of {key.name}: ", f"{key.name}의 암호문구: "))


def new_passphrase(file: Path | None) -> Passphrase:
    """Return the passphrase for a new key file; at a prompt it is asked twice.

    Raises
    ------
    StorageError
        As `node_passphrase`.
    """
    from dure.storage.hardening import harden
    from dure.storage.passphrases import Passphrase

    harden()
    if file is not None:
        return Passphrase.from_file(file)
    return Passphrase.from_prompt(
        say("New passphrase: ", "새 암호문구: "), again=say("Once more: ", "한 번 더: ")
    )


def _from(file: Path | None, prompt: str) -> Passphrase:
    from dure.storage.hardening import harden
    from dure.storage.passphrases import Passphrase

    harden()
    return Passphrase.from_prompt(prompt) if file is None else Passphrase.from_file(file)
