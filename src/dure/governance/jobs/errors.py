"""What the queue of jobs refuses. Exit statuses 236 to 238."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.text import Text

REASONS = MappingProxyType(
    {
        "attempts": Text("it was begun too often", "시작 횟수가 한도에 이르렀습니다"),
        "cancelled": Text("somebody asked to cancel it", "취소 요청이 있었습니다"),
        "ended": Text("it has ended", "이미 끝났습니다"),
        "not-taken": Text(
            "no worker has taken it from the queue", "대기열에서 이 작업을 가져간 작업자가 없습니다"
        ),
        "superseded": Text("a later attempt has begun", "나중에 시작한 시도가 있습니다"),
        "queue": Text("{limit} jobs wait", "대기 중인 작업이 {limit}개입니다"),
        "agency": Text(
            "{limit} jobs of {agency} wait", "{agency} 기관의 대기 작업이 {limit}개입니다"
        ),
    }
)


class JobsError(DureError):
    """The queue of jobs said no."""

    WORDS = MappingProxyType({"reason": REASONS})
    TABLE = table(
        [
            ErrorSpec(
                "jobs.full",
                236,
                429,
                Text("The queue is full.", "대기열이 가득 찼습니다."),
                Text("{reason.en}.", "{reason.ko}."),
                Text(
                    "Wait until some have run (dure trials watch), or cancel what is not needed.",
                    "실행이 끝나기를 기다리거나(dure trials watch) 필요 없는 작업을 취소하십시오.",
                ),
            ),
            ErrorSpec(
                "jobs.unknown",
                237,
                404,
                Text("There is no such job.", "해당하는 작업이 없습니다."),
                Text(
                    "No job of this node, or more than one, is called {name}.",
                    "이 노드에 {name}(이)라는 작업이 없거나 둘 이상입니다.",
                ),
                Text(
                    "List the jobs: dure trials watch.",
                    "작업 목록을 확인하십시오: dure trials watch.",
                ),
            ),
            ErrorSpec(
                "jobs.claim",
                238,
                409,
                Text(
                    "This process may not go on with the job.",
                    "이 프로세스는 작업을 계속할 수 없습니다.",
                ),
                Text("Job {job}: {reason.en}.", "작업 {job}: {reason.ko}."),
                Text(
                    "Nothing was kept of this attempt; see what became of the job: dure trials watch "
                    "{job}.",
                    "이 시도에서 남긴 것은 없습니다. 작업의 상태를 확인하십시오: dure trials watch {job}.",
                ),
            ),
        ]
    )
