"""What is right and wrong with this machine and this node; useful with no node at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dure.core.errors import DureError
from dure.core.findings import Finding, Severity
from dure.core.text import Text
from dure.node.acting import at_work, do
from dure.node.errors import NodeError
from dure.node.home import Home, open_home
from dure.sandbox.host import probe_host
from dure.storage.hardening import unencrypted_swap


@dataclass(frozen=True, slots=True)
class Examination:
    """What the doctor saw.

    Parameters
    ----------
    ready
        False when something must be mended before the node is used.
    facts
        What this machine and node are.
    findings
        What to know and what to mend.
    """

    ready: bool
    facts: dict[str, str]
    findings: tuple[Finding, ...]


def inspect(path: Path | None) -> Examination:
    """Inspect this machine and, if there is one, the node at ``path``."""
    host = probe_host()
    facts = {"sandbox": f"tier {host.tier}", "uid": str(host.uid), **host.facts}
    findings = [*host.findings, *_swap()]
    try:
        home: Home | None = open_home(path)
    except NodeError as error:
        home = None
        if error.code != "node.home-missing":
            findings.append(_error(error))
        facts["node"] = "-"
    if home is not None:
        facts |= {
            "node": str(home.path),
            "agency": home.settings.agency,
            "profile": home.settings.profile,
        }
        facts["vault"] = home.settings.vault_url or str(home.vault)
        findings += [*_profile(home), *_modes(home), *_vault(home), *_charter(home)]
    ready = host.tier != "none" and all(f.severity < Severity.ERROR for f in findings)
    return Examination(ready, facts, tuple(findings))


def _swap() -> Iterator[Finding]:
    for device in unencrypted_swap():
        yield Finding(
            "node.swap",
            Severity.WARNING,
            device,
            "swap",
            Text(
                f"Swap on {device} is not encrypted: keys in memory could reach that disk.",
                f"스왑 {device}이(가) 암호화되어 있지 않아 메모리의 키가 디스크에 남을 수 있습니다.",
            ),
            Text(
                "Turn it off (swapoff) or put it on an encrypted device.",
                "스왑을 끄거나(swapoff) 암호화된 장치로 옮기십시오.",
            ),
        )


def _profile(home: Home) -> Iterator[Finding]:
    if home.settings.profile == "embedded":
        yield Finding(
            "node.embedded",
            Severity.NOTICE,
            str(home.path),
            "profile",
            Text(
                "This node is embedded: door, executor and keeper share one uid. It holds Open data "
                "only, and the laws about people's control are not claimed for it.",
                "이 노드는 embedded 구성입니다. 출입구, 집행 서비스, 키 관리 서비스의 uid가 같습니다. 공개 등급 "
                "자료만 두며, 사람의 통제에 관한 원칙은 보장하지 않습니다.",
            ),
            Text(
                "For Sensitive or Classified data set up a separated node (docs/separated.md).",
                "민감·기밀 등급은 separated 노드를 구성하십시오 (docs/separated.md).",
            ),
        )


def _modes(home: Home) -> Iterator[Finding]:
    separated = home.settings.profile == "separated"
    for folder, uid in (
        (home.door, home.settings.door_uid),
        (home.executor, home.settings.executor_uid),
        (home.keeper, home.settings.keeper_uid),
        (home.vault, home.settings.keeper_uid),
    ):
        try:
            found = folder.stat()
        except OSError:
            found = None
        if found is None or found.st_mode & 0o077 or (separated and found.st_uid != uid):
            mode = "-" if found is None else oct(stat.S_IMODE(found.st_mode))
            yield Finding(
                "node.folder-mode",
                Severity.ERROR,
                folder.name,
                mode,
                Text(
                    f"The folder {folder.name} is missing, open to others, or another user's.",
                    f"{folder.name} 폴더가 없거나, 다른 사용자에게 열려 있거나, 소유자가 다릅니다.",
                ),
                Text(
                    "Give it mode 700 and its own process's user.",
                    "권한을 700으로, 소유자를 해당 프로세스의 사용자로 바꾸십시오.",
                ),
            )


def _vault(home: Home) -> Iterator[Finding]:
    """Say what is wrong with the way to the bucket that the vault's pages lie in."""
    if not home.settings.vault_url:
        return
    settings, uid = home.settings, os.geteuid()
    separated = settings.profile == "separated"
    if separated and uid not in (0, settings.keeper_uid):
        yield Finding(
            "node.vault-unasked",
            Severity.NOTICE,
            settings.vault_url,
            "vault_url",
            Text(
                "Whether the vault's bucket can be reached was not tried: its keys are the keeper's.",
                "격리 저장소의 버킷에 연결되는지는 확인하지 않았습니다. 접속 키는 키 관리 서비스의 것입니다.",
            ),
            Text(
                "Run dure node doctor as root or as the keeper's user.",
                "root나 키 관리 서비스의 사용자로 dure node doctor를 실행하십시오.",
            ),
        )
        return
    try:
        if separated and uid == 0:
            with at_work(home, "keeper") as keeper:
                keeper("vault.reach")
        else:
            do(home, "vault.reach")
    except DureError as error:
        yield Finding(
            "node.vault-unreached",
            Severity.ERROR,
            settings.vault_url,
            error.code,
            Text(
                f"{error.what_text.en} {error.why_text.en}",
                f"{error.what_text.ko} {error.why_text.ko}",
            ),
            Text(
                "Check vault_url in node.toml, that the server runs and the bucket is there, and the "
                "keys in keeper/vault.credentials: they must let the node read, write, list and delete.",
                "node.toml의 vault_url, 서버와 버킷의 상태, keeper/vault.credentials의 키를 확인하십시오. 이 "
                "키로 읽기, 쓰기, 목록, 삭제가 모두 되어야 합니다.",
            ),
        )


def _charter(home: Home) -> Iterator[Finding]:
    try:
        pinned = (home.door / "charter.json").exists()
    except OSError:
        return  # another user's folder: its own door will say
    if not pinned:
        yield Finding(
            "node.no-charter",
            Severity.WARNING,
            str(home.path),
            "charter",
            Text(
                "No charter is pinned: nobody may do anything here.",
                "협약이 고정되지 않아 아무 행위도 할 수 없습니다.",
            ),
            Text("Pin one: dure charter pin FILE.", "협약을 고정하십시오: dure charter pin FILE."),
        )


def _error(error: DureError) -> Finding:
    return Finding(
        error.code, Severity.ERROR, "node", "node.toml", error.what_text, error.next_text
    )
