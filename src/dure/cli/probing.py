"""``dure trials probe``: hostile attempts on this machine's own sandbox, and a report of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from dure.cli import probed, session
from dure.cli.arguments import KeyPassphraseOption
from dure.cli.words import say

_STEPS = {
    "together": say("in the sandbox", "격리 실행 환경 안에서"),
    "bounded": say("under tight limits", "좁은 한도에서"),
    "alone": say("each in a run of its own", "실행마다 하나씩"),
    "outputs": say("leaving outputs", "출력 남기기"),
    "bare": say("controls outside", "밖에서 대조 실험"),
    "open": say("controls with every right", "모든 권한으로 대조 실험"),
    "loose": say("controls with wide limits", "넓은 한도로 대조 실험"),
}


def add_to(app: typer.Typer) -> None:
    """Add the verb to the group."""
    app.command(
        help=say(
            "Try to break out of this machine's sandbox, with a control beside each try; needs no node.",
            "이 기기의 격리 실행 환경에서 빠져나가 보고, 시도마다 대조 실험을 합니다. 노드가 없어도 됩니다.",
        )
    )(probe)


def _families(wanted: list[str] | None) -> list[str]:
    from dure.trials.probes.catalogue import FAMILIES

    if set(wanted or ()) - set(FAMILIES):
        raise typer.BadParameter(" | ".join(FAMILIES))
    return list(wanted or ())


def _tier(wanted: str) -> str:
    from dure.sandbox.box import TIERS

    if wanted not in TIERS:
        raise typer.BadParameter(" | ".join(TIERS))
    return wanted


def probe(
    family: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FAMILY",
            callback=_families,
            help=say(
                "Only this family, such as network. May be repeated.",
                "이 분류만, 예: network. 여러 번 쓸 수 있습니다.",
            ),
        ),
    ] = None,
    tier: Annotated[
        str,
        typer.Option(
            metavar="TIER",
            callback=_tier,
            help=say(
                "Which tier of sandbox: A, or B for Open data.",
                "격리 수준: A 또는 공개 등급 자료를 위한 B.",
            ),
        ),
    ] = "A",
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help=say(
                "Show every probe, not only those to look at.",
                "살펴볼 것만이 아니라 모든 탐침을 표시합니다.",
            ),
        ),
    ] = False,
    key: Annotated[
        Path | None,
        typer.Option(help=say("Sign the report with this key file.", "이 키 파일로 서명합니다.")),
    ] = None,
    key_passphrase_file: KeyPassphraseOption = None,
    sign: Annotated[
        bool,
        typer.Option(
            "--sign",
            help=say(
                "Have this node sign the report, and name it in the evidence of its runs.",
                "이 노드가 보고서에 서명하고, 실행의 증거에 적습니다.",
            ),
        ),
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help=say("Write the report here.", "보고서를 이 파일에 씁니다.")
        ),
    ] = None,
    verify: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=say(
                "Probe nothing; verify such a report offline.",
                "탐침하지 않고, 그런 보고서를 오프라인으로 검증합니다.",
            ),
        ),
    ] = None,
    charter: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=say(
                "With --verify: a charter that you trust, which must know the signer's key.",
                "--verify와 함께: 신뢰하는 협약 파일. 서명자의 키가 들어 있어야 합니다.",
            ),
        ),
    ] = None,
) -> None:
    """Probe this machine's sandbox, or verify a report of that."""
    if verify is not None:
        whole = _verified(verify, charter)
    elif sign:
        if key is not None:
            raise typer.BadParameter("--sign | --key")
        with session.current.node() as node:  # what keeps it from signing is said first
            whole = node.trials.sign_probes(_probe(family or [], tier))
    else:
        whole = _signed(family or [], tier, key, key_passphrase_file)
    if report is not None:
        from dure.core.canonical import canonical_json
        from dure.node.files import write_file

        write_file(report, canonical_json(whole))
    output = session.current.output
    if output.as_json:
        output.json(whole)
    else:
        probed.show(whole, every=every)
        probed.say_who_vouches(whole, verified=verify is not None)
    if verify is None:
        _end(whole)


def _probe(families: Sequence[str], tier: str) -> dict[str, Any]:
    import time

    from dure.sandbox.tiers import probe_host_in
    from dure.trials.probes.report import make_report
    from dure.trials.probes.suite import run_suite

    with _progress() as step:
        outcomes = run_suite(families, progress=step, tier=tier)
    return make_report(outcomes, probe_host_in(tier), time.time())


def _signed(
    families: Sequence[str], tier: str, key: Path | None, passphrase: Path | None
) -> dict[str, Any]:
    from dure.trials.probes.report import sign_report

    opened = None
    if key is not None:  # a wrong passphrase is said before anything is tried
        from dure.cli.passphrases import key_passphrase
        from dure.storage.keys import read_key_file

        opened = read_key_file(key, key_passphrase(key, passphrase))
    return sign_report(_probe(families, tier), opened)


def _verified(file: Path, charter: Path | None) -> dict[str, Any]:
    from dure.node.alliance import read_charter
    from dure.node.files import read_file
    from dure.trials.probes.report import verify_report

    trusted = None if charter is None else read_charter(charter).charter
    return verify_report(read_file(file), trusted)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    with ExitStack() as stack:

        def step(name: str) -> None:
            stack.close()
            stack.enter_context(session.current.output.progress(_STEPS[name]))

        yield step


def _end(whole: Mapping[str, Any]) -> None:
    """End with the status of the verdict; with ``--json`` the report has said it all."""
    verdict = whole["verdict"]
    if verdict == "contained":
        return
    from dure.trials.errors import TrialsError

    names = [row["name"] for row in whole["probes"] if row["outcome"] == verdict]
    error = TrialsError(f"trials.{verdict}", names=", ".join(names))
    if session.current.output.as_json:
        raise typer.Exit(error.spec.exit_status)
    raise error
