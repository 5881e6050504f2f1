"""What is asked of an export and what is handed out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from geo_registry.core.kinds import Language
from geo_registry.core.space.crs import is_projected, parse_crs
from geo_registry.errors import CRSError, ValueRefused

ENCODINGS = ("utf-8", "gbk")
NAMES = ("ascii", "zh")
SHIFTED = {"gcj02": "GCJ-02", "bd09": "BD-09"}
"""Datums of web maps, handed out only on request, and how files name them: neither has an EPSG code."""

_EPSG = {"wgs84": "EPSG:4326", "cgcs2000": "EPSG:4490"}
_NAMED_IN_FILE = 3
"""Up to so many kinds are named in a file's name; more are called by `_MANY`."""
_MANY = "registry"


@dataclass(frozen=True, slots=True)
class FileFormat:
    """What a format is called and what it can hold.

    Attributes
    ----------
    extension, media_type
        Of the file handed out.
    crs
        Reference system where none is asked for (contract, verb export).
    encodings
        Text encodings there are to choose from.
    crs_only
        The only reference systems the format may have; empty for any.
    """

    extension: str
    media_type: str
    crs: str = "EPSG:4326"
    encodings: tuple[str, ...] = ("utf-8",)
    crs_only: tuple[str, ...] = ()


ZIP = FileFormat("zip", "application/zip")
FORMATS = {
    "shp": FileFormat("zip", ZIP.media_type, "EPSG:4490", ENCODINGS),
    "gpkg": FileFormat("gpkg", "application/geopackage+sqlite3", "EPSG:4490"),
    "geojson": FileFormat("geojson", "application/geo+json", crs_only=("EPSG:4326", "EPSG:4490")),
    "parquet": FileFormat("parquet", "application/vnd.apache.parquet"),
    "csv": FileFormat("csv", "text/csv", encodings=ENCODINGS),
    "xlsx": FileFormat("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
TABLE_FORMATS = FORMATS | {"json": FileFormat("json", "application/json")}
"""A table may also be plain JSON; a layer with places is GeoJSON instead."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where the rows come from, so that they can be had again.

    Attributes
    ----------
    revision
        The store's revision the rows were read at.
    synthetic
        True where rows without a column ``synthetic`` stem from synthetic ones (rings, pairs).
    parameters
        What was asked for, by names people know (filter, date, rings ...); printed as they stand.
    """

    revision: int
    synthetic: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is asked for, as it was said; nothing is judged before `plan_of`.

    Attributes
    ----------
    format
        ``shp | gpkg | geojson | parquet | csv | xlsx``, for tables ``json`` too.
    stamp
        Where the rows come from.
    crs
        ``EPSG:n``; None for the format's own.
    datum
        ``gcj02`` or ``bd09``, in place of a reference system.
    encoding
        ``utf-8`` or ``gbk`` for shapefiles and CSV.
    names
        ``ascii`` for our field names and fixed values, ``zh`` for Chinese labels and words.
    lang
        Language of the notes that go with the rows.
    """

    format: str
    stamp: Stamp
    crs: str | None = None
    datum: str | None = None
    encoding: str = "utf-8"
    names: str = "ascii"
    lang: Language = "zh"


@dataclass(frozen=True, slots=True)
class Exported:
    """A file to hand out.

    Attributes
    ----------
    name
        File name without folders, made of what is in it; never the client's.
    media_type
        For an HTTP answer.
    content
        The bytes.
    """

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Plan:
    """A request that has been judged.

    Attributes
    ----------
    request
        What is asked for.
    form
        The format.
    datum
        Where coordinates go, as `geo_registry.core.space.datums` calls it.
    crs
        How files name that: ``EPSG:n``, or WKT for a shifted datum, which no EPSG code names.
    title
        How people read it.
    tag
        Part of the file's name; empty for the format's own reference system.
    """

    request: ExportRequest
    form: FileFormat
    datum: str
    crs: str
    title: str
    tag: str

    @property
    def projected(self) -> bool:
        """Whether coordinates are lengths east and north."""
        return is_projected(self.datum)

    def file_name(self, layers: Sequence[str], extension: str) -> str:
        """Name a file after what is in it.

        Parameters
        ----------
        layers
            Names of its layers.
        extension
            Without the point.

        Returns
        -------
        str
            Such as ``brick_kiln_gcj02_r12.geojson``.
        """
        said = "-".join(layers) if 0 < len(layers) <= _NAMED_IN_FILE else _MANY
        return f"{'_'.join(filter(None, (said, self.tag, f'r{self.request.stamp.revision}')))}.{extension}"


def plan_of(request: ExportRequest, formats: Mapping[str, FileFormat]) -> Plan:
    """Judge a request.

    Parameters
    ----------
    request
        What is asked for.
    formats
        The formats there are to choose from.

    Raises
    ------
    ValueRefused
        ``FORMAT_UNKNOWN``, ``ENCODING_UNKNOWN``, ``NAMES_UNKNOWN``, ``DATUM_UNKNOWN`` or, where a datum and a
        reference system are asked for together, ``CRS_AND_DATUM``; each with ``value`` and ``expected``.
    CRSError
        ``CRS_INVALID`` or ``CRS_UNSUPPORTED``.
    """
    _choose("FORMAT_UNKNOWN", request.format, formats)
    form = formats[request.format]
    _choose("ENCODING_UNKNOWN", request.encoding, form.encodings)
    _choose("NAMES_UNKNOWN", request.names, NAMES)
    if request.datum is None:
        return _plain_plan(request, form)
    if request.crs is not None:
        raise ValueRefused("CRS_AND_DATUM", value=request.crs, datum=request.datum)
    _choose("DATUM_UNKNOWN", request.datum, SHIFTED)
    title = SHIFTED[request.datum]
    return Plan(request, form, request.datum, crs=_shifted_wkt(title), title=title, tag=request.datum)


def _choose(code: str, value: str, allowed: Iterable[str]) -> None:
    if value not in set(allowed):
        raise ValueRefused(code, value=value, expected=", ".join(allowed))


def _plain_plan(request: ExportRequest, form: FileFormat) -> Plan:
    datum = parse_crs(request.crs or form.crs)
    crs = _EPSG.get(datum, datum)
    if crs in SHIFTED or (form.crs_only and crs not in form.crs_only):
        raise CRSError(
            "CRS_UNSUPPORTED", value=request.crs, expected=", ".join(form.crs_only or _EPSG.values())
        )
    tag = "" if crs == form.crs else crs.replace(":", "").lower()
    return Plan(request, form, datum, crs=crs, title=crs, tag=tag)


def _shifted_wkt(title: str) -> str:
    """Name a shifted datum so that no program takes it for WGS 84: a system of its own, without a code."""
    spheroid = 'SPHEROID["CGCS2000",6378137,298.257222101]'  # GB 22021-2008
    degree = 'UNIT["degree",0.0174532925199433]'
    return f'GEOGCS["{title}",DATUM["{title}",{spheroid}],PRIMEM["Greenwich",0],{degree}]'
