"""Where a bucket is, and what its server knows us by.

::

    https://HOST[:PORT]/BUCKET/[PREFIX/]PLACE[?region=REGION]

Plain HTTP goes to loopback alone; a URL with a password in it is refused. What is secret stands in a
file of the keeper's own, as TOML: ``access_key_id``, ``secret_access_key``, and where they are needed
``session_token`` and ``certificate``.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from dure.storage.errors import StorageError
from dure.storage.passphrases import read_private_file

PLACE_BYTES = 16
REGION = "us-east-1"
"""The region that servers take which have none."""

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
_REGION = re.compile(r"[a-z0-9-]{1,64}")
_KEYS = {"access_key_id", "secret_access_key", "session_token", "certificate"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the S3 server knows us by.

    Parameters
    ----------
    access_key_id, secret_access_key
        The pair that it gave us; not shown by ``repr``.
    session_token
        What goes with a pair that is lent for a while, or "".
    certificate
        PEM of the authority that signs the server's certificate, when the machine doesn't know it.
    """

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a place is.

    Parameters
    ----------
    endpoint
        ``https://HOST[:PORT]``.
    bucket
        The bucket.
    path
        What the names of its objects begin with, the place at the end.
    region
        The server's region.
    """

    endpoint: str
    bucket: str
    path: str
    region: str = REGION

    def __str__(self) -> str:
        asked = "" if self.region == REGION else f"?region={self.region}"
        return f"{self.endpoint}/{self.bucket}/{self.path}{asked}"

    def below(self, place: str) -> Address:
        """Return the address of a place below this one."""
        path = f"{self.path}/{place}" if self.path else place
        return Address(self.endpoint, self.bucket, path, self.region)

    def beside(self, place: str) -> Address:
        """Return the address of another place beside this one."""
        above = self.path.rpartition("/")[0]
        return Address(self.endpoint, self.bucket, above, self.region).below(place)


def new_place() -> str:
    """Return the name of a place that no other vault has."""
    return os.urandom(PLACE_BYTES).hex()


def parse_address(url: str) -> Address:
    """Return the address that a URL writes down.

    Raises
    ------
    StorageError
        ``storage.vault`` when it is none, has a password in it, or is plain HTTP beyond loopback.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        asked = dict(
            parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        )
    except ValueError:
        raise StorageError("storage.vault", where="vault_url", reason="not-bucket") from None
    if "@" in parts.netloc:  # the URL itself stays unsaid: it holds a secret
        raise StorageError("storage.vault", where="vault_url", reason="secret-in-url")
    names = parts.path.strip("/").split("/")
    region = asked.pop("region", REGION)
    wrong = asked or parts.fragment or not host or parts.scheme not in ("https", "http")
    if wrong or not _REGION.fullmatch(region) or not all(map(_PART.fullmatch, names)):
        raise StorageError("storage.vault", where="vault_url", reason="not-bucket")
    if parts.scheme == "http" and not _is_loopback(host):
        raise StorageError("storage.vault", where=host, reason="no-tls")
    shown = f"[{host}]" if ":" in host else host
    endpoint = f"{parts.scheme}://{shown}" + ("" if port is None else f":{port}")
    return Address(endpoint, names[0], "/".join(names[1:]), region)


def read_credentials(path: Path) -> Credentials:
    """Return what a file of ours alone says.

    Raises
    ------
    StorageError
        ``storage.key-mode`` when others could read it, ``storage.key-file`` when it is malformed,
        ``storage.file``.
    """
    try:
        values = tomllib.loads(read_private_file(path).decode("utf-8"))
    except ValueError:  # what is wrong might quote the secret
        values = {}
    known = all(name in _KEYS and isinstance(value, str) for name, value in values.items())
    if not known or not values.get("access_key_id") or not values.get("secret_access_key"):
        raise StorageError("storage.key-file", path=str(path), reason="no-credentials")
    return Credentials(**values)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
