"""A statement and a label in the vocabularies that others read: RAI, GeoCroissant, PROV and ODRL.

Only what somebody stated is written; nothing is guessed from the data.

Source
------
MLCommons, Croissant RAI Specification 1.0, GeoCroissant Specification 1.0 and Croissant Format
Specification 1.1 (provenance; data use conditions); W3C, PROV-O and ODRL Information Model 2.2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from dure.core.labels import ALL, Label
from dure.datasets.about.statement import Period, Place, Statement

RAI = "http://mlcommons.org/croissant/RAI/1.0"
GEO = "http://mlcommons.org/croissant/geo/1.0"
PREFIXES = {
    "geocr": "http://mlcommons.org/croissant/geo/",
    "odrl": "http://www.w3.org/ns/odrl/2/",
}
SHOWS_PEOPLE = "dure:showsPeople"
"""Term of ours: people can be seen in the images, as the steward states."""
FREQUENCIES = "http://purl.org/cld/freq/"

_STATED = frozenset(
    {
        SHOWS_PEOPLE,
        "alternateName", "dct:description", "keywords", "inLanguage", "contactPoint", "dct:subject",
        "dct:accrualPeriodicity", "spatialCoverage", "temporalCoverage",
    }
)  # fmt: skip

Node = dict[str, Any]


def with_statement(document: Mapping[str, Any], statement: Statement) -> Node:
    """Return a Croissant document with what its steward stated.

    Parameters
    ----------
    document
        As `dure.datasets.croissant.write_document` gives it.
    statement
        The statement; an empty one changes nothing.
    """
    rai, place, period = _rai(statement), _place(statement.place), _period(statement.time)
    more = _words(statement) | rai | place | period
    if not more:
        return dict(document)
    conforming = [document["conformsTo"]]
    conforming += [RAI] if rai else []
    conforming += [GEO] if any(key.startswith("geocr:") for key in more) else []
    context = {**document["@context"], "geocr": PREFIXES["geocr"]}
    found = {**document, **more, "@context": context}
    found["conformsTo"] = conforming if len(conforming) > 1 else conforming[0]
    return found


def with_stated(document: Mapping[str, Any], before: Mapping[str, Any]) -> Node:
    """Return a Croissant document with what the steward stated about the data that it was made of.

    Parameters
    ----------
    document
        As `dure.datasets.croissant.write_document` gives it.
    before
        The document of the data that it was made of; what it says of its own table isn't taken.
    """
    more = {term: told for term, told in before.items() if _is_stated(term)}
    if not more:
        return dict(document)
    both = [document["conformsTo"], before["conformsTo"]]
    conforming = [one for part in both for one in ([part] if isinstance(part, str) else part)]
    found = {**document, **more, "@context": {**before["@context"], **document["@context"]}}
    found["conformsTo"] = sorted(set(conforming), key=conforming.index)
    if len(found["conformsTo"]) == 1:
        found["conformsTo"] = document["conformsTo"]
    return found


def _is_stated(term: str) -> bool:
    return term in _STATED or term.startswith(("rai:", "geocr:"))


def with_terms(document: Mapping[str, Any], label: Label) -> Node:
    """Return a Croissant document whose usage condition says what its label permits.

    The label stays readable as one term; beside it stands the same as an ODRL offer: who may use
    the data, for what, cleared for what. What a label opens to nobody is a prohibition.

    Parameters
    ----------
    document
        As `dure.datasets.croissant.write_document` gives it.
    label
        The data set's label.
    """
    usage = {**document["usageInfo"], **offer(label, str(document["url"]))}
    context = {**document["@context"], "odrl": PREFIXES["odrl"]}
    return {**document, "@context": context, "usageInfo": usage}


def with_origin(document: Mapping[str, Any], action: str, at: str) -> Node:
    """Return a Croissant document that says by which action of which agency it came to be.

    Parameters
    ----------
    document
        As `dure.datasets.croissant.write_document` gives it.
    action
        Name of the action, such as ``dataset.import``.
    at
        UTC time at which it ended.
    """
    agency = document["publisher"]["name"]
    return {
        **document,
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "prov:label": action,
            "prov:endedAtTime": at,
        },
        "prov:wasAttributedTo": {"@type": "prov:Organization", "prov:label": agency},
    }


def offer(label: Label, target: str) -> Node:
    """Return what a label permits as an ODRL offer.

    Parameters
    ----------
    label
        The label.
    target
        Identifier of what it is about.
    """
    about = {
        "@type": ["sc:DefinedTerm", "odrl:Offer"],
        "odrl:assigner": [{"@id": f"urn:dure:agency:{owner}"} for owner in sorted(label.owners)],
    }
    using = {"odrl:target": {"@id": target}, "odrl:action": {"@id": "odrl:use"}}
    if not label.releasable or not label.purposes:
        return {**about, "odrl:prohibition": [{"@type": "odrl:Prohibition", **using}]}
    permission = {"@type": "odrl:Permission", **using, "odrl:constraint": _constraints(label)}
    passing_on = {**using, "odrl:action": {"@id": "odrl:distribute"}}
    return {
        **about,
        "odrl:permission": [permission],
        "odrl:prohibition": [{"@type": "odrl:Prohibition", **passing_on}],
    }


def _constraints(label: Label) -> list[Node]:
    found = []
    if label.purposes != ALL:
        purposes = [{"@id": f"urn:dure:purpose:{name}"} for name in sorted(label.purposes)]
        found.append(_constraint("odrl:purpose", "odrl:isAnyOf", purposes))
    if label.releasable != ALL:
        agencies = [{"@id": f"urn:dure:agency:{name}"} for name in sorted(label.releasable)]
        found.append(_constraint("odrl:recipient", "odrl:isAnyOf", agencies))
    if label.grade:
        grade = label.policy.grades[label.grade]
        found.append(_constraint("dure:clearance", "odrl:gteq", grade))
    if label.categories:
        found.append(_constraint("dure:category", "odrl:isAllOf", sorted(label.categories)))
    return found


def _constraint(left: str, operator: str, right: Sequence[Any]) -> Node:
    return {
        "@type": "odrl:Constraint",
        "odrl:leftOperand": {"@id": left},
        "odrl:operator": {"@id": operator},
        "odrl:rightOperand": right,
    }


def _words(statement: Statement) -> Node:
    keywords: list[Any] = list(statement.keywords)
    keywords += [_korean(word) for word in statement.keywords_ko]
    contact = {"@type": "sc:ContactPoint", "name": statement.contact}
    return _stated(
        {
            "alternateName": _korean(statement.name_ko),
            "dct:description": _korean(statement.description_ko),
            "keywords": keywords,
            "inLanguage": list(statement.languages),
            "contactPoint": contact if statement.contact else None,
            "dct:subject": statement.theme,
            SHOWS_PEOPLE: statement.use.shows_people,
            "dct:accrualPeriodicity": statement.frequency
            and {"@id": FREQUENCIES + statement.frequency},
        }
    )


def _rai(statement: Statement) -> Node:
    came, use = statement.collection, statement.use
    return _stated(
        {
            "rai:dataCollection": came.how,
            "rai:dataCollectionType": list(came.kinds),
            "rai:dataCollectionTimeframe": [day.isoformat() for day in _days(came)],
            "rai:dataCollectionRawData": came.raw,
            "rai:dataCollectionMissingData": came.missing,
            "rai:dataPreprocessingProtocol": list(came.preparation),
            "rai:dataAnnotationProtocol": came.annotation,
            "rai:dataUseCases": list(use.good_for),
            "rai:dataLimitations": list(use.limits),
            "rai:dataBiases": list(use.biases),
            "rai:dataSocialImpact": use.impact,
            "rai:personalSensitiveInformation": list(use.personal),
            "rai:dataReleaseMaintenancePlan": use.upkeep,
        }
    )


def _place(place: Place) -> Node:
    box = place.box
    shape = box and {"@type": "GeoShape", "box": " ".join(f"{side:g}" for side in box)}
    where = _stated({"name": place.name, "geo": shape})
    metres = place.resolution_m
    return _stated(
        {
            "spatialCoverage": {"@type": "Place", **where} if where else None,
            "geocr:coordinateReferenceSystem": place.crs,
            "geocr:spatialResolution": metres
            and {"@type": "QuantitativeValue", "value": metres, "unitText": "m"},
        }
    )


def _period(period: Period) -> Node:
    days = _days(period)
    open_ended = [day.isoformat() if day else ".." for day in (period.since, period.until)]
    return _stated(
        {
            "temporalCoverage": "/".join(open_ended) if days else "",
            "geocr:temporalResolution": period.resolution,
        }
    )


def _days(part: Any) -> list[dt.date]:
    return [day for day in (part.since, part.until) if day is not None]


def _korean(words: str) -> Node | None:
    return {"@language": "ko", "@value": words} if words else None


def _stated(parts: Mapping[str, Any]) -> Node:
    return {name: value for name, value in parts.items() if value}
