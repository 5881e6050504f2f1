"""What of a layer's drawing is chosen, by the words that its points are counted by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo_registry.registry.choosing import ALL, Choice

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_registry.registry.tiling.columns import Categories


def among(choice: Choice, categories: Categories) -> NDArray[np.bool_] | None:
    """Tell which categories are chosen.

    Parameters
    ----------
    choice
        What is chosen, settled.
    categories
        What the numbers of categories mean.

    Returns
    -------
    numpy.ndarray or None
        Boolean mask, ``(categories,)``; None for all.
    """
    statuses = () if choice.status == ALL else tuple(choice.status.split(","))
    asked = {"kind": choice.kinds, "status": statuses, "priority": choice.priorities}
    parts = [categories.of(name).among(words) for name, words in asked.items() if words]
    if choice.flagged:
        parts.append(categories.truth("flagged", otherwise=False))
    return np.logical_and.reduce(parts) if parts else None
