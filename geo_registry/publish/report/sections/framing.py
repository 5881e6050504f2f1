"""What opens and closes a report: the station, the map, the method, the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_registry.publish.report.model import Facts, Figure, Paragraph, Section, Signatures
from geo_registry.publish.report.sections.doubts import siting_verdict
from geo_registry.publish.report.staticmap import draw, legend, scene

if TYPE_CHECKING:
    import pandas as pd

    from geo_registry.core.audit import ScoreRules
    from geo_registry.publish.report.chosen import ChosenInputs
    from geo_registry.publish.report.inputs import Inputs, ReportInputs
    from geo_registry.publish.report.words import Words

STANDARD = "HJ 664-2013"
"""Technical regulation for selecting ambient air monitoring sites, whose siting rule is checked."""
HEADER_FIELDS = ("code", "level", "site_type", "actual_place", "district", "warden")
"""Fields of the station that the header shows, those that its kind has."""
NEEDED_FIELDS = ("warden",)
"""Fields whose absence the header says in words: every national station must have a warden."""


def overview(inputs: ReportInputs, ranked: pd.DataFrame, words: Words) -> Section:
    """Say which station, when and how far, and what came out, with the map.

    Parameters
    ----------
    inputs
        What the report is made from.
    ranked
        Its pairs as `ReportInputs.ranked` gives them.
    words
        Names in the report's language.

    Returns
    -------
    Section
        Facts, the result in a sentence, the siting verdict, the map with its legend.
    """
    drawn = scene(inputs, ranked, words)
    reach = words.radius(inputs.rings_m[-1])
    figure = Figure(draw(drawn), words.say("map_caption", reach=reach), legend(drawn, inputs, ranked, words))
    blocks = (
        Facts(_header(inputs, words)),
        Paragraph(_result(inputs, ranked, words)),
        siting_verdict(inputs, words),
        figure,
    )
    return Section("overview", words.say("overview_title"), blocks)


def _header(inputs: ReportInputs, words: Words) -> tuple[tuple[str, str], ...]:
    station = inputs.station
    kind = str(station["kind"])
    values = {name: words.value(name, station.get(name), kind) for name in HEADER_FIELDS}
    missing = {name: words.say("not_named") for name in NEEDED_FIELDS}
    shown = {name: value or missing.get(name, "") for name, value in values.items()}
    known = tuple((words.label(name, kind), value) for name, value in shown.items() if value)
    place = station["geometry"]
    return (
        (words.label("name"), inputs.station_name),
        *known,
        (words.say("position"), words.say("position_value", lon=f"{place.x:.6f}", lat=f"{place.y:.6f}")),
        *terms(inputs, words),
    )


def terms(inputs: Inputs, words: Words) -> tuple[tuple[str, str], ...]:
    """Say for when, how far, of what and by which standard a report is.

    Parameters
    ----------
    inputs, words
        As for `overview`.
    """
    scope, at = inputs.scope(words.lang), inputs.committed_at.isoformat(" ", "minutes")
    version = inputs.audit.provenance.score_version
    return (
        (words.say("audited_on"), inputs.audit.request.on.isoformat()),
        (words.say("radii"), words.rings(inputs.rings_m)),
        (words.say("cut_off"), words.say("cut_off_value", revision=inputs.revision, at=at)),
        (words.say("standard"), words.say("standard_value", standard=STANDARD, version=version)),
        *(((words.say("scope"), scope),) if scope else ()),
    )


def _result(inputs: ReportInputs, ranked: pd.DataFrame, words: Words) -> str:
    """Say in a sentence how many sources there are, how many count and how many come first."""
    values = {
        "reach": words.radius(inputs.rings_m[-1]),
        "all": len(ranked),
        "active": int(ranked["active"].sum()),
        "flagged": int((ranked["flagged"] & ranked["active"]).sum()),
    }
    return words.say("result" if len(ranked) else "counts_none", **values)


def method(inputs: Inputs, words: Words, *more: str) -> Section:
    """Say how the numbers were made.

    Parameters
    ----------
    inputs, words
        As for `overview`.
    *more
        Keys of further texts.
    """
    texts = ("method_distance", "method_count", "method_uncertain", "method_score", *more)
    return said_of(inputs.audit.request.rules, words, *texts)


def said_of(rules: ScoreRules, words: Words, *texts: str) -> Section:
    """Say by some texts how the numbers were made, and by which rules sources are scored."""
    values = {"version": rules.version, "high": f"{rules.high:g}", "medium": f"{rules.medium:g}"}
    return Section(
        "method", words.say("method_title"), tuple(Paragraph(words.say(text, **values)) for text in texts)
    )


def sign_off(inputs: Inputs | ChosenInputs, content_digest: str, words: Words) -> Section:
    """Give what proves the report and room for those who answer for it.

    Parameters
    ----------
    inputs
        What the report is made from.
    content_digest
        SHA-256 of everything above, hex.
    words
        Names in the report's language.
    """
    proof = [
        (words.say("revision"), str(inputs.revision)),
        (words.say("committed_at"), inputs.committed_at.isoformat()),
        (words.say("head"), inputs.head),
        (words.say("catalog_digest"), inputs.catalog.digest),
        (words.say("content_digest"), content_digest),
    ]
    if inputs.as_of is not None:
        proof.insert(1, (words.say("as_of"), str(inputs.as_of)))
    people = Signatures(tuple(words.say(f"signed_{role}") for role in ("author", "checker", "approver")))
    blocks = (Facts(tuple(proof), columns=1), Paragraph(words.say("sign_off_note")), people)
    return Section("sign_off", words.say("sign_off_title"), blocks, whole=True)
