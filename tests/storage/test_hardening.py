"""No secret in a core dump, a process list, a log or an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dure.core.suites import Stretch
from dure.storage.hardening import Hardening, unencrypted_swap
from dure.storage.keys import new_key, write_key_file
from dure.storage.passphrases import Passphrase
from tests.storage.conftest import ROOT, run_program

SECRET = "a secret of the test"


def test_a_hardened_process_dumps_nothing():
    done = run_program("tests.storage.hardened_child")
    assert done.returncode == 0, done.stderr
    before, after, aborted = json.loads(done.stdout)
    assert before["dumpable"] is True  # the positive control: it was dumpable
    assert after == {"core": [0, 0], "dumpable": False, "complete": True}
    assert aborted == {"signal": 6, "core": False}


def test_only_both_together_are_complete():
    assert Hardening((0, 0), dumpable=False).complete
    assert not Hardening((0, 0), dumpable=True).complete
    assert not Hardening((0, -1), dumpable=False).complete


def test_no_passphrase_or_key_in_the_process_list_the_log_or_an_error(tmp_path):
    """A child opens a key file with a passphrase from a descriptor, waits, and then fails."""
    key = new_key("signing", "coast.officer1", "intl")
    write_key_file(tmp_path / "a.key", key, Passphrase(SECRET), stretch=Stretch(1, 64))
    given, giving = os.pipe()
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": os.environ["PATH"]}
    child = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.storage.unlocking_child",
            str(tmp_path / "a.key"),
            str(given),
        ],
        env=environment,
        cwd=ROOT,
        pass_fds=[given],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    os.close(given)
    os.write(giving, SECRET.encode())
    os.close(giving)
    logged = b"".join(iter(child.stdout.readline, b"unlocked\n"))
    seen = b"".join(
        Path(f"/proc/{child.pid}/{name}").read_bytes() for name in ("cmdline", "environ", "comm")
    )
    out, _ = child.communicate(b"go on\n", timeout=30)
    assert child.returncode == 1
    assert b"storage.passphrase" in out  # it failed where it should, with everything logged
    assert b"unlocking_child" in seen  # the positive control: this is that process
    assert b"Passphrase(" in logged
    for haystack in (seen, out, logged):
        for needle in (
            SECRET.encode(),
            key.private,
            key.private.hex().encode(),
            repr(key.private).encode(),
        ):
            assert needle not in haystack


@pytest.mark.parametrize(
    ("swaps", "uuid", "found"),
    [
        ("", None, ()),
        ("/dev/sda2 partition 1 0 -2\n", None, ("/dev/sda2",)),
        ("/swapfile file 1 0 -2\n", None, ("/swapfile",)),
        ("/dev/dm-7 partition 1 0 -2\n", "CRYPT-PLAIN-swap", ()),
        ("/dev/dm-7 partition 1 0 -2\n", "LVM-abc", ("/dev/dm-7",)),
        ("/dev/dm-7 partition 1 0 -2\n/swapfile file 1 0 -3\n", "CRYPT-LUKS2-x", ("/swapfile",)),
        ("/dev/zram0 partition 1 0 100\n", None, ()),
    ],
)
def test_unencrypted_swap_is_named(tmp_path, swaps, uuid, found):
    proc, sys_ = tmp_path / "proc", tmp_path / "sys"
    proc.mkdir()
    (proc / "swaps").write_text("Filename Type Size Used Priority\n" + swaps)
    if uuid:
        (sys_ / "block/dm-7/dm").mkdir(parents=True)
        (sys_ / "block/dm-7/dm/uuid").write_text(uuid)
    assert unencrypted_swap(proc, sys_) == found


@pytest.mark.parametrize(("backing", "found"), [("none", ()), ("/dev/sda9", ("/dev/zram0",))])
def test_zram_that_writes_back_to_a_disk_is_named(tmp_path, backing, found):
    (tmp_path / "block/zram0").mkdir(parents=True)
    (tmp_path / "block/zram0/backing_dev").write_text(backing + "\n")
    (tmp_path / "swaps").write_text("Filename\n/dev/zram0 partition 1 0 100\n")
    assert unencrypted_swap(tmp_path, tmp_path) == found


def test_without_a_swap_table_there_is_nothing_to_name(tmp_path):
    assert unencrypted_swap(tmp_path, tmp_path) == ()
