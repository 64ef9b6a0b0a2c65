"""The last chapters: people decide, the report comes home, a bundle travels, an auditor checks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from demo.agencies import AGENCIES, MEDIA, PASSPHRASE, key_file, open_node
from demo.stage import Stage, say
from demo.story import EXPORTS, Story, approve, code_of, figures, key_id, wait_until
from dure.node.audit import verify_ledger
from dure.node.votes import Choice, make_vote
from dure.storage.passphrases import Passphrase


def decide(stage: Stage, story: Story) -> None:
    """Two officers sign; the executor releases."""
    with stage.chapter("People decide", "사람이 결정합니다"):
        run = story.runs["gradient-boosting"]["run"]
        with open_node("bravo", "bravo.operator") as node:
            view = node.trials.request_release(run)
            request = view["id"]
            stage.values(
                say("The request: exactly this is signed", "요청: 바로 이 내용에 서명합니다"),
                {
                    k: view["request"][k]
                    for k in (
                        "action",
                        "source",
                        "target",
                        "evidence",
                        "requester",
                        "created",
                        "expires",
                    )
                },
            )
            with stage.refused(
                "governance.permit",
                "Before anybody has voted, the release is refused",
                "아무도 표결하지 않은 반출은 거부됩니다",
            ):
                node.decisions.execute(request)
            shown = node.decisions.show(request)
            wait_until(shown["needs"]["votes_from"])
            forged = make_vote(
                shown, Choice.APPROVE, key_file("alpha.developer"), Passphrase.from_file(PASSPHRASE)
            )
            forged |= {"voter": "bravo.checker", "key": key_id("bravo.checker")}
            with stage.refused(
                "governance.vote",
                "A vote forged in the checker's name is refused",
                "반출 심사자의 이름을 도용한 위조 표는 거부됩니다",
            ):
                node.decisions.cast(forged)
        for person in ("bravo.checker", "bravo.officer"):
            approve("bravo", request, person)
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
                "governance.permit",
                "The same permit a second time is refused",
                "같은 승인서를 다시 쓰면 거부됩니다",
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
    with (
        stage.chapter("The report comes home", "보고서가 돌아옵니다"),
        open_node("alpha", "alpha.developer") as node,
    ):
        node.exchange.receive(MEDIA)
        received = node.trials.list()["received"]
        stage.check(
            len(received) == 1, "Alpha has the released report", "알파가 반출된 보고서를 받았습니다"
        )
        content = node.house.read(received[0]["asset_id"], purpose="trial", limit=1 << 20)
        document = json.loads(content)["document"]
        stage.table(
            [
                say("metric", "지표"),
                say("value", "값"),
                "95 %",
                say("difference from the mean", "평균 예측과의 차이"),
            ],
            figures(document["result"]),
            say("What alpha learns", "알파가 알게 되는 것"),
        )
        same = story.runs["gradient-boosting"]["result"]
        stage.check(
            document["result"] == same,
            "It is the result that people signed for",
            "사람들이 서명한 바로 그 결과입니다",
        )
        stage.check(
            len(node.datasets.list()) == 0,
            "Alpha still sees none of bravo's data",
            "알파는 여전히 브라보의 자료를 전혀 볼 수 없습니다",
        )


def transfer(stage: Stage, story: Story) -> None:
    """A sealed bundle goes to charlie."""
    with stage.chapter("A sealed bundle for charlie", "찰리에게 봉인 꾸러미를 보냅니다"):
        with open_node("bravo", "bravo.steward") as node:
            view = node.transfers.request(
                story.released["asset"],
                to="charlie",
                label="alpha+bravo//O// REL alpha,bravo,charlie FOR trial",
            )
            request = view["id"]
            wait_until(node.decisions.show(request)["needs"]["votes_from"])
        with stage.working("two people read the request and sign it", "두 사람이 읽고 서명하는 중"):
            for person in ("bravo.checker", "bravo.officer"):
                approve("bravo", request, person)
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
            refused = code_of(lambda: node.transfers.open(broken))
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
    with stage.chapter("An auditor checks everything", "감사자가 모두 검증합니다"):
        rows = []
        for agency in AGENCIES:
            principal = (
                "bravo.auditor"
                if agency == "bravo"
                else f"{agency}.{'operator' if agency == 'alpha' else 'steward'}"
            )
            with open_node(agency, principal) as node:
                node.ledger.export(EXPORTS / agency)
            since = story.checkpoint if agency == "bravo" else None
            result = verify_ledger(EXPORTS / agency, charter, agency, since)
            rows.append([agency, str(result["entries"]), str(result["root"])[:16] + "…"])
        stage.table(
            [
                say("ledger", "기록"),
                say("entries, all recomputed", "다시 계산한 항목"),
                say("root", "루트"),
            ],
            rows,
        )
        stage.check(
            True, "All three ledgers verify offline", "세 기록이 모두 오프라인 검증을 통과합니다"
        )
        broken = EXPORTS / "bravo-edited"
        shutil.rmtree(broken, ignore_errors=True)
        shutil.copytree(EXPORTS / "bravo", broken)
        [entries, *_] = sorted(
            path for path in (broken / "tile" / "entries").rglob("*") if path.is_file()
        )
        content = bytearray(entries.read_bytes())
        content[len(content) // 2] ^= 1
        entries.write_bytes(content)
        code = code_of(lambda: verify_ledger(broken, charter, "bravo", None))
        stage.check(
            code.startswith("ledger."),
            f"One flipped byte in the ledger is caught [{code}]",
            f"기록의 한 바이트만 바뀌어도 잡아냅니다 [{code}]",
        )
        later = (EXPORTS / "bravo" / "checkpoint").read_text(encoding="utf-8")
        code = code_of(lambda: verify_ledger(EXPORTS / "bravo-earlier", charter, "bravo", later))
        stage.check(
            code == "ledger.rollback",
            f"A ledger rolled back behind a kept checkpoint is caught [{code}]",
            f"보관한 기준점보다 뒤로 돌린 기록을 잡아냅니다 [{code}]",
        )
