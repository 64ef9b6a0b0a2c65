"""What a node knows of its host's sandbox when a run begins: the last report of probes that it signed.

A run's evidence names the probes of this installation and that report. Whether data above Open need a
recent one is a setting of the node (``probe_days``); a run that lacks it is refused before it begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dure.core.times import read_time
from dure.governance.house import House
from dure.sandbox.tiers import OPEN, tier_for
from dure.trials.errors import TrialsError
from dure.trials.spec import DAY_S

NONE = "none"


def tier_of(house: House, grade: int) -> str:
    """Return the tier that a run takes, where the policy lets it run on this host at all.

    Parameters
    ----------
    house
        The node.
    grade
        Rank of the highest grade among all that the run sees.

    Raises
    ------
    SandboxError
        ``sandbox.tier-policy``.
    TrialsError
        ``trials.unproven-host`` when the node asks for a recent report of probes and has none.
    """
    tier = tier_for(grade, house.profile, house.open_tier)
    if grade > OPEN and house.host_reports.days > 0:
        _require_recent(house, tier)
    return tier


def facts(house: House, tier: str) -> Mapping[str, object]:
    """Return what a run's evidence says of the probes: the suite's, and the last report's of this host.

    Parameters
    ----------
    house
        The node.
    tier
        Of the run.
    """
    from dure.trials.probes.catalogue import CATALOGUE
    from dure.trials.probes.report import suite_digest

    report = last_report(house, tier)
    return {
        "probes": {
            "suite": suite_digest(),
            "count": len(CATALOGUE),
            "report": NONE if report is None else house.suite.digest("probe-report", report),
            "made": "" if report is None else report["made"],
            "verdict": "" if report is None else report["verdict"],
            "escaped": 0 if report is None else report["counts"]["escaped"],
        }
    }


def last_report(house: House, tier: str) -> dict[str, Any] | None:
    """Return the last report of this host's probes in a tier that this node signed; None when it has none.

    What its own key has not signed is none of its own, whoever put it there.
    """
    from dure.trials.probes.report import verify_report

    content = house.host_reports.last(tier)
    if not content:
        return None
    try:
        report = verify_report(content, house.charter)
    except TrialsError:
        return None
    own = report["signature"]["by"] == house.agency and report["host"]["tier"] == tier
    return report if own else None


def _require_recent(house: House, tier: str) -> None:
    from dure.trials.probes.report import knows_suite, lacking

    report = last_report(house, tier)
    reason = ""
    if report is None:
        reason = "probes-none"
    elif house.now() - read_time(report["made"]) > house.host_reports.days * DAY_S:
        reason = "probes-old"
    elif report["verdict"] != "contained":
        reason = "probes-verdict"
    elif not knows_suite(report) or lacking(report):
        reason = "probes-others"
    if reason:
        raise TrialsError(
            "trials.unproven-host", tier=tier, days=house.host_reports.days, reason=reason
        )
