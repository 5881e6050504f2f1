from __future__ import annotations

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_registry.core.space.crs import is_projected, metric_crs_of, parse_crs, project, unproject
from geo_registry.errors import CRSError, DatumError, ValueRefused

BELTS = [*range(4491, 4555)]
WKT_DIALECTS = ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019", "WKT2_2019_SIMPLIFIED"]


def central_meridian(code: int) -> float:
    """Give the middle of a Gauss-Kruger belt of CGCS2000 from its EPSG number."""
    first, step = next(
        (start, step) for start, step in ((4534, 3), (4513, 3), (4502, 6), (4491, 6)) if code >= start
    )
    return 75.0 + (code - first) * step


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("wgs84", "wgs84"),
        (" WGS 84 ", "wgs84"),
        ("WGS-84", "wgs84"),
        ("GCJ_02", "gcj02"),
        ("BD-09", "bd09"),
        ("CGCS2000", "cgcs2000"),
        ("EPSG:4326", "wgs84"),
        ("epsg:4490", "cgcs2000"),
        ("4547", "EPSG:4547"),
        ("urn:ogc:def:crs:EPSG::4526", "EPSG:4526"),
        ("urn:ogc:def:crs:EPSG:9.9.1:4526", "EPSG:4526"),
        ("http://www.opengis.net/def/crs/EPSG/0/3857", "EPSG:3857"),
        ("CRS84", "wgs84"),
        ("OGC:CRS84", "wgs84"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "wgs84"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "wgs84"),
    ],
)
def test_a_datum_may_be_said_in_many_ways(text: str, canonical: str) -> None:
    """Names in any case and with any dashes, codes, URNs and URLs come to one canonical string."""
    assert parse_crs(text) == canonical
    assert parse_crs(canonical) == canonical


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "DATUM_MISSING"),
        ("  ", "DATUM_MISSING"),
        ("mars", "DATUM_UNKNOWN"),
        ("Beijing", "DATUM_UNKNOWN"),
        ("unknown", "DATUM_UNKNOWN"),
        ("EPSG:4326+5773", "DATUM_UNKNOWN"),
        ("EPSG:99999", "CRS_INVALID"),
        ('GEOGCS["foo"', "CRS_INVALID"),
        ('{"type": 1}', "CRS_INVALID"),
        ("EPSG:4978", "CRS_UNSUPPORTED"),  # x, y, z from the Earth's centre
        ("EPSG:5773", "CRS_UNSUPPORTED"),  # heights
        ("EPSG:4610", "CRS_UNSUPPORTED"),  # Xian 1980: no public way to WGS 84
        ("EPSG:2384", "CRS_UNSUPPORTED"),
        ("EPSG:4214", "CRS_UNSUPPORTED"),  # Beijing 1954: ways only for patches of the country
        ("EPSG:2437", "CRS_UNSUPPORTED"),
        ('LOCAL_CS["site"]', "CRS_UNSUPPORTED"),
    ],
)
def test_what_names_no_usable_system_is_refused(text: str, code: str) -> None:
    """A text that names no system, or one that has no exact way to WGS 84, is refused and never guessed."""
    with pytest.raises(DatumError) as refused:
        parse_crs(text)
    assert refused.value.code == code


@pytest.mark.parametrize("dialect", WKT_DIALECTS)
@pytest.mark.parametrize("code", [4326, 4490, 4547, 4526, 4500, 4511, 32650, 3857])
def test_wkt_is_known_by_what_it_computes(code: int, dialect: str) -> None:
    """The WKT of a system, in every dialect files carry, is known; twins with equal numbers are one."""
    named = parse_crs(pyproj.CRS.from_epsg(code).to_wkt(dialect))
    if code in {4326, 4490}:
        assert named == {4326: "wgs84", 4490: "cgcs2000"}[code]
        return
    middle = 114.0 if code in {4547, 4526} else 129.0
    assert np.allclose(project(middle, 33.0, int(named[5:])), project(middle, 33.0, code), rtol=0, atol=1e-6)


@pytest.mark.parametrize("dialect", ["WKT1_ESRI", "WKT1_GDAL"])
@pytest.mark.parametrize(("true", "false"), [("500000", "600000"), ("114", "114.5"), ("6378137", "6378245")])
def test_wkt_with_other_numbers_is_not_what_its_title_says(dialect: str, true: str, false: str) -> None:
    """A belt's WKT with another easting, meridian or ellipsoid under the same title is refused."""
    title, _, body = pyproj.CRS.from_epsg(4547).to_wkt(dialect).partition(",")
    doctored = f"{title},{body.replace(true, false)}".replace(',AUTHORITY["EPSG","4547"]', "")
    assert false in doctored
    with pytest.raises(CRSError) as refused:
        parse_crs(doctored)
    assert refused.value.code == "CRS_UNSUPPORTED"


