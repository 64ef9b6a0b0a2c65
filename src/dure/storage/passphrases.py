"""Passphrases, and files that only their owner may read.

A passphrase comes from a file, an inherited descriptor or a prompt; never from the command line
or the environment, where every process of the user can see it.
"""

from __future__ import annotations

import getpass
import hmac
import os
import stat
import unicodedata
from pathlib import Path
from typing import NoReturn

from dure.storage.errors import StorageError, files

MIN_PASSPHRASE_BYTES = 8
_MAX_BYTES = 1024
_MAX_FILE_BYTES = 64 * 1024


class Passphrase:
    """A passphrase that shows itself nowhere: not in ``repr``, ``str``, an error or a pickle.

    Parameters
    ----------
    text
        Text, taken as NFC UTF-8, or bytes as they are; a line end at the end does not count.

    Examples
    --------
    >>> Passphrase("열려라 참깨")
    Passphrase(…)
    """

    __slots__ = ("_secret",)

    def __init__(self, text: str | bytes) -> None:
        if isinstance(text, str):
            text = unicodedata.normalize("NFC", text).encode("utf-8")
        self._secret = text.rstrip(b"\r\n")

    def __repr__(self) -> str:
        return "Passphrase(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Passphrase) and hmac.compare_digest(self._secret, other._secret)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a passphrase is not written anywhere")

    def reveal(self) -> bytes:
        """Return the bytes, to be stretched at once."""
        return self._secret

    @classmethod
    def from_file(cls, path: Path) -> Passphrase:
        """Return the passphrase that a file holds.

        Raises
        ------
        StorageError
            ``storage.key-mode`` when others could read it, ``storage.file``.
        """
        return cls(read_private_file(path))

    @classmethod
    def from_descriptor(cls, descriptor: int) -> Passphrase:
        """Return the passphrase that an inherited descriptor gives, up to its end.

        Raises
        ------
        StorageError
            ``storage.file``.
        """
        parts: list[bytes] = []
        with files(f"descriptor {descriptor}"):
            while part := os.read(descriptor, _MAX_BYTES):
                parts.append(part)
        return cls(b"".join(parts))

    @classmethod
    def from_prompt(cls, prompt: str, *, again: str = "") -> Passphrase:
        """Ask at the terminal without echo.

        Parameters
        ----------
        prompt
            What to ask.
        again
            What to ask the second time, for a new passphrase; "" means ask once.

        Raises
        ------
        StorageError
            ``storage.passphrase`` when the two differ, or no one is there to ask.
        """
        try:
            first = cls(getpass.getpass(prompt))
            if again and first != cls(getpass.getpass(again)):
                raise StorageError("storage.passphrase", path="/dev/tty", reason="differ")
        except (EOFError, OSError) as error:
            raise StorageError("storage.passphrase", path="/dev/tty", reason="none") from error
        return first

    def strong_enough(self, path: Path) -> None:
        """Refuse a passphrase that is too short for a new file.

        Raises
        ------
        StorageError
            ``storage.passphrase``.
        """
        if len(self._secret) < MIN_PASSPHRASE_BYTES:
            raise StorageError(
                "storage.passphrase",
                path=str(path),
                reason="too-short",
                least=MIN_PASSPHRASE_BYTES,
            )


def read_private_file(path: Path, *, limit_bytes: int = _MAX_FILE_BYTES) -> bytes:
    """Return the bytes of a file that is nobody else's: our owner, no bits for group and others.

    The same open file is checked and read, and a symbolic link is refused.

    Parameters
    ----------
    path
        A regular file.
    limit_bytes
        Longest file that is read.

    Raises
    ------
    StorageError
        ``storage.key-mode``, ``storage.file``.
    """
    with files(path):
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(path, flags)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise StorageError("storage.file", path=str(path), reason="not-plain")
            mode = stat.S_IMODE(found.st_mode)
            if mode & 0o077 or found.st_uid != os.geteuid():
                raise StorageError(
                    "storage.key-mode", path=str(path), mode=f"{mode:04o}", owner=found.st_uid
                )
            if found.st_size > limit_bytes:
                raise StorageError("storage.file", path=str(path), reason="too-long")
            return os.read(descriptor, limit_bytes)
        finally:
            os.close(descriptor)
