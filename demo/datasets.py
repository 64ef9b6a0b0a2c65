"""The chapters about data sets: inspected, ruled, treated, versioned, published and found."""

from __future__ import annotations

import json
import time
from pathlib import Path

from demo.agencies import MEDIA, NODES, open_node
from demo.holdings import CONTRACT, PLAN, complaints, deliveries, unpack
from demo.stage import Stage, say
from demo.story import Story, approve, wait_until
from dure.cli.words import LANGUAGE
from dure.datasets.deidentify.figures import told
from dure.datasets.dummy.writing import write_dummy
from dure.datasets.inspect.inspection import Inspection, inspect, write_report
from dure.node.node import Node

WHOLE = "bravo//O// REL * FOR trial"
OWN = "bravo//O// REL bravo FOR trial"
REPORTS = NODES / "reports"


def first_minute(stage: Stage, story: Story) -> None:
    """Files are inspected, with no node at all."""
    with stage.chapter(
        "A steward's first minute: is it ready for AI?",
        "데이터 관리자의 첫 1분: AI에 쓸 수 있는가?",
    ):
        REPORTS.mkdir()
        story.flights = unpack(NODES)
        story.files = (*deliveries(story.flights, NODES), complaints(NODES))
        january, _, _, people = story.files
        flights = _inspected(stage, january, target="arr_delay")
        found = _inspected(stage, people)
        stage.check(
            found.verdict.readiness == "not-ready" and flights.verdict.readiness != "not-ready",
            "The flights can be trained with after some work; the complaints are stopped: "
            "resident registration numbers",
            "항공편은 손질하면 학습에 쓸 수 있고, 민원은 주민등록번호가 있어 멈춥니다",
        )
        with people.open(encoding="utf-8") as file:
            numbers = [line.split(",")[1] for line in file][1:]
        page = (REPORTS / "complaints.html").read_text(encoding="utf-8")
        stage.check(
            not any(number in page for number in numbers),
            f"The report names columns and rows, and none of the {len(numbers)} numbers",
            f"보고서는 열과 행만 밝히며, 번호 {len(numbers)}개는 하나도 적지 않습니다",
        )


def deliver_again(stage: Stage, story: Story) -> None:
    """A month is imported under a contract, delivered again, and costs what changed."""
    january, again, spoilt, _ = story.files
    contract = NODES / "contract.toml"
    contract.write_text(CONTRACT, encoding="utf-8")
    with (
        stage.chapter("A table is delivered again", "같은 표가 다시 납품됩니다"),
        open_node("bravo", "bravo.steward") as node,
    ):
        before = _stored(node)
        node.datasets.import_(
            january, label=WHOLE, name="january", description="Flights of January 2013.",
            licence="CC0-1.0", rules=contract, ranges=True,
        )  # fmt: skip
        first = _stored(node) - before
        with stage.refused(
            "datasets.rules",
            "A delivery that breaks the contract makes no version",
            "데이터 계약을 어긴 자료는 버전이 되지 않습니다",
        ):
            node.datasets.versions.commit("january", spoilt, rules=contract)
        before = _stored(node)
        node.datasets.versions.commit("january", again, rules=contract)
        more = _stored(node) - before
        rows = [
            [f"january@{row['number']}", row["rows"]]
            for row in node.datasets.versions.log("january")
        ]
        stage.table([say("version", "버전"), say("rows", "행")], rows)
        stage.check(
            len(rows) == 2 and more < 0.15 * first,
            f"The second version costs {more / 1e3:.0f} kB beside {first / 1e3:.0f} kB for the first",
            f"첫 버전은 {first / 1e3:.0f} kB, 두 번째 버전은 {more / 1e3:.0f} kB만 더 차지합니다",
        )


