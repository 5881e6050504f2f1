"""The report of a choice: what was chosen, however it was, as a paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_registry.core.audit import AuditRequest
from geo_registry.core.space.geodesy.ellipsoid import ELLIPSOID
from geo_registry.errors import ValueRefused
from geo_registry.publish import report as reports
from geo_registry.publish.export import Exported
from geo_registry.publish.report.layout import radius_text
from geo_registry.publish.report.words import Words
from geo_registry.registry.choosing import ALL, Choosing
from geo_registry.registry.publishing.printing import outline_of, sheet_of
from geo_registry.registry.publishing.reporting import REPORTS, fonts

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from geo_registry.core.access import Viewer
    from geo_registry.core.kinds import Language
    from geo_registry.publish.report.staticmap.sheet import Sheet
    from geo_registry.registry.choosing import Choice
    from geo_registry.registry.house import House

MOST = 20_000
"""Sources of one report: a workbook holds a row for each."""
MARGIN = 0.08
"""How much more than what was chosen the map shows on each side, of its extent."""
STEP_DEG = 0.01
"""Length to which edges are cut to be measured, since they are straight in degrees."""
LEAST_DEG = 0.01
"""Width of the smallest piece of country on the map, about a kilometre."""


def choice_report(house: House, viewer: Viewer, choice: Choice, form: str, *, lang: Language) -> Exported:
    """Write the report of what a choice leaves.

    Parameters
    ----------
    house, viewer
        Where records are, and who asks.
    choice
        Which sources.
    form
        One of `REPORTS`.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    ValueRefused
        ``FORMAT_UNKNOWN``; ``ANSWER_TOO_WIDE`` of more than `MOST` sources; else as from `Choosing.settled`.
    NotAllowed, SignInNeeded
        As from `Choosing.settled`.
    """
    if form not in REPORTS:
        raise ValueRefused("FORMAT_UNKNOWN", value=form, expected=", ".join(REPORTS))
    settled = Choosing(house, viewer).settled(choice)
    on, revision = settled.on or house.today, house.revision(settled.as_of)
    key = ("choice report", settled, on, revision, form, lang, viewer.bounds)

    def write() -> Exported:
        document = reports.choice_report(_inputs(house, viewer, settled, lang), lang)
        content = reports.written(document, form, fonts(house))
        return Exported(f"sources_r{revision}_{lang}.{form}", REPORTS[form], content)

    return house.recent.get(key, write)


def _inputs(house: House, viewer: Viewer, choice: Choice, lang: Language) -> reports.ChosenInputs:
    on, revision = choice.on or house.today, house.revision(choice.as_of)
    commit, words = house.store.commit_at(revision), Words(house.catalog, lang)
    rows = Choosing(house, viewer).full(choice, MOST)
    rows = rows.assign(active=rows["status"].isin(house.catalog.active).to_numpy(dtype=bool))
    placed = rows[rows.geometry.notna()]
    drawn = _sheet(house, viewer, placed, choice, lang=lang) if len(placed) else None
    return reports.ChosenInputs(
        rows=rows,
        asked=tuple(_asked(choice, words)),
        sheet=drawn,
        on=on,
        rules=AuditRequest(on=on).rules,
        bounds=viewer.bounds,
        catalog=house.catalog,
        revision=revision,
        head=commit.hash,
        committed_at=datetime.fromisoformat(commit.at),
        synthetic=bool(rows["synthetic"].any() or (drawn and drawn.stations["synthetic"].any())),
        as_of=choice.as_of if isinstance(choice.as_of, int) else None,
    )


def _sheet(
    house: House, viewer: Viewer, placed: gpd.GeoDataFrame, choice: Choice, *, lang: Language
) -> Sheet:
    return sheet_of(house, viewer, placed, replace(choice, bbox=_box(choice, placed)), lang=lang)


def _box(choice: Choice, placed: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """Give the piece of country on the map: what was drawn, else where what was chosen lies."""
    drawn = outline_of(choice)
    if choice.bbox is not None:
        return choice.bbox
    shapes = np.asarray(placed.geometry.array, dtype=object) if drawn is None else [drawn]
    west, south, east, north = shapely.total_bounds(shapes)
    wide, high = (max(MARGIN * extent, LEAST_DEG / 2) for extent in (east - west, north - south))
    return (
        max(float(west - wide), -180.0),
        max(float(south - high), -90.0),
        min(float(east + wide), 180.0),
        min(float(north + high), 90.0),
    )


def _asked(choice: Choice, words: Words) -> Iterator[tuple[str, str]]:
    """Say a choice in words: what each part of it is called, and what it says."""
    comma = words.say("list_comma")
    said = {
        "kind": comma.join(map(words.kind, choice.kinds)),
        "status": "" if choice.status == ALL else comma.join(map(words.status, choice.status.split(","))),
        "priority": comma.join(words.value("priority", one) for one in choice.priorities),
        "district": comma.join(choice.districts),
        "township": comma.join(choice.townships),
    }
    yield from ((words.label(name), value) for name, value in said.items() if value)
    places = {
        "text": choice.text,
        "box": ", ".join(f"{edge:.6f}°" for edge in choice.bbox or ()),
        "circle": _circle(choice, words),
        "polygon": words.say("chosen_corners", count=len(choice.within or ()) // 2 - 1)
        if choice.within
        else "",
        "area": _area(choice, words),
        "marks": comma.join(
            words.say(f"chosen_only_{name}") for name in ("flagged", "overdue") if getattr(choice, name)
        ),
    }
    yield from ((words.say(f"chosen_{name}_asked"), value) for name, value in places.items() if value)


def measured(shape: BaseGeometry) -> tuple[float, float]:
    """Measure a polygon in degrees, whose edges are straight in degrees, on the WGS 84 ellipsoid.

    Parameters
    ----------
    shape
        The polygon.

    Returns
    -------
    tuple of float
        Area in square metres and length of the border in metres (Karney's geodesics).

    Examples
    --------
    >>> area_m2, border_m = measured(shapely.box(114.0, 33.5, 114.01, 33.51))
    >>> round(area_m2 / 1e6, 3), round(border_m)
    (1.031, 4077)
    """
    area_m2, border_m = ELLIPSOID.geometry_area_perimeter(shapely.segmentize(shape, STEP_DEG))
    return abs(area_m2), border_m


def _area(choice: Choice, words: Words) -> str:
    """Say how large what was drawn is; nothing for a box across 180 degrees."""
    drawn = outline_of(choice)
    if drawn is None and choice.bbox is not None and choice.bbox[0] < choice.bbox[2]:
        drawn = shapely.box(*choice.bbox)
    if drawn is None:
        return ""
    area_m2, border_m = measured(drawn)
    border = radius_text(float(f"{border_m:.4g}"), words.lang)
    return words.say("chosen_area", area=f"{area_m2 / 1e6:.4g}", border=border)


def _circle(choice: Choice, words: Words) -> str:
    if choice.near is None:
        return ""
    lon, lat, radius_m = choice.near
    place = words.say("position_value", lon=f"{lon:.6f}", lat=f"{lat:.6f}")
    return f"{place}, {radius_text(round(radius_m, 1), words.lang)}"
