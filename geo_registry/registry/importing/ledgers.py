"""From a parsed file to checked rows: which layers are taken, of which kind, in which datum."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from geo_registry.core.findings import Finding
from geo_registry.core.frame import CRS, empty
from geo_registry.core.ledger.headings import Heading, kind_of_sheet, kind_of_value, locate
from geo_registry.core.ledger.validate import Checked, Rules, own_crs, validate
from geo_registry.core.raw import ROW, joined
from geo_registry.core.space.crs import is_projected, parse_crs
from geo_registry.errors import FileRefused, ValueRefused
from geo_registry.registry import records
from geo_registry.registry.importing import shore
from geo_registry.registry.importing.orders import YES
from geo_registry.registry.importing.own import OWN_NOTES, without_own_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geo_registry.core.kinds import Catalog, Kind
    from geo_registry.core.raw import RawFile, RawLayer
    from geo_registry.registry.house import House
    from geo_registry.registry.importing.orders import Order
    from geo_registry.registry.importing.spilling import Spill

WITHOUT_CRS = frozenset({"csv", "xlsx", "kml"})
"""Formats that cannot say in which reference system they are, or say WGS 84 whatever they hold."""
CATEGORY = "category"
"""Input heading that names each row's kind."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one kind from one layer, checked.

    Attributes
    ----------
    layer
        Name of the sheet or layer.
    kind
        Name of the kind; None for rows whose category no kind answers to.
    given
        Columns the ledger has.
    checked
        The rows, and what was found in them.
    raw, heading
        The layer as it was sent, and what its columns mean for these rows.
    """

    layer: str
    kind: str | None
    given: frozenset[str]
    checked: Checked
    raw: RawLayer
    heading: Heading


@dataclass(frozen=True, slots=True)
class Ledger:
    """A file, checked row by row.

    Attributes
    ----------
    raw
        As it was parsed.
    order
        What was asked.
    parts
        Its rows by layer and kind.
    spill
        Where the good rows of a long ledger stand; its parts then have none themselves.
    """

    raw: RawFile
    order: Order
    parts: tuple[Part, ...]
    spill: Spill | None = None

    @property
    def rows(self) -> int:
        """Count of data rows."""
        return sum(part.checked.rows for part in self.parts)

    @property
    def accepted(self) -> int:
        """Count of rows that are or would be stored."""
        return sum(part.checked.accepted for part in self.parts)

    @property
    def rejected(self) -> int:
        """Count of rows refused."""
        return sum(part.checked.rejected for part in self.parts)

    @property
    def status(self) -> str:
        """``accept`` where all rows are fine, ``partial`` where some, ``reject`` where none."""
        return "accept" if not self.rejected else "partial" if self.accepted else "reject"

    @property
    def kinds(self) -> list[str]:
        """Names of the kinds it speaks of."""
        return sorted({part.kind for part in self.parts if part.kind})

    @property
    def given(self) -> frozenset[str]:
        """Columns it has."""
        return frozenset[str]().union(*(part.given for part in self.parts))

    @property
    def findings(self) -> list[tuple[Finding, str]]:
        """Everything found, each with the name of its sheet; the file's own first."""
        own = [(found, "") for found in self.raw.findings]
        return own + [(found, part.layer) for part in self.parts for found in part.checked.findings]

    @property
    def skipped(self) -> list[Mapping[str, object]]:
        """The title, note and total rows that are no data."""
        rows = [(part.layer, each) for part in self.parts for each in part.checked.skipped]
        return [
            {"sheet": sheet, "row": each.row, "reason": each.reason, "text": each.text}
            for sheet, each in rows
        ]

    def frame(self, catalog: Catalog) -> gpd.GeoDataFrame:
        """Join the accepted rows of all kinds in one canonical frame.

        Parameters
        ----------
        catalog
            Says with which status a kind's records begin.
        """
        frames = [part.checked.frame.assign(kind=part.kind) for part in self.parts if part.checked.accepted]
        if not frames:
            return empty()
        joined = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), geometry="geometry", crs=CRS)
        begins = {name: kind.default_status for name, kind in catalog.kinds.items()}
        joined["status"] = joined["status"].fillna(joined["kind"].map(begins))
        return joined


