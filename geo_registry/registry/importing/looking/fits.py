"""A file whose datum nobody says, as its rows would lie in each of those it may be in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_registry.core.ledger.places import DatumFit, datum_fit
from geo_registry.publish.placemap import beyond, frame_of, place_map
from geo_registry.registry import records
from geo_registry.registry.importing.ledgers import Ledger, check_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from geo_registry.core.raw import RawFile
    from geo_registry.registry.house import House
    from geo_registry.registry.importing.orders import Order

AS_SENT = "wgs84"
"""Read as WGS 84 the numbers stay what they are."""
UNSTATED = frozenset({"DATUM_MISSING", "CRS_MISSING"})
"""Codes of the files that a datum would help."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What there is to choose a datum by.

    Attributes
    ----------
    ledger
        The rows checked as if their numbers were true WGS 84; their districts are those they state.
    fits
        Datum to where the rows would lie.
    districts
        Polygons in WGS 84; None where there are none.
    """

    ledger: Ledger
    fits: Mapping[str, DatumFit]
    districts: gpd.GeoDataFrame | None

    @property
    def placed(self) -> int:
        """Count of rows that have a place."""
        return int(np.isfinite(self.fits[AS_SENT].lon).sum())

    @property
    def judged(self) -> int:
        """Count of rows that also state a district that is known."""
        return int(self.fits[AS_SENT].judged.sum())

    def drawn(self, datum: str, title: str) -> str:
        """Draw where the rows would lie in a datum, as an SVG picture.

        Parameters
        ----------
        datum
            One of `fits`.
        title
            What the picture is called for those who do not see it.
        """
        return place_map(self.fits[datum], self.districts, self._frame, title)

    @property
    def beyond(self) -> int:
        """Count of the places that stand at the edge of the maps, as they lie beyond it."""
        return max(beyond(fit, self._frame) for fit in self.fits.values())

    @property
    def _frame(self) -> tuple[float, float, float, float]:
        return frame_of(list(self.fits.values()))


def choice(house: House, raw: RawFile, order: Order) -> Choice:
    """Lay out the rows of a file in every datum that they may be in.

    Parameters
    ----------
    house
        Catalog, region and districts.
    raw
        The parsed file.
    order
        What is asked of the import, but for the datum.

    Raises
    ------
    FileRefused
        As `ledgers.check_file`.
    """
    ledger = check_file(house, raw, replace(order, datum=AS_SENT, crs=None), None)
    frame = ledger.frame(house.catalog)
    points = shapely.point_on_surface(frame.geometry.to_numpy())
    districts = records.districts(house)
    fits = datum_fit(shapely.get_x(points), shapely.get_y(points), frame["district"], districts)
    return Choice(ledger, fits, districts)
