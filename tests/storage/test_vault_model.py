"""The vault against a dictionary: any row of verbs leaves the two alike."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from dure.storage.database import open_database
from dure.storage.vault import Garbage, Vault
from tests.storage.conftest import create

PLAIN = [Random(seed).randbytes(300) for seed in range(3)]
PAGE = st.sampled_from(
    [
        *(bytes([letter]) * 50 for letter in b"ab"),
        *(page[:edit] + b"edit" + page[edit:] for page in PLAIN for edit in (0, 7, 200)),
    ]
)
"""Pages that compress, and some that resemble each other, and are then patches."""
BOUND = st.sampled_from([b"coast//O// REL * FOR *", b"coast//S// REL coast FOR trial"])
MEMORY = Path("/dev/shm")


class VaultModel(RuleBasedStateMachine):
    handles = Bundle("handles")

    def __init__(self) -> None:
        super().__init__()
        place = MEMORY if os.access(MEMORY, os.W_OK) else None
        self.folder = Path(tempfile.mkdtemp(prefix="dure-model-", dir=place))
        self.db = open_database(f"sqlite:///{self.folder}/keeper.db")
        create(self.db)
        self.kek = os.urandom(32)
        self.vault = Vault.create(self.folder / "vault", self.db, self.kek)
        self.model: dict[str, list[bytes]] = {}

    @rule(
        target=handles,
        pages=st.lists(PAGE, max_size=6),
        bound=BOUND,
        basis=st.one_of(st.just(""), handles),
    )
    def put(self, pages, bound, basis):
        sealed = self.vault.put(pages, bound=bound, basis=basis)
        content = b"".join(pages)
        assert sealed.digest == "sha256:" + hashlib.sha256(content).hexdigest()
        assert sealed.size == len(content)
        if sealed.handle in self.model:
            assert b"".join(self.model[sealed.handle]) == content
        self.model.setdefault(sealed.handle, pages)
        return sealed.handle

    @rule(handle=handles)
    def read(self, handle):
        if handle in self.model:
            assert b"".join(self.vault.read(handle)) == b"".join(self.model[handle])
        else:
            assert not self.vault.exists(handle)

    @rule(handle=consumes(handles))
    def shred(self, handle):
        if self.model.pop(handle, None) is not None:
            self.vault.shred(handle)

    @rule()
    def rotate(self):
        self.kek = os.urandom(32)
        self.vault.rotate(self.kek)

    @rule()
    def reopen(self):
        self.db.close()
        self.db = open_database(f"sqlite:///{self.folder}/keeper.db")
        self.vault = Vault.open(self.folder / "vault", self.db, self.kek)

    @rule()
    def collect(self):
        assert self.vault.collect_garbage() == Garbage(0, 0)

    @invariant()
    def pages_on_disk_are_those_in_use(self):
        in_use = {page for pages in self.model.values() for page in pages if page}
        files = [path for path in (self.vault.root / "pages").rglob("*") if path.is_file()]
        assert len(files) == len(in_use)

    def teardown(self):
        check = self.vault.verify()
        assert check.clean
        assert check.versions == len(self.model)
        assert check.garbage == Garbage(0, 0)
        self.db.close()
        shutil.rmtree(self.folder)


TestVaultModel = VaultModel.TestCase
TestVaultModel.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
