"""In whose name a change is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo_registry.core.access import Viewer


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
