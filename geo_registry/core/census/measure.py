"""A question made ready: stations and classes are worked out once, however often is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geo_registry.core.audit.request import AuditRequest
from geo_registry.core.census.classes import Classes
from geo_registry.core.census.columns import Census
from geo_registry.core.census.sited import Sited
from geo_registry.core.census.sums import City, Sums
from geo_registry.core.census.tally import Tally
from geo_registry.core.kinds import Catalog

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """What numbers are measured by; good for every census that is told in the same states.

    Attributes
    ----------
    sited
        The stations.
    classes
        Classes of sources.
    request
        What is asked.
    """

    sited: Sited
    classes: Classes
    request: AuditRequest

    @classmethod
    def of(
        cls,
        states: pd.DataFrame,
        stations: gpd.GeoDataFrame,
        *,
        catalog: Catalog,
        request: AuditRequest,
        zones: gpd.GeoDataFrame | None = None,
    ) -> Measure:
        """Make a question ready.

        Parameters
        ----------
        states
            As the censuses have them that will be measured.
        stations, catalog, request, zones
            As for `tally`.

        Raises
        ------
        CRSError, ValueRefused
            As `core.audit.audit`.
        """
        return cls(Sited.of(stations, request.on), Classes.of(states, catalog, request, zones), request)

    def tally(self, census: Census) -> Tally:
        """Count and score what lies in rings; as `tally`."""
        radii_m = tuple(sorted({*self.request.rings_m, *self.request.rules.rings_m}))
        classed, table = self.classes.classed(census, self.request), self.classes.table
        counts = self.sited.counts(census, classed, classes=len(table) + 1, radii_m=radii_m)
        return Tally(self.sited.named, self.classes.kinds, table, counts[:, 1:], radii_m, self.request)

    def points(self, census: Census) -> NDArray[np.float64]:
        """Give each row its own score; as `source_points`."""
        rules, reach_m = self.request.rules, self.request.rings_m[-1]
        radii_m = sorted({reach_m, *(radius_m for radius_m in rules.rings_m if radius_m < reach_m)})
        ring, classed = self.sited.nearest(census, radii_m), self.classes.classed(census, self.request)
        points = np.full((len(self.classes.table) + 1, len(radii_m) + 1), np.nan)
        scoring = np.searchsorted(rules.rings_m, radii_m)
        for place, each in enumerate(self.classes.table["points"], 1):
            points[place, :-1] = np.array(each)[scoring]
        own: NDArray[np.float64] = points[classed.classes[classed.codes], ring]
        return own

    def city(self, census: Census) -> City:
        """Count what lies in any ring once; as `city_of`."""
        rings_m, table = self.request.rings_m, self.classes.table
        ring, classed = self.sited.nearest(census, rings_m), self.classes.classed(census, self.request)
        rows = np.flatnonzero(ring < len(rings_m))
        own = classed.classes[classed.codes[rows]] - 1
        rows, own = rows[own >= 0], own[own >= 0]
        kinds, active = table["kind"].to_numpy(int), table["active"].to_numpy(bool)
        shape = 2, len(self.classes.kinds), len(rings_m)
        place = np.ravel_multi_index(((~active[own]).astype(int), kinds[own], ring[rows]), shape)
        counts = np.bincount(place, minlength=int(np.prod(shape))).reshape(shape)
        made_up = census.rows.synthetic[rows] & table["listed"].to_numpy(bool)[own]
        return City(Sums(self.classes.kinds, rings_m, counts[:, None]), int(np.count_nonzero(made_up)))


def tally(
    census: Census,
    stations: gpd.GeoDataFrame,
    *,
    catalog: Catalog,
    request: AuditRequest,
    zones: gpd.GeoDataFrame | None = None,
) -> Tally:
    """Count and score what lies in rings round stations.

    Parameters
    ----------
    census
        Sources; kinds of other roles are not counted.
    stations
        Points in WGS 84.
    catalog
        Kinds, statuses and what counts as active.
    request
        Rings, date, kinds, statuses and scoring rules.
    zones
        Zones in WGS 84 with ``kind``; those of a condition kind add to the score of what lies inside.

    Raises
    ------
    CRSError, ValueRefused
        As `core.audit.audit`.

    Examples
    --------
    >>> from datetime import date
    >>> import pandas as pd, shapely
    >>> from geo_registry.core.census.columns import census_of
    >>> from geo_registry.core.frame import conform
    >>> from geo_registry.core.kinds import Choice, Kind, Label, Symbol
    >>> kiln = Kind("kiln", "source", Label("窑", "Kiln"), Symbol("circle", "#000000"), ("point",),
    ...             "required", (), weight=20)
    >>> status = Choice("registered", Label("在册", "Registered"))
    >>> catalog = Catalog({"kiln": kiln}, (status,), ("registered",), (), (), {}, "")
    >>> kilns = pd.DataFrame({"id": ["0" * 16], "kind": "kiln", "status": "registered"})
    >>> kilns["geometry"] = [shapely.Point(114.03, 33.58)]
    >>> here = gpd.GeoDataFrame({"code": ["S"]}, geometry=gpd.points_from_xy([114.02], [33.58]), crs=4326)
    >>> census = census_of(conform(kilns), catalog)
    >>> found = tally(census, here, catalog=catalog, request=AuditRequest(on=date(2026, 1, 1)))
    >>> found.scores()[["pairs", "score_sum"]].to_dict("records")
    [{'pairs': 1, 'score_sum': 70.0}]
    """
    measure = Measure.of(census.states, stations, catalog=catalog, request=request, zones=zones)
    return measure.tally(census)


def source_points(
    census: Census,
    stations: gpd.GeoDataFrame,
    *,
    catalog: Catalog,
    request: AuditRequest,
    zones: gpd.GeoDataFrame | None = None,
) -> NDArray[np.float64]:
    """Give each row its own score: the highest of its pairs with the stations.

    A pair's points only fall with the ring, so that the nearest ring decides; whatever its status.

    Parameters
    ----------
    census, stations, catalog, request, zones
        As for `tally`.

    Returns
    -------
    numpy.ndarray
        Points from 0 to 100, shape (n,); NaN for what is in no ring, not counted or not true on the day.

    Examples
    --------
    >>> from datetime import date
    >>> import pandas as pd, shapely
    >>> from geo_registry.core.census.columns import census_of
    >>> from geo_registry.core.frame import conform
    >>> from geo_registry.core.kinds import Kind, Label, Symbol
    >>> kiln = Kind("kiln", "source", Label("窑", "Kiln"), Symbol("circle", "#000000"), ("point",),
    ...             "required", (), weight=20)
    >>> catalog = Catalog({"kiln": kiln}, (), (), (), (), {}, "")
    >>> kilns = pd.DataFrame({"id": ["0" * 16], "kind": "kiln", "geometry": [shapely.Point(114.03, 33.58)]})
    >>> here = gpd.GeoDataFrame({"code": ["S"]}, geometry=gpd.points_from_xy([114.02], [33.58]), crs=4326)
    >>> asked = AuditRequest(on=date(2026, 1, 1))
    >>> source_points(census_of(conform(kilns), catalog), here, catalog=catalog, request=asked)
    array([70.])
    """
    measure = Measure.of(census.states, stations, catalog=catalog, request=request, zones=zones)
    return measure.points(census)


def city_of(census: Census, stations: gpd.GeoDataFrame, *, catalog: Catalog, request: AuditRequest) -> City:
    """Count the sources in any station's rings once each, by the smallest ring that holds them.

    Parameters
    ----------
    census
        Sources; kinds of other roles are not counted.
    stations
        Points in WGS 84.
    catalog
        Kinds, statuses and what counts as active.
    request
        Rings, date, kinds and statuses.

    Raises
    ------
    CRSError, ValueRefused
        As `core.audit.audit`.

    Examples
    --------
    >>> from datetime import date
    >>> import pandas as pd, shapely
    >>> from geo_registry.core.census.columns import census_of
    >>> from geo_registry.core.frame import conform
    >>> from geo_registry.core.kinds import Choice, Kind, Label, Symbol
    >>> kiln = Kind("kiln", "source", Label("窑", "Kiln"), Symbol("circle", "#000000"), ("point",),
    ...             "required", (), weight=20)
    >>> status = Choice("registered", Label("在册", "Registered"))
    >>> catalog = Catalog({"kiln": kiln}, (status,), ("registered",), (), (), {}, "")
    >>> kilns = pd.DataFrame({"id": ["0" * 16], "kind": "kiln", "status": "registered"})
    >>> kilns["geometry"] = [shapely.Point(114.03, 33.58)]
    >>> two = gpd.GeoDataFrame(geometry=gpd.points_from_xy([114.02, 114.04], [33.58, 33.58]), crs=4326)
    >>> asked = AuditRequest(on=date(2026, 1, 1))
    >>> city = city_of(census_of(conform(kilns), catalog), two, catalog=catalog, request=asked)
    >>> city.totals.query("kind == 'all'")["cumulative_all"].tolist()
    [1, 1, 1]
    """
    return Measure.of(census.states, stations, catalog=catalog, request=request).city(census)
