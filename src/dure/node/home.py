"""The folder that is a node: where everything lies, and who may touch it.

::

    HOME/
      node.toml      settings (no secrets)                     its operator; others read
      door/          the node's own store, spool of the post   door alone (0700)
      executor/      ledger, charter pin, permits, releases    executor alone (0700)
      keeper/        vault index, keys                         keeper alone (0700)
      vault/         sealed pages, or their lock alone         keeper alone (0700)
      public/        the member card that others enrol         others read
      run/           a folder for each service's socket        that service; others connect

In the separated profile HOME itself belongs to root, so that no process can move another's folder.
"""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dure.core.suites import SUITE_NAMES
from dure.node.errors import NodeError

PROFILES = ("embedded", "separated")
TIERS = ("A", "B")
ORIGIN = "dure/{agency}/ledger"
"""Origin line of a node's ledger, for the format method."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``node.toml`` says.

    Parameters
    ----------
    agency
        Agency whose node this is.
    suite
        Crypto suite of its keys.
    profile
        ``embedded`` or ``separated``.
    principal
        Who acts when no ``--as`` is given, or "".
    database
        SQLAlchemy URL of the node's own store; "" means ``door/node.db``.
    executor_database, keeper_database
        The same for the executor's and the keeper's stores.
    vault_url
        Place of the vault's pages in a bucket, ``https://HOST[:PORT]/BUCKET/[PREFIX/]PLACE[?region=REGION]``,
        as ``dure node init`` draws it; "" means the folder ``vault/``.
    open_tier
        The lowest tier of sandbox in which trials on Open data may run: ``A``, or ``B`` for a host
        that has no other (decision 28 says what B doesn't contain).
    probe_days
        How many days old the last report of this host's probes (``dure trials probe --sign``) may be for
        a trial on data above Open; 0 asks for none.
    door_uid, executor_uid, keeper_uid
        uids of the separated profile; -1 in the embedded one.
    """

    agency: str
    suite: str
    profile: str
    principal: str = ""
    database: str = ""
    executor_database: str = ""
    keeper_database: str = ""
    vault_url: str = ""
    open_tier: str = "A"
    probe_days: int = 0
    door_uid: int = -1
    executor_uid: int = -1
    keeper_uid: int = -1

    def to_toml(self) -> str:
        """Return the settings as the text of ``node.toml``."""
        lines = ["# Settings of this node; docs/settings.md explains each. No secrets belong here."]
        for name in self.__slots__:
            value = getattr(self, name)
            # Every JSON string is a TOML string, but for one character that JSON leaves as it is.
            text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
            lines.append(f"{name} = {text}")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Home:
    """A node's folder and its settings."""

    path: Path
    settings: Settings

    @classmethod
    def find(cls, path: Path) -> Home:
        """Return the node's home at ``path``.

        Raises
        ------
        NodeError
            ``node.home-missing`` or ``node.settings``.
        """
        file = path / "node.toml"
        try:
            raw = tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise NodeError("node.home-missing", path=path) from error
        except (OSError, ValueError) as error:
            raise NodeError("node.settings", path=file, reason="no-setting") from error
        return cls(path.resolve(), _settings(raw, file))

    @property
    def door(self) -> Path:
        """The doors' own folder."""
        return self.path / "door"

    @property
    def executor(self) -> Path:
        """The executor's own folder."""
        return self.path / "executor"

    @property
    def keeper(self) -> Path:
        """The keeper's own folder."""
        return self.path / "keeper"

    @property
    def vault(self) -> Path:
        """Folder of the sealed pages; of their lock alone when they lie in a bucket."""
        return self.path / "vault"

    @property
    def releases(self) -> Path:
        """Folder into which the executor's acts write what leaves."""
        return self.executor / "releases"

    @property
    def member_card(self) -> Path:
        """The node's public card, which the charter enrols."""
        return self.path / "public" / "member.json"

    def socket(self, process: str) -> Path:
        """Return the socket of ``executor`` or ``keeper`` in the separated profile."""
        return self.path / "run" / process / "socket"

    def database_url(self, store: str) -> str:
        """Return the URL of the store ``node``, ``executor`` or ``keeper``."""
        settings, name = self.settings, "database" if store == "node" else f"{store}_database"
        url: str = getattr(settings, name)
        folder = self.door if store == "node" else self.path / store
        return url or f"sqlite:///{folder / store}.db"


def open_home(path: str | os.PathLike[str] | None = None) -> Home:
    """Return the home at ``path``, else the one that ``DURE_HOME`` names, else the current folder.

    Raises
    ------
    NodeError
        ``node.home-missing`` or ``node.settings``.
    """
    return Home.find(Path(path or os.environ.get("DURE_HOME") or "."))


def _settings(raw: dict[str, Any], file: Path) -> Settings:
    known = {name: Settings.__annotations__[name] for name in Settings.__slots__}
    for name, value in raw.items():
        wanted = int if known.get(name) == "int" else str
        if name not in known or type(value) is not wanted:
            raise NodeError("node.settings", path=file, reason="setting", setting=name[:64])
    for name in ("agency", "suite", "profile"):
        if not raw.get(name):
            raise NodeError("node.settings", path=file, reason="setting", setting=name)
    settings = Settings(**raw)
    if settings.suite not in SUITE_NAMES:
        raise NodeError("node.settings", path=file, reason="setting", setting="suite")
    if settings.profile not in PROFILES:
        raise NodeError("node.settings", path=file, reason="setting", setting="profile")
    if settings.open_tier not in TIERS:
        raise NodeError("node.settings", path=file, reason="setting", setting="open_tier")
    return settings
