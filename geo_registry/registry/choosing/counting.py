"""How many a choice leaves: in all, by kind and by priority."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.registry.choosing.choice import PRIORITIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

Box = tuple[float, float, float, float]
"""W, S, E, N in degrees WGS 84."""
MARKS = ("all", "active", "flagged", "flagged_active")
"""What is counted of each kind."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a choice leaves, counted.

    Attributes
    ----------
    total, active, flagged, overdue
        All, and those of a mark.
    unlocated
        Those without a position: on no map.
    kinds
        By kind the counts of `MARKS`, zeros too.
    priorities
        By priority.
    bounds
        Of what has a position; None where nothing has.
    """

    total: int
    active: int
    flagged: int
    overdue: int
    unlocated: int
    kinds: Mapping[str, Mapping[str, int]]
    priorities: Mapping[str, int]
    bounds: Box | None


def counts(rows: pd.DataFrame, kinds: Sequence[str], *, placed: tuple[int, Box | None]) -> Counts:
    """Count rows.

    Parameters
    ----------
    rows
        With ``kind``, ``active``, ``flagged``, ``overdue`` and ``priority``.
    kinds
        Kinds that are told of, in this order.
    placed
        How many of them have a position, and the box of those.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"kind": ["kiln"], "active": [True], "flagged": [False], "overdue": [False],
    ...                      "priority": ["low"]})
    >>> counts(rows, ("kiln",), placed=(1, None)).kinds
    {'kiln': {'all': 1, 'active': 1, 'flagged': 0, 'flagged_active': 0}}
    """
    active, flagged, overdue = (rows[name].to_numpy(dtype=bool) for name in ("active", "flagged", "overdue"))
    masks = dict(zip(MARKS, (np.ones(len(rows), dtype=bool), active, flagged, active & flagged), strict=True))
    found = {name: rows["kind"][mask].value_counts() for name, mask in masks.items()}
    priorities = rows["priority"].value_counts()
    located, bounds = placed
    return Counts(
        total=len(rows),
        active=int(active.sum()),
        flagged=int(flagged.sum()),
        overdue=int(overdue.sum()),
        unlocated=len(rows) - located,
        kinds={kind: {name: int(each.get(kind, 0)) for name, each in found.items()} for kind in kinds},
        priorities={name: int(priorities.get(name, 0)) for name in PRIORITIES},
        bounds=bounds,
    )
