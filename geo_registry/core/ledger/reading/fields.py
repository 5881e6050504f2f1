"""The fields of a kind from the columns of a ledger, and what no field took."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from geo_registry.core.findings import Finding
from geo_registry.core.kinds import Field, Kind
from geo_registry.core.ledger.reading.cell import fold
from geo_registry.core.ledger.reading.columns import Column, read_column, without_blanks
from geo_registry.core.ledger.reading.words import vocabulary
from geo_registry.errors import ValueRefused

_TRUTH = {"true": "true", "false": "false"}


def read_fields(
    body: pa.Table,
    columns: Mapping[int, str],
    rows: NDArray[np.int64],
    *,
    kind: Kind,
    sets: Mapping[str, str],
) -> tuple[dict[str, pd.Series], list[Finding]]:
    """Read every field that a ledger has a column or a set value for.

    Parameters
    ----------
    body
        Rows of data, their cells cleaned.
    columns
        Column index to field name.
    rows
        Row numbers as the sender sees them.
    kind
        Kind whose fields are read.
    sets
        Field to the text that stands in for its empty cells.

    Returns
    -------
    tuple
        Values by field name, and what was wrong with single cells.

    Raises
    ------
    ValueRefused
        ``SET_UNKNOWN`` for a field the kind has not, ``VALUE_INVALID`` for a text the field cannot have.

    Examples
    --------
    >>> from geo_registry.core.kinds import Label, Symbol
    >>> name, load = Label("名称", "Name"), Label("装烟量", "Load")
    >>> fields = (Field("name", "text", name, "name"), Field("load_kg", "number", load, "load"))
    >>> kind = Kind("kiln", "source", Label("烤房", "Kiln"), Symbol("circle", "#000000"), (), "none", fields)
    >>> body, sets = pa.table({"c0": ["甲"]}), {"load_kg": "4500"}
    >>> values, findings = read_fields(body, {0: "name"}, np.array([2]), kind=kind, sets=sets)
    >>> values["name"].tolist(), values["load_kg"].tolist(), findings
    (['甲'], [4500.0], [])
    """
    at = {name: f"c{place}" for place, name in columns.items()}
    if strangers := sets.keys() - {field.name for field in kind.all_fields}:
        raise ValueRefused(
            "SET_UNKNOWN", value=min(strangers), expected=[field.name for field in kind.all_fields]
        )
    read: dict[str, Column] = {}
    for field in kind.all_fields:
        if field.name not in at and field.name not in sets:
            continue
        words = words_of_field(field, kind)
        texts = (
            body[at[field.name]].combine_chunks() if field.name in at else pa.nulls(len(rows), pa.string())
        )
        texts = without_blanks(texts, words)
        if field.name in sets:
            _check_set(field, sets[field.name], words)
            texts = texts.fill_null(sets[field.name])
        read[field.name] = read_column(texts, field, rows, words)
    _keep_bounds(read, kind)
    findings = [found for column in read.values() for found in column.findings]
    return {name: column.read for name, column in read.items()}, findings


def words_of_field(field: Field, kind: Kind) -> dict[str, str]:
    """Collect the words a field may have; a kind's own words for statuses come before the common ones.

    Parameters
    ----------
    field
        Field of any type; one without fixed values has no words.
    kind
        Kind it belongs to.

    Examples
    --------
    >>> from geo_registry.core.kinds import Label, Symbol
    >>> status = Field("status", "choice", Label("状态", "Status"), "status")
    >>> label, symbol, own = Label("工地", "Site"), Symbol("circle", "#000000"), (("停工整改", "suspended"),)
    >>> kind = Kind("site", "source", label, symbol, (), "none", (status,), statuses=own)
    >>> words_of_field(status, kind)
    {'停工整改': 'suspended'}
    """
    words = vocabulary(field.choices) or (_TRUTH if field.type == "boolean" else {})
    own = {fold(word): value for word, value in kind.statuses} if field.name == "status" else {}
    return {**words, **own}


def _check_set(field: Field, text: str, words: Mapping[str, str]) -> None:
    found = read_column(pa.array([text]), field, np.array([0]), words).findings
    if found and found[0].severity == "row":
        raise ValueRefused("VALUE_INVALID", field=field.name, value=text, **found[0].details)


def _keep_bounds(read: dict[str, Column], kind: Kind) -> None:
    """Keep the bound of "10余吨" in the field that is there for it; the field's own column fills the rest."""
    for field in kind.all_fields:
        number = read.get(field.bound_of) if field.bound_of else None
        if number is not None and number.bounds is not None:
            own = read.get(field.name)
            bounds = number.bounds if own is None else number.bounds.fillna(own.read)
            read[field.name] = Column(bounds, [] if own is None else own.findings)


