"""A process that seals a file: source, target, key in hex (a test key; real ones are never here)."""

import sys
from pathlib import Path

from dure.storage.sealed_files import seal_file

seal_file(bytes.fromhex(sys.argv[3]), Path(sys.argv[1]), Path(sys.argv[2]), chunk_bytes=64)
