"""What is made ahead in another thread comes as if it were made here."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from dure.readers.ahead import ahead


class BrokenError(Exception):
    pass


def counting(upto: int, made: list[int]) -> Iterator[int]:
    for number in range(upto):
        made.append(number)
        yield number
    raise BrokenError


def test_all_come_in_order_and_what_is_raised_comes_after_them() -> None:
    seen: list[int] = []
    with pytest.raises(BrokenError):
        for one in ahead(counting(50, [])):
            seen.append(one)
    assert seen == list(range(50))
    assert list(ahead(iter(()))) == []


def test_few_are_made_ahead_and_none_when_nobody_goes_on() -> None:
    made: list[int] = []
    some = ahead(counting(50, made), most=2)
    assert [next(some), next(some)] == [0, 1]
    some.close()  # type: ignore[attr-defined]  # a generator
    assert len(made) <= 4  # those that were used, and two more
    assert not any(one.name == "dure-ahead" for one in threading.enumerate())
