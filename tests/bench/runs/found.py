"""Pairs that a contender found, written down to be held against those of another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RINGS_M = (1_000.0, 3_000.0, 5_000.0)
"""Rings of the contract, metres."""


def keep(out: str, station: NDArray[Any], source: NDArray[Any], *ways: NDArray[Any]) -> dict[str, Any]:
    """Write pairs down in an order of their own, and say how many lie in each ring.

    Parameters
    ----------
    out
        The file; an empty name for none.
    station, source
        Their places in the census, shape (pairs,).
    ways
        Distances in metres and azimuths in degrees, where they were asked for.
    """
    key = station.astype(np.int64) << 32 | source.astype(np.int64)
    order = np.argsort(key)
    distance_m, azimuth_deg = ways or [np.full(len(key), np.nan)] * 2
    columns = {"key": key, "distance_m": distance_m, "azimuth_deg": azimuth_deg}
    if out:
        sorted_columns: dict[str, Any] = {name: column[order] for name, column in columns.items()}
        np.savez(out, **sorted_columns)
    said: dict[str, Any] = {"pairs": len(key)}
    if ways:
        said["in_rings"] = [int(np.count_nonzero(distance_m <= ring_m)) for ring_m in RINGS_M]
    return said


def beside(ours: Path, theirs: Path) -> dict[str, Any]:
    """Hold pairs against those of a reference: what is missing, what is too much, how far numbers are off.

    Parameters
    ----------
    ours
        The file of who is judged.
    theirs
        The file of the reference.
    """
    own, reference = np.load(ours), np.load(theirs)
    both, here, there = np.intersect1d(own["key"], reference["key"], assume_unique=True, return_indices=True)
    off_m = np.abs(own["distance_m"][here] - reference["distance_m"][there])
    far = reference["distance_m"][there] > 10.0
    off_deg = np.abs(own["azimuth_deg"][here] - reference["azimuth_deg"][there])[far]
    said: dict[str, Any] = {
        "missing": len(reference["key"]) - len(both),
        "extra": len(own["key"]) - len(both),
    }
    if len(off_m) and not np.isnan(off_m).all():
        said["most_off_m"] = float(off_m.max())
    if len(off_deg) and not np.isnan(off_deg).all():
        said["most_off_deg"] = float(np.minimum(off_deg, 360.0 - off_deg).max())
    return said
