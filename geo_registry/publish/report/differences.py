"""What is other than before about a source near a station, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from geo_registry.core.audit.past import at_time
from geo_registry.publish.reasons import in_words
from geo_registry.publish.report.layout import radius_text
from geo_registry.publish.report.words import Words
from geo_registry.wording import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_registry.core.kinds import Catalog, Language

TIMES = ("before", "after")


class Difference(NamedTuple):
    """One difference: what it is, how it was, how it is, and why where that is known."""

    label: str
    before: str
    after: str
    why: str


def differences(row: Mapping[str, Any], catalog: Catalog, lang: Language) -> list[Difference]:
    """Tell what differs of a changed pair.

    Parameters
    ----------
    row
        Of `core.audit.past.Changes.table`.
    catalog
        Names of statuses.
    lang
        ``zh`` or ``en``.
    """
    names = [name for name in str(row["differs"] or "").split(";") if name]
    return [_told(name, row, catalog, lang) for name in names]


def _told(name: str, row: Mapping[str, Any], catalog: Catalog, lang: Language) -> Difference:
    before, after = (_value(name, row, time, Words(catalog, lang)) for time in TIMES)
    why = ""
    if name == "moved":
        why = say("station.moved_by", lang, metres=row["moved_m"])
    elif name == "score":
        why = _reasons(row, catalog, lang)
    return Difference(say(f"station.differs_{name}", lang), before, after, why)


def _value(name: str, row: Mapping[str, Any], time: str, words: Words) -> str:
    match name:
        case "status":
            return words.status(row[at_time("status", time)])
        case "ring":
            return say("web.within", words.lang, ring=radius_text(row[at_time("ring_m", time)], words.lang))
        case "moved":
            return say("web.distance_cell", words.lang, metres=row[at_time("distance_m", time)])
        case _:
            return f"{row[at_time('score', time)]:g}"


def _reasons(row: Mapping[str, Any], catalog: Catalog, lang: Language) -> str:
    """Name the reasons that came and those that went."""
    was, is_now = (str(row[at_time("reasons", time)]).split(";") for time in TIMES)
    parts = {
        "reasons_came": [one for one in is_now if one not in was],
        "reasons_went": [one for one in was if one not in is_now],
    }
    return " ".join(
        say(f"station.{key}", lang, reasons=in_words(";".join(those), lang, catalog))
        for key, those in parts.items()
        if those
    )
