"""Who may read and do what: every use case takes a viewer, and frames leave bounded and redacted for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_registry.core.frame import COMMON, SYSTEM
from geo_registry.core.kinds import Catalog
from geo_registry.core.ledger.reading.cell import fold
from geo_registry.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

AccountRole: TypeAlias = Literal[
    "public", "auditor", "unit", "warden", "township", "district", "city", "admin"
]
Right: TypeAlias = Literal["history", "contacts", "edit", "import", "undo", "decide", "people", "keep"]

RIGHTS: Mapping[AccountRole, frozenset[Right]] = {
    "public": frozenset(),
    "auditor": frozenset({"history", "contacts"}),
    "unit": frozenset({"contacts"}),
    "warden": frozenset({"contacts", "edit"}),
    "township": frozenset({"history", "contacts", "edit"}),
    "district": frozenset({"history", "contacts", "edit", "import", "undo", "decide"}),
    "city": frozenset({"history", "contacts", "edit", "import", "undo", "decide"}),
    "admin": frozenset({"history", "contacts", "edit", "import", "undo", "decide", "people", "keep"}),
}
"""What each role may do beside reading what lies within its bounds.

``history`` past versions and commits; ``contacts`` restricted fields; ``edit`` one record; ``import``
ledgers; ``undo`` a batch; ``decide`` whether two records are one; ``people`` accounts and tokens; ``keep``
backup and verification.
"""

BOUNDED_BY: Mapping[AccountRole, int] = {"warden": 3, "township": 2, "district": 1}
"""Levels that name the area of a role: its district, township and, for a warden, village cells."""
LEVELS = ("district", "township", "village")
"""Columns that say in which area a record lies, from wide to narrow."""
NOT_ATTRIBUTES = frozenset(SYSTEM) | frozenset(COMMON) | {"geometry", "known_from", "known_to"}
"""Columns every frame of records has; any other that the layer file does not declare is closed."""
OPEN_ROLES = frozenset({"station", "zone"})
"""Roles of kinds that everyone sees everywhere: the network and the map's ground."""

Area: TypeAlias = tuple[frozenset[str], ...]
"""An area as the spellings of each of its levels, wide to narrow; spellings are folded."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person or program that asks. Two viewers who may see the same are equal: answers are kept for both.

    Attributes
    ----------
    name
        Stands beside what was asked or changed.
    role
        What the viewer may do.
    areas
        Where; None for everywhere.
    units
        Credit codes (USCC) of the units whose sources a responsible unit sees; only for role ``unit``.
    counts_only
        True where only counts in rings are shown and no single source.
    within_rights
        The rights left to one who comes with a token of a narrower scope; None for all of the role.
    """

    name: str = field(compare=False)
    role: AccountRole = "public"
    areas: frozenset[Area] | None = frozenset()
    units: frozenset[str] = frozenset()
    counts_only: bool = False
    within_rights: frozenset[Right] | None = None

    @property
    def rights(self) -> frozenset[Right]:
        """What the viewer may do beside reading what lies within its bounds."""
        own = RIGHTS[self.role]
        return own if self.within_rights is None else own & self.within_rights

    def may(self, right: Right) -> bool:
        """Tell whether the viewer has a right, within its bounds."""
        return right in self.rights

    @property
    def scope(self) -> str:
        """What this viewer may see, as text: equal for equal viewers, and part of every answer's tag."""
        areas = "everywhere" if self.areas is None else sorted(map(_spelled, self.areas))
        return f"{self.role}|{areas}|{sorted(self.units)}|{self.counts_only}"


def _spelled(one: Area) -> str:
    return "/".join("=".join(sorted(spellings)) for spellings in one)


def owner(name: str) -> Viewer:
    """Make the viewer with all the rights of the store's owner.

    Parameters
    ----------
    name
        Name under which the owner acts.

    Examples
    --------
    >>> owner("bureau").may("contacts")
    True
    """
    return Viewer(name, "admin", areas=None)


def public(*, counts_only: bool = False) -> Viewer:
    """Make the viewer of everybody who has not signed in.

    Parameters
    ----------
    counts_only
        True for the aggregated view: counts in the rings of stations, no single source.

    Examples
    --------
    >>> public().may("contacts")
    False
    """
    return Viewer("public", "public", areas=None, counts_only=counts_only)


