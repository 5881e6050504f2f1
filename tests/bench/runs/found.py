"""Pairs that a contender found, written down to be held against those of another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RINGS_M = (1_000.0, 3_000.0, 5_000.0)
"""Rings of the contract, metres."""


def keep(
    out: str,
    station: NDArray[Any],
    source: NDArray[Any],
    distance_m: NDArray[Any] | None = None,
    azimuth_deg: NDArray[Any] | None = None,
) -> dict[str, Any]:
    """Write pairs down in an order of their own, and say how many lie in each ring.

    Parameters
    ----------
    out
        The file; an empty name for none.
    station, source
        Their places in the census, shape (pairs,).
    distance_m, azimuth_deg
        Metres and degrees, as far as they were asked for.
    """
    key = station.astype(np.int64) << 32 | source.astype(np.int64)
    order = np.argsort(key)
    nothing = np.full(len(key), np.nan)
    columns = {
        "key": key,
        "distance_m": nothing if distance_m is None else distance_m,
        "azimuth_deg": nothing if azimuth_deg is None else azimuth_deg,
    }
    if out:
        np.savez(out, **{name: np.asarray(column)[order] for name, column in columns.items()})
    said: dict[str, Any] = {"pairs": len(key)}
    if distance_m is not None:
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
    both, here, there = np.intersect1d(own["key"], reference["key"], True, True)
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
