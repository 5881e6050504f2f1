"""GeoJSON by the standard library: nothing in it is ever fetched."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn

from geo_registry.core.findings import Finding
from geo_registry.core.raw import RawLayer
from geo_registry.errors import FileRefused
from geo_registry.intake.parts import encodings, geometries, signatures
from geo_registry.intake.parts.cells import Grid, value_text
from geo_registry.intake.upload import Content, Upload

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

WGS84 = "OGC:CRS84"
"""The reference system of GeoJSON that names none (RFC 7946, 4)."""

DEEPEST = 200
"""Objects and lists within each other: a collection of multipolygons needs nine."""


def read(upload: Upload) -> Content:
    """Read the features of a GeoJSON file.

    Parameters
    ----------
    upload
        The file: a FeatureCollection or one Feature, in UTF-8 unless another encoding is stated.

    Returns
    -------
    Content
        One layer, named by the file's stem: a column for each property, in the order of first
        appearance, and ``id`` where features have one; a row's number is the feature's place.

    Raises
    ------
    FileRefused
        ``CONTENT_MISMATCH``, ``ENCODING_*``, ``JSON_*``, ``GEOM_CORRUPT``, ``CRS_INVALID``, ``NO_ROWS``.
    """
    signatures.expect(upload.source, {"json", None})
    (name,) = upload.choose((upload.stem,))
    encoding = encodings.detect(upload.source, upload.encoding or _utf8_or_marked(upload))
    try:
        document = _parse(upload.source.read().decode(encodings.codec(encoding)))
        crs, findings = _reference(document)
        headings, cells = _table(_features(document), upload)
    except RecursionError as deep:
        raise FileRefused("JSON_TOO_DEEP") from deep
    except UnicodeEncodeError as half:
        raise FileRefused("JSON_INVALID", reason="surrogate", value=ascii(half.object)) from half
    return Content((RawLayer(name, headings, cells, crs),), encoding, findings)


def _utf8_or_marked(upload: Upload) -> str | None:
    head = upload.source.read(2)
    return None if head in {b"\xff\xfe", b"\xfe\xff"} else encodings.UTF8


def _parse(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except json.JSONDecodeError as fault:
        raise FileRefused("JSON_INVALID", line=fault.lineno, column=fault.colno, reason=fault.msg) from fault
    except ValueError as fault:
        raise FileRefused("JSON_INVALID", reason=str(fault)) from fault
    if not isinstance(document, dict):
        raise FileRefused("JSON_NOT_FEATURES", value=type(document).__name__)
    _check_depth(document)
    return document


def _check_depth(document: dict[str, Any]) -> None:
    """Refuse nesting that some versions of Python read and others do not."""
    depth = 0
    level: list[Any] = [document]
    while level:
        depth += 1
        if depth > DEEPEST:
            raise FileRefused("JSON_TOO_DEEP", value=DEEPEST)
        held = (each.values() if isinstance(each, dict) else each for each in level)
        level = [inner for values in held for inner in values if isinstance(inner, dict | list)]


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise FileRefused("JSON_DUPLICATE_KEY", value=name)
    return members


def _no_number(token: str) -> NoReturn:
    raise FileRefused("JSON_INVALID", value=token, reason="not a JSON number")


def _features(document: dict[str, Any]) -> list[dict[str, Any]]:
    kind = str(document.get("type"))
    features = [document] if kind == "Feature" else document.get("features")
    if kind not in {"Feature", "FeatureCollection"} or not isinstance(features, list):
        raise FileRefused("JSON_NOT_FEATURES", value=kind)
    for row, feature in enumerate(features, start=1):
        if not _is_feature(feature):
            raise FileRefused("JSON_NOT_FEATURES", row=row)
    if not features:
        raise FileRefused("NO_ROWS")
    return features


def _is_feature(feature: object) -> bool:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return False
    return isinstance(feature.get("properties"), dict | None)


def _table(features: list[dict[str, Any]], upload: Upload) -> tuple[tuple[str, ...], pa.Table]:
    records = [_record(feature) for feature in features]
    headings = tuple(dict.fromkeys(name for record in records for name in record))
    if len(headings) > upload.limits.columns:
        raise FileRefused("TOO_MANY_COLUMNS", value=len(headings), limit=upload.limits.columns)
    for name in headings:
        name.encode()
    grid = Grid(upload.limits, blanks=True)
    for row, record in enumerate(records, start=1):
        grid.add(row, [value_text(record.get(name)) for name in headings])
    return headings, grid.table(len(headings), _geometries(features))


def _record(feature: Mapping[str, Any]) -> dict[str, object]:
    properties = feature["properties"] if feature.get("properties") is not None else {}
    identity = {} if feature.get("id") is None or "id" in properties else {"id": feature["id"]}
    return identity | properties


def _geometries(features: Iterable[Mapping[str, Any]]) -> list[bytes | None]:
    wkb = []
    for row, feature in enumerate(features, start=1):
        try:
            wkb.append(geometries.encode(feature.get("geometry")))
        except ValueError as fault:
            raise FileRefused("GEOM_CORRUPT", row=row, reason=str(fault)[:100]) from fault
    return geometries.check(wkb, range(1, len(wkb) + 1))


def _reference(document: Mapping[str, Any]) -> tuple[str | None, tuple[Finding, ...]]:
    """Read the ``crs`` member of GeoJSON 2008; one that is a link leaves the system unknown."""
    if "crs" not in document:
        return WGS84, ()
    member = document["crs"]
    if member is None:
        return None, ()
    properties = member.get("properties") if isinstance(member, dict) else None
    if not isinstance(properties, dict):
        raise FileRefused("CRS_INVALID", value=json.dumps(member, ensure_ascii=False)[:100])
    if member.get("type") == "link":
        return None, (Finding("LINK_IGNORED", value=str(properties.get("href"))),)
    if member.get("type") != "name" or not isinstance(properties.get("name"), str):
        raise FileRefused("CRS_INVALID", value=json.dumps(member, ensure_ascii=False)[:100])
    return properties["name"], ()
