"""A station and its ranked sources as a page shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo_registry.errors import NotFound
from geo_registry.web.documents.cards import brief, plain
from geo_registry.web.documents.tables import ranked

if TYPE_CHECKING:
    import pandas as pd

    from geo_registry.core.kinds import Language
    from geo_registry.registry import Registry


def ranked_page(
    registry: Registry, pairs: pd.DataFrame, lang: Language, *, rows: int, page: int
) -> dict[str, Any]:
    """Describe one page of ranked pairs, the reasons of each in parts.

    Parameters
    ----------
    registry
        Who is asked.
    pairs
        Pairs of one station, ranked.
    lang
        Language of the labels.
    rows
        Pairs on a page.
    page
        1 for the first; beyond the last is the last.

    Returns
    -------
    dict
        ``rows`` as `tables.ranked` gives them with ``number`` and ``parts`` (phrase and points), ``count``
        over all pages, ``page`` and ``pages``.
    """
    pages = max(1, -(-len(pairs) // rows))
    shown = min(max(page, 1), pages)
    first = (shown - 1) * rows
    described = ranked(registry, pairs.iloc[first : first + rows], lang)
    numbered = [
        pair | {"number": number, "parts": registry.reasons_in_parts(pair["reasons"], lang)}
        for number, pair in enumerate(described, first + 1)
    ]
    return {"rows": numbered, "count": len(pairs), "page": shown, "pages": pages}


def times_of(registry: Registry, station: str, lang: Language) -> dict[str, Any]:
    """Describe a station, whether it stands today or not, with the days on which it is true.

    Parameters
    ----------
    registry
        Who is asked.
    station
        Code, id or name.
    lang
        Language of the labels.

    Raises
    ------
    NotFound
        ``STATION_UNKNOWN``.
    """
    rows = registry.stations()
    found = rows[(rows[["id", "code", "name"]] == station).any(axis="columns")]
    if found.empty:
        raise NotFound("STATION_UNKNOWN", value=station)
    record = found.iloc[0]
    days = {name: plain(record[name]) for name in ("valid_from", "valid_to")}
    return brief(record, registry.catalog, lang) | days
