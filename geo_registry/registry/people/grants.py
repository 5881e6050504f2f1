"""What an account may see: a role with areas or units, judged when given, made a viewer when used."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from geo_registry.core.access import BOUNDED_BY, RIGHTS, AccountRole, Area, Right, Viewer, area
from geo_registry.core.frame import conform
from geo_registry.core.ledger.reading.cell import fold
from geo_registry.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_registry.registry.house import House
    from geo_registry.store.people import Account

ROLES = tuple(role for role in RIGHTS if role != "public")
"""Roles an account may have."""
LEVELS = {"district": "county", "township": "township", "village": "village"}
"""Levels of an area, from wide to narrow, and the level of a zone that each of them names."""
_UNIT = re.compile(r"[0-9A-Z]{18}")


@dataclass(frozen=True, slots=True)
class Grant:
    """A role and where it holds.

    Attributes
    ----------
    role
        One of `ROLES`.
    areas
        Paths ``district/township/village`` of as many levels as the role has.
    units
        Credit codes (USCC), for role ``unit``.
    """

    role: str
    areas: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Zone:
    """A zone as people name it: name and code folded, its level, the code of the zone above it."""

    said: frozenset[str]
    level: str | None
    parent: str | None


def judged(grant: Grant) -> Grant:
    """Give a grant whose role, areas and units go together.

    Raises
    ------
    ValueRefused
        ``ROLE_UNKNOWN``, ``AREA_MISSING``, ``AREA_LEVELS``, ``UNIT_MISSING``, ``UNIT_INVALID`` or
        ``GRANT_UNBOUND`` for areas or units of a role that has none.
    """
    if grant.role not in ROLES:
        raise ValueRefused("ROLE_UNKNOWN", value=grant.role, known=", ".join(ROLES))
    levels = BOUNDED_BY.get(cast("AccountRole", grant.role), 0)
    areas = tuple(dict.fromkeys(_path(text, levels) for text in grant.areas)) if levels else grant.areas
    is_unit = grant.role == "unit"
    if levels and not areas:
        raise ValueRefused("AREA_MISSING", value=grant.role, expected=_pattern(levels))
    if is_unit and not grant.units:
        raise ValueRefused("UNIT_MISSING", value=grant.role)
    if (grant.areas and not levels) or (grant.units and not is_unit):
        raise ValueRefused("GRANT_UNBOUND", value=grant.role)
    return Grant(grant.role, areas, tuple(dict.fromkeys(map(_unit, grant.units))))


def _path(text: str, levels: int) -> str:
    parts = [part.strip() for part in unicodedata.normalize("NFKC", text).split("/")]
    if len(parts) != levels or not all(parts):
        raise ValueRefused("AREA_LEVELS", value=text, expected=_pattern(levels))
    return "/".join(parts)


def _pattern(levels: int) -> str:
    return "/".join(list(LEVELS)[:levels])


def _unit(text: str) -> str:
    code = fold(text).upper()
    if not _UNIT.fullmatch(code):
        raise ValueRefused("UNIT_INVALID", value=text)
    return code


def viewer_of(house: House, account: Account, *, within_rights: frozenset[Right] | None = None) -> Viewer:
    """Make the viewer an account is, as the store's zones spell its areas today.

    Parameters
    ----------
    house
        Where the zones are.
    account
        Who.
    within_rights
        Rights that a token leaves; None for all of the role.
    """
    role = cast("AccountRole", account.role)
    bounded = role in BOUNDED_BY or role == "unit"
    return Viewer(
        account.name,
        role,
        _areas(house, account.areas) if bounded else None,
        frozenset(account.units),
        within_rights=within_rights,
    )


def _areas(house: House, paths: Sequence[str]) -> frozenset[Area]:
    if not paths:
        return frozenset()
    revision = house.store.revision()
    question = ("areas", revision, tuple(paths))
    return house.recent.get(
        question, lambda: frozenset(_spelled(_zones(house, revision), path) for path in paths)
    )


def _zones(house: House, revision: int) -> Sequence[_Zone]:
    """Give the zones that divide the land: those whose kind says by which scheme."""

    def load() -> Sequence[_Zone]:
        kinds = [name for name in house.catalog.of_role("zone") if house.catalog.kinds[name].field("scheme")]
        known = house.store.records(kinds, as_of=revision)
        rows = conform(known) if len(known) else known
        columns = rows.reindex(columns=["name", "code", "level", "parent"]).astype("object")
        return [_zone(*row) for row in columns.where(columns.notna(), None).to_numpy()]

    return house.recent.get(("dividing zones", revision), load)


def _zone(name: str | None, code: str | None, level: str | None, parent: str | None) -> _Zone:
    said = frozenset(fold(text) for text in (name, code) if text)
    return _Zone(said, level, fold(parent) if parent else None)


def _spelled(zones: Sequence[_Zone], path: str) -> Area:
    """Spell each level of a path as it is written, and by name and code of the zone it names."""
    levels: list[set[str]] = []
    for level, written in zip(LEVELS.values(), path.split("/"), strict=False):
        above = levels[-1] if levels else None
        named = [zone.said for zone in zones if _is_named(zone, level, fold(written), above)]
        levels.append({fold(written)}.union(*named))
    return area(*levels)


def _is_named(zone: _Zone, level: str, written: str, above: set[str] | None) -> bool:
    fits_level = zone.level in {None, level}
    return written in zone.said and fits_level and (above is None or zone.parent in {None, *above})
