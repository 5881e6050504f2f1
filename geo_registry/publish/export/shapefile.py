"""Shapefiles: short names and short texts, with beside them all that the format cannot hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geo_registry.publish.columns import cut, dictionary, headings, short_headings
from geo_registry.publish.export.delimited import check_encoding, rows_as_csv, write_csv
from geo_registry.publish.export.gdal import FIXED_DATE, PLACE, Job, write_files
from geo_registry.publish.export.layers import FAMILIES, Layer, one_type
from geo_registry.publish.export.notes import CUT, DICTIONARY, NOTES, cut_headings, dictionary_headings
from geo_registry.publish.export.request import Plan
from geo_registry.wording import say

TEXT_BYTES = 254
"""Longest text of a shapefile's column: dBASE III counts a field's length in one byte, 254 by custom."""

_WIDTH = "GDAL:OGR:width"
"""Column metadata by which GDAL's Arrow reader learns a width."""


def write_shapefiles(layers: Sequence[Layer], lines: Sequence[str], plan: Plan) -> dict[str, bytes]:
    """Write layers as shapefiles with what goes with them.

    Parameters
    ----------
    layers
        Rows to write.
    lines
        Where they come from.
    plan
        Encoding, names, language, and where the coordinates are.

    Returns
    -------
    dict
        Files of the archive by name: the parts of each shapefile, ``<layer>_unlocated.csv`` for rows without
        a place, the dictionary of column names, the notes, and, where a text had to be cut, the table of the
        whole texts.

    Raises
    ------
    ValueRefused
        ``ENCODING_CANNOT`` if a text has a character that the encoding lacks; ``GEOM_TYPE``.
    RegistryError
        ``EXPORT_FAILED``.
    """
    archive = _Archive(plan)
    for layer in layers:
        check_encoding(layer, plan.request.encoding)
        archive.add(layer)
    return archive.members(lines)


@dataclass(slots=True)
class _Archive:
    """What goes into the archive: work for GDAL, and the tables beside its files."""

    plan: Plan
    jobs: list[Job] = field(default_factory=list)
    tables: dict[str, bytes] = field(default_factory=dict)
    explained: list[tuple[str, ...]] = field(default_factory=list)
    whole_texts: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, layer: Layer) -> None:
        """Take a layer, one shapefile for each family of geometries it has."""
        families = layer.families
        present = [family for family in FAMILIES if family in families] or _declared(layer)
        for family in present:
            name = f"{layer.name}_{family}" if len(present) > 1 else layer.name
            self._add_shapes(replace(layer.only([own == family for own in families]), name=name), family)
        if "" in families or not present:
            self._add_unlocated(layer.only([not own for own in families]))

    def members(self, lines: Sequence[str]) -> dict[str, bytes]:
        """Have GDAL write its files, and put the others beside them."""
        lang = self.plan.request.lang
        said = [*lines, *(say("export.UNLOCATED", lang, file=name) for name in self.tables)]
        files = write_files(self.jobs) | self.tables
        files[f"{DICTIONARY}.csv"] = rows_as_csv(dictionary_headings(lang), self.explained)
        if self.whole_texts:
            files[f"{CUT}.csv"] = rows_as_csv(cut_headings(lang), self.whole_texts)
            said.append(
                say("export.CUT", lang, count=len(self.whole_texts), file=f"{CUT}.csv", limit=TEXT_BYTES)
            )
        return files | {f"{NOTES}.txt": "\r\n".join([*said, ""]).encode("utf-8-sig")}

    def _add_unlocated(self, layer: Layer) -> None:
        name = f"{layer.name}_unlocated.csv"
        self.tables[name] = write_csv(layer, self.plan)
        self.explained += dictionary(name, headings(layer.fields, self.plan.request.names), layer.fields)

    def _add_shapes(self, layer: Layer, family: str) -> None:
        request = self.plan.request
        given = short_headings(layer.fields, request.names, request.encoding)
        self.explained += dictionary(f"{layer.name}.shp", given, layer.fields)
        geometry_type, shapes = one_type(layer.shapes, family)
        columns = [self._column(layer, own.name, name) for own, name in zip(layer.fields, given, strict=True)]
        columns.append((pa.field(PLACE, pa.binary()), pa.array(shapely.to_wkb(shapes), pa.binary())))
        schema = pa.schema([own for own, _ in columns])
        job = Job(
            file=f"{layer.name}.shp",
            layer=layer.name,
            driver="ESRI Shapefile",
            table=pa.Table.from_arrays([values for _, values in columns], schema=schema),
            geometry_type=geometry_type,
            crs=self.plan.crs,
            encoding=request.encoding.upper(),
            layer_options={"DBF_DATE_LAST_UPDATE": FIXED_DATE[:10]},
        )
        self.jobs.append(job)

    def _column(self, layer: Layer, name: str, heading: str) -> tuple[pa.Field, pa.Array]:
        """Bring a column to what the format holds: texts to their length, yes and no to 1 and 0."""
        values = layer.table[name].combine_chunks()
        width = None
        if pa.types.is_boolean(values.type):
            values, width = values.cast(pa.int16()), 1
        elif pa.types.is_string(values.type):
            longest = pc.max(pc.binary_length(values)).as_py() or 1  # in UTF-8; no encoding here takes more
            width = min(longest, TEXT_BYTES)
            values = values if longest == width else self._shortened(layer, name, heading)
        return pa.field(heading, values.type, metadata={_WIDTH: str(width)} if width else None), values

    def _shortened(self, layer: Layer, name: str, heading: str) -> pa.Array:
        """Cut texts to what the format holds, and keep the whole ones for the table beside it."""
        texts = layer.table[name].to_pylist()
        short = [text and cut(text, TEXT_BYTES, self.plan.request.encoding) for text in texts]
        lost = [row for row, text in enumerate(texts) if text != short[row]]
        ids = layer.ids if lost else []
        self.whole_texts += [(f"{layer.name}.shp", ids[row], heading, name, texts[row]) for row in lost]
        return pa.array(short, pa.string())


def _declared(layer: Layer) -> list[str]:
    """Choose a type for a layer without rows: the first its kind may have."""
    possible = [family for family, geometry in FAMILIES.items() if layer.geometry[:1] == (geometry,)]
    return possible if layer.spatial and not layer.table.num_rows else []
