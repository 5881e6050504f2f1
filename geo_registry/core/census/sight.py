"""Which rows of a census somebody sees, and how many records of each kind those are."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from geo_registry.core.bounds import EVERYTHING, LEAD, OPEN_ROLES, Bounds, belonging
from geo_registry.core.census.columns import Census
from geo_registry.core.kinds import Catalog


def seen(census: Census, bounds: Bounds, catalog: Catalog) -> NDArray[np.bool_]:
    """Tell which rows lie within bounds, as `core.bounds.within` does for frames.

    Parameters
    ----------
    census
        Records.
    bounds
        What is seen; none that name units, as a census does not hold whose a record is.
    catalog
        Says which role each kind plays.

    Examples
    --------
    >>> import pandas as pd
    >>> from geo_registry.core.bounds import area
    >>> from geo_registry.core.census.columns import census_of
    >>> from geo_registry.core.frame import conform
    >>> rows = pd.DataFrame({"id": [f"{n:016x}" for n in (1, 2)], "kind": "kiln", "district": ["甲", "乙"]})
    >>> catalog = Catalog({}, (), (), (), (), {}, "")
    >>> seen(census_of(conform(rows), catalog), Bounds(frozenset({area(["甲"])})), catalog).tolist()
    [True, False]
    """
    if bounds == EVERYTHING:
        return np.ones(len(census), dtype=bool)
    kinds = [name for name, kind in catalog.kinds.items() if kind.role in OPEN_ROLES]
    everywhere = census.states["kind"].isin(kinds).to_numpy(dtype=bool)
    shown = everywhere[census.rows.state]
    if bounds.singly:
        shown |= belonging(bounds, census.areas.assign(uscc=None))[census.rows.area]
    if not bounds.leads:
        shown &= census.states["status"].ne(LEAD).to_numpy(dtype=bool)[census.rows.state]
    return shown


def of_kinds(census: Census, kinds: Collection[str]) -> NDArray[np.bool_]:
    """Tell which rows are of one of some kinds.

    Parameters
    ----------
    census
        Records.
    kinds
        Names of kinds.

    Examples
    --------
    >>> import pandas as pd
    >>> from geo_registry.core.census.columns import census_of
    >>> from geo_registry.core.frame import conform
    >>> rows = pd.DataFrame({"id": [f"{n:016x}" for n in (1, 2)], "kind": ["kiln", "yard"]})
    >>> of_kinds(census_of(conform(rows), Catalog({}, (), (), (), (), {}, "")), {"yard"}).tolist()
    [False, True]
    """
    wanted = census.states["kind"].isin(list(kinds)).to_numpy(dtype=bool)
    return wanted[census.rows.state]


def count_records(census: Census, shown: NDArray[np.bool_]) -> dict[str, int]:
    """Count the records of each kind that some rows belong to, each once however many rows it has.

    Parameters
    ----------
    census
        Records.
    shown
        Which rows count.

    Examples
    --------
    >>> import pandas as pd
    >>> from geo_registry.core.census.columns import census_of
    >>> from geo_registry.core.frame import conform
    >>> rows = pd.DataFrame({"id": [f"{n:016x}" for n in (1, 1, 2)], "kind": "kiln"})
    >>> count_records(census_of(conform(rows), Catalog({}, (), (), (), (), {}, "")), np.ones(3, bool))
    {'kiln': 2}
    """
    names, kind = np.unique(census.states["kind"].to_numpy(dtype=object).astype(str), return_inverse=True)
    rows = np.flatnonzero(shown)
    order = np.argsort(census.rows.ids[rows], kind="stable")
    rows = rows[order]
    ids, kinds = census.rows.ids[rows], kind[census.rows.state[rows]]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (ids[1:] != ids[:-1]) | (kinds[1:] != kinds[:-1])
    counts = np.bincount(kinds[first], minlength=len(names))
    return {str(name): int(count) for name, count in zip(names, counts, strict=True) if count}
