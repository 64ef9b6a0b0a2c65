"""The statement: what only people know about a data set, in a file that a steward fills in.

::

    about = 1
    name = "Flights from three airports"
    name_ko = "세 공항의 출발 항공편"

    [collection]
    how = "Reported by the carriers each month."
    from = 2013-01-01
    until = 2013-12-31

Every part may be left out. `dure.datasets.plain_toml` holds the file to its form; words are held to
what every door can show.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from dure.core.text import is_unseen
from dure.datasets.plain_toml import content_of, read, refused

MAX_WORDS = 2_000
MAX_LISTED = 64

Words = Annotated[str, msgspec.Meta(max_length=MAX_WORDS)]
Short = Annotated[str, msgspec.Meta(max_length=200)]
Several = Annotated[tuple[Words, ...], msgspec.Meta(max_length=MAX_LISTED)]
Keywords = Annotated[tuple[Short, ...], msgspec.Meta(max_length=MAX_LISTED)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Resolution = Annotated[str, msgspec.Meta(pattern=r"^P(?=.)(\d{1,4}[YMWD])*(T(\d{1,4}[HMS])+)?$")]

_HEADERS = ("[collection]", "[use]", "[place]", "[time]")
_FREE = ("\n", "\t")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_CRS = re.compile(r"(EPSG|OGC):[A-Za-z0-9]{1,16}")


class Frequency(StrEnum):
    """How often a data set is delivered anew, by the names of the Dublin Core collection terms."""

    CONTINUOUS = "continuous"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    SEMIANNUAL = "semiannual"
    ANNUAL = "annual"
    IRREGULAR = "irregular"


class Collection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """How the data came to be.

    Parameters
    ----------
    how, kinds
        In words; the kinds as Croissant RAI lists them, such as ``Direct measurement``.
    since, until
        First and last day of collection.
    raw, missing, preparation, annotation
        The sources, what stands for a missing value, how it was cleaned, how targets were assigned.
    """

    how: Words = ""
    kinds: Keywords = ()
    since: dt.date | None = None
    until: dt.date | None = None
    raw: Words = ""
    missing: Words = ""
    preparation: Several = ()
    annotation: Words = ""


class Use(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the data are good for and what not.

    Parameters
    ----------
    good_for, limits, biases
        Uses they were made for, what they can't show, where they lean.
    impact
        What they may do to people.
    personal
        Kinds of personal or sensitive information in them.
    shows_people
        Whether people can be seen in images; no program looks for them.
    upkeep
        Who keeps them up, and how.
    """

    good_for: Several = ()
    limits: Several = ()
    biases: Several = ()
    impact: Words = ""
    personal: Several = ()
    shows_people: bool = False
    upkeep: Words = ""


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the data are about: a box in degrees (WGS 84).

    Parameters
    ----------
    name
        The place in words.
    south, west, north, east
        Degrees; a box over the date line has its west east of its east.
    crs
        Reference system of the coordinates in the data, such as ``EPSG:5179``.
    resolution_m
        Ground distance that the data tell apart, in metres.
    """

    name: Short = ""
    south: Latitude | None = None
    west: Longitude | None = None
    north: Latitude | None = None
    east: Longitude | None = None
    crs: Short = ""
    resolution_m: Annotated[float, msgspec.Meta(gt=0, le=1e8)] | None = None

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """South, west, north, east; None where no box is stated."""
        south, west, north, east = self.south, self.west, self.north, self.east
        if south is None or west is None or north is None or east is None:
            return None
        return south, west, north, east


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """When the data are about.

    Parameters
    ----------
    since, until
        First and last day.
    resolution
        Time between observations, as an ISO 8601 duration such as ``PT1H``.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    resolution: Resolution | None = None


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward states about a data set; every part may be missing.

    Parameters
    ----------
    about
        Version of this form.
    name, description, licence
        As `dure.datasets.import_` takes them, which wins over these.
    name_ko, description_ko
        The same in Korean.
    keywords, keywords_ko
        Words that people search for.
    languages
        Languages of the texts in the data, such as ``ko``.
    contact
        Whom to ask: an office or a role.
    theme
        Subject by the portal's classification.
    frequency
        How often it is delivered anew.
    collection, use, place, time
        The parts under those headers.
    """

    about: Literal[1]
    name: Short = ""
    name_ko: Short = ""
    description: Words = ""
    description_ko: Words = ""
    licence: Short = ""
    keywords: Keywords = ()
    keywords_ko: Keywords = ()
    languages: Keywords = ()
    contact: Short = ""
    theme: Short = ""
    frequency: Frequency | None = None
    collection: Collection = Collection()
    use: Use = Use()
    place: Place = Place()
    time: Period = Period()


EMPTY = Statement(about=1)


def read_statement(file: Path) -> Statement:
    """Return the statement in a file.

    Raises
    ------
    DatasetError
        ``datasets.document``, with the reason and the place.
    ReaderError
        ``readers.source`` when it can't be read.
    """
    return parse(content_of(file), file.name)


def parse(content: bytes, name: str = "about") -> Statement:
    r"""Return the statement that a file holds.

    Parameters
    ----------
    content
        UTF-8, at most `dure.datasets.plain_toml.MAX_BYTES`.
    name
        The file's name, for messages.

    Raises
    ------
    DatasetError
        ``datasets.document``, with the reason and the place.

    Examples
    --------
    >>> parse(b'about = 1\nname_ko = "\xed\x95\xad\xec\xa0\x81"').name_ko
    '항적'
    """
    found = read(content, Statement, name, _HEADERS)
    told = msgspec.to_builtins(found)
    for place, words in _texts(told, ""):
        if any(is_unseen(char) and char not in _FREE for char in words):
            raise refused(name, "unseen", place)
    for place, wrong in _contradictions(found).items():
        if wrong:
            raise refused(name, "value", place)
    return found


def _contradictions(found: Statement) -> Mapping[str, bool]:
    place = found.place
    given = sum(side is not None for side in (place.south, place.west, place.north, place.east))
    return {
        "collection.until": _backwards(found.collection.since, found.collection.until),
        "time.until": _backwards(found.time.since, found.time.until),
        "place": given not in (0, 4) or bool(place.box and place.box[0] > place.box[2]),
        "place.resolution_m": math.isinf(place.resolution_m or 1.0),
        "place.crs": bool(place.crs) and not _CRS.fullmatch(place.crs),
        "languages": not all(map(_LANGUAGE.fullmatch, found.languages)),
    }


def _backwards(since: dt.date | None, until: dt.date | None) -> bool:
    return since is not None and until is not None and until < since


def _texts(value: Any, place: str) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(place, value)]
    if isinstance(value, Mapping):
        parts = [(f"{place}.{key}".lstrip("."), part) for key, part in value.items()]
    elif isinstance(value, list | tuple):
        parts = [(f"{place}[{number}]", part) for number, part in enumerate(value)]
    else:
        return []
    return [text for name, part in parts for text in _texts(part, name)]


def template() -> str:
    """Return an empty statement with a line of explanation for each part."""
    return _TEMPLATE


_TEMPLATE = """\
# What only people know about a data set. Every line may be left out; texts stay on one line.
# 사람만 아는 데이터셋 정보. 모든 줄은 생략할 수 있으며, 글은 한 줄에 씁니다.
about = 1

