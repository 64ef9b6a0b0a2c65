"""``dure trials probe``: hostile attempts on this machine's own sandbox, and a report of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from dure.cli import session
from dure.cli.arguments import KeyPassphraseOption
from dure.cli.words import LANGUAGE, say

_STEPS = {
    "together": say("in the sandbox", "격리 실행 환경 안에서"),
    "bounded": say("under tight limits", "좁은 한도에서"),
    "alone": say("each in a run of its own", "실행마다 하나씩"),
    "outputs": say("leaving outputs", "출력 남기기"),
    "bare": say("controls outside", "밖에서 대조 실험"),
    "open": say("controls with every right", "모든 권한으로 대조 실험"),
    "loose": say("controls with wide limits", "넓은 한도로 대조 실험"),
}
_OUTCOMES = {
    "contained": say("contained", "막힘"),
    "escaped": say("ESCAPED", "빠져나감"),
    "informational": say("to know", "참고"),
    "unprobed": say("not probed", "탐침 못 함"),
}
_CONTROLS = {
    "worked": say("works outside", "밖에서는 됨"),
    "failed": say("not even outside", "밖에서도 안 됨"),
    "needs-root": say("takes root", "root 필요"),
    "inert": say("inert", "대조 불가"),
    "not-made": say("not made", "하지 않음"),
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
    whole = (
        _probe(family or [], key, key_passphrase_file)
        if verify is None
        else _verified(verify, charter)
    )
    if report is not None:
        from dure.core.canonical import canonical_json
        from dure.node.files import write_file

        write_file(report, canonical_json(whole))
    output = session.current.output
    if output.as_json:
        output.json(whole)
    else:
        _show(whole, every=every)
        _say_who_vouches(whole, verified=verify is not None)
    if verify is None:
        _end(whole)


def _probe(families: Sequence[str], key: Path | None, passphrase: Path | None) -> dict[str, Any]:
    import time

    from dure.sandbox.host import probe_host
    from dure.trials.probes.report import make_report, sign_report
    from dure.trials.probes.suite import run_suite

    opened = None
    if key is not None:  # a wrong passphrase is said before anything is tried
        from dure.cli.passphrases import key_passphrase
        from dure.storage.keys import read_key_file

        opened = read_key_file(key, key_passphrase(key, passphrase))
    with _progress() as step:
        outcomes = run_suite(families, progress=step)
    return sign_report(make_report(outcomes, probe_host(), time.time()), opened)


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


def _show(whole: Mapping[str, Any], *, every: bool) -> None:
    from dure.trials.probes.catalogue import FAMILIES
    from dure.trials.probes.report import VERDICTS, counts, titles

    output, total = session.current.output, whole["counts"]
    output.line(VERDICTS[whole["verdict"]].say(LANGUAGE))
    output.line(
        say(
            f"{total['contained']} of {total['probes']} attempts were contained; for "
            f"{total['contained_with_control']} of them a control shows that they work elsewhere here.",
            f"시도 {total['probes']}건 가운데 {total['contained']}건이 막혔고, 그중 "
            f"{total['contained_with_control']}건은 밖에서는 된다는 것을 대조 실험으로 보였습니다.",
        )
    )
    of_family = {
        name: [row for row in whole["probes"] if row["name"].partition(".")[0] == name]
        for name in FAMILIES
    }
    output.rows(
        [
            {"family": FAMILIES[name].say(LANGUAGE), **counts(rows)}
            for name, rows in of_family.items()
            if rows
        ],
        [
            ("family", say("family", "분류")),
            ("probes", say("probes", "탐침")),
            ("contained", _OUTCOMES["contained"]),
            ("contained_with_control", say("with control", "대조 확인")),
            ("escaped", _OUTCOMES["escaped"]),
            ("unprobed", _OUTCOMES["unprobed"]),
        ],
    )
    known = titles()
    for name, rows in of_family.items():
        shown = [row for row in rows if every or _to_look_at(row)]
        if shown:
            output.rows(
                [
                    {
                        "probe": row["name"].partition(".")[2],
                        "tries": known[row["name"]].say(LANGUAGE) if row["name"] in known else "",
                        "came": _came(row),
                        "control": _CONTROLS[row["control"]["outcome"]],
                    }
                    for row in shown
                ],
                [
                    ("probe", say("probe", "탐침")),
                    ("tries", say("what it tries", "하려는 일")),
                    ("came", say("what came of it", "결과")),
                    ("control", say("control", "대조 실험")),
                ],
                FAMILIES[name].say(LANGUAGE),
            )


def _came(row: Mapping[str, Any]) -> str:
    """Return the outcome and what was seen: a code, or words that are English alone."""
    said = row["seen"] if LANGUAGE == "en" or " " not in row["seen"] else ""
    return ": ".join(part for part in (_OUTCOMES[row["outcome"]], said) if part)


def _to_look_at(row: Mapping[str, Any]) -> bool:
    return bool(row["outcome"] != "contained" or row["control"]["outcome"] != "worked")


def _say_who_vouches(whole: Mapping[str, Any], *, verified: bool) -> None:
    from dure.trials.probes.report import knows_suite, lacking

    output, signature = session.current.output, whole["signature"]
    if signature is None:
        output.line(
            say(
                "Nobody has signed this report; sign it with --key FILE.",
                "서명이 없는 보고서입니다. --key FILE로 서명하십시오.",
            )
        )
    else:
        output.line(
            say(
                f"Signed by {signature['by']}, key {signature['key']}, at {whole['made']}.",
                f"서명: {signature['by']}, 키 {signature['key']}, 시각 {whole['made']}.",
            )
        )
    if verified and not knows_suite(whole):
        output.line(
            say(
                "It was made with other probes than the ones installed here.",
                "여기에 설치된 것과 다른 탐침으로 만든 보고서입니다.",
            )
        )
    elif verified and (left := lacking(whole)):
        output.line(
            say(
                f"It leaves out {left} of the probes installed here.",
                f"여기에 설치된 탐침 가운데 {left}건이 빠진 보고서입니다.",
            )
        )


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
