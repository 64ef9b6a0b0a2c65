"""The error of the policy: exit status 60."""

from __future__ import annotations

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.text import Text
from dure.core.verdicts import Verdict


class PolicyError(DureError):
    """The policy said no.

    Parameters
    ----------
    code
        ``governance.denied``.
    **facts
        ``action``; ``rules``, the names of the rules that spoke, with commas between;
        ``words_en`` and ``words_ko``, what they said.
    """

    TABLE = table(
        [
            ErrorSpec(
                "governance.denied",
                60,
                403,
                Text(
                    "The policy says no to {action}.", "정책이 {action} 행위를 허용하지 않습니다."
                ),
                Text("{words_en} (rules: {rules})", "{words_ko} (규칙: {rules})"),
                Text(
                    "Ask someone who may, or have the label or the charter changed by those who can.",
                    "권한이 있는 사람에게 맡기거나, 보안등급 표시나 협약의 변경을 담당자에게 요청하십시오.",
                ),
            ),
        ]
    )


def denial(action: str, verdict: Verdict) -> PolicyError:
    """Return the error that a refusing verdict amounts to.

    Examples
    --------
    >>> from dure.core.verdicts import Reason
    >>> no = Verdict(False, (Reason("clearance", Text("Too high.", "너무 높습니다.")),), "sha256:0")
    >>> denial("content.read", no).why
    'Too high. (rules: clearance)'
    """
    return PolicyError(
        "governance.denied",
        action=action,
        rules=", ".join(reason.rule for reason in verdict.reasons),
        words_en=verdict.say("en"),
        words_ko=verdict.say("ko"),
    )
