"""Errors of the sandbox: why untrusted code was not run. Exit statuses 35 to 44."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.text import Text
from dure.sandbox.reasons import MENDS, PARTS, REASONS, RULES, STEPS


class SandboxError(DureError):
    """The sandbox could not be made, or its task is malformed; nothing has been run bare."""

    WORDS = MappingProxyType(
        {"reason": REASONS, "mend": MENDS, "part": PARTS, "step": STEPS, "rule": RULES}
    )
    TABLE = table(
        [
            ErrorSpec(
                "sandbox.host",
                35,
                503,
                Text(
                    "This host can't provide the sandbox.",
                    "이 호스트에서는 격리 실행 환경을 만들 수 없습니다.",
                ),
                Text("While {step.en}: {reason.en}.", "{step.ko} 단계: {reason.ko}."),
                Text("{mend.en}", "{mend.ko}"),
            ),
            ErrorSpec(
                "sandbox.part-missing",
                36,
                503,
                Text(
                    "A part of the sandbox is not installed.",
                    "격리 실행 환경의 구성 요소가 설치되어 있지 않습니다.",
                ),
                Text(
                    "{part.en} was not found on this host.", "이 호스트에 {part.ko}이(가) 없습니다."
                ),
                Text(
                    "Install it ({mend.en}), then run dure node doctor.",
                    "설치한 뒤({mend.ko}) dure node doctor를 실행하십시오.",
                ),
            ),
            ErrorSpec(
                "sandbox.task",
                37,
                422,
                Text(
                    "The task for the sandbox is malformed.",
                    "격리 실행할 작업의 형식이 잘못되었습니다.",
                ),
                Text("It has no valid form: {part.en}.", "형식에 맞지 않는 것: {part.ko}."),
                Text("Correct it and run the task again.", "고친 뒤 작업을 다시 실행하십시오."),
            ),
            ErrorSpec(
                "sandbox.source",
                38,
                422,
                Text(
                    "Something that the task needs can't be read.",
                    "작업에 필요한 것을 읽을 수 없습니다.",
                ),
                Text("{name}: {reason.en}.", "{name}: {reason.ko}."),
                Text(
                    "Check that it exists and that this user may read it.",
                    "파일이 있는지, 이 사용자에게 읽기 권한이 있는지 확인하십시오.",
                ),
            ),
            ErrorSpec(
                "sandbox.input-size",
                39,
                413,
                Text("The inputs are too large.", "입력이 너무 큽니다."),
                Text(
                    "{name} does not fit into the {limit_bytes} bytes that this task may be given.",
                    "{name}: 이 작업에 허용된 입력은 {limit_bytes}바이트까지입니다.",
                ),
                Text(
                    "Give it less, or raise input_bytes in the limits of the task.",
                    "입력을 줄이거나 작업 한도의 input_bytes를 늘리십시오.",
                ),
            ),
            ErrorSpec(
                "sandbox.tier",
                40,
                422,
                Text("There is no such tier of sandbox here.", "이 격리 수준은 제공되지 않습니다."),
                Text(
                    "{tier} was asked for; this host provides {known}.",
                    "격리 수준 {tier}을(를) 요청했으나 이 호스트에서 되는 것은 {known}입니다.",
                ),
                Text("Ask for a tier that it provides.", "제공되는 격리 수준을 지정하십시오."),
            ),
            ErrorSpec(
                "sandbox.tier-policy",
                42,
                403,
                Text(
                    "No tier of sandbox may run this here.",
                    "이 노드에서는 어떤 격리 수준으로도 실행할 수 없습니다.",
                ),
                Text("{rule.en}.", "{rule.ko}."),
                Text(
                    "Hold such data in a separated node (docs/separated.md) and run the trial there.",
                    "이런 자료는 separated 구성의 노드(docs/separated.md)에 두고 거기서 시험을 실행하십시오.",
                ),
            ),
            ErrorSpec(
                "sandbox.launcher",
                41,
                500,
                Text(
                    "The sandbox broke off without an outcome.",
                    "격리 실행이 결과 없이 중단되었습니다.",
                ),
                Text(
                    "The launcher ended with status {status}: {reason.en}.",
                    "실행기가 종료되었습니다(종료 상태 {status}): {reason.ko}.",
                ),
                Text(
                    "Run it again; if it happens again, run dure node doctor.",
                    "다시 실행하고, 반복되면 dure node doctor를 실행하십시오.",
                ),
            ),
        ]
    )
