"""What can go wrong with trials as jobs. Exit statuses 239 to 241."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.text import Text

REASONS = MappingProxyType(
    {
        "no-part": Text(
            "the part psij-python is not installed", "psij-python이 설치되어 있지 않습니다"
        ),
        "no-program": Text(
            "its programs are not on this machine", "이 기기에 해당 프로그램이 없습니다"
        ),
        "silent": Text("it does not answer", "응답하지 않습니다"),
        "refused": Text("it refused the job", "작업을 거부했습니다"),
    }
)


class TrialJobsError(DureError):
    """Errors of trials as jobs."""

    WORDS = MappingProxyType({"reason": REASONS})
    TABLE = table(
        [
            ErrorSpec(
                "trials.unattended",
                239,
                409,
                Text(
                    "Jobs start when nobody is there to give a passphrase.",
                    "작업은 암호문구를 입력할 사람이 없을 때에도 시작됩니다.",
                ),
                Text(
                    "The node is embedded, and no file holds its passphrase.",
                    "단일 구성 노드인데 암호문구 파일을 지정하지 않았습니다.",
                ),
                Text(
                    "Name a file that its owner alone can read: dure --passphrase-file FILE trials work.",
                    "소유자만 읽을 수 있는 파일을 지정하십시오: dure --passphrase-file FILE trials work.",
                ),
            ),
            ErrorSpec(
                "trials.engine",
                240,
                503,
                Text("The engine can't take the job.", "작업을 맡길 실행 엔진을 쓸 수 없습니다."),
                Text("{engine}: {reason.en}.", "{engine}: {reason.ko}."),
                Text(
                    "The job waits in the queue. See docs/jobs.md for what {engine} needs, or run it here: "
                    "dure trials work.",
                    "작업은 대기열에 남아 있습니다. {engine}에 필요한 것은 docs/jobs.md에 있습니다. "
                    "이 기기에서 실행하려면: dure trials work.",
                ),
            ),
            ErrorSpec(
                "trials.superseded",
                241,
                409,
                Text(
                    "Somebody else has taken this run up.",
                    "다른 프로세스가 이 실행을 이어받았습니다.",
                ),
                Text(
                    "Run {run} was given up as dead, or ended, before this process came to its end.",
                    "이 프로세스가 끝나기 전에 실행 {run}이(가) 중단된 것으로 처리되었거나 이미 끝났습니다.",
                ),
                Text(
                    "Nothing was kept of this attempt. See what became of the run: dure trials list.",
                    "이 시도에서 남긴 것은 없습니다. 실행의 상태를 확인하십시오: dure trials list.",
                ),
            ),
        ]
    )
