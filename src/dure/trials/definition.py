"""What a benchmark is: the part of a data set that an algorithm learns from, and what it is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dure.core.canonical import canonical_json
from dure.trials.disclosure.sensitive import Protection
from dure.trials.errors import TrialsError
from dure.trials.figures import figure, read_figure
from dure.trials.perturbing.kinds import KINDS, suiting
from dure.trials.places import Places, places_of
from dure.trials.tasks import LEVELS, METRICS, OF_IMAGES, TaskType, metric_of

SPLIT_PARTS = 1000
MOST_FEATURES = 2000
MOST_SUBGROUPS = 50
BUDGET = 20

TELL = ("calibration", "resources", "subgroups")
"""What a benchmark may have told beside figures and p."""

USUAL = Protection()

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


@dataclass(frozen=True, slots=True)
class Definition:
    """What a benchmark is.

    Parameters
    ----------
    name
        What it is called.
    task
        What algorithms are asked to do.
    target
        Column to be predicted.
    features
        Columns they may see, in order.
    test_permille
        Share of the rows with a target that is kept for the test, 1 to 999 in a thousand.
    seed
        Decides which rows.
    metrics
        Names of the metrics; those that need scores count where scores are given.
    budget, budget_each
        Trials that each submitting agency may run on these targets, and each developer of it; 0 means as
        many.
    floors
        Metrics and how good they must surely be, as figures, in order of name: a report is released
        only if the interval's end keeps it, in every subgroup.
    subgroup
        Column whose values make the subgroups, or "".
    subgroups
        Values of it that are one each, as texts; all other rows are one more.
    protection
        What is asked of tables.
    time
        Of a forecasting task the feature that orders the rows: the latest are the test. Of tracking the
        feature that tells a sequence's moments apart and orders them.
    series
        Of a forecasting task the feature that tells series apart, or "" for one series. Of tracking the
        feature that tells sequences apart; the target tells objects apart.
    places
        Of tracking, where things were observed and truly were.
    robust
        Kinds of perturbation that the test rows are tried with as well, in order of name.
    tell
        Which of `TELL` a report has, in order of name.

    Raises
    ------
    TrialsError
        ``trials.benchmark`` when a part is not possible.
    """

    name: str
    task: TaskType
    target: str
    features: tuple[str, ...]
    test_permille: int = 300
    seed: int = 1
    metrics: tuple[str, ...] = ()
    budget: int = BUDGET
    budget_each: int = 0
    floors: tuple[tuple[str, str], ...] = ()
    subgroup: str = ""
    subgroups: tuple[str, ...] = ()
    protection: Protection = USUAL
    time: str = ""
    series: str = ""
    places: Places | None = None
    robust: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.metrics:
            object.__setattr__(self, "metrics", tuple(m.name for m in METRICS[self.task]))
        checks = {
            "name": (_NAME.fullmatch(self.name) is not None, "benchmark-name"),
            "target": (bool(self.target), "no-column"),
            "features": (
                0 < len(set(self.features)) == len(self.features) <= MOST_FEATURES,
                "columns",
            ),
            "test_permille": (0 < self.test_permille < SPLIT_PARTS, "permille"),
            "seed": (0 <= self.seed < 2**31, "seed"),
            "metrics": (
                all(metric_of(self.task, name) for name in self.metrics),
                "metrics",
            ),
            "budget": (
                0 < self.budget <= 10_000 and 0 <= self.budget_each <= self.budget,
                "budget",
            ),
            "floors": (_sound(self.floors, self.metrics), "floors"),
            "subgroups": (
                bool(self.subgroup) == bool(self.subgroups)
                and len(set(self.subgroups)) == len(self.subgroups) <= MOST_SUBGROUPS
                and self.subgroup != self.target,
                "subgroups",
            ),
            "robust": self._robust(),
            "tell": (
                _each_once(self.tell, TELL)
                and ("subgroups" not in self.tell or self.subgroups != ()),
                "tell",
            ),
        }
        checks |= self._order()
        if self.task in OF_IMAGES and len(self.features) > 1:
            checks["features"] = (False, "one-image")
        for part, (sound, reason) in checks.items():
            if not sound:
                most = MOST_SUBGROUPS if part == "subgroups" else MOST_FEATURES
                known = ", ".join(suiting(self.task) if part == "robust" else TELL)
                raise TrialsError(
                    "trials.benchmark", part=part, reason=reason, most=most, known=known
                )
        if self.target in self.features:
            raise TrialsError("trials.benchmark", part="features", reason="target-among")

    def _order(self) -> dict[str, tuple[bool, str]]:
        """Return of what orders rows, and says where things are, whether it fits the task."""
        time, series, places = self.time, self.series, self.places
        if self.task is TaskType.TRACKING:
            fault = places.fault(self.features, self.target) if places else "places"
            return {
                "time": (time in self.features, "tracking-time"),
                "series": (series in self.features and series != time, "tracking-series"),
                "places": (not fault, fault),
            }
        if self.task is TaskType.FORECASTING:
            return {
                "time": (time in self.features, "forecast-time"),
                "series": (series in ("", *self.features), "forecast-series"),
                "places": (places is None, "no-tracking"),
            }
        return {
            "time": (not time, "no-forecast"),
            "series": (not series, "no-forecast"),
            "places": (places is None, "no-tracking"),
        }

    def _robust(self) -> tuple[bool, str]:
        """Return of the robustness plan whether it fits the task, and why not."""
        suit = suiting(self.task)
        if self.robust and not suit:
            return False, "no-robust"
        if set(self.robust) - set(suit) and set(self.robust) <= set(KINDS):
            return False, "robust-task"
        known = (metric_of(self.task, name) for name in self.metrics)
        if self.robust and not any(metric and not metric.needs_scores for metric in known):
            return False, "robust-metrics"
        return _each_once(self.robust, suit), "robust"

    def to_dict(self) -> dict[str, object]:
        """Return the definition as canonical values; what nobody asked for isn't named."""
        asked: dict[str, object] = {}
        if self.floors:
            asked["floors"] = dict(self.floors)
        if self.budget_each:
            asked["budget_each"] = self.budget_each
        if self.subgroup:
            asked |= {"subgroup": self.subgroup, "subgroups": list(self.subgroups)}
        if self.time:
            asked |= {"time": self.time, "series": self.series}
        if self.places:
            asked["places"] = self.places.to_dict()
        asked |= {
            name: list(part)
            for name, part in (("robust", self.robust), ("tell", self.tell))
            if part
        }
        if self.protection != USUAL:
            asked["protection"] = protection_values(self.protection)
        return {
            "name": self.name,
            "task": self.task.value,
            "target": self.target,
            "features": list(self.features),
            "test_permille": self.test_permille,
            "seed": self.seed,
            "metrics": list(self.metrics),
            "budget": self.budget,
            **asked,
        }

    def to_bytes(self) -> bytes:
        """Return the canonical JSON of the definition."""
        return canonical_json(self.to_dict())

    @classmethod
    def from_dict(cls, value: Mapping[str, object]) -> Definition:
        """Return the definition that `to_dict` wrote.

        Raises
        ------
        TrialsError
            ``trials.benchmark`` when it is not one.
        """
        try:
            return cls(
                name=str(value["name"]),
                task=TaskType(str(value["task"])),
                target=str(value["target"]),
                features=_names(value["features"]),
                test_permille=int(str(value["test_permille"])),
                seed=int(str(value["seed"])),
                metrics=_names(value["metrics"]),
                budget=int(str(value["budget"])),
                budget_each=int(str(value.get("budget_each", 0))),
                floors=_floors(value.get("floors", {})),
                subgroup=str(value.get("subgroup", "")),
                subgroups=_names(value.get("subgroups", [])),
                protection=protection_of(value.get("protection", {})),
                time=str(value.get("time", "")),
                series=str(value.get("series", "")),
                places=places_of(value.get("places")),
                robust=_names(value.get("robust", [])),
                tell=_names(value.get("tell", [])),
            )
        except (KeyError, TypeError, ValueError):
            raise TrialsError("trials.benchmark", part="definition", reason="malformed") from None


