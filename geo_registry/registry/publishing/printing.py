"""The map on one sheet of paper: what a choice leaves of a piece of country."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import shapely

from geo_registry.core.space.geodesy import ring
from geo_registry.errors import ValueRefused
from geo_registry.publish.export import Exported
from geo_registry.publish.report.document import SHORT
from geo_registry.publish.report.staticmap.sheet import MOST, Sheet
from geo_registry.publish.report.words import Words
from geo_registry.publish.report.writers.sheets import set_sheet, sheet_digest
from geo_registry.publish.scope import scope_in_words
from geo_registry.registry import audits, records, tiling
from geo_registry.registry.choosing import Choosing
from geo_registry.registry.publishing.reporting import fonts
from geo_registry.wording import say

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from geo_registry.core.access import Viewer
    from geo_registry.core.kinds import Language
    from geo_registry.registry.choosing import Choice
    from geo_registry.registry.house import House

SHEETS = {"pdf": "application/pdf", "png": "image/png"}
"""Formats of a sheet, with their media types."""


def sheet(house: House, viewer: Viewer, choice: Choice, form: str, *, lang: Language) -> Exported:
    """Print what a choice leaves; the box of the choice, else that of all records, is on the sheet.

    Parameters
    ----------
    house, viewer
        Where records are, and who asks.
    choice
        Which sources.
    form
        One of `SHEETS`.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    ValueRefused
        ``FORMAT_UNKNOWN``, or as from `Choosing.settled`.
    NotAllowed, SignInNeeded
        As from `Choosing.settled`.
    """
    if form not in SHEETS:
        raise ValueRefused("FORMAT_UNKNOWN", value=form, expected=", ".join(SHEETS))
    settled = Choosing(house, viewer).settled(
        replace(choice, bbox=choice.bbox or tiling.bounds(house, viewer))
    )
    key = (
        "sheet",
        settled,
        settled.on or house.today,
        house.revision(settled.as_of),
        form,
        lang,
        viewer.bounds,
    )
    return house.recent.get(key, lambda: _printed(house, viewer, settled, form, lang=lang))


def sheet_of(
    house: House, viewer: Viewer, rows: gpd.GeoDataFrame, choice: Choice, *, lang: Language
) -> Sheet:
    """Put on a map what a choice left, with the stations, rings and zones in its box and what was drawn.

    Parameters
    ----------
    house, viewer
        Where records are, and who asks.
    rows
        What it left that has a position, the highest score first.
    choice
        Settled, and with a box.
    lang
        ``zh`` or ``en``.
    """
    revision, on = house.revision(choice.as_of), choice.on or house.today
    box = choice.bbox or house.region
    seen = shapely.box(*box)
    stations = records.valid_on(records.of_role(house, viewer, revision, "station"), on)
    rings = audits.national_rings(house, viewer, audits.DEFAULT_RINGS_M, on, revision=revision)
    zones = records.valid_on(records.of_role(house, viewer, revision, "zone"), on)
    return Sheet(
        box=box,
        sources=rows.head(MOST),
        stations=stations[stations.geometry.notna() & stations.intersects(seen)],
        rings=rings[rings.intersects(seen)],
        zones=zones[zones.geometry.notna() & zones.intersects(seen)],
        counts={kind: int((rows["kind"] == kind).sum()) for kind in house.catalog.of_role("source")},
        words=Words(house.catalog, lang),
        outline=outline_of(choice),
    )


def outline_of(choice: Choice) -> BaseGeometry | None:
    """Give the circle or polygon that a choice was drawn with, in degrees; None without one."""
    if choice.within is not None:
        return shapely.Polygon(list(zip(choice.within[::2], choice.within[1::2], strict=True)))
    return None if choice.near is None else ring(*choice.near)


def _printed(house: House, viewer: Viewer, choice: Choice, form: str, *, lang: Language) -> Exported:
    revision, on = house.revision(choice.as_of), choice.on or house.today
    rows = Choosing(house, viewer).rows(choice)
    drawn = sheet_of(house, viewer, rows, choice, lang=lang)
    commit = house.store.commit_at(revision)
    more = [say("printing.capped", lang, shown=MOST, count=len(rows))] if len(rows) > MOST else []
    made_up = bool(rows["synthetic"].any() or drawn.stations["synthetic"].any())
    notes = [*more, say("printing.scale", lang), *filter(None, [scope_in_words(viewer.bounds, lang)])]
    said: dict[str, str | list[str]] = {
        "title": say("printing.title", lang),
        "lines": [
            say("printing.line", lang, on=on, count=len(rows)),
            *([say("report.synthetic", lang)] if made_up else []),
        ],
    }
    digest = sheet_digest(drawn, said | {"notes": notes})
    proof = {"revision": revision, "head": commit.hash[:SHORT], "content": digest[:SHORT]}
    said["notes"] = [*notes, say("printing.footer", lang, **proof)]
    content = set_sheet(drawn, said, fonts(house), commit.at if form == "pdf" else None)
    return Exported(f"map_r{revision}_{lang}.{form}", SHEETS[form], content)
