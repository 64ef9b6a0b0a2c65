"""Files with passphrases: plain, closed and one's own; a link is refused wherever one is named.

Who can exchange the link chooses the passphrase, and what a new key is locked by.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.node.alliance import Alliance, command

AT_NODE = ["--home", "{home}", "--passphrase-file"]
NAMED = {
    "a verb's": ([*AT_NODE, "{file}", "ledger", "show"], ""),
    "a new node's": (["--passphrase-file", "{file}", "node", "init", "{new}", "--agency", "x"], "{new}"),
    "a keeper's": (
        ["--passphrase-file", "{plain}", "node", "init", "{new}", "--agency", "x",
         "--keeper-passphrase-file", "{file}"],
        "{new}",
    ),
    "a recovery key's": (
        ["--passphrase-file", "{plain}", "node", "init", "{new}", "--agency", "x",
         "--recovery-passphrase-file", "{file}"],
        "{new}",
    ),
    "a backup's": ([*AT_NODE, "{file}", "node", "backup", "{new}"], "{new}"),
    "a rotation's": ([*AT_NODE, "{file}", "node", "rotate"], ""),
    "a recovery's": (
        [*AT_NODE, "{plain}", "node", "recover", "{home}/recovery.key",
         "--new-passphrase-file", "{file}"],
        "",
    ),
    "a person's": (
        ["charter", "new-key", "x.officer", "--out", "{new}", "--key-passphrase-file", "{file}"],
        "{new}",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "made"), NAMED.values(), ids=NAMED)
def test_a_link_is_refused_and_nothing_made(
    pinned: Alliance, tmp_path: Path, words: list[str], made: str
):
    plain, link, new = pinned.passphrase_file, tmp_path / "link", tmp_path / "new"
    link.symlink_to(plain)
    for file, status in ((link, 21), (plain, 0)):  # the second is the positive control
        places = {"home": pinned.home(), "file": file, "plain": plain, "new": new}
        said = command(None, *(word.format(**places) for word in words))
        assert said.status == status, said
        assert ("link" in said.err) == (file is link)
        if made:
            assert new.exists() == (file is plain)


def test_the_environments_file_is_no_link_either(
    pinned: Alliance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    link = tmp_path / "link"
    link.symlink_to(pinned.passphrase_file)
    for file, status in ((link, 21), (pinned.passphrase_file, 0)):
        monkeypatch.setenv("DURE_PASSPHRASE_FILE", str(file))
        assert command(None, "--home", pinned.home(), "ledger", "show").status == status
