"""``dure trials``: algorithms meet sealed data in the sandbox; only vetted reports leave."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from dure.cli import benchmarks, developing, preparing, probing, session, trial_jobs, trial_verbs
from dure.cli import gates as gates_commands
from dure.cli import reports as reports_commands
from dure.cli.arguments import RequestId
from dure.cli.gates import RunArgument
from dure.cli.requests import show_asked
from dure.cli.words import LANGUAGE, say
from dure.core.text import Text

app = typer.Typer(no_args_is_help=True, add_completion=False)
developing.add_to(app)
preparing.add_to(app)
probing.add_to(app)

reports_commands.add_to(app)
gates_commands.add_to(app)
benchmarks.add_to(app)


@app.command(
    help=say(
        "Show what sandbox this machine provides; needs no node.",
        "이 기기의 격리 실행 환경을 점검합니다. 노드가 없어도 됩니다.",
    )
)
def doctor() -> None:
    """Inspect the sandbox of this machine."""
    from dure.sandbox.tiers import STATES
    from dure.trials import view

    output = session.current.output
    with output.progress(say("looking", "점검 중")):
        host, findings = view.doctor()
        tiers = view.tiers(host)
    shown = [finding.to_dict(LANGUAGE) for finding in (*host.findings, *findings)]
    for tier in tiers:
        tier["findings"] = [finding.to_dict(LANGUAGE) for finding in tier["findings"]]
    if output.as_json:
        facts = {"tier": host.tier, "uid": host.uid, "facts": dict(host.facts)}
        output.value({**facts, "tiers": tiers, "findings": shown})
    else:
        output.value(
            {say("tier", "격리 수준"): host.tier, "uid": host.uid, **host.facts},
            say("Sandbox of this machine", "이 기기의 격리 실행 환경"),
        )
        output.rows(
            [_tier_row(tier, STATES) for tier in tiers],
            [
                ("tier", say("tier", "격리 수준")),
                ("state", say("state", "상태")),
                ("probed", say("probed", "점검한 것")),
                ("next_step", say("next step", "다음 조치")),
            ],
        )
        output.rows(
            shown,
            [
                ("severity", say("severity", "심각도")),
                ("words", say("finding", "점검 결과")),
                ("next_step", say("next step", "다음 조치")),
            ],
        )
    if host.tier == "none":
        raise typer.Exit(1)


def _tier_row(tier: Mapping[str, Any], states: Mapping[str, Text]) -> dict[str, str]:
    missing = [one["next_step"] for one in tier["findings"] if tier["state"] != "works"]
    return {
        "tier": tier["tier"],
        "state": states[tier["state"]].say(LANGUAGE),
        "probed": "; ".join(f"{name}: {value}" for name, value in tier["facts"].items()),
        "next_step": " ".join(missing) or "-",
    }


@app.command(
    help=say(
        "Send an algorithm to the agency that owns the data (an envelope waits for media).",
        "알고리즘을 자료 소유 기관에 보낼 봉투를 만듭니다.",
    )
)
def submit(
    folder: Annotated[
        Path,
        typer.Argument(
            help=say(
                "Folder with algorithm.toml; or a .onnx or .whl with one beside it.",
                "algorithm.toml이 있는 폴더, 또는 옆에 그것이 있는 .onnx나 .whl.",
            )
        ),
    ],
    to: Annotated[str, typer.Option(help=say("Agency that tries it.", "시험할 기관."))],
    label: Annotated[str, typer.Option(help=say("Its label.", "보안등급 표시."))] = "",
) -> None:
    """Submit an algorithm."""
    with session.current.node() as node:
        made = node.trials.submit(folder, to=to, label=label)
    session.current.output.value(made)
    session.current.output.line(
        say(
            "An envelope waits for the media: dure exchange send FOLDER",
            "봉투가 이동 매체를 기다립니다: dure exchange send FOLDER",
        )
    )


@app.command(
    "list",
    help=say(
        "List submissions, benchmarks, runs and reports.",
        "제출물, 평가 기준, 실행, 보고서를 나열합니다.",
    ),
)
def list_() -> None:
    """List what the room holds."""
    output = session.current.output
    with session.current.node() as node:
        found = node.trials.list()
    if output.as_json:
        output.value(found)
        return
    names = {
        row["asset_id"]: f"{row['name']} {row.get('version', '')}".strip()
        for part in ("submissions", "benchmarks")
        for row in found[part]
    }
    # The beginning of an id is enough to name a thing; --json has them whole.
    found = {
        part: [
            {name: item[:12] if name in ("asset_id", "id") else item for name, item in row.items()}
            for row in rows
        ]
        for part, rows in found.items()
    }
    output.rows(
        found["submissions"],
        [
            ("asset_id", say("submission", "제출물")),
            ("name", say("name", "이름")),
            ("agency", say("from", "보낸 기관")),
            ("task", say("task", "과제")),
        ],
        say("Submissions", "제출물"),
    )
    output.rows(
        found["benchmarks"],
        [
            ("asset_id", say("benchmark", "평가 기준")),
            ("name", say("name", "이름")),
            ("version", say("version", "버전")),
            ("task", say("task", "과제")),
            ("target", say("target", "예측 열")),
        ],
        say("Benchmarks", "평가 기준"),
    )
    output.rows(
        [
            {
                **row,
                **{part: names.get(row[f"{part}_id"], "-") for part in ("submission", "benchmark")},
            }
            for row in found["runs"]
        ],
        [
            ("id", say("run", "실행")),
            ("submission", say("algorithm", "알고리즘")),
            ("status", say("status", "상태")),
            ("outcome", say("outcome", "결과")),
        ],
        say("Runs", "실행"),
    )
    output.rows(
        found["received"],
        [
            ("asset_id", say("report", "보고서")),
            ("name", say("what it is about", "내용")),
            ("agency", say("from", "보낸 기관")),
        ],
        say("Received reports", "받은 보고서"),
    )


@app.command(
    help=say(
        "Run a submission on a benchmark, in the sandbox.",
        "제출된 알고리즘을 격리 실행 환경에서 시험합니다.",
    )
)
def run(
    submission: Annotated[
        str,
        typer.Argument(metavar="SUBMISSION", help=say("Beginning of its id.", "식별자의 앞부분.")),
    ],
    on: Annotated[
        str,
        typer.Option(
            metavar="BENCHMARK",
            help=say(
                "NAME, NAME@VERSION, or the beginning of an id.",
                "NAME, NAME@VERSION 또는 식별자의 앞부분.",
            ),
        ),
    ],
    seed: Annotated[int, typer.Option()] = 1,
    queue: Annotated[
        bool,
        typer.Option(
            "--queue",
            help=say(
                "Put it into the queue instead; dure trials work runs it.",
                "바로 실행하지 않고 대기열에 넣습니다. dure trials work가 실행합니다.",
            ),
        ),
    ] = False,
) -> None:
    """Run a submission."""
    output = session.current.output
    if queue:
        with session.current.node() as node:
            put = node.jobs.put(submission, on=on, seed=seed)
        output.value(put)
        output.line(
            say(
                "It waits for a worker. Start one: dure trials work. Watch it: dure trials watch {run}",
                "작업자를 기다립니다. 작업자 시작: dure trials work. 지켜보기: dure trials watch {run}",
            ).format(run=put["run"][:12])
        )
        return
    with session.current.node() as node, output.progress(say("running", "실행 중")):
        made = node.trials.run(submission, on=on, seed=seed)
    output.value(made)


@app.command(
    "request-release",
    help=say("Ask people to release a run's report.", "실행 보고서의 반출을 요청합니다."),
)
def request_release(
    run: RunArgument,
    to: Annotated[
        str,
        typer.Option(
            help=say("Agency it is for; else the submitter.", "받을 기관. 없으면 제출 기관.")
        ),
    ] = "",
) -> None:
    """Request a release."""
    with session.current.node() as node:
        view = node.trials.request_release(run, to=to)
    show_asked(view)


@app.command(
    help=say(
        "Release an approved report; an envelope with it waits for media.",
        "승인된 보고서를 반출하고, 이동 매체에 쓸 봉투를 만듭니다.",
    )
)
def release(
    request: RequestId,
) -> None:
    """Release a report."""
    with session.current.node() as node:
        made = node.trials.release(request)
    session.current.output.value(made)


trial_jobs.add_to(app)
trial_verbs.arrange(app)
