"""Files that people write: contracts, statements, plans, mappings, sets of elements, labels."""

from __future__ import annotations

from dure.core.labels import Label, LabelPolicy
from dure.datasets.about import statement
from dure.datasets.deidentify import plan
from dure.datasets.elements import mapping
from dure.datasets.elements.reading import parse_csv
from dure.datasets.rules import contract
from fuzz.target import Target

_FORM = ("datasets.", "readers.source", "elements.")
_POLICY = LabelPolicy(
    "n2sf", ("O", "S", "C"), frozenset({"maritime", "answer-key"}), frozenset({"coast", "navy"}),
    (("trial", ""), ("scoring", "trial")),
)  # fmt: skip
_RULES = b"""contract = 1

[[rule]]
kind = "range"
column = "n"
min = 1
max = 2.5

[[rule]]
kind = "pattern"
column = "t"
pattern = "[A-Z]+"

[[rule]]
kind = "allowed"
column = "t"
values = ["A", "B"]

[[rule]]
kind = "relation"
left = "a"
is = "<="
right = "b"
"""
_PLAN = b"""deidentify = 1
purpose = "trial"
quasi = ["birth"]
k = 5

[[column]]
method = "generalise"
name = "birth"
to = "decade"

[[column]]
method = "noise"
name = "x"
scale = 2.5
"""
_MAPPING = b"""mapping = 1
set = "sea"
version = 1
digest = "sha256:064ede6884ea237ac0d174bdb2b569e11fdaff3bb235d78b4fd90e9f27fd31c5"

[[column]]
column = "speed"
element = "SPD"
confirmed = true
unit = "km/h"
missing = ["-9"]
codes = ["1=C", "2=T"]
"""
_ELEMENTS = (
    "id,name_ko,name_en,type,unit,allowed,synonyms,key\nSPD,속력,speed,number,kn,0~60,sog,Y\n"
)
_COMMON = (
    "용어명,영문약어명,설명,도메인명,허용값\n선종,VSSL_TY,종류,종류C1,C=화물선|cargo; T=유조선\n"
)


def _label(data: bytes) -> None:
    Label.parse(data.decode("utf-8", "surrogatepass"), _POLICY)


TARGETS = [
    Target("rules", lambda: [_RULES], contract.parse, _FORM),
    Target("statement", lambda: [statement.template().encode()], statement.parse, _FORM),
    Target("plan", lambda: [_PLAN], plan.parse, _FORM),
    Target("mapping", lambda: [_MAPPING], mapping.parse, _FORM),
    Target(
        "elements",
        lambda: [_ELEMENTS.encode(), _COMMON.encode("cp949"), _ELEMENTS.encode("utf-16")],
        lambda data: parse_csv(data, "sea"),
        _FORM,
    ),
    Target(
        "label",
        lambda: [b"coast+navy//S//maritime REL coast,navy FOR trial", b"coast//O// REL * FOR *"],
        _label,
        ("core.label",),
        (UnicodeDecodeError,),
    ),
]