def test_parts_round_a_system_are_looked_through() -> None:
    """A compound system gives its horizontal part, one tied by zeros is itself, other ties are refused."""
    compound = pyproj.crs.CompoundCRS("both", ["EPSG:4547", "EPSG:5773"])
    assert parse_crs(compound.to_wkt()) == "EPSG:4547"
    tied = pyproj.CRS.from_epsg(32650).to_wkt("WKT1_GDAL")
    spheroid = 'SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]]'
    assert spheroid in tied
    assert parse_crs(tied.replace(spheroid, f"{spheroid},TOWGS84[0,0,0,0,0,0,0]")) == "EPSG:32650"
    with pytest.raises(CRSError):
        parse_crs(tied.replace(spheroid, f"{spheroid},TOWGS84[30,0,0,0,0,0,0]"))


@pytest.mark.parametrize("code", BELTS)
def test_every_gauss_kruger_belt_is_that_of_proj(code: int) -> None:
    """Each CGCS2000 belt of 3 or 6 degrees, with zone number or without, agrees with pyproj to 1 µm."""
    middle = central_meridian(code)
    lon, lat = np.meshgrid(middle + np.linspace(-3.5, 3.5, 8), np.linspace(3.0, 54.0, 8))
    x, y = project(lon, lat, code)
    expected = pyproj.Transformer.from_crs(4326, code, always_xy=True).transform(lon, lat)
    assert np.allclose((x, y), expected, rtol=0.0, atol=1e-6)
    assert np.allclose(unproject(x, y, code), (lon, lat), rtol=0.0, atol=1e-11)
    on_axis = project(middle, 33.0, code)[0]
    step = 3.0 if code >= 4513 else 6.0
    zone = int(middle // step) + (step == 6.0)
    prefix = zone * 1e6 if code < 4502 or 4513 <= code < 4534 else 0.0
    assert on_axis == pytest.approx(prefix + 500_000.0, abs=1e-6)


def test_other_systems_come_through_proj() -> None:
    """UTM, Web Mercator and a datum PROJ ties to WGS 84 within metres agree with pyproj."""
    for code, lon, lat in ((32650, 117.3, 40.0), (3857, -70.0, -33.0), (2154, 2.0, 47.0)):
        x, y = project(lon, lat, code)
        expected = pyproj.Transformer.from_crs(4326, code, always_xy=True).transform(lon, lat)
        assert (float(x), float(y)) == pytest.approx(expected, abs=1e-6)
        assert np.allclose(unproject(x, y, code), (lon, lat), rtol=0.0, atol=1e-10)


def test_what_a_projection_cannot_reach_is_nan() -> None:
    """Places and eastings beyond a projection's reach come back NaN, not infinite."""
    assert np.isnan(project([114.0, 114.0], [95.0, 91.0], 4547)).all()
    assert np.isnan(unproject(1e12, 1e12, 4547)).all()


def test_projected_systems_are_told_from_degrees() -> None:
    """Only lengths in a plane count as projected."""
    projected = ["EPSG:4547", "EPSG:4526", "3857", pyproj.CRS.from_epsg(32650).to_wkt("WKT1_ESRI")]
    assert all(map(is_projected, projected))
    assert not any(map(is_projected, ["wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4326", "EPSG:4258"]))


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (114.02, 33.58, 4547),  # Luohe, in the belt of 114° E
        (112.02, 35.1, 4546),  # the west end of Jiyuan lies outside that belt
        (112.5, 35.1, 4547),
        (73.5, 39.5, 4534),  # belts start at 75° E
        (134.77, 48.4, 4554),
        (135.9, 48.4, 4554),
        (-0.12, 51.5, 32630),
        (151.2, -33.9, 32756),
        (-180.0, 10.0, 32601),
        (180.0, 10.0, 32601),
        (179.9, 10.0, 32660),
        (359.0, 10.0, 32630),
        (10.0, 85.0, 5041),
        (10.0, -81.0, 5042),
    ],
)
def test_a_place_has_its_metric_system(lon: float, lat: float, code: int) -> None:
    """China's places get their 3-degree belt without zone number, others their UTM zone or UPS."""
    assert metric_crs_of(lon, lat) == f"EPSG:{code}"


@given(st.floats(-180.0, 180.0), st.floats(-90.0, 90.0))
def test_the_metric_system_is_true_to_length(lon: float, lat: float) -> None:
    """In the system chosen for a place, 100 m north of it are 100 m within 1 per cent, anywhere on Earth."""
    code = int(metric_crs_of(lon, lat)[5:])
    lat1, lat2 = (lat - 0.0009, lat) if lat > 0 else (lat, lat + 0.0009)
    x, y = project([lon, lon], [lat1, lat2], code)
    true_m = pyproj.Geod(ellps="WGS84").inv(lon, lat1, lon, lat2)[2]
    assert float(np.hypot(x[1] - x[0], y[1] - y[0])) == pytest.approx(true_m, rel=0.01)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (np.nan, 33.0, "COORD_NOT_FINITE"),
        (114.0, 91.0, "COORD_OUT_OF_RANGE"),
        (5e5, 33.0, "COORD_OUT_OF_RANGE"),
    ],
)
def test_no_place_has_no_metric_system(lon: float, lat: float, code: str) -> None:
    """What is not longitude and latitude is refused."""
    with pytest.raises(ValueRefused) as refused:
        metric_crs_of(lon, lat)
    assert refused.value.code == code