# Name, description and licence; --name, --description and --licence win over these.
# 이름, 설명, 이용 허락 조건. --name, --description, --licence가 우선합니다.
name = ""
name_ko = ""
description = ""
description_ko = ""
licence = ""

# Words that people search for; languages of the texts; an office to ask; the subject; how often
# (continuous, daily, weekly, monthly, quarterly, semiannual, annual, irregular).
# 검색어, 글의 언어, 문의할 부서, 분류, 갱신 주기.
keywords = []
keywords_ko = []
languages = []
contact = ""
theme = ""
# frequency = "annual"

[collection]
# How it was collected, by what means, from what, what stands for a missing value, how it was
# cleaned, how targets were assigned. / 수집 방법, 종류, 원자료, 결측값 표시, 전처리, 정답 부여 방법.
how = ""
kinds = []
raw = ""
missing = ""
preparation = []
annotation = ""
# from = 2026-01-01
# until = 2026-12-31

[use]
# What it is good for and what not, where it leans, what it may do to people, kinds of personal
# information, who keeps it up. / 용도, 한계, 편향, 영향, 개인정보 종류, 유지 관리.
good_for = []
limits = []
biases = []
impact = ""
personal = []
# Of images: can people be seen in them? No program looks. / 이미지에 사람이 보이는지. 프로그램은 살피지 않습니다.
# shows_people = true
upkeep = ""

[place]
# In degrees. / 도 단위.
name = ""
# south = 33.0
# west = 124.0
# north = 39.0
# east = 132.0
# crs = "EPSG:4326"
# resolution_m = 10.0

[time]
# from = 2026-01-01
# until = 2026-12-31
# resolution = "PT1H"
"""
