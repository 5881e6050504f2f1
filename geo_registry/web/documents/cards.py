"""Records as plain values: a line for lists, a card for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo_registry.core.audit.result import records
from geo_registry.web.documents.words import labels_of

if TYPE_CHECKING:
    import geopandas as gpd

    from geo_registry.core.kinds import Catalog, Field, Language
    from geo_registry.registry import Registry


_DECIMALS = 6
"""Digits of a shown coordinate: a tenth of a metre."""


def full(registry: Registry, record_id: str, lang: Language) -> dict[str, Any]:
    """Describe one record and, for a source in a ring, its own score.

    Parameters
    ----------
    registry
        Who is asked.
    record_id
        Its id.
    lang
        Language of labels and words.

    Raises
    ------
    NotFound
        If there is no such record.
    """
    record = registry.record(record_id)
    own = next(iter(records(registry.priority(record_id))), None)
    if own:
        own["priority_label"] = labels_of(registry.catalog.column("priority"), lang)[str(own["priority"])]
    return record_document(record, registry.catalog, lang) | {"priority": own}


def record_document(record: pd.Series[Any], catalog: Catalog, lang: Language) -> dict[str, Any]:
    """Describe one record: what it is, where, and every field of its kind that the reader may read.

    Parameters
    ----------
    record
        One row of a canonical frame; a restricted column that it lacks is passed over.
    catalog
        What the layer files declare.
    lang
        Language of labels and words.
    """
    kind = catalog.kinds[record["kind"]]
    return brief(record, catalog, lang) | {
        "kind_label": kind.label.of(lang),
        "version": int(record["version"]),
        "batch": plain(record["batch"]),
        "row": plain(record["row"]),
        "position": _position(record),
        "geometry": None if _placeless(record) else record["geometry"].__geo_interface__,
        "fields": [_field(field, record, lang) for field in kind.all_fields if field.name in record.index],
    }


def brief(record: pd.Series[Any], catalog: Catalog, lang: Language) -> dict[str, Any]:
    """Describe one record in a line: what a list or a search result shows.

    Parameters
    ----------
    record, catalog, lang
        As for `record_document`.
    """
    kind = catalog.kinds[record["kind"]]
    status = plain(record["status"])
    lon, lat = place(record)
    return {
        "id": record["id"],
        "kind": kind.name,
        "kind_label": kind.label.of(lang),
        "role": kind.role,
        "code": plain(record["code"]),
        "name": title(record),
        "status": status,
        "status_label": labels_of(kind.field("status"), lang).get(str(status)),
        "active": status in catalog.active,
        "synthetic": bool(record["synthetic"]),
        "lon": lon,
        "lat": lat,
    }


def briefs(rows: gpd.GeoDataFrame, catalog: Catalog, lang: Language) -> list[dict[str, Any]]:
    """Describe every row as `brief` does."""
    return [brief(row, catalog, lang) for _, row in rows.iterrows()]


def title(record: pd.Series[Any]) -> str:
    """Call a record by its name, else its code, else its identity."""
    return next(str(record[key]) for key in ("name", "code", "id") if not pd.isna(record[key]))


def place(record: pd.Series[Any]) -> tuple[float, float] | tuple[None, None]:
    """Give one point of a record in degrees WGS 84: of a line or polygon one that lies on it."""
    if _placeless(record):
        return None, None
    shape = record["geometry"]
    point = shape if shape.geom_type == "Point" else shape.representative_point()
    return round(point.x, _DECIMALS), round(point.y, _DECIMALS)


def _placeless(record: pd.Series[Any]) -> bool:
    return record["geometry"] is None or record["geometry"].is_empty


def _position(record: pd.Series[Any]) -> dict[str, Any]:
    """Tell the coordinate as it was sent, beside how far it can be trusted."""
    lon, lat = place(record)
    given = {
        name: plain(record[name]) for name in ("datum", "x_given", "y_given", "accuracy_m", "coord_method")
    }
    return {"lon": lon, "lat": lat, **given}


def _field(field: Field, record: pd.Series[Any], lang: Language) -> dict[str, Any]:
    value = plain(record.get(field.name))
    return {
        "name": field.name,
        "label": field.label.of(lang),
        "value": value,
        "text": text_of(field, value, lang),
    }


def text_of(field: Field, value: object, lang: Language) -> str:
    """Write a value as people read it, with its unit.

    Parameters
    ----------
    field
        What it is a value of.
    value
        A plain value.
    lang
        Language of the words for fixed values.
    """
    if value is None:
        return ""
    said = str(value).lower() if isinstance(value, bool) else str(value)
    words = labels_of(field, lang).get(said)
    if words is not None:
        return words
    if isinstance(value, float):
        said = f"{value:,.10g}"
    return f"{said} {field.unit}" if field.unit else said


def plain(value: Any) -> Any:  # noqa: ANN401 (any cell)
    """Give a cell as JSON can hold it: dates as ISO text, missing values as None."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.item() if hasattr(value, "item") else value