def take_people_out(stage: Stage, story: Story) -> None:
    """People are taken out of a table, with the risk before and after."""
    plan = NODES / "plan.toml"
    plan.write_text(PLAN, encoding="utf-8")
    with (
        stage.chapter("The people come out", "사람을 알아볼 수 없게 합니다"),
        open_node("bravo", "bravo.steward") as node,
    ):
        node.datasets.import_(
            story.files[3], label=OWN, name="complaints", description="Complaints, invented.",
            licence="CC0-1.0",
        )  # fmt: skip
        with stage.working("treating in the sandbox", "격리 실행 환경에서 처리하는 중"):
            made = node.datasets.deidentify.apply("complaints", plan, name="complaints-treated")
        treated = made.treated
        before, after = told(treated.before, 0), told(treated.after, 0)
        stage.table(
            [say("measure", "척도"), say("before", "처리 전"), say("after", "처리 후")],
            [
                [words, str(before[name]), str(after[name])]
                for name, words in (
                    ("k", say("k, rows of the smallest class", "k, 가장 작은 동질 집합의 행")),
                    ("alone", say("rows alone in their class", "홀로인 행")),
                    (
                        "prosecutor_highest",
                        say("prosecutor risk, highest", "검사 시나리오 위험, 최고"),
                    ),
                    ("marketer", say("marketer risk", "마케터 시나리오 위험")),
                )
            ],
        )
        stage.check(
            int(after["k"]) >= 5 > int(before["k"]),
            f"Everybody is like at least {int(after['k']) - 1} others now; before, people stood alone",
            f"이제 누구나 적어도 {int(after['k']) - 1}명과 같습니다. 전에는 혼자였습니다",
        )
        stage.check(
            str(made.dataset.label) == OWN,
            "Its label has not fallen by that: lowering takes people's votes",
            "그렇다고 보안등급 표시가 낮아지지는 않습니다. 낮추려면 사람의 표결이 필요합니다",
        )


def publish_and_find(stage: Stage, story: Story) -> None:
    """Bravo publishes the month after a vote; alpha finds it."""
    del story
    with stage.chapter("Published, and found by another agency", "공개하고, 다른 기관이 찾습니다"):
        with open_node("bravo", "bravo.steward") as node:
            request = node.catalogue.request_publish("january", ["alpha"])["id"]
            wait_until(node.decisions.show(request)["needs"]["votes_from"])
        for person in ("bravo.checker", "bravo.officer"):
            approve("bravo", request, person)
        with open_node("bravo", "bravo.steward") as node:
            node.catalogue.publish(request)
            node.exchange.send(MEDIA)
        with open_node("alpha", "alpha.developer") as node:
            node.exchange.receive(MEDIA)
            hits = node.catalogue.search("january")
            stage.check(
                [(hit["name"], hit["agency"]) for hit in hits] == [("january", "bravo")],
                "Alpha's developer searches, and finds bravo's month",
                "알파의 개발자가 검색하여 브라보의 자료를 찾습니다",
            )
            with stage.refused(
                "datasets.conditions",
                "Its description opens to nobody who has not read the conditions",
                "이용 조건을 읽지 않은 사람에게는 설명이 열리지 않습니다",
            ):
                node.catalogue.page("january")
            node.catalogue.acknowledge("january")
            document = node.catalogue.page("january")["croissant"]
        file = NODES / "january.croissant.json"
        file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        dummy = NODES / "dummy.csv"
        write_dummy(file, dummy, rows=1_000, seed=1)
        with dummy.open(encoding="utf-8") as lines:
            head = next(lines).strip().replace('"', "").split(",")
        stage.check(
            "dep_delay" in head and len(head) == 19,
            "From the description alone it makes dummy rows to build against; no record has left bravo",
            "설명만으로 개발용 더미 자료를 만듭니다. 자료의 행은 브라보를 떠나지 않았습니다",
        )


def _inspected(stage: Stage, file: Path, target: str = "") -> Inspection:
    report = REPORTS / f"{file.stem}.html"
    with stage.working(f"inspecting {file.name}", f"{file.name} 점검 중"):
        found = inspect(file, now_s=time.time(), target=target)
    write_report(report, found.to_html(LANGUAGE))
    stage.tell(
        f"{file.name}: {found.verdict.readiness.title.say('en')}.",
        f"{file.name}: {found.verdict.readiness.title.say('ko')}.",
    )
    stage.table(
        [say("finding", "점검 결과")],
        [[str(finding.words.say(LANGUAGE))] for finding in found.findings[:4]],
    )
    stage.link(report, f"the readiness report of {file.name}", f"{file.name}의 준비도 보고서")
    return found


def _stored(node: Node) -> int:
    return sum(file.stat().st_size for file in node.house.home.vault.rglob("*") if file.is_file())
