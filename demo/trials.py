"""The first chapters: the alliance, the data, the algorithms, the trials."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from demo.agencies import AGENCIES, MEDIA, NODES, found, names, open_node, pin
from demo.stage import Stage, say
from demo.story import Story, figures
from dure.core.labels import Label
from dure.governance.charter import SignedCharter
from dure.governance.policy.query import Query

FLIGHTS = 336_776
LABEL = "bravo//O// REL bravo FOR trial"
TARGET = "arr_delay"
FEATURES = ("month", "day", "sched_dep_time", "sched_arr_time", "carrier", "origin", "dest", "distance", "hour")  # fmt: skip
ALGORITHMS = Path(__file__).parent / "algorithms"
OUTCOMES = {"contained": "막음", "escaped": "벗어남"}


def alliance(stage: Stage, story: Story) -> None:
    """Three agencies agree on their rules."""
    with stage.chapter("Three agencies agree on their rules", "세 기관이 규칙에 합의합니다"):
        story.charter = found(stage)
        charter = story.charter.charter
        stage.table([say("agency", "기관"), say("who", "누구")], names())
        stage.tell(
            "The delegates of alpha and bravo sign the charter: two of three, as it demands. "
            "Each node checks the signatures itself and pins it.",
            "알파와 브라보의 대표가 협약에 서명합니다. 협약이 요구하는 3분의 2입니다. "
            "각 노드는 서명을 스스로 확인하고 협약을 고정합니다.",
        )
        few = SignedCharter(charter, {"alpha": story.charter.signatures["alpha"]})
        with stage.refused(
            "governance.charter-signatures",
            "A charter with one signature is refused",
            "서명이 하나뿐인 협약은 거부됩니다",
        ):
            pin("bravo", few)
        with stage.working("pinning the charter at each node", "각 노드에 협약을 고정하는 중"):
            for agency in AGENCIES:
                pin(agency, story.charter)
        stage.values(
            say("The charter", "협약"),
            {
                say("digest", "요약값"): charter.digest(),
                say("review time of a release", "반출 숙고 시간"): say(
                    "1 second, for this demonstration only", "1초 (시연용)"
                ),
                say("profile", "구성"): say(
                    "embedded: Open data only; a real node separates door, executor and keeper",
                    "embedded: 공개 등급 자료만 둡니다. 실제 노드는 출입구, 집행 서비스, 키 관리 서비스를 분리합니다",
                ),
            },
        )


def import_flights(stage: Stage, story: Story) -> None:
    """Bravo imports the flights."""
    with stage.chapter("Bravo imports its flights", "브라보가 비행 기록을 들여옵니다"):
        raw = story.flights
        with open_node("bravo", "bravo.steward") as node:
            with stage.working(
                "parsing in the sandbox, sealing", "격리 실행 환경에서 읽고 봉인하는 중"
            ):
                asset = node.datasets.import_(
                    raw,
                    label=LABEL,
                    name="flights",
                    description="All flights that left New York City in 2013.",
                    licence="https://creativecommons.org/publicdomain/zero/1.0/",
                )
            entry = node.house.assets.get(asset.id)
            story.dataset = asset.id
            stage.values(
                say("The data set", "데이터셋"),
                {
                    say("id (means nothing outside)", "식별자 (밖에서는 의미 없음)"): asset.id,
                    say("rows", "행"): entry.facts["rows"],
                    say("label", "보안등급 표시"): str(asset.label),
                },
            )
            rows = int(entry.facts["rows"])
            stage.check(
                rows == FLIGHTS,
                f"All {FLIGHTS:,} rows are there",
                f"{FLIGHTS:,}행이 모두 들어왔습니다",
            )
            developer = node.house.charter.principal("alpha.developer")
            label = Label.parse(LABEL, node.house.charter.labels)
            verdict = node.house.policy.decide(
                Query(developer, "content.read", label, "bravo", "trial")
            )
            because = verdict.say(say("en", "ko"))
            stage.check(
                not verdict.allowed,
                f"alpha's developer may not read it: {because}",
                f"알파의 개발자는 읽을 수 없습니다: {because}",
            )
            sealed = b"".join(
                p.read_bytes() for p in node.house.home.vault.rglob("*") if p.is_file()
            )
            stage.check(
                b"LaGuardia" not in sealed and b"carrier" not in sealed and len(sealed) > 1_000_000,
                f"On disk lie {len(sealed) / 1e6:.1f} MB of ciphertext, no column name in it",
                f"디스크에는 암호문 {len(sealed) / 1e6:.1f} MB만 있고 열 이름도 보이지 않습니다",
            )
        raw.unlink()
        with open_node("bravo", "bravo.operator") as node:
            with stage.working("making the benchmark", "평가 기준을 만드는 중"):
                made = node.trials.prepare(
                    "flights",
                    name="flights-arrival-delay",
                    task="tabular-regression",
                    target=TARGET,
                    features=FEATURES,
                )
            story.benchmark = made["benchmark"]
            stage.tell(
                f"The targets of the test part are sealed apart: {made['answers_label']}",
                f"시험용 정답은 따로 봉인됩니다: {made['answers_label']}",
            )


def submit(stage: Stage, story: Story) -> None:
    """Alpha sends its algorithms."""
    with stage.chapter(
        "Alpha's algorithms travel to the data", "알파의 알고리즘이 자료가 있는 곳으로 갑니다"
    ):
        with open_node("alpha", "alpha.developer") as node:
            for folder in _submissions():
                node.trials.submit(folder, to="bravo")
            envelopes = node.exchange.send(MEDIA)
        stage.tell(
            f"{len(envelopes)} signed, numbered, sealed envelopes lie on the carried media: {MEDIA.name}/",
            f"서명하고 번호를 매겨 봉인한 봉투 {len(envelopes)}개가 매체에 있습니다: {MEDIA.name}/",
        )
        with open_node("bravo", "bravo.operator") as node:
            taken = node.exchange.receive(MEDIA)
            stage.check(
                len(taken["handled"]) == len(envelopes),
                "Bravo takes in all of them",
                "브라보가 모두 받았습니다",
            )
            again = node.exchange.receive(MEDIA)
            stage.check(
                not again["handled"] and len(again["copies"]) == len(envelopes),
                "The same media again changes nothing: every envelope is known",
                "같은 매체를 다시 읽어도 바뀌는 것이 없습니다. 모두 이미 받은 봉투입니다",
            )
            for row in node.trials.list()["submissions"]:
                story.submissions[row["name"]] = row["asset_id"]
        stage.check(
            len(story.submissions) == len(envelopes),
            "They are: " + ", ".join(sorted(story.submissions)),
            "목록: " + ", ".join(sorted(story.submissions)),
        )


def run_trials(stage: Stage, story: Story) -> None:
    """The honest algorithms are tried."""
    with (
        stage.chapter("Bravo tries them in the sandbox", "브라보가 격리 실행 환경에서 시험합니다"),
        open_node("bravo", "bravo.operator") as node,
    ):
        rows = []
        for name in ("mean-by-route", "gradient-boosting"):
            with stage.working(f"running {name}", f"{name} 실행 중"):
                made = node.trials.run(story.submissions[name], on=story.benchmark)
            story.runs[name] = made
            rows += [[name, *row] for row in figures(made["result"])]
        stage.table(
            [
                say("algorithm", "알고리즘"),
                say("metric", "지표"),
                say("value", "값"),
                "95 %",
                say("difference from the mean", "평균 예측과의 차이"),
            ],
            rows,
            say(
                "What the gates let pass: three digits, with intervals",
                "반출 관문을 통과한 값: 세 자리와 구간",
            ),
        )
        with stage.working("running mean-by-route again", "mean-by-route를 다시 실행 중"):
            again = node.trials.run(story.submissions["mean-by-route"], on=story.benchmark)
        first = story.runs["mean-by-route"]
        stage.check(
            again["result"] == first["result"],
            "The same inputs and seed give the same result again",
            "같은 입력과 난수 씨앗은 같은 결과를 냅니다",
        )
        stage.tell(
            f"Label of the sealed report: {first['label']}",
            f"봉인 보고서의 보안등급 표시: {first['label']}",
        )


def run_hostile(stage: Stage, story: Story) -> None:
    """The hostile one is tried, and contained."""
    with (
        stage.chapter("The hostile algorithm is contained", "적대적 알고리즘을 가둡니다"),
        open_node("bravo", "bravo.operator") as node,
    ):
        for name in sorted(story.submissions):
            if not name.startswith("hostile"):
                continue
            with stage.working(f"running {name}", f"{name} 실행 중"):
                made = node.trials.run(story.submissions[name], on=story.benchmark)
            diagnosis = node.trials.diagnosis(made["run"])
            attempts = diagnosis["algorithm"]["attempts"]
            if attempts:
                stage.table(
                    [say("attempt", "시도"), say("outcome", "결과"), say("what it saw", "본 것")],
                    [
                        [
                            key,
                            say(value["outcome"], OUTCOMES.get(value["outcome"], "?")),
                            value["seen"],
                        ]
                        for key, value in attempts.items()
                    ],
                    say(
                        f"{name}: seen by bravo's operator alone", f"{name}: 브라보 운영자만 봅니다"
                    ),
                )
                escaped = [key for key, value in attempts.items() if value["outcome"] == "escaped"]
                stage.check(
                    not escaped and len(attempts) >= 10,
                    f"{len(attempts)} attempts, none escaped",
                    f"시도 {len(attempts)}건, 벗어난 것 없음",
                )
            cause = diagnosis["algorithm"]["cause"] or diagnosis["scoring"].get("reason", "")
            stage.check(
                made["outcome"] != "ok" and "figures" not in made["result"],
                f"{name} ends as {made['outcome']} ({cause}); alpha would learn the class, nothing else",
                f"{name}: {made['outcome']} ({cause}). 알파는 이 종류 외에 아무것도 알 수 없습니다",
            )


def _submissions() -> list[Path]:
    """Return the algorithms, the hostile one in several moods."""
    folders = [ALGORITHMS / "baseline", ALGORITHMS / "gradient_boosting"]
    for mood, (mode, poison) in {
        "explore": ("explore", "nan"),
        "memory": ("memory", "nan"),
        "flood": ("flood", "nan"),
    }.items():
        folder = NODES / "submissions" / f"hostile-{mood}"
        shutil.copytree(ALGORITHMS / "hostile", folder)
        text = (folder / "algorithm.toml").read_text(encoding="utf-8")
        text = re.sub(r"^name = .*", f'name = "hostile-{mood}"', text, count=1, flags=re.MULTILINE)
        text = re.sub(r"^mode = .*", f'mode = "{mode}"', text, flags=re.MULTILINE)
        text = re.sub(r"^poison = .*", f'poison = "{poison}"', text, flags=re.MULTILINE)
        (folder / "algorithm.toml").write_text(text, encoding="utf-8")
        folders.append(folder)
    return folders
