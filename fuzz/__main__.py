"""``python -m fuzz PARSER|all [--seconds N | --inputs N] [--seed S] [CORPUS]``.

Status 1 when something went wrong; the input is kept in ``build/fuzz``.
"""

from __future__ import annotations

import argparse
import sys
import time
from hashlib import sha256
from pathlib import Path

from fuzz.engine import corpus_of, search
from fuzz.target import targets

FOUND = Path("build/fuzz")


def main() -> int:
    """Fuzz what is asked for, and keep every input that went wrong."""
    known = targets()
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("parser", choices=[*sorted(known), "all"])
    parser.add_argument("corpus", nargs="?", type=Path, help="folder with more to begin with")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--inputs", type=int, default=0, help="so many, instead of so long")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    corpus = list(corpus_of(options.corpus)) if options.corpus else []
    wrong = 0
    for name in sorted(known) if options.parser == "all" else [options.parser]:
        found = search(
            known[name],
            seed=options.seed,
            inputs=options.inputs,
            seconds=options.seconds,
            corpus=corpus,
        )
        print(
            f"{name:12} {found.inputs:8,} inputs, {found.kept:5,} kept, {len(found.crashes)} wrong"
        )
        for crash in found.crashes:
            FOUND.mkdir(parents=True, exist_ok=True)
            file = FOUND / f"{name}-{sha256(crash.data).hexdigest()[:12]}"
            file.write_bytes(crash.data)
            print(f"  {crash.what}\n  input: {file}\n{crash.told}")
        wrong += len(found.crashes)
    if wrong:
        print(f"seed {options.seed}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
