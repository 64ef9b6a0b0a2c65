"""What the words around a number, or the name of its column, say that it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dure.datasets.personal.folding import Part, either, fold, literal
from dure.datasets.personal.kinds import Kind

BEFORE = 20
"""Characters before a number in which a word that names it may stand."""
AFTER = 12
"""Characters behind it, for ``110-123-456789 (국민은행)``."""

_SAYS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.RESIDENT_NUMBER: ("주민", "민번", "생년월일", "resident", "jumin", "rrn", "ssn"),
        Kind.FOREIGNER_NUMBER: ("외국인", "외등", "거소신고", "foreigner", "alien"),
        Kind.PHONE: (
            *("전화", "연락", "휴대", "핸드폰", "휴대폰", "모바일", "팩스", "유선", "직통", "통화"),
            *("tel", "phone", "mobile", "fax", "내선", "회신"),
        ),
        Kind.PASSPORT: ("여권", "passport"),
        Kind.DRIVING_LICENCE: ("면허", "licence", "license"),
        Kind.BUSINESS_NUMBER: ("사업자", "사업장", "brn", "business"),
        Kind.BANK_ACCOUNT: (
            *("계좌", "입금", "송금", "이체", "예금", "통장", "은행", "뱅크", "농협", "신협"),
            *("수협", "축협", "우체국", "새마을금고", "account", "acct", "bank"),
        ),
        Kind.PAYMENT_CARD: ("카드", "결제", "card"),
        Kind.VEHICLE_PLATE: ("차량", "번호판", "차번", "plate", "주차", "차적"),
        Kind.SERVICE_NUMBER: ("군번", "service number"),
        Kind.EMAIL: ("메일", "email", "e-mail"),
        Kind.ADDRESS: ("주소", "거주지", "자택", "address"),
    }
)
_NOT_PERSONAL = (
    *("품번", "부품", "재고번호", "자재번호", "일련번호", "시리얼", "도면", "문서번호", "공문"),
    *("접수번호", "관리번호", "자산번호", "규격", "모델", "로트", "송장", "주문", "발주", "바코드"),
    *("계약번호", "버전", "제품번호", "품목", "순번", "식별번호", "요청번호", "추적번호", "금액"),
    *("단가", "합계", "예산", "serial", "part", "nsn", "niin", "lot", "model", "batch", "order"),
    *("invoice", "barcode", "version", "tracking", "doc", "s/n", "p/n", "sku"),
)

WORDS_OF: Mapping[Kind, Part] = MappingProxyType(
    {kind: either(literal(word) for word in words) for kind, words in _SAYS.items()}
)
"""The words that name a kind, as a pattern for candidates."""


def _spellings(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words in small letters, with a capital, and in capitals.

    Plain words, and no flag for the case: with those, Python's ``re`` looks at every character.
    """
    return tuple({each for word in words for each in (word, word.capitalize(), word.upper())})


_NEAR: Mapping[Kind, re.Pattern[str]] = MappingProxyType(
    {kind: re.compile("|".join(map(re.escape, _spellings(words)))) for kind, words in _SAYS.items()}
)
_OTHER_WORDS = _spellings(_NOT_PERSONAL)
_OTHER = re.compile("|".join(map(re.escape, _OTHER_WORDS)))
_BETWEEN = " .:=#([/"
"""What may stand between such a word and the number that it names."""
_NUMBER_WORDS = ("번호", "코드", *_spellings(("no", "number", "code", "id")))
_PARTICLES = frozenset("은는이가을를로인")
_LAST = _PARTICLES | {word[-1] for word in (*_OTHER_WORDS, *_NUMBER_WORDS)}
"""Characters that such a label ends in: most texts are told from it by one look."""
_NUMBER_BEHIND = re.compile("(?:번호)?[은는이가]?[ :.(]{0,3}[0-9]")


@dataclass(frozen=True, slots=True)
class Hint:
    """What a column's name says of all its cells.

    Parameters
    ----------
    kinds
        The kinds that it names.
    other
        Whether it names numbers of things: parts, documents, serials.
    """

    kinds: frozenset[Kind] = frozenset()
    other: bool = False


def hint_of(column: str) -> Hint:
    """Return what a column's name says.

    Examples
    --------
    >>> hint_of("휴대전화 번호").kinds
    frozenset({<Kind.PHONE: 'phone'>})
    >>> hint_of("serial_no").other
    True
    """
    name = fold(column).replace("_", " ")
    kinds = frozenset(kind for kind, words in _NEAR.items() if words.search(name))
    return Hint(kinds, not kinds and _OTHER.search(name) is not None)


def named(kind: Kind, text: str, start: int, end: int) -> bool:
    """Say whether a word near a span names its kind.

    A word behind it that has a number of its own behind it names that one:
    ``123-45-67890 계좌 110-123-456789``.
    """
    words = _NEAR[kind]
    if words.search(text, max(0, start - BEFORE), start):
        return True
    behind = words.search(text, end, end + AFTER)
    return behind is not None and _NUMBER_BEHIND.match(text, behind.end()) is None


def labelled_other(text: str, start: int) -> bool:
    """Say whether the words right before a number say that it is one of a thing: ``품번은 A``."""
    before = text[max(0, start - BEFORE) : start].rstrip(_BETWEEN)
    if before[-1:] not in _LAST:
        return False
    if before[-1] in _PARTICLES and not before.endswith(_OTHER_WORDS):
        before = before[:-1].rstrip(_BETWEEN)
    if before.endswith(_OTHER_WORDS):
        return True
    for word in _NUMBER_WORDS:
        if before.endswith(word):
            return before[: -len(word)].rstrip(_BETWEEN).endswith(_OTHER_WORDS)
    return False
