"""Records and the catalog as plain values: what documents hold and pages show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo_registry.core.audit.result import records
from geo_registry.wording import say

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd

    from geo_registry.core.kinds import Catalog, Choice, Field, Kind, Language
    from geo_registry.registry import Question, Registry

EVERY_KIND = "all"
"""What an audit calls the row that adds up all kinds."""
ROWS = 200
"""Rows of a list on one page."""
_DECIMALS = 6
"""Digits of a shown coordinate: a tenth of a metre."""


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
        "priorities": _labels(catalog.column("priority"), lang),
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


def _labels(field: Field | None, lang: Language) -> dict[str, str]:
    return {choice.value: choice.label.of(lang) for choice in (field.choices if field else ())}


def levels(catalog: Catalog, lang: Language) -> dict[str, str]:
    """Name the levels of stations (districts have levels of their own)."""
    kinds = [catalog.kinds[name] for name in catalog.of_role("station")]
    return {key: label for kind in kinds for key, label in _labels(kind.field("level"), lang).items()}


def active_statuses(catalog: Catalog, lang: Language) -> list[str]:
    """Name the statuses that count by default."""
    labels = _labels(catalog.column("status"), lang)
    return [labels[status] for status in catalog.active]


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
    scores = registry.priorities()
    own = records(scores.loc[[record_id]])[0] if record_id in scores.index else None
    if own:
        own["priority_label"] = _labels(registry.catalog.column("priority"), lang)[str(own["priority"])]
    return record_document(record, registry.catalog, lang) | {"priority": own}


def audited(registry: Registry, question: Question, lang: Language) -> dict[str, Any]:
    """Audit neighbourhoods, with every distinct set of reasons put in words.

    Parameters
    ----------
    registry
        Who is asked.
    question
        What is asked.
    lang
        Language of the words.
    """
    found = registry.audit(question=question)
    words = {reasons: registry.reasons_in_words(reasons, lang) for reasons in found.pairs["reasons"].unique()}
    return found.as_document() | {"words": words}


def stations(registry: Registry, on: date | None, lang: Language) -> list[dict[str, Any]]:
    """List the stations valid at a date, with their level and warden.

    Parameters
    ----------
    registry
        Who is asked.
    on
        The date; None for today.
    lang
        Language of the labels.
    """
    rows = registry.stations(on=on or registry.today)
    own = [{name: _plain(row.get(name)) for name in ("level", "warden")} for _, row in rows.iterrows()]
    return [one | more for one, more in zip(briefs(rows, registry.catalog, lang), own, strict=True)]


def record_document(record: pd.Series[Any], catalog: Catalog, lang: Language) -> dict[str, Any]:
    """Describe one record: what it is, where, and every field of its kind.

    Parameters
    ----------
    record
        One row of a canonical frame.
    catalog
        What the layer files declare.
    lang
        Language of labels and words.
    """
    kind = catalog.kinds[record["kind"]]
    return brief(record, catalog, lang) | {
        "kind_label": kind.label.of(lang),
        "version": int(record["version"]),
        "batch": _plain(record["batch"]),
        "row": _plain(record["row"]),
        "position": _position(record),
        "geometry": None if _placeless(record) else record["geometry"].__geo_interface__,
        "fields": [_field(field, record, lang) for field in kind.all_fields],
    }


def brief(record: pd.Series[Any], catalog: Catalog, lang: Language) -> dict[str, Any]:
    """Describe one record in a line: what a list or a search result shows.

    Parameters
    ----------
    record, catalog, lang
        As for `record_document`.
    """
    kind = catalog.kinds[record["kind"]]
    status = _plain(record["status"])
    lon, lat = place(record)
    return {
        "id": record["id"],
        "kind": kind.name,
        "kind_label": kind.label.of(lang),
        "role": kind.role,
        "code": _plain(record["code"]),
        "name": title(record),
        "status": status,
        "status_label": _labels(kind.field("status"), lang).get(str(status)),
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
        name: _plain(record[name]) for name in ("datum", "x_given", "y_given", "accuracy_m", "coord_method")
    }
    return {"lon": lon, "lat": lat, **given}


def _field(field: Field, record: pd.Series[Any], lang: Language) -> dict[str, Any]:
    value = _plain(record.get(field.name))
    return {
        "name": field.name,
        "label": field.label.of(lang),
        "value": value,
        "text": _text(field, value, lang),
    }


def _text(field: Field, value: object, lang: Language) -> str:
    """Write a value as people read it, with its unit."""
    if value is None:
        return ""
    said = str(value).lower() if isinstance(value, bool) else str(value)
    words = _labels(field, lang).get(said)
    if words is not None:
        return words
    if isinstance(value, float):
        said = f"{value:,.10g}"
    return f"{said} {field.unit}" if field.unit else said


def _plain(value: Any) -> Any:  # noqa: ANN401 (any cell)
    """Give a cell as JSON can hold it: dates as ISO text, missing values as None."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.item() if hasattr(value, "item") else value


