"""A contract follows its columns: what means the same is kept, what doesn't is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from dure.datasets.elements.carrying import carried
from dure.datasets.elements.errors import ElementsError
from dure.datasets.elements.mapping import ColumnMapping, Mapping
from dure.datasets.elements.reading import read_set
from dure.datasets.rules.contract import parse, write

SET = read_set(Path(__file__).with_name("sea-v1.csv"))
COLUMNS = (
    ColumnMapping(column="ship", element="VSSL_NM", confirmed=True),
    ColumnMapping(column="kmh", element="SPD", unit="km/h", confirmed=True),
    ColumnMapping(column="temp", element="WTR_TEMP", unit="celsius", confirmed=True),
    ColumnMapping(column="crew", element="CREW_CNT", confirmed=True),
    ColumnMapping(column="day", element="DPTR_YMD", form="YYYYMMDD", confirmed=True),
    ColumnMapping(column="type", element="VSSL_TY", confirmed=True),
    ColumnMapping(column="boarded", element="BRD_YN", confirmed=True),
    ColumnMapping(column="memo"),
)
MAPPING = Mapping(SET.name, SET.version, SET.digest, COLUMNS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"length"\ncolumn = "memo"\nmax = 9', '"length"\ncolumn = "memo"\nmax = 9'),
        ('"row-count"\nmin = 1', '"row-count"\nmin = 1'),
        ('"not-null"\ncolumn = "kmh"', '"not-null"\ncolumn = "SPD"'),
        ('"null-share"\ncolumn = "type"\nmax = 0.5', '"null-share"\ncolumn = "VSSL_TY"\nmax = 0.5'),
        ('"type"\ncolumn = "day"\ntype = "text"', '"type"\ncolumn = "DPTR_YMD"\ntype = "date"'),
        ('"range"\ncolumn = "temp"\nmin = 1', '"range"\ncolumn = "WTR_TEMP"\nmin = 1'),
        ('"range"\ncolumn = "kmh"\nmin = 1', ""),  # knots by now
        ('"length"\ncolumn = "ship"\nmax = 9', '"length"\ncolumn = "VSSL_NM"\nmax = 9'),
        ('"length"\ncolumn = "crew"\nmax = 9', ""),  # a number by now
        ('"pattern"\ncolumn = "day"\npattern = "[0-9]{8}"', ""),  # a date by now
        ('"pattern"\ncolumn = "ship"\npattern = "[a-z]+"', '"pattern"\ncolumn = "VSSL_NM"\npattern = "[a-z]+"'),
        ('"allowed"\ncolumn = "type"\nvalues = ["cargo"]', ""),  # codes by now
        ('"allowed"\ncolumn = "ship"\nvalues = ["a"]', '"allowed"\ncolumn = "VSSL_NM"\nvalues = ["a"]'),
        ('"allowed"\ncolumn = "crew"\nvalues = ["1"]', ""),
        ('"allowed"\ncolumn = "crew"\nvalues = [1]', '"allowed"\ncolumn = "CREW_CNT"\nvalues = [1]'),
        ('"unique"\ncolumns = ["ship", "memo"]', '"unique"\ncolumns = ["VSSL_NM", "memo"]'),
        ('"unique"\ncolumns = ["ship", "type"]', ""),  # two spellings may be one code
        ('"unique"\ncolumns = ["boarded"]', ""),
        ('"relation"\nleft = "crew"\nis = "<"\nright = "temp"', '"relation"\nleft = "CREW_CNT"\nis = "<"\nright = "WTR_TEMP"'),
        ('"relation"\nleft = "crew"\nis = "<"\nright = "kmh"', ""),
        ('"relation"\nleft = "ship"\nis = "<"\nright = "memo"', ""),
        ('"foreign-key"\ncolumns = ["ship"]\ntable = "t.csv"\nkeys = ["k"]', ""),  # that table has no element
        ('"foreign-key"\ncolumns = ["memo"]\ntable = "t.csv"\nkeys = ["k"]', '"foreign-key"\ncolumns = ["memo"]\ntable = "t.csv"\nkeys = ["k"]'),
    ],
)  # fmt: skip
def test_which_rules_live_on(before, after):
    contract = parse(f"contract = 1\n[[rule]]\nkind = {before}\n".encode())
    made, dropped = carried(contract, MAPPING, SET)
    if after:
        assert made == parse(f"contract = 1\n[[rule]]\nkind = {after}\n".encode())
        assert parse(write(made).encode()) == made
        assert not dropped
    else:
        assert not made.rules
        assert dropped == tuple(name for name, _ in contract.named())


def test_a_mapping_of_another_set_is_refused():
    contract = parse(b'contract = 1\n[[rule]]\nkind = "not-null"\ncolumn = "ship"\n')
    other = Mapping("land", SET.version, SET.digest, COLUMNS)
    with pytest.raises(ElementsError, match=r"elements\.mapping"):
        carried(contract, other, SET)
