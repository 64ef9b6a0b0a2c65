"""What ``dure trials probe`` shows of a report of probes, and who vouches for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dure.cli import session
from dure.cli.words import LANGUAGE, say
from dure.core.text import Text

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


def show(whole: Mapping[str, Any], *, every: bool) -> None:
    """Show the verdict first, then a table of the families, then what is worth a look."""
    from dure.trials.probes.catalogue import FAMILIES
    from dure.trials.probes.report import VERDICTS, counts, gaps_of, titles

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
    gaps = [row for row in whole["probes"] if row["name"] in gaps_of(whole)]
    if gaps and whole["host"]["tier"] == "B":
        output.line(
            say(
                f"Tier {whole['host']['tier']} does not contain {len(gaps)} of these by its nature, so it "
                "is for Open data alone.",
                f"격리 수준 {whole['host']['tier']}은(는) 성격상 이 가운데 {len(gaps)}건을 막지 않으므로 "
                "공개 등급 자료에만 씁니다.",
            )
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
                        "came": _came(row, gaps_of(whole)),
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


def _came(row: Mapping[str, Any], gaps: Mapping[str, Text]) -> str:
    """Return the outcome and what was seen: a code, or words that are English alone."""
    if row["outcome"] == "informational" and row["name"] in gaps:
        return f"{_OUTCOMES['informational']}: {gaps[row['name']].say(LANGUAGE)}"
    said = row["seen"] if LANGUAGE == "en" or " " not in row["seen"] else ""
    return ": ".join(part for part in (_OUTCOMES[row["outcome"]], said) if part)


def _to_look_at(row: Mapping[str, Any]) -> bool:
    return bool(row["outcome"] != "contained" or row["control"]["outcome"] != "worked")


def say_who_vouches(whole: Mapping[str, Any], *, verified: bool) -> None:
    """Say who has signed a report, and whether it is of the probes that are installed here."""
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