def must(viewer: Viewer, right: Right) -> None:
    """Refuse an act to a viewer who has no right to it, wherever it is.

    Parameters
    ----------
    viewer
        Who asks.
    right
        What the act needs.

    Raises
    ------
    NotAllowed
        ``RIGHT_MISSING``, with the right as its value.

    Examples
    --------
    >>> must(owner("bureau"), "undo")
    >>> must(public(), "undo")
    Traceback (most recent call last):
    geo_registry.errors.NotAllowed: RIGHT_MISSING(value='undo')
    """
    if not viewer.may(right):
        raise NotAllowed(value=right)


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


def within(viewer: Viewer, frame: gpd.GeoDataFrame, catalog: Catalog) -> NDArray[np.bool_]:
    """Tell which rows a viewer may see at all.

    Stations and zones are seen by everyone; other rows by those whose area or unit they name. A row that
    names no area is seen only from everywhere.

    Parameters
    ----------
    viewer
        Who asks.
    frame
        Rows of any kinds, with ``kind``, ``district``, ``township``, ``village``, ``uscc``.
    catalog
        Says which role each kind plays.

    Returns
    -------
    numpy.ndarray
        One truth a row.

    Examples
    --------
    >>> rows = gpd.GeoDataFrame({"kind": ["kiln"] * 2, "district": ["郾城区", None], "uscc": None})
    >>> clerk = Viewer("clerk", "district", frozenset({area(["郾城区"])}))
    >>> within(clerk, rows, Catalog({}, (), (), (), (), {}, "")).tolist()
    [True, False]
    """
    open_kinds = [name for name, kind in catalog.kinds.items() if kind.role in OPEN_ROLES]
    seen = frame["kind"].isin(open_kinds).to_numpy(dtype=bool)
    if viewer.counts_only:
        return seen
    if viewer.areas is None:
        return np.ones(len(frame), dtype=bool)
    if viewer.units:
        seen = seen | frame["uscc"].isin(viewer.units).to_numpy(dtype=bool)
    for one in viewer.areas:
        seen = seen | _in_area(frame, one)
    return seen


def _in_area(frame: gpd.GeoDataFrame, one: Area) -> NDArray[np.bool_]:
    inside = np.full(len(frame), bool(one))
    for column, spellings in zip(LEVELS, one, strict=False):
        said = frame[column]
        keys = {text: fold(text) in spellings for text in said.dropna().unique()}
        inside = inside & said.map(keys).eq(True).to_numpy(dtype=bool)  # noqa: FBT003 (pandas takes it so)
    return inside


def visible(viewer: Viewer, frame: gpd.GeoDataFrame, catalog: Catalog) -> gpd.GeoDataFrame:
    """Keep the rows that a viewer may see, and empty the restricted fields it may not read.

    Redact before filtering, else a filter would tell what the column hides.

    Parameters
    ----------
    viewer
        Who asks.
    frame
        Canonical rows of any kinds.
    catalog
        Says which fields of which kinds are restricted.

    Returns
    -------
    geopandas.GeoDataFrame
        The frame itself where nothing is hidden, else a copy; its columns stay.

    Examples
    --------
    >>> rows = gpd.GeoDataFrame({"kind": ["kiln"], "contact": ["0395"]})
    >>> visible(public(), rows, Catalog({}, (), (), (), (), {}, ""))["contact"].tolist()
    ['0395']
    """
    seen = within(viewer, frame, catalog)
    shown = frame if seen.all() else frame[seen].reset_index(drop=True)
    return shown if viewer.may("contacts") else redacted(shown, catalog)


def redacted(frame: gpd.GeoDataFrame, catalog: Catalog) -> gpd.GeoDataFrame:
    """Empty every restricted field: what leaves for a map, a tile, an export or a public page.

    A column that a kind's layer file no longer declares counts as restricted.

    Parameters
    ----------
    frame
        Rows of any kinds, with ``kind``.
    catalog
        Says which fields of which kinds are restricted.

    Examples
    --------
    >>> rows = gpd.GeoDataFrame({"kind": ["kiln"], "contact": ["0395"]})
    >>> redacted(rows, Catalog({}, (), (), (), (), {}, ""))["contact"].tolist()
    ['0395']
    """
    shown = frame
    for name, kind in catalog.kinds.items():
        open_fields = {field.name for field in kind.all_fields if not field.restricted}
        closed = {field.name for field in kind.all_fields if field.restricted} & set(frame.columns)
        for column in closed | (set(frame.columns) - open_fields - NOT_ATTRIBUTES):
            shown = shown.assign(**{column: shown[column].mask(shown["kind"] == name, pd.NA)})
    return shown
