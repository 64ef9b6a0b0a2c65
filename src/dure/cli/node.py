"""``dure node``: make, inspect, start and back up a node."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from dure.cli import session
from dure.cli.passphrases import key_passphrase, new_passphrase, node_passphrase
from dure.cli.words import LANGUAGE, say

app = typer.Typer(no_args_is_help=True, add_completion=False)

_CREDENTIALS = say(
    "The file with the keys that the S3 server knows the node by; it is copied for the keeper.",
    "S3 서버가 노드를 알아보는 키를 적은 파일. 키 관리 서비스의 폴더에 복사됩니다.",
)


@app.command(help=say("Make a node for an agency.", "기관의 노드를 만듭니다."))
def init(
    agency: Annotated[
        str, typer.Option(help=say("Short name of the agency.", "기관의 짧은 이름."))
    ],
    path: Annotated[Path | None, typer.Argument(help=say("New folder.", "새 폴더."))] = None,
    suite: Annotated[str, typer.Option(help="intl | kr-public")] = "intl",
    profile: Annotated[str, typer.Option(help="embedded | separated")] = "embedded",
    principal: Annotated[
        str, typer.Option(help=say("Who usually acts here.", "평소 이 노드에서 일하는 행위자."))
    ] = "",
    database: Annotated[
        str, typer.Option(help=say("URL of its own store.", "노드 데이터베이스의 URL."))
    ] = "",
    users: Annotated[
        str,
        typer.Option(
            help=say(
                "For separated: names or uids of door, executor and keeper, with commas.",
                "separated 구성에서 출입구, 집행 서비스, 키 관리 서비스가 쓸 사용자 이름이나 uid. 쉼표로 나눕니다.",
            )
        ),
    ] = "",
    keeper_passphrase_file: Annotated[
        Path | None,
        typer.Option(
            help=say("A passphrase of the keeper's own.", "키 관리 서비스만의 암호문구 파일.")
        ),
    ] = None,
    recovery_passphrase_file: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "A passphrase of the recovery key's own; it serves when the other is lost.",
                "복구 키만의 암호문구 파일. 다른 암호문구를 잃었을 때 씁니다.",
            )
        ),
    ] = None,
    vault_grade: Annotated[
        int | None,
        typer.Option(
            help=say(
                "Highest rank of grade that the vault may hold: 0 Open, 1 Sensitive, 2 Classified.",
                "격리 저장소가 담을 수 있는 최고 등급: 0 공개, 1 민감, 2 기밀.",
            )
        ),
    ] = None,
    vault_url: Annotated[
        str,
        typer.Option(
            help=say(
                "Put the vault's pages into a bucket: https://HOST/BUCKET/PREFIX, ?region=REGION behind it if needed.",
                "격리 저장소의 페이지를 버킷에 둡니다: https://호스트/버킷/접두어. 필요하면 뒤에 ?region=지역을 붙입니다.",
            )
        ),
    ] = "",
    vault_credentials: Annotated[Path | None, typer.Option(help=_CREDENTIALS)] = None,
) -> None:
    """Make a node."""
    from dure.node.genesis import RECOVERY, init_node
    from dure.node.home import Settings
    from dure.node.users import find_uids
    from dure.storage.passphrases import Passphrase

    door, executor, keeper = find_uids(users, profile)
    settings = Settings(
        agency=agency,
        suite=suite,
        profile=profile,
        principal=principal,
        database=database,
        vault_url=vault_url,
        door_uid=door,
        executor_uid=executor,
        keeper_uid=keeper,
    )
    home = init_node(
        path or session.current.home or Path(),
        settings,
        new_passphrase(session.current.passphrase_file),
        os.urandom,
        None if keeper_passphrase_file is None else Passphrase.from_file(keeper_passphrase_file),
        None
        if recovery_passphrase_file is None
        else Passphrase.from_file(recovery_passphrase_file),
        vault_grade,
        vault_credentials=vault_credentials,
    )
    output = session.current.output
    output.value(
        {
            "home": str(home.path),
            "agency": agency,
            "profile": profile,
            "member_card": str(home.member_card),
            "recovery_key": str(home.path / RECOVERY),
        }
    )
    output.line(
        say(
            "Put the recovery key into a safe. Then enrol the member card in a charter: "
            "dure charter propose --help",
            "복구 키를 금고에 옮기십시오. 그다음 회원 카드를 협약에 등록하십시오: "
            "dure charter propose --help",
        )
    )


@app.command(help=say("Show what the node is and holds.", "노드의 구성과 보유 현황을 표시합니다."))
def status() -> None:
    """Show the node's state."""
    with session.current.node() as node:
        session.current.output.value(node.status())


@app.command(
    help=say(
        "Inspect this machine and node; works without a node too.",
        "이 기기와 노드를 점검합니다. 노드가 없어도 됩니다.",
    )
)
def doctor() -> None:
    """Inspect the machine and the node."""
    from dure.node.doctor import inspect

    output = session.current.output
    with output.progress(say("looking", "점검 중")):
        report = inspect(session.current.home)
    if output.as_json:
        output.value(
            {
                "ready": report.ready,
                "facts": dict(report.facts),
                "findings": [finding.to_dict(LANGUAGE) for finding in report.findings],
            }
        )
    else:
        output.value(report.facts, say("This machine and node", "이 기기와 노드"))
        output.rows(
            [finding.to_dict(LANGUAGE) for finding in report.findings],
            [
                ("severity", say("severity", "심각도")),
                ("words", say("finding", "점검 결과")),
                ("next_step", say("next step", "다음 조치")),
            ],
            none=say("Nothing to mend.", "고칠 것이 없습니다."),
        )
    if not report.ready:
        raise typer.Exit(1)


