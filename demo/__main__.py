"""``make demo``: the whole way on real data, told in plain words. Running it twice works."""

from __future__ import annotations

import argparse
import sys
import time

from demo.agencies import NODES, close_nodes
from demo.chapters import CHAPTERS
from demo.evidence import write_page
from demo.stage import Stage, say
from demo.story import Story


def main() -> int:
    """Play every chapter, write the evidence page, say what to do next."""
    argparse.ArgumentParser(
        prog="python -m demo",
        description=say(
            "Play the whole way of three invented agencies on this machine, in about a minute, and write an "
            "evidence page. It takes no arguments; DURE_LANG=ko plays it in Korean. What it made stays in "
            "{folder} until it is played again.",
            "가상의 세 기관이 거치는 전 과정을 이 기기에서 1분쯤 시연하고 증거 페이지를 만듭니다. 인자는 없습니다. "
            "DURE_LANG=en이면 영어로 시연합니다. 만든 것은 다시 시연할 때까지 {folder}에 남습니다.",
        ).format(folder=NODES),
    ).parse_args()
    stage, story, began = Stage(), Story(), time.perf_counter()
    try:
        for chapter in CHAPTERS:
            chapter(stage, story)
    finally:
        close_nodes()
    page = NODES / "evidence.html"
    commands = [
        f"export DURE_PASSPHRASE_FILE={NODES / 'passphrase'}",
        f".venv/bin/dure -C {NODES / 'bravo'} --as bravo.auditor ledger show",
        f".venv/bin/dure -C {NODES / 'bravo'} decisions list",
        f".venv/bin/dure ledger verify {NODES / 'ledgers' / 'bravo'} "
        f"--charter {NODES / 'charter.json'} --agency bravo",
        ".venv/bin/dure trials doctor",
    ]
    write_page(stage, page, commands)
    seconds = time.perf_counter() - began
    stage.console.rule(align="left")
    stage.console.print(
        say(
            f"{stage.checks_held} checks held, {stage.checks_failed} failed, in {seconds:.0f} s.",
            f"점검 {stage.checks_held}건 통과, {stage.checks_failed}건 실패, {seconds:.0f}초.",
        )
    )
    stage.console.print(
        say("Open the evidence page in a browser:", "브라우저로 증거 페이지를 여십시오:")
    )
    stage.console.print(f"  {page}", soft_wrap=True)
    stage.console.print(
        say(
            "It links the readiness reports. To do all this with your own hands, on real flights: "
            "docs/steward.md",
            "준비도 보고서로 이어지는 링크가 있습니다. 실제 항공편으로 직접 해 보려면: docs/ko/steward.md",
        )
    )
    stage.console.print(say("Then look for yourself:", "그다음 직접 확인하십시오:"))
    for command in commands:
        stage.console.print(f"  {command}", soft_wrap=True, markup=False)
    return 1 if stage.checks_failed else 0


if __name__ == "__main__":
    sys.exit(main())
