"""A shelf that is a place in a bucket of an S3 server: each page an object, put whole.

::

    https://HOST[:PORT]/BUCKET/[PREFIX/]PLACE[?region=REGION]

``PLACE`` is 32 random hex digits that a node draws for itself when its vault is made or restored, so
that no two vaults ever share one, whatever agency or grade they are of. Below it lie ``vault.id``,
which says whose place it is, and the pages under ``aa/NAME``.

A page is one PUT of at most `dure.storage.vault.pages.MAX_PAGE_BYTES` and its seal's own bytes: the
server has it whole or not at all, and no upload in parts is left open in the bucket. The name of a
page is used once and its bytes never change, so that a PUT may be sent again when its answer was lost.

Nothing but what is given here decides whom we talk to first: what the environment says of S3 and of
proxies is not heard. The server may send a reader on to another HTTPS host (its library follows), which
then sees the session token, if there is one, but no key; pages from there must be the right ones too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from dure.core import faults
from dure.storage.errors import StorageError
from dure.storage.vault.address import Address, Credentials
from dure.storage.vault.pages import MAX_PAGE_BYTES
from dure.storage.vault.shelf import MARK, MOST_LISTED, WRITERS, Sealed

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config, S3Store

_PAGE = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{30})")
_HEARD = re.compile(r"aws_.*|.*_proxy|request_method", re.IGNORECASE)
_SOME = 500
_MOST_BYTES = MAX_PAGE_BYTES + (1 << 20)
"""Of an object that is read: the longest page and its seal's own bytes, with room to spare."""
_NO_BUCKET = "<Code>NoSuchBucket</Code>"
_RETRIES = 3
_RETRY_TIME = timedelta(seconds=20)
_FIRST_WAIT = timedelta(milliseconds=100)
_LAST_WAIT = timedelta(seconds=2)


