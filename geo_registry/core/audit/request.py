"""What an audit is asked: rings, date, kinds and statuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from geo_registry.core.audit.score import DEFAULT_RULES, ScoreRules
from geo_registry.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo_registry.core.kinds import Catalog

MIN_RING_M, MAX_RING_M = 1.0, 20_040_000.0
"""Narrowest ring, and widest: no place is farther away than half the circumference of the earth, which is
20,037,508 m along the equator of WGS 84."""
MAX_RINGS = 20
"""Most rings that one audit counts in: more are a mistake, not a question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRequest:
    """What an audit is asked.

    Attributes
    ----------
    on
        Valid time: stations, sources and zones valid on that day, deadlines passed before it.
    rings_m
        Radii in metres; kept sorted, each once.
    statuses
        Sources whose pairs are listed: ``active``, ``all`` or the statuses themselves. Counts always
        give both active and all.
    kinds
        Kinds of sources that are counted; None for all that the frame holds.
    rules
        How pairs are scored.
    """

    on: date
    rings_m: tuple[float, ...] = (1000.0, 3000.0, 5000.0)
    statuses: str | tuple[str, ...] = "active"
    kinds: tuple[str, ...] | None = None
    rules: ScoreRules = field(default=DEFAULT_RULES)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rings_m", checked_rings(self.rings_m))

    def listed(self, catalog: Catalog) -> tuple[str, ...]:
        """Name the statuses whose pairs are listed.

        Parameters
        ----------
        catalog
            Holds the fixed statuses and says which are active.

        Raises
        ------
        ValueRefused
            ``STATUS_UNKNOWN``.
        """
        known = tuple(choice.value for choice in catalog.statuses)
        if isinstance(self.statuses, str):
            short = {"active": catalog.active, "all": known}
            if self.statuses not in short:
                raise ValueRefused(
                    "STATUS_UNKNOWN", value=self.statuses, known=", ".join(("active", "all", *known))
                )
            return short[self.statuses]
        for status in self.statuses:
            if status not in known:
                raise ValueRefused("STATUS_UNKNOWN", value=status, known=", ".join(known))
        return self.statuses


def checked_rings(rings_m: Iterable[float]) -> tuple[float, ...]:
    """Sort radii, each once, and refuse what is no set of rings.

    Parameters
    ----------
    rings_m
        Radii in metres.

    Raises
    ------
    ValueRefused
        ``RING_NOT_POSITIVE`` for a radius that is no number from `MIN_RING_M`, 1 m, to `MAX_RING_M`,
        20,040,000 m, which is half the earth's circumference; ``RINGS_COUNT`` for none or more than
        `MAX_RINGS`.

    Examples
    --------
    >>> checked_rings([5000, 1000, 1000])
    (1000.0, 5000.0)
    """
    radii = set()
    for radius_m in rings_m:
        if not MIN_RING_M <= radius_m <= MAX_RING_M:
            raise ValueRefused("RING_NOT_POSITIVE", value=radius_m)
        radii.add(float(radius_m))
    if not 0 < len(radii) <= MAX_RINGS:
        raise ValueRefused("RINGS_COUNT", value=len(radii), limit=MAX_RINGS)
    return tuple(sorted(radii))