def check_file(house: House, raw: RawFile, order: Order, districts: gpd.GeoDataFrame | None) -> Ledger:
    """Check every row of the layers that are taken.

    Parameters
    ----------
    house
        Catalog, region and today.
    raw
        The parsed file.
    order
        What is asked of the import.
    districts
        District polygons, WGS 84; None where there are none.

    Raises
    ------
    FileRefused
        ``NO_ROWS``, ``MULTIPLE_LAYERS``, ``HEADER_MISSING``, ``CATEGORY_MISSING``, ``DATUM_MISSING`` ...
    """
    kind = records.of_kind(house, order.kind) if order.kind else None
    parts: list[Part] = []
    for layer, layer_kind in taken(house, raw, kind):
        desk = Desk(house, layer, order, districts, raw.format)
        parts += [desk.checked(split) for split in _split(house, layer, layer_kind, order)]
    if not sum(part.checked.rows for part in parts):
        raise FileRefused("NO_ROWS", value=raw.name)
    return Ledger(raw, order, tuple(parts))


def taken(house: House, raw: RawFile, kind: Kind | None) -> Iterator[tuple[RawLayer, Kind | None]]:
    """Choose the layers that are taken, each with the kind of its rows where it is known."""
    layers = [without_own_columns(layer) for layer in _of_sender(house, raw)]
    if not layers:
        raise FileRefused("NO_ROWS", value=raw.name)
    if len(layers) == 1:
        named = kind_of_sheet(layers[0].name, house.catalog)
        yield layers[0], kind or (house.catalog.kinds[named] if named else None)
        return
    found = {layer.name: kind_of_sheet(layer.name, house.catalog) for layer in layers}
    wanted = [layer for layer in layers if found[layer.name]]
    strangers = [layer for layer in layers if not found[layer.name] and _has_headings(house, layer, kind)]
    if not wanted and len(strangers) == 1:
        yield strangers[0], kind
        return
    others = kind is not None and any(found[layer.name] != kind.name for layer in wanted)
    if strangers or others or not wanted:
        raise FileRefused("MULTIPLE_LAYERS", value=", ".join(layer.name for layer in layers))
    for layer in wanted:
        yield layer, house.catalog.kinds[str(found[layer.name])]


def _of_sender(house: House, raw: RawFile) -> list[RawLayer]:
    """List the layers that are data; folders of KML are one table unless they are named as kinds."""
    layers = [layer for layer in raw.layers if layer.cells.num_rows and layer.name not in OWN_NOTES]
    stem = PurePath(raw.name).stem
    folders = [layer.name for layer in layers if layer.name != stem]
    if raw.format != "kml" or any(kind_of_sheet(name, house.catalog) for name in folders):
        return layers
    return [joined(layers, stem)]


def _has_headings(house: House, layer: RawLayer, kind: Kind | None) -> bool:
    try:
        locate(layer, house.catalog, kind, {})
    except FileRefused as fault:
        return fault.code != "HEADER_MISSING"
    return True


@dataclass(frozen=True, slots=True)
class _Split:
    kind: Kind | None
    heading: Heading


def _split(house: House, layer: RawLayer, kind: Kind | None, order: Order) -> list[_Split]:
    heading = locate(layer, house.catalog, kind, order.renames)
    if kind is not None:
        return _split_strangers(house, kind, heading)
    inputs = {field.name for field in house.catalog.inputs}
    at = heading.column(CATEGORY)
    if at is None:
        raise FileRefused("CATEGORY_MISSING", value=layer.name, known=", ".join(house.catalog.kinds))
    said = heading.body[f"c{at}"].to_pylist()
    names = np.array([kind_of_value(text or "", house.catalog) or "" for text in said], dtype=object)
    splits: list[_Split] = []
    for name in dict.fromkeys(names.tolist()):
        own = house.catalog.kinds.get(name)
        fields = {field.name for field in own.all_fields} | inputs if own else inputs
        renames = {theirs: ours for theirs, ours in order.renames.items() if ours in fields}
        own_heading = locate(layer, house.catalog, own, renames) if own else heading
        body = heading.body.filter(pa.array(names == name))
        splits.append(_Split(own, replace(own_heading, body=body, skipped=() if splits else heading.skipped)))
    return splits


