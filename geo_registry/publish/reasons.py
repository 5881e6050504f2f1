"""The reasons of a score, from their compact form to words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_registry.wording import say

if TYPE_CHECKING:
    from geo_registry.core.kinds import Catalog, Language


def in_words(reasons: str, lang: Language, catalog: Catalog) -> str:
    """Say why a pair has its score.

    Parameters
    ----------
    reasons
        As an audit's pairs hold them: ``ring:1000=50;kind:brick_kiln=25``.
    lang
        ``zh`` or ``en``.
    catalog
        Labels of kinds, zones and deadlines; a name it does not know stands as it is.

    Returns
    -------
    str
        One phrase a part, with its points; empty for no reasons.
    """
    return say("score.separator", lang).join(
        _phrase(part, lang, catalog) for part in reasons.split(";") if part
    )


def _phrase(part: str, lang: Language, catalog: Catalog) -> str:
    head, _, points = part.rpartition("=")
    name, _, argument = head.partition(":")
    return say(f"score.{name}", lang, argument=_argument(argument, lang, catalog), points=float(points))


def _argument(argument: str, lang: Language, catalog: Catalog) -> str | float:
    """Turn a distance or count into a number, the name of a kind or field into its label."""
    if argument.replace(".", "", 1).isdigit():
        return float(argument)
    named = catalog.kinds.get(argument) or catalog.column(argument)
    return named.label.of(lang) if named else argument
