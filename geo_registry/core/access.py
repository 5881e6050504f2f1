"""Who may read what: every use case takes a viewer, and frames leave redacted for that viewer."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo_registry.core.kinds import Catalog


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person or program that asks.

    Attributes
    ----------
    name
        Stands beside what was asked or changed.
    sees_all
        Whether restricted fields are open without being named.
    allowed
        Restricted fields this viewer may read.
    """

    name: str
    sees_all: bool = False
    allowed: frozenset[str] = frozenset()

    def may_read(self, field: str) -> bool:
        """Tell whether a restricted field is open to this viewer."""
        return self.sees_all or field in self.allowed


def owner(name: str) -> Viewer:
    """Make the viewer with all the rights of the store's owner.

    Parameters
    ----------
    name
        Name under which the owner acts.

    Examples
    --------
    >>> owner("bureau").may_read("contact")
    True
    """
    return Viewer(name, sees_all=True)


def visible(viewer: Viewer, frame: gpd.GeoDataFrame, catalog: Catalog) -> gpd.GeoDataFrame:
    """Empty the restricted fields that a viewer may not read; the columns stay.

    Redact before filtering, else a filter would tell what the column hides.

    Parameters
    ----------
    viewer
        Who asks.
    frame
        Rows of any kinds, with ``kind``.
    catalog
        Says which fields of which kinds are restricted.

    Returns
    -------
    geopandas.GeoDataFrame
        The frame itself where nothing is hidden, else a copy.

    Examples
    --------
    >>> rows = gpd.GeoDataFrame({"kind": ["kiln"], "contact": ["0395"]})
    >>> visible(Viewer("guest"), rows, Catalog({}, (), (), (), (), {}, ""))["contact"].tolist()
    ['0395']
    """
    shown = frame
    for name, kind in catalog.kinds.items():
        closed = [
            field.name for field in kind.all_fields if field.restricted and not viewer.may_read(field.name)
        ]
        for column in set(closed) & set(frame.columns):
            shown = shown.assign(**{column: shown[column].mask(shown["kind"] == name, pd.NA)})
    return shown
