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
    separator, said = say("score.separator", lang), in_parts(reasons, lang, catalog)
    return separator.join(say("score.scored", lang, phrase=phrase, points=points) for phrase, points in said)


def in_parts(reasons: str, lang: Language, catalog: Catalog) -> tuple[tuple[str, float], ...]:
    """Say why a pair has its score, part by part: the points add up to the score.

    Parameters
    ----------
    reasons, lang, catalog
        As for `in_words`.

    Returns
    -------
    tuple of (str, float)
        A phrase and its points, in the order of the reasons.
    """
    return tuple(_part(part, lang, catalog) for part in reasons.split(";") if part)


def _part(part: str, lang: Language, catalog: Catalog) -> tuple[str, float]:
    head, _, points = part.rpartition("=")
    name, _, argument = head.partition(":")
    phrase = say(f"score.{name}", lang, argument=_argument(argument, lang, catalog))
    return phrase, float(points)


def _argument(argument: str, lang: Language, catalog: Catalog) -> str | float:
    """Turn a distance or count into a number, the name of a kind or field into its label."""
    if argument.replace(".", "", 1).isdigit():
        return float(argument)
    named = catalog.kinds.get(argument) or catalog.column(argument)
    return named.label.of(lang) if named else argument
