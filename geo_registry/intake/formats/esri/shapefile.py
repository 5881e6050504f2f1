"""Zipped shapefiles: counted, unpacked under our own names, compared part by part, and only then read."""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from geo_registry.core.findings import Finding
from geo_registry.core.raw import RawLayer
from geo_registry.errors import FileRefused
from geo_registry.intake.formats.esri import dbase, shapes, shx
from geo_registry.intake.parts import archives, encodings, geometries, signatures
from geo_registry.intake.parts.cells import Grid
from geo_registry.intake.upload import Content, Upload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_registry.intake.parts.archives import Archive

PARTS = (".shp", ".dbf", ".shx")
SIDE_TEXTS = (".prj", ".cpg")
SIDE_TEXT_BYTES = 65_536
Parts = dict[str, str]
"""Suffix to the entry's path."""


def read(upload: Upload) -> Content:
    """Read every shapefile of a zip archive.

    Parameters
    ----------
    upload
        The archive; a stated encoding goes before ``.cpg`` and language byte.

    Returns
    -------
    Content
        One layer a shapefile, with the text of its ``.prj``. A row's number is the record's; records
        marked as deleted are left out and warned.

    Raises
    ------
    FileRefused
        ``CONTENT_MISMATCH``, ``ARCHIVE_*``, ``SHP_*``, ``ENCODING_*``, ``GEOM_CORRUPT``, ``NO_ROWS``.
    """
    signatures.expect(upload.source, {"zip"})
    with archives.opened(upload.source) as archive:
        archives.limit_entries(archive, upload.limits)
        archives.limit_growth(archive, archive.entries, upload.limits)
        found = _shapefiles(archive)
        readings = [_layer(archive, name, found[name], upload) for name in upload.choose(list(found))]
    kept = [reading for reading in readings if reading[0].cells.num_rows]
    if not kept:
        raise FileRefused("NO_ROWS")
    findings = [finding for _, _, warnings in kept for finding in warnings]
    return Content(tuple(layer for layer, _, _ in kept), kept[0][1], tuple(findings))


def _shapefiles(archive: Archive) -> dict[str, Parts]:
    groups: dict[PurePosixPath, Parts] = defaultdict(dict)
    for entry in archive.entries:
        path = PurePosixPath(entry)
        suffix = path.suffix.lower()
        if suffix in {*PARTS, *SIDE_TEXTS} and archives.is_of_sender(entry):
            groups[path.with_suffix("")][suffix] = entry
    with_records = {stem: parts for stem, parts in groups.items() if set(parts) & set(PARTS)}
    if not with_records:
        _refuse_others(archive)
    names = [stem.name for stem in with_records]
    unique = len(set(names)) == len(names)
    return {stem.name if unique else str(stem): parts for stem, parts in with_records.items()}


def _refuse_others(archive: Archive) -> None:
    if "[Content_Types].xml" in archive.entries:
        raise FileRefused("CONTENT_MISMATCH", value="office")
    held = sorted({PurePosixPath(entry).suffix.lower() for entry in archive.entries})
    raise FileRefused("FORMAT_NOT_ALLOWED", value=" ".join(held), expected=list(PARTS))


def _layer(archive: Archive, name: str, parts: Parts, upload: Upload) -> tuple[RawLayer, str, list[Finding]]:
    missing = [suffix for suffix in (".shp", ".dbf") if suffix not in parts]
    if missing:
        raise FileRefused("SHP_MISSING_PART", value=name, missing=" ".join(missing))
    paths = _unpack(archive, parts, upload.folder)
    findings = [] if ".shx" in parts else [Finding("SHX_REBUILT", value=name)]
    if findings:
        shx.rebuild(paths[".shp"], paths[".shx"])
    records = shx.check(paths[".shp"], paths[".shx"])
    side = {suffix: _side_text(archive, parts, suffix) for suffix in SIDE_TEXTS}
    table = dbase.read(paths[".dbf"], upload.encoding, side[".cpg"])
    wkb = shapes.geometries(paths[".shp"])
    if not len(records) == len(table.deleted) == len(wkb):
        raise FileRefused("SHP_DBF_MISMATCH", value=name, shapes=len(records), rows=len(table.deleted))
    wkb = shx.with_unmeasured(records, wkb)
    findings += _warnings(name, table)
    return RawLayer(name, table.headings, _cells(table, wkb, upload), side[".prj"]), table.encoding, findings


def _unpack(archive: Archive, parts: Parts, folder: Path) -> Mapping[str, Path]:
    """Unpack under names of ours; GDAL gets a folder of its own with ``.shp`` and ``.shx`` alone."""
    home = folder / str(len(list(folder.iterdir())))
    (home / "table").mkdir(parents=True)
    paths = {".shp": home / "layer.shp", ".shx": home / "layer.shx", ".dbf": home / "table" / "layer.dbf"}
    for suffix in parts.keys() & paths.keys():
        with archive.open(parts[suffix]) as entry, paths[suffix].open("wb") as copy:
            shutil.copyfileobj(entry, copy)
    return paths


def _side_text(archive: Archive, parts: Parts, suffix: str) -> str | None:
    if suffix not in parts:
        return None
    with archive.open(parts[suffix]) as entry:
        return entry.read(SIDE_TEXT_BYTES).decode("utf-8-sig", "replace").strip("\0 \r\n\t") or None


def _cells(table: dbase.Table, wkb: list[bytes | None], upload: Upload) -> object:
    if len(table.headings) > upload.limits.columns:
        raise FileRefused("TOO_MANY_COLUMNS", value=len(table.headings), limit=upload.limits.columns)
    grid = Grid(upload.limits, blanks=True)
    kept = [row for row, deleted in enumerate(table.deleted) if not deleted]
    for row in kept:
        grid.add(row + 1, [column[row] for column in table.columns])
    numbers = [row + 1 for row in kept]
    return grid.table(len(table.headings), geometries.check([wkb[row] for row in kept], numbers))


def _warnings(name: str, table: dbase.Table) -> list[Finding]:
    warnings = []
    if table.guessed:
        words = (text for column in table.columns for text in column if text)
        warnings.append(encodings.guessed([*table.headings, *words], table.encoding, layer=name))
    if any(table.deleted):
        warnings.append(Finding("ROWS_DELETED", value=str(sum(table.deleted)), details={"layer": name}))
    return warnings
