"""``dure charter``: the ceremony by which agencies agree on their rules."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dure.cli import session
from dure.cli.arguments import KeyPassphraseOption
from dure.cli.passphrases import key_passphrase, new_passphrase
from dure.cli.words import say

if TYPE_CHECKING:
    from dure.governance.charter import SignedCharter

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command(
    "new-key",
    help=say(
        "Make a person's key file and its public card.", "사람의 키 파일과 공개 카드를 만듭니다."
    ),
)
def new_key(
    id_: Annotated[
        str,
        typer.Argument(metavar="ID", help=say("Such as coast.officer1.", "예: coast.officer1.")),
    ],
    out: Annotated[Path, typer.Option(help=say("Where the key file goes.", "키 파일 위치."))],
    suite: Annotated[str, typer.Option(help="intl | kr-public")] = "intl",
    key_passphrase_file: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "File with the new passphrase; else it is asked.",
                "새 암호문구 파일. 없으면 묻습니다.",
            )
        ),
    ] = None,
) -> None:
    """Make a person's key."""
    from dure.node.genesis import new_person_key

    card = new_person_key(out, id_, suite, new_passphrase(key_passphrase_file), os.urandom)
    session.current.output.value({"id": id_, "key": str(out), "card": str(card)})


@app.command(
    help=say(
        "Write the charter that a file describes, unsigned.",
        "파일에 적힌 내용으로, 서명되지 않은 협약을 만듭니다.",
    )
)
def propose(
    file: Annotated[Path, typer.Argument(help="alliance.toml")],
    out: Annotated[Path, typer.Option(help=say("Where the charter goes.", "협약 파일 위치."))],
    previous: Annotated[
        Path | None, typer.Option(help=say("The charter it follows.", "이어받을 이전 협약."))
    ] = None,
) -> None:
    """Propose a charter."""
    from dure.node.alliance import propose as propose_charter
    from dure.node.alliance import read_charter
    from dure.node.files import write_file
    from dure.node.rooms import code_actions

    if out.exists():  # it may hold signatures that took people days to collect
        raise typer.BadParameter(
            say(f"{out} is there already.", f"{out} 파일이 이미 있습니다."), param_hint="'--out'"
        )
    before = None if previous is None else read_charter(previous)
    signed = propose_charter(file, code_actions(), before)
    write_file(out, signed.to_bytes())
    session.current.output.value(_summary(signed, out))
    _say_next(signed, out)


@app.command(
    help=say("Sign a charter as an agency's delegate.", "기관 대표로서 협약에 서명합니다.")
)
def sign(
    file: Annotated[Path, typer.Argument(help=say("The charter.", "협약 파일."))],
    agency: Annotated[
        str, typer.Option(help=say("Agency of the delegate.", "대표가 소속된 기관."))
    ],
    key: Annotated[Path, typer.Option(help=say("The delegate's key file.", "대표의 키 파일."))],
    key_passphrase_file: KeyPassphraseOption = None,
) -> None:
    """Sign a charter."""
    from dure.governance.charter import sign as sign_charter
    from dure.governance.errors import GovernanceError
    from dure.node.alliance import read_charter
    from dure.node.files import write_file
    from dure.storage.keys import read_key_file

    signed = read_charter(file)
    member = signed.charter.member(agency)
    private = read_key_file(key, key_passphrase(key, key_passphrase_file))
    if private.public.hex() != member.delegate:
        raise GovernanceError("governance.unknown", part="delegate", agency=agency, name=private.id)
    signed = sign_charter(signed, agency, private.private)
    write_file(file, signed.to_bytes())
    session.current.output.value(_summary(signed, file))
    _say_next(signed, file)


@app.command(
    help=say(
        "Pin a charter in every process of this node; check its digest with the other agencies first.",
        "이 노드의 모든 프로세스에 협약을 고정합니다. 먼저 다른 기관과 요약값을 대조하십시오.",
    )
)
def pin(
    file: Annotated[Path, typer.Argument(help=say("The charter.", "협약 파일."))],
    digest: Annotated[
        str,
        typer.Option(help=say("Refuse any other than this one.", "이 요약값이 아니면 거부합니다.")),
    ] = "",
) -> None:
    """Pin a charter."""
    from dure.governance.errors import GovernanceError
    from dure.node.alliance import read_charter

    signed = read_charter(file)
    if digest and signed.charter.digest() != digest:
        raise GovernanceError("governance.charter-pin", reason="other-charter")
    with session.current.node() as node:
        node.pin_charter(signed)
    session.current.output.value(_summary(signed, file))
    session.current.output.line(say("Pinned at this node.", "이 노드에 고정했습니다."))


@app.command(
    help=say(
        "Show the pinned charter, or the one in a file before you sign it.",
        "고정된 협약이나, 서명하기 전의 협약 파일을 표시합니다.",
    )
)
def show(
    file: Annotated[
        Path | None,
        typer.Argument(
            help=say("A charter; the pinned one by default.", "협약 파일. 생략하면 고정된 협약.")
        ),
    ] = None,
) -> None:
    """Show a charter."""
    from dure.cli.charter_tables import show_charter
    from dure.node.alliance import read_charter

    if file is not None:
        signed = read_charter(file)
        show_charter(signed.charter, signed)
        return
    with session.current.node() as node:
        show_charter(node.house.charter)


def _say_next(signed: SignedCharter, file: Path) -> None:
    missing = signed.charter.quorum - len(signed.signatures)
    session.current.output.line(
        say(
            f"Signatures still needed: {missing}. Each delegate: dure charter sign {file} --agency AGENCY --key KEY",
            f"더 필요한 서명: {missing}개. 기관 대표마다: dure charter sign {file} --agency AGENCY --key KEY",
        )
        if missing > 0
        else say(
            "Signed by the quorum. Compare the digest with the other agencies by another way, then "
            f"each node: dure charter pin {file}",
            "정족수의 기관이 서명했습니다. 요약값을 다른 경로로 다른 기관과 대조한 뒤 노드마다 고정하십시오: "
            f"dure charter pin {file}",
        )
    )


def _summary(signed: SignedCharter, file: Path) -> dict[str, object]:
    return {
        "file": str(file),
        "alliance": signed.charter.alliance,
        "version": signed.charter.version,
        "digest": signed.charter.digest(),
        "members": [member.agency for member in signed.charter.members],
        "signed_by": sorted(signed.signatures),
        "quorum": signed.charter.quorum,
    }
