"""Which rows somebody sees, whoever it is: by area, by unit, and whether unproven leads are among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_registry.core.kinds import Catalog, Role
from geo_registry.core.ledger.reading.cell import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVELS = ("district", "township", "village")
"""Columns that say in which area a record lies, from wide to narrow."""
OPEN_ROLES = frozenset({"station", "zone"})
"""Roles of kinds that everyone sees everywhere: the network and the map's ground."""
LEAD = "lead"
"""Status of what has been reported and not yet looked at (contract, status)."""

Area: TypeAlias = tuple[frozenset[str], ...]
"""An area as the spellings of each of its levels, wide to narrow; spellings are folded."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The rows somebody sees. Everything but a record's own card depends on these alone.

    Attributes
    ----------
    areas
        Where; None for everywhere.
    units
        Credit codes (USCC) of the units whose sources are seen beside those of the areas.
    leads
        Whether unproven leads are seen.
    singly
        False where sources are counted and no single one is shown.
    """

    areas: frozenset[Area] | None = None
    units: frozenset[str] = frozenset()
    leads: bool = True
    singly: bool = True

    @property
    def everything(self) -> bool:
        """Whether nothing is kept back."""
        return self == EVERYTHING

    def of_role(self, role: Role) -> Bounds:
        """Give the bounds as far as they matter for a role: stations and zones are the same for everyone."""
        return Bounds(leads=self.leads) if role in OPEN_ROLES else self

    @property
    def key(self) -> str:
        """The bounds as text, equal for equal bounds in every process: part of every answer's tag."""
        areas = None if self.areas is None else sorted(map(_spelled, self.areas))
        return f"{areas}|{sorted(self.units)}|{self.leads}|{self.singly}"

    def as_document(self) -> dict[str, object] | None:
        """Give the bounds as plain values for JSON; None where nothing is kept back."""
        if self.everything:
            return None
        areas = None if self.areas is None else sorted(map(area_name, self.areas))
        return {"areas": areas, "units": sorted(self.units), "leads": self.leads, "singly": self.singly}


def _spelled(one: Area) -> list[list[str]]:
    return [sorted(spellings) for spellings in one]


EVERYTHING = Bounds()
"""The bounds of who sees all there is."""


def area(*levels: Iterable[str]) -> Area:
    """Make an area of the spellings of its levels.

    Parameters
    ----------
    *levels
        District, township, village: every way each is written.

    Examples
    --------
    >>> area(["郾城区", "411103"]) == area(["411103", "郾城区 "])
    True
    """
    return tuple(frozenset(map(fold, spellings)) for spellings in levels)


def area_name(one: Area) -> str:
    """Call an area as people do: by its words rather than its codes.

    Parameters
    ----------
    one
        From `area`.

    Examples
    --------
    >>> area_name(area(["411103", "郾城区"], ["孟庙镇"]))
    '郾城区孟庙镇'
    """
    return "".join(min(spellings, key=lambda said: (said.isdigit(), said), default="") for spellings in one)


def within(bounds: Bounds, frame: gpd.GeoDataFrame, catalog: Catalog) -> NDArray[np.bool_]:
    """Tell which rows lie within bounds.

    Stations and zones are seen by everyone; other rows by those whose area or unit they name. A row that
    names no area is seen only from everywhere. A lead is seen by those who may see leads.

    Parameters
    ----------
    bounds
        What is seen.
    frame
        Rows of any kinds, with ``kind``, ``status``, ``district``, ``township``, ``village``, ``uscc``.
    catalog
        Says which role each kind plays.

    Returns
    -------
    numpy.ndarray
        One truth a row.

    Examples
    --------
    >>> rows = gpd.GeoDataFrame({"kind": ["kiln"] * 2, "district": ["郾城区", None], "uscc": None})
    >>> within(Bounds(frozenset({area(["郾城区"])})), rows, Catalog({}, (), (), (), (), {}, "")).tolist()
    [True, False]
    """
    open_kinds = [name for name, kind in catalog.kinds.items() if kind.role in OPEN_ROLES]
    seen = frame["kind"].isin(open_kinds).to_numpy(dtype=bool)
    if bounds.singly:
        seen = seen | belonging(bounds, frame)
    return seen if bounds.leads else seen & frame["status"].ne(LEAD).to_numpy(dtype=bool)


def belonging(bounds: Bounds, frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which rows belong to the areas and units of bounds, the network not counted in.

    Parameters
    ----------
    bounds
        Areas and units.
    frame
        Rows of any kinds, as for `within`.

    Examples
    --------
    >>> rows = gpd.GeoDataFrame({"district": ["郾城区", "源汇区"], "uscc": [None, "91411100MA3X"]})
    >>> belonging(Bounds(frozenset(), frozenset({"91411100MA3X"})), rows).tolist()
    [False, True]
    """
    if bounds.areas is None:
        return np.ones(len(frame), dtype=bool)
    inside = np.zeros(len(frame), dtype=bool)
    if bounds.units:
        inside = inside | frame["uscc"].isin(bounds.units).to_numpy(dtype=bool)
    for one in bounds.areas:
        inside = inside | _in_area(frame, one)
    return inside


def _in_area(frame: pd.DataFrame, one: Area) -> NDArray[np.bool_]:
    inside = np.full(len(frame), bool(one))
    for column, spellings in zip(LEVELS, one, strict=False):
        said = frame[column]
        meant = [text for text in said.dropna().unique() if fold(text) in spellings]
        inside = inside & said.isin(meant).to_numpy(dtype=bool)
    return inside
