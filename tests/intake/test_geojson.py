"""GeoJSON: strict JSON, honest geometries, nothing fetched."""

from __future__ import annotations

import json
import math
import socket
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_registry.core.raw import GEOMETRY
from geo_registry.intake.parts import geometries
from tests.intake.making import limited, numbers, refused, send, texts

if TYPE_CHECKING:
    from pathlib import Path

POINT = {"type": "Point", "coordinates": [113.5, 34.5]}


def feature(geometry: object = POINT, **properties: object) -> dict[str, Any]:
    """Make one feature."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: object, **members: object) -> str:
    """Make a collection."""
    return json.dumps({"type": "FeatureCollection", "features": features} | members, ensure_ascii=False)


def test_features_become_rows(tmp_path: Path) -> None:
    """Properties are columns in the order they appear, values text, missing ones null, geometry WKB."""
    sent = collection(
        feature(名称="甲", n=1, x=1.50, on=True, more={"a": [1, "乙"]}),
        feature(None, 名称="丙", late="", big=10**20),
    )
    taken = send(tmp_path, sent, "源.geojson")
    layer = taken.layers[0]
    assert (taken.format, layer.name, layer.crs) == ("geojson", "源", "OGC:CRS84")
    assert layer.headings == ("名称", "n", "x", "on", "more", "late", "big")
    assert texts(layer) == [
        ["甲", "1", "1.5", "true", '{"a": [1, "乙"]}', None, None],
        ["丙", None, None, None, None, None, "100000000000000000000"],
    ]
    assert numbers(layer) == [1, 2]
    assert layer.cells.column(GEOMETRY).to_pylist() == [shapely.Point(113.5, 34.5).wkb, None]


def test_one_feature_and_its_identity(tmp_path: Path) -> None:
    """A single Feature is a file too, and a feature's id is a column where no property has that name."""
    layer = send(tmp_path, json.dumps(feature(name="a") | {"id": 7}), "a.json").layers[0]
    assert (layer.headings, texts(layer)) == (("id", "name"), [["7", "a"]])
    layer = send(tmp_path, json.dumps(feature(id="own") | {"id": 7}), "a.json").layers[0]
    assert (layer.headings, texts(layer)) == (("id",), [["own"]])


def test_a_feature_without_anything_is_still_a_row(tmp_path: Path) -> None:
    """Every feature is a row, even one with neither properties nor geometry."""
    layer = send(
        tmp_path, collection({"type": "Feature", "properties": None, "geometry": None}), "a.json"
    ).layers[0]
    assert (layer.headings, numbers(layer)) == ((), [1])


@pytest.mark.parametrize(
    ("member", "crs"),
    [
        (
            {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}},
            "urn:ogc:def:crs:EPSG::4490",
        ),
        ({"type": "name", "properties": {"name": "没有"}}, "没有"),
        (None, None),
    ],
)
def test_a_named_reference_system_is_handed_on(tmp_path: Path, member: object, crs: str | None) -> None:
    """What the file says of its system is passed on unjudged, and null says that it is unknown."""
    assert send(tmp_path, collection(feature(), crs=member), "a.json").layers[0].crs == crs


@pytest.mark.parametrize(
    "member", ["EPSG:4490", {}, {"type": "name"}, {"type": "name", "properties": {"name": 4490}}]
)
def test_a_broken_reference_system_is_refused(tmp_path: Path, member: object) -> None:
    """A crs member of no known form is not guessed at."""
    assert refused(tmp_path, collection(feature(), crs=member), "a.json").code == "CRS_INVALID"