def _split_strangers(house: House, kind: Kind, heading: Heading) -> list[_Split]:
    """Part the rows that say themselves that they are of another kind; they are refused, never renamed."""
    at = heading.column(CATEGORY)
    if at is None:
        return [_Split(kind, heading)]
    said = heading.body[f"c{at}"].to_pylist()
    names = [kind_of_value(text, house.catalog) if text else None for text in said]
    strange = np.array([name not in {None, kind.name} for name in names], dtype=bool)
    if not strange.any():
        return [_Split(kind, heading)]
    own = _Split(kind, replace(heading, body=heading.body.filter(pa.array(~strange))))
    others = _Split(None, replace(heading, body=heading.body.filter(pa.array(strange)), skipped=()))
    return [own, others] if own.heading.body.num_rows else [others]


@dataclass(frozen=True, slots=True)
class Desk:
    """Checks the rows of one layer."""

    house: House
    layer: RawLayer
    order: Order
    districts: gpd.GeoDataFrame | None
    format: str

    def checked(self, split: _Split) -> Part:
        """Check the rows of one kind."""
        if split.kind is None:
            unknown = _unknown_category(split.heading)
            return Part(self.layer.name, None, frozenset(), unknown, self.layer, split.heading)
        rules = self.rules(split.kind)
        checked = validate(self.layer, split.heading, split.kind, rules)
        given = self.given(split.heading, split.kind, checked.datum)
        marked = self.marked(checked, split.heading)
        return Part(self.layer.name, split.kind.name, given, marked, self.layer, split.heading)

    def rules(self, kind: Kind) -> Rules:
        """Give the rules for rows of a kind."""
        sets = {name: value for name, value in self.order.sets.items() if name != "synthetic"}
        return Rules(
            today=self.house.today,
            datum=stated_datum(self.layer, self.order),
            sets=sets,
            region=self.house.region,
            allow_unlocated=self.order.allow_unlocated,
            delimited=self.format == "csv",
            carries_crs=self.format not in WITHOUT_CRS,
            districts=self.districts if kind.role != "zone" else None,
            land=shore.land(self.house) if kind.role != "zone" else None,
        )

    def given(self, heading: Heading, kind: Kind, datum: str | None) -> frozenset[str]:
        """Name the columns that the ledger has."""
        place = {"geometry", "datum", "x_given", "y_given"} if datum else set()
        given = frozenset(heading.columns.values()) | frozenset(self.order.sets) | place | {"code_no"}
        given |= {field.name for field in kind.fields if field.bound_of in given}
        return given | ({"extra"} if heading.extra else set())

    def marked(self, checked: Checked, heading: Heading) -> Checked:
        """Mark the rows that are made up: all where it was said so, else those our own export marks."""
        at = next((at for at, name in heading.ours.items() if name == "synthetic"), None)
        made_up = self.order.synthetic
        if "synthetic" in self.order.sets or at is None:
            return replace(checked, frame=checked.frame.assign(synthetic=made_up))
        said = dict(zip(heading.body[ROW].to_pylist(), heading.body[f"c{at}"].to_pylist(), strict=True))
        marks = [str(said[row]).casefold() in YES for row in checked.frame["row"]]
        return replace(checked, frame=checked.frame.assign(synthetic=marks))


def _unknown_category(heading: Heading) -> Checked:
    said = heading.body[f"c{heading.column(CATEGORY)}"].to_pylist()
    rows = heading.body[ROW].to_pylist()
    findings = [
        Finding("CATEGORY_UNKNOWN", row, CATEGORY, text) for row, text in zip(rows, said, strict=True)
    ]
    return Checked(empty(), tuple(findings), len(rows), tuple(rows), heading.skipped, None)


def stated_datum(layer: RawLayer, order: Order) -> str | None:
    """Give the datum or reference system that was said for a layer; None to take the file's own.

    Parameters
    ----------
    layer
        The layer.
    order
        ``datum`` or ``crs`` as said.

    Raises
    ------
    ValueRefused
        ``CRS_AND_DATUM`` if both were said, or a datum was said of a projected file.
    DatumError
        If what was said is no datum and no reference system.
    """
    if order.datum and order.crs:
        raise ValueRefused("CRS_AND_DATUM", value=order.crs, datum=order.datum)
    said = order.crs or order.datum
    if said is None:
        return None
    own = own_crs(layer) if order.datum else None
    if own and is_projected(own):
        raise ValueRefused("CRS_AND_DATUM", value=layer.crs, datum=order.datum)
    return parse_crs(said)
