"""What a viewer may change: what lies in its own area, before a change and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_registry.core.access import within

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

    from geo_registry.core.access import Viewer
    from geo_registry.core.kinds import Catalog


def own(viewer: Viewer, rows: gpd.GeoDataFrame, catalog: Catalog) -> NDArray[np.bool_]:
    """Tell which rows lie in the viewer's own area; stations and zones that all may see are no exception.

    Parameters
    ----------
    viewer
        Who wants to change them.
    rows
        Canonical rows of any kinds.
    catalog
        What the layer files declare.

    Returns
    -------
    numpy.ndarray
        One truth a row.
    """
    return within(viewer, rows.assign(kind=None), catalog)


def name_of(viewer: Viewer, by: str | None) -> str:
    """Give the name that stands beside a change: another's only where the owner acts for somebody.

    Parameters
    ----------
    viewer
        Who acts.
    by
        In whose name.
    """
    return by if by and viewer.role == "admin" else viewer.name
