"""A statement with every part, and the labels it is published under."""

from __future__ import annotations

from dure.core.labels import LabelPolicy

FULL = """about = 1
name = "Flights from three airports"
name_ko = "세 공항의 출발 항공편"
description = "Every flight of a year."
description_ko = "한 해의 모든 출발편."
licence = "CC0-1.0"
keywords = ["flight", "delay"]
keywords_ko = ["항공", "지연"]
languages = ["en", "ko"]
contact = "Data office"
theme = "transport"
frequency = "annual"
[collection]
how = "Reported by the carriers each month."
kinds = ["Direct measurement"]
from = 2013-01-01
until = 2013-12-31
raw = "Carriers' reports"
missing = "Cancelled flights have no delay."
preparation = ["Times were brought to one zone."]
annotation = "None"
[use]
good_for = ["Forecasting delays"]
limits = ["One region only"]
biases = ["Large carriers report more fully."]
impact = "None known"
personal = ["None"]
shows_people = true
upkeep = "Once a year"
[place]
name = "New York"
south = 40.5
west = -74.3
north = 40.9
east = -73.7
crs = "EPSG:4326"
resolution_m = 10.0
[time]
from = 2013-01-01
until = 2013-12-31
resolution = "PT1M"
"""

POLICY = LabelPolicy(
    "about-test",
    ("O", "S", "C"),
    frozenset({"maritime", "ports"}),
    frozenset({"bravo", "navy"}),
    (("trial", ""), ("scoring", "trial")),
)
