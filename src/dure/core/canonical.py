r"""Canonical bytes: the one byte string that a value has, whoever writes it.

``dure/<type>/v1/<suite>\n`` followed by RFC 8785 JSON. Strings are NFC (others are
refused), numbers are integers within 2^53-1 (RFC 8785 §3.2.2.3; larger ones travel as decimal
strings), keys are printable ASCII. On that subset, sorting keys by code point equals sorting them
by UTF-16 code unit, so Python's own encoder writes RFC 8785 exactly; a test holds it against
an independent implementation. Every digest and every signature in the house is over these bytes.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from dure.core.errors import CoreError

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 64

_TYPE = re.compile(r"[a-z][a-z0-9-]*")
_KEY = re.compile(r"[\x20-\x7e]*")
_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), check_circular=False
).encode


def canonical_json(value: object) -> bytes:
    """Return the RFC 8785 bytes of ``value``, without the type line.

    Parameters
    ----------
    value
        None, bool, int within ±(2^53-1), NFC str, list or tuple, or mapping with ASCII keys,
        nested at most 64 deep.

    Raises
    ------
    CoreError
        ``core.canonical-value`` when the value has no canonical form.

    Examples
    --------
    >>> canonical_json({"b": [1, True], "a": "두레"}).decode()
    '{"a":"두레","b":[1,true]}'
    """
    return _encode(_plain(value, "$", 0)).encode("utf-8")


def canonical_bytes(type_: str, value: object, suite: str) -> bytes:
    r"""Return the bytes that are digested and signed for a value of one type.

    Parameters
    ----------
    type_
        Kind of the value: lower-case letters, digits and hyphens (``request``, ``vote``).
    value
        As `canonical_json` takes it.
    suite
        Name of the crypto suite that the charter pins.

    Raises
    ------
    CoreError
        ``core.canonical-value``.

    Source
    ------
    RFC 8785 (JSON Canonicalization Scheme) §3; Unicode Standard Annex 15 (NFC).

    Examples
    --------
    >>> canonical_bytes("vote", {"choice": "approve"}, "intl")
    b'dure/vote/v1/intl\n{"choice":"approve"}'
    """
    for part in (type_, suite):
        if not _TYPE.fullmatch(part):
            raise CoreError("core.canonical-value", where="$", reason="name")
    return f"dure/{type_}/v1/{suite}\n".encode("ascii") + canonical_json(value)


def parse_canonical(data: bytes) -> Any:
    """Return the value of canonical JSON bytes, refusing any other spelling of the same value.

    Raises
    ------
    CoreError
        ``core.canonical-value`` when the bytes are not JSON or not the canonical ones.
    """
    try:
        value = json.loads(data.decode("utf-8"), parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise CoreError("core.canonical-value", where="$", reason="not-json") from error
    if canonical_json(value) != data:
        raise CoreError("core.canonical-value", where="$", reason="spelling")
    return value


def _refuse(_: str) -> None:
    raise ValueError("no floats")


def _plain(value: object, where: str, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise CoreError("core.canonical-value", where=where, reason="depth")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, where)
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise CoreError("core.canonical-value", where=where, reason="integer")
        return int(value)
    if isinstance(value, Mapping):
        return {
            _key(key, where): _plain(item, f"{where}.{key}", depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(item, f"{where}[{i}]", depth + 1) for i, item in enumerate(value)]
    raise CoreError("core.canonical-value", where=where, reason="type", type=type(value).__name__)


def _text(value: str, where: str) -> str:
    if not value.isascii():
        if not unicodedata.is_normalized("NFC", value):
            raise CoreError("core.canonical-value", where=where, reason="not-nfc")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise CoreError("core.canonical-value", where=where, reason="surrogate") from error
    return str.__str__(value)  # an Enum of text must not write its member's name


def _key(key: object, where: str) -> str:
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise CoreError("core.canonical-value", where=where, reason="key")
    return str.__str__(key)