def told_of_order(definition: Definition) -> dict[str, object]:
    """Return what an algorithm is told of time and place beside target and features; else nothing."""
    if not definition.time:
        return {}
    told = {"time": definition.time, "series": definition.series}
    if definition.places:
        return {**told, **definition.places.to_dict()}
    return {**told, "levels": [str(level) for level in LEVELS]}


def protection_values(protection: Protection) -> dict[str, object]:
    """Return what is asked of tables as canonical values."""
    return {
        "least": protection.least,
        "p_percent": figure(protection.p_percent),
        "n": protection.n,
        "k_percent": figure(protection.k_percent),
    }


def protection_of(value: object) -> Protection:
    """Return what `protection_values` wrote; what is missing is as usual.

    Raises
    ------
    ValueError, TypeError
        When it is not that.
    """
    if not isinstance(value, Mapping) or not set(value) <= {"least", "p_percent", "n", "k_percent"}:
        raise TypeError("not a protection")
    return Protection(
        least=int(str(value.get("least", USUAL.least))),
        p_percent=float(str(value.get("p_percent", USUAL.p_percent))),
        n=int(str(value.get("n", USUAL.n))),
        k_percent=float(str(value.get("k_percent", USUAL.k_percent))),
    )


def asked_protection(value: Mapping[str, str]) -> Protection:
    """Return the protection that somebody asked for, by its parts.

    Raises
    ------
    TrialsError
        ``trials.benchmark``.
    """
    try:
        return protection_of(value)
    except (TypeError, ValueError):
        raise TrialsError("trials.benchmark", part="protection", reason="protection") from None


def _sound(floors: tuple[tuple[str, str], ...], metrics: tuple[str, ...]) -> bool:
    names = [name for name, _ in floors]
    try:
        for _, floor in floors:
            read_figure(floor)
    except ValueError:
        return False
    return names == sorted(set(names)) and set(names) <= set(metrics)


def _each_once(names: tuple[str, ...], known: Iterable[str]) -> bool:
    return list(names) == sorted(set(names)) and set(names) <= set(known)


def _floors(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise TypeError("not floors")
    return tuple(sorted((str(name), str(floor)) for name, floor in value.items()))


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return tuple(map(str, value))