def judge_fields(values: Mapping[str, pd.Series], rows: NDArray[np.int64], *, today: date) -> list[Finding]:
    """Hold fields of a row against each other and against the calendar.

    Parameters
    ----------
    values
        Values by field name.
    rows
        Row numbers as the sender sees them.
    today
        No record is found later.

    Returns
    -------
    list of Finding
        ``VALUE_INVALID`` for a row with neither name nor code, ``DATE_INVALID`` for one found in the future
        or ending before it begins.

    Examples
    --------
    >>> values = {"name": pd.Series(["甲", None], dtype="str")}
    >>> [(found.row, found.field) for found in judge_fields(values, np.array([2, 3]), today=date(2026, 1, 1))]
    [(3, 'name')]
    """
    nothing = pd.Series(None, index=range(len(rows)), dtype="str")
    nameless = (values.get("name", nothing).isna() & values.get("code", nothing).isna()).to_numpy()
    found = [
        Finding("VALUE_INVALID", int(row), "name", details={"expected": "name | code"})
        for row in rows[nameless]
    ]
    if "discovered_on" in values:
        found += _too_late(values["discovered_on"], rows, today)
    if "valid_from" in values and "valid_to" in values:
        begins, ends = values["valid_from"], values["valid_to"]
        found += [
            Finding(
                "DATE_INVALID",
                int(rows[at]),
                "valid_to",
                f"{ends[at]:%Y-%m-%d}",
                {"earliest": f"{begins[at]:%Y-%m-%d}"},
            )
            for at in np.flatnonzero(ends < begins)
        ]
    return found


def _too_late(days: pd.Series, rows: NDArray[np.int64], today: date) -> list[Finding]:
    late = np.flatnonzero(days > pd.Timestamp(today))
    return [
        Finding(
            "DATE_INVALID",
            int(rows[at]),
            "discovered_on",
            f"{days[at]:%Y-%m-%d}",
            {"latest": today.isoformat()},
        )
        for at in late
    ]


def pack_extra(cells: Mapping[str, pa.StringArray], count: int) -> pd.Series:
    """Write the cells that no field took as one JSON text a row.

    Parameters
    ----------
    cells
        The sender's heading to its cells.
    count
        Count of rows.

    Returns
    -------
    pandas.Series
        JSON object of the cells that are not empty; missing where none is.

    Examples
    --------
    >>> pack_extra({"牵头": pa.array(["环保局", None])}, 2).tolist()
    ['{"牵头": "环保局"}', nan]
    """
    filled = {heading: texts for heading, texts in cells.items() if texts.null_count < len(texts)}
    if not filled:
        return pd.Series(None, index=range(count), dtype="str")
    packed = [
        {heading: text for heading, text in zip(filled, row, strict=True) if text is not None}
        for row in zip(*(texts.to_pylist() for texts in filled.values()), strict=True)
    ]
    encode = json.JSONEncoder(ensure_ascii=False).encode
    return pd.Series([encode(row) if row else None for row in packed], dtype="str")
