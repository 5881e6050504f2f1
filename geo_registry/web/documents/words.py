"""What kinds, statuses and levels are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo_registry.wording import say

if TYPE_CHECKING:
    from geo_registry.core.kinds import Catalog, Choice, Field, Kind, Language


def catalog_document(catalog: Catalog, lang: Language, counts: dict[str, int]) -> dict[str, Any]:
    """Describe the kinds and statuses, as a legend needs them.

    Parameters
    ----------
    catalog
        What the layer files declare.
    lang
        Language of the labels.
    counts
        Today's records by kind.
    """
    return {
        "digest": catalog.digest,
        "kinds": [_kind(kind, lang, counts.get(kind.name, 0)) for kind in catalog.kinds.values()],
        "statuses": [_status(choice, lang, catalog) for choice in catalog.statuses],
        "priorities": labels_of(catalog.column("priority"), lang),
        "levels": levels(catalog, lang),
        "groups": {name: label.of(lang) for name, label in catalog.groups.items()},
    }


def _kind(kind: Kind, lang: Language, count: int) -> dict[str, Any]:
    return {
        "kind": kind.name,
        "role": kind.role,
        "label": kind.label.of(lang),
        "group": kind.group,
        "symbol": {"shape": kind.symbol.shape, "colour": kind.symbol.colour, "size_px": kind.symbol.size_px},
        "geometry": list(kind.geometry),
        "condition_zone": kind.condition_zone,
        "count": count,
    }


def _status(choice: Choice, lang: Language, catalog: Catalog) -> dict[str, Any]:
    return {"status": choice.value, "label": choice.label.of(lang), "active": choice.value in catalog.active}


def labels_of(field: Field | None, lang: Language) -> dict[str, str]:
    """Give the words for the fixed values of a field."""
    return {choice.value: choice.label.of(lang) for choice in (field.choices if field else ())}


def levels(catalog: Catalog, lang: Language) -> dict[str, str]:
    """Name the levels of stations (districts have levels of their own)."""
    kinds = [catalog.kinds[name] for name in catalog.of_role("station")]
    return {key: label for kind in kinds for key, label in labels_of(kind.field("level"), lang).items()}


def active_statuses(catalog: Catalog, lang: Language) -> list[str]:
    """Name the statuses that count by default."""
    labels = labels_of(catalog.column("status"), lang)
    return [labels[status] for status in catalog.active]


def ring_text(radius_m: float, lang: Language) -> str:
    """Write a radius as people say it: ``500 m``, ``3 km``.

    Parameters
    ----------
    radius_m
        Metres.
    lang
        Language of the unit.
    """
    near = radius_m < 1_000  # noqa: PLR2004 (metres of a kilometre)
    amount = radius_m if near else radius_m / 1_000
    return say("web.metres" if near else "web.kilometres", lang, amount=f"{amount:g}")