def test_a_linked_reference_system_is_never_fetched(tmp_path: Path) -> None:
    """A crs link is warned and left alone: the address in it hears nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        href = f"http://127.0.0.1:{listener.getsockname()[1]}/crs"
        member = {"type": "link", "properties": {"href": href, "type": "proj4"}}
        taken = send(tmp_path, collection(feature(), crs=member), "a.geojson")
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert [(found.code, found.value) for found in taken.findings] == [("LINK_IGNORED", href)]
    assert taken.layers[0].crs is None


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ('{"type": "FeatureCollection", "features": [', "JSON_INVALID"),
        ("features", "JSON_INVALID"),
        ('{"type": "Feature", "properties": {"a": NaN}, "geometry": null}', "JSON_INVALID"),
        ('{"type": "Feature", "properties": {"a": -Infinity}, "geometry": null}', "JSON_INVALID"),
        ('{"type": "Feature", "properties": {"a": "\\ud800"}, "geometry": null}', "JSON_INVALID"),
        ('{"type": "Feature", "properties": {"\\ud800": 1}, "geometry": null}', "JSON_INVALID"),
        ('{"type": "Feature", "properties": {"a": ' + "1" * 5_000 + '}, "geometry": null}', "JSON_INVALID"),
        ('{"type": "Feature", "properties": {"a": 1, "a": 2}, "geometry": null}', "JSON_DUPLICATE_KEY"),
        ('{"type": "Feature", "type": "Feature", "properties": {}, "geometry": null}', "JSON_DUPLICATE_KEY"),
        ('{"a":' * 100_000, "JSON_TOO_DEEP"),
        ("[" * 100_000, "JSON_TOO_DEEP"),
        ("[]", "JSON_NOT_FEATURES"),
        ("1", "JSON_NOT_FEATURES"),
        (json.dumps(POINT), "JSON_NOT_FEATURES"),
        ('{"type": "Topology", "objects": {}, "arcs": []}', "JSON_NOT_FEATURES"),
        (
            '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read x"}',
            "JSON_NOT_FEATURES",
        ),
        ('{"type": "FeatureCollection"}', "JSON_NOT_FEATURES"),
        (collection(POINT), "JSON_NOT_FEATURES"),
        (collection(feature() | {"properties": "x"}), "JSON_NOT_FEATURES"),
        (collection(), "NO_ROWS"),
    ],
)
def test_what_is_no_feature_file_is_refused(tmp_path: Path, sent: str, code: str) -> None:
    """Broken JSON, repeated keys, endless nesting and other JSON each have their code."""
    assert refused(tmp_path, sent, "a.geojson").code == code


def test_other_encodings_must_be_stated(tmp_path: Path) -> None:
    """JSON is UTF-8: Chinese in GBK is refused unless the sender says so; a mark speaks for UTF-16."""
    sent = collection(feature(名称="甲厂"))
    assert refused(tmp_path, sent.encode("gbk"), "a.geojson").code == "ENCODING_NOT_UTF8"
    for content, options in (
        (sent.encode("gbk"), {"encoding": "GBK"}),
        (sent.encode("utf-16"), {}),
        (sent.encode("utf-8-sig"), {}),
    ):
        assert texts(send(tmp_path, content, "a.geojson", **options).layers[0]) == [["甲厂"]]


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": ["113.5", "34.5"]},
        {"type": "Point", "coordinates": [113.5]},
        {"type": "Point", "coordinates": [True, 34.5]},
        {"type": "Point", "coordinates": [[113.5, 34.5]]},
        {"type": "Point", "coordinates": [10**400, 34.5]},
        {"type": "Point"},
        {"type": "Circle", "coordinates": [113.5, 34.5]},
        {"type": "LineString", "coordinates": [[113.5, 34.5]]},
        {"type": "LineString", "coordinates": [[113.5, 34.5, 1], [113.5, 34.5]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]},
        {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": "x"}]},
        [113.5, 34.5],
    ],
)
def test_a_geometry_that_is_none_is_refused_with_its_row(tmp_path: Path, geometry: object) -> None:
    """Text for numbers, open rings and unknown types never turn into anything else, nor into nothing."""
    fault = refused(tmp_path, collection(feature(), feature(geometry)), "a.geojson")
    assert (fault.code, fault.details["row"]) == ("GEOM_CORRUPT", 2)


def test_numbers_out_of_range_are_left_to_the_checks(tmp_path: Path) -> None:
    """A coordinate too large for a double becomes infinity, which is for validation to refuse by row."""
    sent = '{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1e999, 0]}}'
    (wkb,) = send(tmp_path, sent, "a.json").layers[0].cells.column(GEOMETRY).to_pylist()
    assert math.isinf(shapely.from_wkb(wkb).x)


def test_limits_of_features_and_properties(tmp_path: Path) -> None:
    """A collection over the limits is refused."""
    sent = collection(feature(a=1, b=2), feature(c=3))
    assert refused(tmp_path, sent, "a.json", limits=limited(columns=2)).code == "TOO_MANY_COLUMNS"
    assert refused(tmp_path, sent, "a.json", limits=limited(rows=1)).code == "SHEET_TOO_LARGE"


NUMBER = st.floats(allow_nan=False, allow_infinity=False)
POSITION = st.tuples(NUMBER, NUMBER) | st.tuples(NUMBER, NUMBER, NUMBER)
FLAT = st.lists(st.tuples(NUMBER, NUMBER), min_size=2, max_size=5)
HIGH = st.lists(st.tuples(NUMBER, NUMBER, NUMBER), min_size=2, max_size=5)
LINE = FLAT | HIGH
SQUARE = shapely.Polygon(shapely.box(0, 0, 9, 9).exterior.coords, [shapely.box(2, 2, 3, 3).exterior.coords])
SHAPES = (
    POSITION.map(shapely.Point)
    | LINE.map(shapely.LineString)
    | LINE.map(shapely.MultiPoint)
    | st.lists(FLAT, min_size=1, max_size=3).map(shapely.MultiLineString)
    | st.just(SQUARE)
    | st.just(shapely.MultiPolygon([SQUARE, shapely.box(20, 20, 21, 21)]))
    | POSITION.map(lambda position: shapely.GeometryCollection([shapely.Point(position), SQUARE]))
    | st.sampled_from([shapely.Point(), shapely.LineString(), shapely.Polygon(), shapely.MultiPolygon()])
)


@given(shape=SHAPES)
def test_geometries_are_encoded_to_the_last_bit(shape: shapely.Geometry) -> None:
    """Every GeoJSON geometry becomes the WKB that GEOS itself would write."""
    encoded = geometries.encode(json.loads(shapely.to_geojson(shape)))
    (checked,) = geometries.check([encoded], [1])
    assert shapely.equals_identical(shapely.from_wkb(checked), shape)
