"""Write the test vectors that ship in `dure.core`: ``python -m tests.core.write_vectors``.

They are written once and then only checked (`tests.core.test_vectors`): a vector that changes is a
change of the format, which needs a new version in the type line.
"""

from __future__ import annotations

import json
from pathlib import Path

from dure.core.canonical import MAX_INTEGER, canonical_bytes, canonical_json
from dure.core.suites import SEED_BYTES, SUITE_NAMES, Stretch, suite

HERE = Path(__file__).parents[2] / "src" / "dure" / "core" / "vectors"

VALUES: dict[str, tuple[str, object]] = {
    "empty object": ("request", {}),
    "keys are sorted by code point": ("request", {"b": 1, "a": 2, "B": 3, "_": 4, "10": 5, "9": 6}),
    "constants": ("request", [None, True, False]),
    "integers at their limits": ("report", [0, -1, MAX_INTEGER, -MAX_INTEGER]),
    "a number that is not a count": ("result", {"auc": "0.812", "n": 120}),
    "Korean text": ("vote", {"note": "두레: 반출 승인", "choice": "approve"}),
    "characters that JSON escapes": ("vote", {"note": '"\\/\b\f\n\r\t\u0000\u001f\u007f\u2028'}),
    "beyond the basic plane": ("vote", {"note": "𐀀 🛰 e\u0301".replace("e\u0301", "é")}),
    "nested": ("request", {"arguments": {"assets": [{"id": "ab" * 32}, []], "target": {}}}),
}

NOT_CANONICAL: dict[str, bytes] = {
    "nothing": b"",
    "white space": b'{"a": 1}',
    "keys out of order": b'{"b":1,"a":2}',
    "a key twice": b'{"a":1,"a":1}',
    "a float": b"1.0",
    "an exponent": b"1e3",
    "minus zero": b"-0",
    "not a number": b"NaN",
    "an integer beyond 2^53-1": str(MAX_INTEGER + 1).encode(),
    "text that is not NFC": '"e\u0301"'.encode(),
    "a needless escape": b'"\\u0041"',
    "a lone surrogate": b'"\\ud800"',
    "a key beyond ASCII": '{"키":1}'.encode(),
    "not UTF-8": b'"\xff"',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "something after the end": b"{}{}",
    "nested 65 deep": b"[" * 65 + b"1" + b"]" * 65,
}

QUICK = {"intl": Stretch(rounds=2, memory_kib=256), "kr-public": Stretch(rounds=1000, memory_kib=0)}


def canonical_vectors() -> dict[str, object]:
    """Return the vectors of canonical JSON itself: bytes of values, and bytes that are refused."""
    return {
        "about": "RFC 8785 JSON of this subset: 'bytes' is the hex of the canonical JSON of "
        "'value'; the bytes under 'refused' are not the canonical JSON of any value.",
        "values": [
            {"name": name, "value": value, "bytes": canonical_json(value).hex()}
            for name, (_, value) in VALUES.items()
        ],
        "refused": [{"name": name, "bytes": data.hex()} for name, data in NOT_CANONICAL.items()],
    }


def suite_vectors(name: str) -> dict[str, object]:
    """Return the vectors of one suite: keys of a fixed seed, digests, signatures, wrapped secret."""
    scheme = suite(name)
    seed = bytes(range(SEED_BYTES))
    signing, sealing = scheme.signing_key(seed), scheme.sealing_key(seed)
    public, sealing_public = scheme.signing_public(signing), scheme.sealing_public(sealing)
    stretch, info = QUICK[name], b"dure/vectors"
    type_, value = VALUES["Korean text"]
    signature = scheme.sign_value(signing, type_, value)
    flipped = signature[:-1] + ("0" if signature[-1] != "0" else "1")
    other = scheme.signing_public(scheme.signing_key(seed[::-1]))
    wrong = {
        "one bit of the signature flipped": (type_, value, public.hex(), flipped),
        "another type": ("request", value, public.hex(), signature),
        "another value": (type_, {**dict(value), "choice": "reject"}, public.hex(), signature),  # type: ignore[call-overload]
        "another key": (type_, value, other.hex(), signature),
        "upper-case hex": (type_, value, public.hex(), signature.upper()),
        "a truncated signature": (type_, value, public.hex(), signature[:-2]),
        "a truncated key": (type_, value, public.hex()[:-2], signature),
        "no signature": (type_, value, public.hex(), ""),
    }
    return {
        "about": "Everything is hex except 'value', names and digests. 'bytes' are the canonical "
        "bytes; the signature is over them. 'wrapped' opens to 'secret' with the sealing key.",
        "suite": name,
        "seed": seed.hex(),
        "signing": {
            "private": signing.hex(),
            "public": public.hex(),
            "key_id": scheme.key_id(public),
        },
        "sealing": {"private": sealing.hex(), "public": sealing_public.hex()},
        "values": [
            {
                "name": title,
                "type": kind,
                "value": item,
                "bytes": canonical_bytes(kind, item, name).hex(),
                "digest": scheme.digest(kind, item),
                "signature": scheme.sign_value(signing, kind, item),
            }
            for title, (kind, item) in VALUES.items()
        ],
        "refused": [
            {"name": title, "type": t, "value": v, "public": p, "signature": s}
            for title, (t, v, p, s) in wrong.items()
        ],
        "wrapped": {
            "info": info.hex(),
            "secret": bytes(range(32)).hex(),
            "wrapped": scheme.wrap(sealing_public, bytes(range(32)), info).hex(),
        },
        "stretched": {
            "passphrase": "두레 두레".encode().hex(),
            "salt": bytes(range(16)).hex(),
            "rounds": stretch.rounds,
            "memory_kib": stretch.memory_kib,
            "key": scheme.stretch_passphrase("두레 두레".encode(), bytes(range(16)), stretch).hex(),
        },
    }


def write() -> None:
    """Write every vector file anew."""
    HERE.mkdir(exist_ok=True)
    files = {
        "canonical": canonical_vectors(),
        **{name: suite_vectors(name) for name in SUITE_NAMES},
    }
    for name, content in files.items():
        text = json.dumps(content, indent=1, ensure_ascii=True) + "\n"
        (HERE / f"{name}.json").write_text(text, encoding="ascii")


if __name__ == "__main__":
    write()
