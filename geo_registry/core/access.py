"""Who may read and do what: every use case takes a viewer, and frames leave bounded and redacted for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_registry.core.bounds import LEVELS, OPEN_ROLES, Area, Bounds, area, belonging, within
from geo_registry.core.frame import SYSTEM
from geo_registry.core.kinds import Catalog, Kind
from geo_registry.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = [
    "BOUNDED_BY",
    "LEVELS",
    "RIGHTS",
    "AccountRole",
    "Area",
    "Right",
    "Viewer",
    "area",
    "changeable",
    "closed_columns",
    "must",
    "own",
    "owner",
    "public",
    "published",
    "visible",
]

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

BOUNDED_BY: Mapping[AccountRole, int] = {"unit": 0, "warden": 3, "township": 2, "district": 1}
"""Levels that name the area of a role: its district, township and, for a warden, village cells."""
NOT_ATTRIBUTES = (frozenset(SYSTEM) - {"extra"}) | {"geometry", "known_from", "known_to"}
"""Columns the registry itself fills; any other that the layer file does not declare is closed.

``extra`` is closed too: it keeps the cells of a ledger that no field took, as they were sent, and among them
may be anybody's telephone number.
"""


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
    leads
        True for a stranger who may see unproven leads; all who have signed in may.
    """

    name: str = field(compare=False)
    role: AccountRole = "public"
    areas: frozenset[Area] | None = frozenset()
    units: frozenset[str] = frozenset()
    counts_only: bool = False
    within_rights: frozenset[Right] | None = None
    leads: bool = False

    @property
    def rights(self) -> frozenset[Right]:
        """What the viewer may do beside reading what lies within its bounds."""
        own_rights = RIGHTS[self.role]
        return own_rights if self.within_rights is None else own_rights & self.within_rights

    def may(self, right: Right) -> bool:
        """Tell whether the viewer has a right, within its bounds."""
        return right in self.rights

    @property
    def bounds(self) -> Bounds:
        """Which rows the viewer sees.

        A role that is bounded by an area sees nothing of an area that is named too widely for it, and
        nothing at all where none is named.
        """
        levels = BOUNDED_BY.get(self.role)
        areas = self.areas
        if levels is not None:
            areas = frozenset(one for one in areas or () if 0 < levels <= len(one))
        leads = self.leads or self.role != "public"
        return Bounds(areas, self.units, leads=leads, singly=not self.counts_only)

    @property
    def scope(self) -> str:
        """What this viewer may see and do, as text: equal for equal viewers, a part of every answer's tag."""
        return f"{self.bounds.key}|{sorted(self.rights)}"


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


def public(*, counts_only: bool = False, leads: bool = False) -> Viewer:
    """Make the viewer of everybody who has not signed in.

    Parameters
    ----------
    counts_only
        True for the aggregated view: counts in the rings of stations, no single source.
    leads
        True where nobody but the reader's own machine is answered, so that nothing becomes public.

    Examples
    --------
    >>> public().may("contacts"), public().bounds.leads
    (False, False)
    """
    return Viewer("public", "public", areas=None, counts_only=counts_only, leads=leads)


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


def own(viewer: Viewer, frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which rows are a viewer's own: those it may change, and whose contacts it may read, by its rights.

    A station elsewhere is seen by everyone and is nobody's own.

    Parameters
    ----------
    viewer
        Who asks.
    frame
        Rows of any kinds, with ``district``, ``township``, ``village``, ``uscc``.

    Examples
    --------
    >>> stations = gpd.GeoDataFrame({"district": ["郾城区", "源汇区"], "uscc": None})
    >>> own(Viewer("clerk", "district", frozenset({area(["郾城区"])})), stations).tolist()
    [True, False]
    """
    return belonging(viewer.bounds, frame)


def changeable(viewer: Viewer, frame: gpd.GeoDataFrame, catalog: Catalog) -> NDArray[np.bool_]:
    """Tell which rows a viewer may change, by its rights: its own, but the network only from everywhere.

    Zones say how areas are spelled, and stations what is audited: who is bounded by an area could widen it.

    Parameters
    ----------
    viewer
        Who changes.
    frame
        Rows of any kinds, as for `own`, with ``kind``.
    catalog
        Says which role each kind plays.

    Examples
    --------
    >>> rows = gpd.GeoDataFrame({"kind": ["kiln"], "district": ["郾城区"], "uscc": None})
    >>> clerk = Viewer("clerk", "district", frozenset({area(["郾城区"])}))
    >>> changeable(clerk, rows, Catalog({}, (), (), (), (), {}, "")).tolist()
    [True]
    """
    mine = own(viewer, frame)
    if viewer.bounds.areas is None:
        return mine
    network = [name for name, kind in catalog.kinds.items() if kind.role in OPEN_ROLES]
    return mine & ~frame["kind"].isin(network).to_numpy(dtype=bool)


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
    >>> rows = gpd.GeoDataFrame({"kind": ["kiln"], "status": "lead", "contact": ["0395"]})
    >>> len(visible(public(), rows, Catalog({}, (), (), (), (), {}, "")))
    0
    """
    seen = within(viewer.bounds, frame, catalog)
    shown = frame if seen.all() else frame[seen].reset_index(drop=True)
    hidden = ~own(viewer, shown) if viewer.may("contacts") else np.ones(len(shown), dtype=bool)
    return _emptied(shown, catalog, hidden) if hidden.any() else shown


def _emptied(frame: gpd.GeoDataFrame, catalog: Catalog, rows: NDArray[np.bool_]) -> gpd.GeoDataFrame:
    shown = frame
    for name in frame["kind"].unique():
        hidden = rows & frame["kind"].eq(name).to_numpy(dtype=bool)
        for column in closed_columns(catalog.kinds.get(name), frame.columns):
            shown = shown.assign(**{column: shown[column].mask(hidden, pd.NA)})
    return shown


def published(frame: gpd.GeoDataFrame, kind: Kind) -> gpd.GeoDataFrame:
    """Take away every restricted column: what leaves for a map, a tile, a search, an export or a report.

    Parameters
    ----------
    frame
        Rows of one kind.
    kind
        Says which of its fields are restricted.

    Examples
    --------
    >>> from geo_registry.core.kinds import Field, Label, Symbol
    >>> name, look = Field("name", "text", Label("名称", "Name"), "name"), Symbol("circle", "#000")
    >>> kiln = Kind("kiln", "source", Label("窑", "Kiln"), look, ("point",), "required", (name,))
    >>> rows = gpd.GeoDataFrame({"kind": ["kiln"], "name": "甲", "extra": "0395", "informant": "乙"})
    >>> list(published(rows, kiln).columns)
    ['kind', 'name']
    """
    return frame.drop(columns=closed_columns(kind, frame.columns))


def closed_columns(kind: Kind | None, columns: Iterable[str]) -> list[str]:
    """Name the columns of a kind that only those with the right ``contacts`` may read.

    Parameters
    ----------
    kind
        Declares its fields; None for a kind whose layer file is gone, of which nothing is open.
    columns
        Names of the columns there are.

    Examples
    --------
    >>> closed_columns(None, ["id", "kind", "geometry", "contact", "stock_t"])
    ['contact', 'stock_t']
    """
    declared = {one.name: one.restricted for one in kind.all_fields} if kind else {}
    return [name for name in columns if declared.get(name, name not in NOT_ATTRIBUTES)]
