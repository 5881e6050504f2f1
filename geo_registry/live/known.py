"""What was read of a kind last, and what of it still holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True, slots=True)
class Known:
    """The records of a kind.

    Attributes
    ----------
    revision
        As known at.
    since
        The revision that last touched any of them, as far as was followed: what is derived from the same
        rows can be kept under it.
    rows
        All of them with all columns, in the order their versions were written; not to be changed, as the
        same frame may stand for several revisions.
    """

    revision: int
    since: int
    rows: gpd.GeoDataFrame