def counts(registry: Registry, summary: pd.DataFrame, lang: Language) -> list[dict[str, Any]]:
    """Lay one station's counts out as a table, a row a kind of which there is any.

    Parameters
    ----------
    registry
        Who is asked for labels.
    summary
        An audit's summary of one station.
    lang
        Language of the labels.

    Returns
    -------
    list of dict
        ``kind``, ``label`` and ``rings``, an entry a ring with the audit's four counts; all kinds last.
    """
    labels = {name: kind.label.of(lang) for name, kind in registry.catalog.kinds.items()}
    labels[EVERY_KIND] = say("web.every_kind", lang)
    counted = {str(kind): records(rings) for kind, rings in summary.groupby("kind", sort=False)}
    return [
        {"kind": kind, "label": labels[kind], "rings": rings}
        for kind, rings in counted.items()
        if kind == EVERY_KIND or rings[-1]["cumulative_all"]
    ]


def ranked(registry: Registry, pairs: pd.DataFrame, lang: Language) -> list[dict[str, Any]]:
    """Describe pairs with their labels and the reasons in words.

    Parameters
    ----------
    registry
        Who is asked.
    pairs
        Pairs of an audit, or their score alone.
    lang
        Language of the labels.
    """
    catalog = registry.catalog
    labels = {
        "kind": {name: kind.label.of(lang) for name, kind in catalog.kinds.items()},
        "status": _labels(catalog.column("status"), lang),
        "priority": _labels(catalog.column("priority"), lang),
    }
    words = {one: registry.reasons_in_words(one, lang) for one in pairs["reasons"].unique()}
    return [
        pair
        | {f"{name}_label": known.get(str(pair[name]), "") for name, known in labels.items()}
        | {"words": words[pair["reasons"]]}
        for pair in records(pairs)
    ]


def listed(
    registry: Registry, kind: str | None, lang: Language, *, flagged: bool, page: int
) -> dict[str, Any]:
    """List one page of today's sources, those of the highest score first.

    Parameters
    ----------
    registry
        Who is asked.
    kind
        A kind, None for all.
    lang
        Language of the labels.
    flagged
        Whether only flagged sources are wanted.
    page
        1 for the first.

    Returns
    -------
    dict
        ``rows``, ``count`` over all pages, and ``pages``.
    """
    rows = registry.sources(kind, on=registry.today).reset_index(drop=True)
    rows = rows.join(registry.priorities().reindex(rows["id"]).reset_index(drop=True))
    if flagged:
        rows = rows[rows["flagged"].eq(other=True)]
    rows = rows.sort_values(["score", "name", "id"], ascending=[False, True, True], na_position="last")
    shown = rows.iloc[(page - 1) * ROWS : page * ROWS]
    scores = records(pd.DataFrame(shown[["score", "priority"]]))
    labels = _labels(registry.catalog.column("priority"), lang)
    told = [score | {"priority_label": labels.get(str(score["priority"]), "")} for score in scores]
    described = [one | score for one, score in zip(briefs(shown, registry.catalog, lang), told, strict=True)]
    return {"rows": described, "count": len(rows), "pages": max(1, -(-len(rows) // ROWS))}


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