@app.command(
    help=say(
        "Start the executor and the keeper of a separated node (as root; it drops to their users).",
        "separated 구성의 집행 서비스와 키 관리 서비스를 시작합니다(root로 실행하며, 각자의 사용자로 바뀝니다).",
    )
)
def start(
    keeper_passphrase_file: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "The keeper's passphrase, if it has its own.",
                "키 관리 서비스만의 암호문구가 있으면 그 파일.",
            )
        ),
    ] = None,
) -> None:
    """Start the services of a separated node and stay until they end."""
    from dure.node.home import open_home
    from dure.node.separated import run_services

    home = open_home(session.current.home)
    passphrase = node_passphrase(session.current.passphrase_file)
    keepers = (
        passphrase if keeper_passphrase_file is None else node_passphrase(keeper_passphrase_file)
    )
    run_services(home, {"executor": passphrase, "keeper": keepers})


@app.command(
    help=say(
        "Back up the node, at rest, into a new folder; takes the keeper's passphrase.",
        "정지한 노드를 새 폴더에 백업합니다. 키 관리 서비스의 암호문구가 필요합니다.",
    )
)
def backup(
    folder: Annotated[Path, typer.Argument(help=say("New folder.", "새 폴더."))],
) -> None:
    """Back up the node."""
    from dure.node.backup import backup_node
    from dure.node.home import open_home

    output = session.current.output
    with output.progress(say("backing up", "백업 중")):
        made = backup_node(
            open_home(session.current.home),
            folder,
            node_passphrase(session.current.passphrase_file),
        )
    output.value(made)


@app.command(
    help=say(
        "Restore a node from a backup; every permit issued before is dead afterwards.",
        "백업에서 노드를 복원합니다. 이전에 발급된 승인서는 모두 무효가 됩니다.",
    )
)
def restore(
    folder: Annotated[Path, typer.Argument(help=say("The backup.", "백업 폴더."))],
    path: Annotated[Path, typer.Argument(help=say("New folder of the node.", "노드의 새 폴더."))],
    recovery: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "The recovery key's file, when the passphrase is lost.",
                "암호문구를 잃었을 때 쓰는 복구 키 파일.",
            )
        ),
    ] = None,
    new_passphrase_file: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "File with the passphrase that opens the vault from now on.",
                "앞으로 격리 저장소를 열 때 쓸 암호문구 파일.",
            )
        ),
    ] = None,
    vault_url: Annotated[
        str,
        typer.Option(
            help=say(
                "Bucket and prefix that the vault's pages go to, or the word folder for the node's own "
                "folder; as in the backup if not given.",
                "격리 저장소의 페이지를 둘 버킷과 접두어. 노드의 폴더에 두려면 folder라고 씁니다. "
                "지정하지 않으면 백업과 같습니다.",
            )
        ),
    ] = "",
    vault_credentials: Annotated[Path | None, typer.Option(help=_CREDENTIALS)] = None,
) -> None:
    """Restore a node."""
    from dure.node.backup import restore_node

    output = session.current.output
    with output.progress(say("restoring", "복원 중")):
        made = restore_node(
            folder,
            path,
            node_passphrase(session.current.passphrase_file),
            recovery=recovery,
            new_passphrase=None
            if new_passphrase_file is None
            else new_passphrase(new_passphrase_file),
            vault_url=vault_url,
            vault_credentials=vault_credentials,
        )
    output.value(made)


@app.command(
    help=say(
        "Give the vault a new key, at rest; the old one opens nothing afterwards. "
        "Takes the keeper's passphrase, which stays the same.",
        "정지한 노드의 격리 저장소 키를 교체합니다. 이전 키로는 아무것도 열 수 없게 됩니다. "
        "키 관리 서비스의 암호문구가 필요하며, 암호문구는 그대로입니다.",
    )
)
def rotate() -> None:
    """Rotate the vault's key-encryption key."""
    from dure.node.home import open_home
    from dure.node.rekeying import rotate_node

    output = session.current.output
    home, passphrase = (
        open_home(session.current.home),
        node_passphrase(session.current.passphrase_file),
    )
    with output.progress(say("rotating", "키 교체 중")):
        made = rotate_node(home, passphrase)
    output.value(made)
    output.line(
        say(
            "Backups made before still hold the old key: make a new one, and destroy them.",
            "이전 백업에는 옛 키가 들어 있습니다. 새로 백업하고 이전 것은 폐기하십시오.",
        )
    )


@app.command(
    help=say(
        "Give the keeper's keys a new passphrase by the recovery key; --passphrase-file is then the "
        "recovery key's.",
        "복구 키로 키 관리 서비스의 암호문구를 새로 정합니다. 이때 --passphrase-file에는 복구 키의 "
        "암호문구 파일을 지정합니다.",
    )
)
def recover(
    recovery: Annotated[
        Path, typer.Argument(help=say("The recovery key's file.", "복구 키 파일."))
    ],
    new_passphrase_file: Annotated[
        Path | None,
        typer.Option(
            help=say("File with the keeper's new passphrase.", "키 관리 서비스의 새 암호문구 파일.")
        ),
    ] = None,
) -> None:
    """Open the keeper's keys by the recovery key and lock them by a new passphrase."""
    from dure.node.home import open_home
    from dure.node.rekeying import recover_node

    output = session.current.output
    home = open_home(session.current.home)
    passphrase = key_passphrase(recovery, session.current.passphrase_file)
    fresh = new_passphrase(new_passphrase_file)
    with output.progress(say("recovering", "복구 중")):
        made = recover_node(home, recovery, passphrase, fresh)
    output.value(made)
    output.line(
        say(
            "Whoever knew the old passphrase may have seen the key: dure node rotate.",
            "이전 암호문구를 아는 사람이 키를 보았을 수 있습니다: dure node rotate.",
        )
    )