class Bucket:
    """One place in a bucket.

    Parameters
    ----------
    address
        Where.
    credentials
        What the server knows us by.
    """

    readers = WRITERS

    def __init__(self, address: Address, credentials: Credentials) -> None:
        self.address = address
        self._store = _store(address, credentials)

    def __repr__(self) -> str:
        return f"Bucket({self.where})"

    @property
    def where(self) -> str:
        """The URL of the place."""
        return str(self.address)

    def create(self) -> None:
        """Refuse a place that somebody has; nothing needs to be made.

        Raises
        ------
        StorageError
            ``storage.conflict``; ``storage.vault`` when the server refuses.
        """
        if self._get(MARK) is not None:
            raise StorageError("storage.conflict", name=self.where, reason="pages-there")

    def mark(self, vault_id: str) -> None:
        """Write the mark.

        Raises
        ------
        StorageError
            ``storage.vault`` when the server refuses.
        """
        self._put(MARK, vault_id.encode())

    def marked(self) -> str:
        """Return the mark.

        Raises
        ------
        StorageError
            ``storage.vault`` when there is none, or the server refuses.
        """
        mark = self._get(MARK)
        if mark is None:
            raise StorageError("storage.vault", where=self.where, reason="no-place")
        return mark[:64].decode("ascii", errors="replace")

    def put(self, pages: Sequence[Sealed]) -> None:
        """Put pages, several at a time; memory holds no more of them than are under way.

        Raises
        ------
        StorageError
            ``storage.vault`` when the server refuses or can't be reached, ``storage.no-space``.
        """
        if not pages:
            return
        with ThreadPoolExecutor(min(WRITERS, len(pages))) as writers:
            tasks = [writers.submit(self._put_one, *page) for page in pages]
        for task in tasks:
            task.result()
        faults.point("vault.objects.put")

    def _put_one(self, name: str, blocks: Iterable[bytes]) -> None:
        faults.point("vault.object.putting")
        self._put(_key(name), b"".join(blocks))
        faults.point("vault.object.put")

    def get(self, name: str) -> bytes | None:
        """Return a page's object.

        Raises
        ------
        StorageError
            ``storage.vault`` when the server refuses or can't be reached.
        """
        return self._get(_key(name))

    def missing(self, names: Sequence[str]) -> set[str]:
        """Return those of these pages that are not there: a HEAD for each, several at a time.

        Raises
        ------
        StorageError
            ``storage.vault`` when the server refuses or can't be reached.
        """
        if not names:
            return set()
        with ThreadPoolExecutor(min(WRITERS, len(names))) as askers:
            there = list(askers.map(self._is_there, names))
        return {name for name, is_there in zip(names, there, strict=True) if not is_there}

    def _is_there(self, name: str) -> bool:
        with self._asking():
            try:
                self._store.head(_key(name))
            except (
                FileNotFoundError
            ):  # no words come with it: a bucket that is gone is found by the PUT
                return False
        return True

    def remove(self, names: Iterable[str]) -> None:
        """Remove pages.

        Raises
        ------
        StorageError
            ``storage.vault`` when the server refuses or can't be reached.
        """
        rest = iter(names)
        while some := [_key(name) for name in islice(rest, _SOME)]:
            with self._asking():
                self._store.delete(some)
            faults.point("vault.objects.removed")

    def names(self, most: int = MOST_LISTED) -> Iterator[str]:
        """Yield the name of every page; what else lies there is not ours.

        Raises
        ------
        StorageError
            ``storage.vault`` when the server refuses or can't be reached, or when its list goes on
            beyond ``most`` things.
        """
        counted = 0
        with self._asking():
            for listed in self._store.list(chunk_size=_SOME):
                counted += len(listed)
                if counted > most:
                    break
                for each in listed:
                    if found := _PAGE.fullmatch(each["path"]):
                        yield found[2]
            else:
                return
        raise StorageError("storage.vault", where=self.where, reason="list-endless", most=most)

    def half_written(self) -> int:
        """Return 0: the server has an object whole, or not at all."""
        return 0

    def remove_half_written(self) -> int:
        """Return 0."""
        return 0

    def _put(self, key: str, content: bytes) -> None:
        with self._asking():
            self._store.put(key, content, use_multipart=False)

    def _get(self, key: str) -> bytes | None:
        with self._asking():
            try:
                found = self._store.get(key)
            except FileNotFoundError as error:
                if _NO_BUCKET in str(error):
                    raise
                return None
            if found.meta["size"] <= _MOST_BYTES:  # more is none of ours, whatever memory it takes
                return bytes(found.bytes())
        raise StorageError("storage.vault", where=self.where, reason="not-as-put")

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn what the server or the way to it refuses into ours; what it says is not repeated."""
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

        try:
            yield
        except FileNotFoundError as error:
            reason = "no-bucket" if _NO_BUCKET in str(error) else "bucket-failed"
        except (PermissionDeniedError, UnauthenticatedError):
            reason = "bucket-refused"
        except BaseError as error:
            said = str(error)
            if "status code: 507" in said:
                raise StorageError("storage.no-space", path=self.where) from None
            missing = _NO_BUCKET in said
            answered = "bucket-failed" if "status code" in said else "no-s3-server"
            reason = "no-bucket" if missing else answered
        else:
            return
        raise StorageError("storage.vault", where=self.where, reason=reason) from None


def _key(name: str) -> str:
    return f"{name[:2]}/{name}"


def _store(address: Address, credentials: Credentials) -> S3Store:
    from obstore.store import S3Store

    config: S3Config = {
        "endpoint": address.endpoint,
        "region": address.region,
        "access_key_id": credentials.access_key_id,
        "secret_access_key": credentials.secret_access_key,
    }
    if credentials.session_token:
        config["session_token"] = credentials.session_token
    client: ClientConfig = {
        "allow_http": address.endpoint.startswith("http:"),
        "connect_timeout": "5s",
        "timeout": "60s",
    }
    if credentials.certificate:
        client["root_certificate"] = credentials.certificate
    retry: RetryConfig = {
        "max_retries": _RETRIES,
        "retry_timeout": _RETRY_TIME,
        "backoff": {"init_backoff": _FIRST_WAIT, "max_backoff": _LAST_WAIT},
    }
    where = str(address)
    try:
        with _unheard():
            return S3Store(
                address.bucket,
                prefix=address.path,
                config=config,
                client_options=client,
                retry_config=retry,
            )
    except ValueError:  # of a certificate that is none; what is wrong might quote it
        raise StorageError("storage.vault", where=where, reason="not-certificate") from None


@contextmanager
def _unheard() -> Iterator[None]:
    """Have no variable of the environment decide whom we talk to, and as whom."""
    heard = {name: os.environ.pop(name) for name in tuple(os.environ) if _HEARD.fullmatch(name)}
    try:
        yield
    finally:
        os.environ.update(heard)
