"""A process that logs everything, unlocks a key file, waits to be looked at, and then fails."""

import logging
import sys
from pathlib import Path

from dure.storage.keys import read_key_file
from dure.storage.passphrases import Passphrase

logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
passphrase = Passphrase.from_descriptor(int(sys.argv[2]))
key = read_key_file(Path(sys.argv[1]), passphrase)
logging.getLogger("child").debug("%r %r %s %s", passphrase, key, passphrase, key)
print("unlocked", flush=True)
sys.stdin.readline()
wrong = Passphrase(passphrase.reveal() + b"!")
read_key_file(Path(sys.argv[1]), wrong)
