"""Why predictions were refused, in words: for a check on dummy rows, where everything may be told."""

from __future__ import annotations

from dure.core.text import Text

WORDS = {
    "missing": Text("there is no file of predictions", "예측 파일이 없습니다"),
    "too-large": Text("the predictions are too large", "예측 파일이 너무 큽니다"),
    "wrong-length": Text(
        "there must be one prediction for each row, no more and no fewer",
        "예측은 행마다 하나씩이어야 합니다. 많아도 적어도 안 됩니다",
    ),
    "long-line": Text("a line is too long", "너무 긴 줄이 있습니다"),
    "not-json": Text("a line is not JSON", "JSON이 아닌 줄이 있습니다"),
    "nested-too-deeply": Text("a line is nested too deeply", "너무 깊이 중첩된 줄이 있습니다"),
    "duplicate-key": Text("a key is there twice in a line", "한 줄에 같은 키가 두 번 있습니다"),
    "long-number": Text("a number has too many digits", "자릿수가 너무 많은 수가 있습니다"),
    "not-finite": Text(
        "a prediction is not a finite number (NaN or infinite)",
        "유한하지 않은 예측(NaN 또는 무한대)이 있습니다",
    ),
    "wrong-form": Text(
        "a prediction does not have the form that the task asks for",
        "과제가 요구하는 형식이 아닌 예측이 있습니다",
    ),
    "out-of-range": Text("a number is far too large", "지나치게 큰 수가 있습니다"),
    "unknown-class": Text(
        "a predicted class is none of the training rows",
        "학습용 행에 없는 클래스를 예측했습니다",
    ),
    "wrong-scores": Text(
        "the scores are not one finite number for each class",
        "점수가 클래스마다 하나씩의 유한한 수가 아닙니다",
    ),
    "wrong-box": Text("a box does not have the form of one", "상자의 형식이 아닌 예측이 있습니다"),
    "too-many-boxes": Text("there are too many boxes", "상자가 너무 많습니다"),
    "wrong-id": Text(
        "an id of a track does not have the form of one", "궤적 식별자의 형식이 아닌 것이 있습니다"
    ),
    "too-many-tracks": Text(
        "there are too many tracks at one time", "한 시각에 궤적이 너무 많습니다"
    ),
    "wrong-text": Text(
        "a text does not have the form of one", "텍스트의 형식이 아닌 예측이 있습니다"
    ),
}


def in_words(reason: str) -> Text:
    """Return why predictions were refused, in words; a reason that has none as it is.

    Examples
    --------
    >>> in_words("missing").en
    'there is no file of predictions'
    """
    return WORDS.get(reason, Text(reason, reason))
