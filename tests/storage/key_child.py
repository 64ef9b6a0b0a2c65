"""A process that writes a key file."""

import sys
from pathlib import Path

from dure.core.suites import Stretch
from dure.storage.keys import new_key, write_key_file
from dure.storage.passphrases import Passphrase

write_key_file(
    Path(sys.argv[1]),
    new_key("signing", "coast.child", "intl"),
    Passphrase("the passphrase of a child"),
    stretch=Stretch(1, 64),
)
