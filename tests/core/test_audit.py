"""The audit: who is in which ring of which station, how often, how surely and with what priority."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pyproj import Geod
from shapely import LineString, Point, Polygon, box

from geo_registry.catalog import load
from geo_registry.core.audit import MAX_RINGS, Audit, AuditRequest, audit
from geo_registry.core.audit.counts import COUNTS
from geo_registry.core.kinds import Catalog
from geo_registry.errors import CRSError, ValueRefused

Ask = Callable[..., Audit]
GEOD = Geod(ellps="WGS84")
ON = date(2026, 6, 1)
HERE = (114.02, 33.58)
PAIR_COLUMNS = """station_id station_code station_name source_id source_code kind name status active
    distance_m bearing_deg ring_m uncertain accuracy_m score priority flagged reasons""".split()


@pytest.fixture(scope="module")
def catalog(project_root: Path) -> Catalog:
    """Return the project's own layer files."""
    return load(project_root / "layers")


def away(distance_m: float, azimuth_deg: float = 90.0, start: tuple[float, float] = HERE) -> Point:
    """Place a point so far from here, by GeographicLib."""
    lon, lat, _ = GEOD.fwd(*start, azimuth_deg, distance_m)
    return Point(lon, lat)


def frame(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    """Make a frame in WGS 84 of hand-written rows."""
    table = pd.DataFrame([{"geometry": None} | row for row in rows])
    return gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4326")


def station(code: str = "S1", place: Point | None = None, **more: object) -> dict[str, object]:
    """Write one station's row."""
    return {"id": f"id-{code}", "code": code, "geometry": place or Point(HERE)} | more


def kiln(code: str, place: object, **more: object) -> dict[str, object]:
    """Write one brick kiln's row."""
    return {"id": f"id-{code}", "code": code, "kind": "brick_kiln", "geometry": place} | more


@pytest.fixture(scope="module")
def ask(catalog: Catalog) -> Ask:
    """Return the audit with a request of hand-written parts; one station here unless others are given."""

    def audited(
        sources: gpd.GeoDataFrame, stations: gpd.GeoDataFrame | None = None, **asked: object
    ) -> Audit:
        request = AuditRequest(**({"on": ON} | asked))  # type: ignore[arg-type]
        sited = frame(station()) if stations is None else stations
        return audit(sources, sited, catalog=catalog, request=request)

    return audited


def counts(table: pd.DataFrame, kind: str = "all") -> list[tuple[int, ...]]:
    """Read the four counts of each ring of one kind."""
    return [
        tuple(int(count) for count in row) for row in table[table["kind"] == kind][list(COUNTS)].to_numpy()
    ]


# ------------------------------------------------------------------------------------------ pairs


def test_pairs_of_five_rows(ask: Ask) -> None:
    """A pair tells who, how far, which way and in which ring; by score, then distance."""
    sources = frame(
        kiln("far", away(4000, 180)),
        kiln("near", away(900, 90), name="窑一"),
        kiln("out", away(5000.001)),
        kiln("west", away(950, 270)),
        kiln("lost", None),
    )
    pairs = ask(sources).pairs
    assert list(pairs.columns) == PAIR_COLUMNS
    assert pairs["source_code"].tolist() == ["near", "west", "far"]
    assert pairs["distance_m"].to_numpy() == pytest.approx([900, 950, 4000], abs=1e-6)
    assert pairs["bearing_deg"].to_numpy() == pytest.approx([90, 270, 180], abs=1e-6)
    assert pairs["ring_m"].tolist() == [1000, 1000, 5000]
    assert pairs["score"].tolist() == [75, 75, 40]
    assert pairs["priority"].tolist() == ["high", "high", "medium"]
    assert pairs["flagged"].tolist() == [True, True, False]
    assert pairs["reasons"].iloc[0] == "ring:1000=50;kind:brick_kiln=25"
    assert pairs.iloc[0][["station_id", "station_code", "source_id", "name", "status"]].tolist() == [
        "id-S1",
        "S1",
        "id-near",
        "窑一",
        "operating",
    ]


@settings(max_examples=10)
@given(st.floats(-89, 89), st.lists(st.floats(2, 20_000), min_size=1, max_size=MAX_RINGS, unique=True))
def test_inside_means_at_most_the_ring(ask: Ask, lat: float, radii_m: list[float]) -> None:
    """A source at exactly a ring's radius by GeographicLib is inside; a ring one bit less leaves it out."""
    places = [away(radius_m, 17.0 * number, (114.0, lat)) for number, radius_m in enumerate(radii_m)]
    far_m = np.array([GEOD.inv(114.0, lat, place.x, place.y)[2] for place in places])
    sources = frame(*(kiln(str(number), place) for number, place in enumerate(places)))
    stations = frame(station(place=Point(114.0, lat)))
    pairs = ask(sources, stations, rings_m=tuple(far_m)).pairs.set_index("source_code")
    assert pairs["ring_m"].loc[[str(number) for number in range(len(places))]].tolist() == list(far_m)
    smaller = ask(sources, stations, rings_m=tuple(np.nextafter(far_m, 0))).pairs.set_index("source_code")
    assert (smaller["ring_m"] > pairs["ring_m"].loc[smaller.index]).all()
    assert len(smaller) == len(places) - 1


def test_a_tie_is_broken_by_code_then_id(ask: Ask) -> None:
    """Sources of one score at one distance stand by code, those without one last, equal codes by id."""
    place = away(500)
    rows = [
        kiln("b", place),
        kiln("a", place, id="2"),
        kiln("a", place, id="1"),
        kiln("c", place) | {"code": None},
    ]
    assert ask(frame(*rows)).pairs["source_id"].tolist() == ["1", "2", "id-b", "id-c"]


def test_stations_stand_by_code(ask: Ask) -> None:
    """Pairs are listed by the station's code, however the stations came."""
    stations = frame(station("S2"), station("S1", away(100)))
    found = ask(frame(kiln("a", away(50, 0))), stations)
    assert found.pairs["station_code"].tolist() == ["S1", "S2"]
    assert found.pairs_for("id-S2")["station_code"].tolist() == ["S2"]


def test_polygons_and_lines(ask: Ask) -> None:
    """From a line or polygon the nearest point counts; inside a polygon it is 0 m, towards the centroid."""
    lon, lat = HERE
    sources = frame(
        kiln("round", box(lon - 0.01, lat - 0.02, lon + 0.03, lat + 0.02)),
        kiln("road", LineString([away(800, 180), away(3000, 180)])),
        kiln("yard", Polygon([away(2000, 90), away(2500, 80), away(2500, 100)])),
    )
    pairs = ask(sources).pairs.set_index("source_code")
    assert pairs["distance_m"].to_dict() == pytest.approx({"round": 0, "road": 800, "yard": 2000}, abs=1e-3)
    assert pairs["bearing_deg"].to_dict() == pytest.approx({"round": 90, "road": 180, "yard": 90}, abs=0.01)
    assert pairs.loc["round", "reasons"] == "siting:50=100;kind:brick_kiln=25;cap=-25"


def test_scores_do_not_depend_on_the_rings_asked(ask: Ask) -> None:
    """Other rings change the counts, never a score; beyond the scoring rings a pair still scores."""
    sources = frame(kiln("a", away(900)), kiln("b", away(8000)))
    wide = ask(sources, rings_m=(500, 10_000)).pairs
    assert wide["ring_m"].tolist() == [10_000, 10_000]
    assert wide["reasons"].tolist() == ["ring:1000=50;kind:brick_kiln=25", "beyond:5000=5;kind:brick_kiln=25"]


def test_conditions_reach_the_score(catalog: Catalog) -> None:
    """Checklist, rebound, deadline and the zones valid at the date add to a pair's score."""
    item = catalog.kinds["construction_site"].check_items[0]
    place = away(2000)
    site = kiln("a", place, kind="construction_site", status="rebounded", planned_end="2026-01-01") | {
        item: "fail"
    }
    zones = frame(
        {"id": "z", "kind": "coal_ban_zone", "geometry": place.buffer(0.01), "valid_to": "2026-05-31"},
        {"id": "y", "kind": "urban_core", "geometry": place.buffer(0.01)},
    )
    found = audit(frame(site), frame(station()), catalog=catalog, request=AuditRequest(on=ON), zones=zones)
    reasons = found.pairs["reasons"].iloc[0].split(";")
    assert reasons[:2] == ["ring:3000=30", "kind:construction_site=20"]
    assert reasons[2:5] == ["checklist:1=5", "rebounded=15", "zone:urban_core=15"]
    assert reasons[5:] == ["overdue:planned_end=10", "condition_cap=-15"]
    assert found.pairs["score"].tolist() == [80]


# ------------------------------------------------------------------------------------------ who counts


def test_statuses(ask: Ask) -> None:
    """Pairs list the statuses asked, active ones by default; counts always give active and all."""
    sources = frame(kiln("a", away(500), status="operating"), kiln("b", away(600), status="banned"))
    listed = {
        asked: ask(sources, statuses=asked).pairs["source_code"].tolist()
        for asked in ("active", "all", ("banned", "lead"))
    }
    assert listed == {"active": ["a"], "all": ["a", "b"], ("banned", "lead"): ["b"]}
    found = ask(sources, statuses=("banned",))
    assert counts(found.summary) == [(1, 1, 2, 2), (1, 0, 2, 0), (1, 0, 2, 0)]
    assert found.pairs["active"].tolist() == [False]


def test_valid_time(ask: Ask) -> None:
    """Only stations and sources valid on the day count; their first and last day are part of it."""
    sources = frame(
        kiln("old", away(500), valid_to="2026-05-31"),
        kiln("last", away(500), valid_to="2026-06-01"),
        kiln("first", away(500), valid_from="2026-06-01"),
        kiln("new", away(500), valid_from="2026-06-02"),
    )
    stations = frame(station("S1", valid_to="2020-01-01"), station("S2"))
    pairs = ask(sources, stations).pairs
    assert pairs[["station_code", "source_code"]].to_numpy().tolist() == [["S2", "first"], ["S2", "last"]]


def test_only_sources_count(ask: Ask) -> None:
    """Cameras, zones and stations among the rows are never counted."""
    rows = [kiln("a", away(500))]
    rows += [kiln(kind, away(500), kind=kind) for kind in ("camera", "district", "monitoring_station")]
    found = ask(frame(*rows), statuses="all")
    assert found.pairs["source_code"].tolist() == ["a"]
    assert counts(found.totals) == [(1, 1, 1, 1), (1, 0, 1, 0), (1, 0, 1, 0)]


def test_unlocated_sources_are_told_not_counted(ask: Ask) -> None:
    """A source without a position is in no ring and stands in the provenance by kind."""
    rows = [kiln("a", away(500)), kiln("b", None), kiln("c", Point()), kiln("d", None, kind="curing_kiln")]
    found = ask(frame(*rows))
    assert (found.provenance.sources, dict(found.provenance.unlocated)) == (
        1,
        {"brick_kiln": 2, "curing_kiln": 1},
    )
    assert len(found.pairs) == 1


def test_kinds_asked(ask: Ask) -> None:
    """The kinds asked are counted, one with none too, in the catalog's order; others are not."""
    sources = frame(kiln("a", away(500)), kiln("b", away(500), kind="curing_kiln"))
    found = ask(sources, kinds=("curing_kiln", "batching_plant"), rings_m=(1000,))
    assert found.summary["kind"].tolist() == ["batching_plant", "curing_kiln", "all"]
    assert found.summary["cumulative_all"].tolist() == [0, 1, 1]


# ------------------------------------------------------------------------------------------ counts


def test_totals_count_a_source_once(ask: Ask) -> None:
    """A source in the rings of two stations counts once in the city, by its smallest ring."""
    stations = frame(station("S1"), station("S2", away(2000)))
    found = ask(frame(kiln("a", away(500))), stations)
    assert counts(found.summary) == [
        (1, 1, 1, 1),
        (1, 0, 1, 0),
        (1, 0, 1, 0),
        (0, 0, 0, 0),
        (1, 1, 1, 1),
        (1, 0, 1, 0),
    ]
    assert counts(found.totals) == [(1, 1, 1, 1), (1, 0, 1, 0), (1, 0, 1, 0)]


def test_nothing_near_is_still_counted(ask: Ask) -> None:
    """Without a source in reach, without sources or without stations the tables are there, empty or zero."""
    far = ask(frame(kiln("a", away(50_000))))
    assert counts(far.summary, "brick_kiln") == [(0, 0, 0, 0)] * 3
    assert list(far.pairs.columns) == PAIR_COLUMNS
    assert far.pairs.empty
    none = ask(frame(kiln("a", away(500))).iloc[:0], kinds=("brick_kiln",))
    assert counts(none.totals, "brick_kiln") == [(0, 0, 0, 0)] * 3
    nowhere = ask(frame(kiln("a", away(500))), frame(station()).iloc[:0])
    assert nowhere.summary.empty
    assert counts(nowhere.totals) == [(0, 0, 0, 0)] * 3
    json.dumps([far.as_document(), none.as_document(), nowhere.as_document()], allow_nan=False)


def test_siting_looks_at_every_status(ask: Ask) -> None:
    """Within 50 m a source of any status breaches the siting, whatever rings and statuses are asked."""
    sources = frame(kiln("a", away(50.001)), kiln("b", away(49.999), status="closed"), kiln("c", away(10)))
    found = ask(sources, rings_m=(5,))
    assert found.siting["source_code"].tolist() == ["c", "b"]
    assert found.siting["active"].tolist() == [True, False]
    assert found.pairs.empty


# ------------------------------------------------------------------------------------------ uncertainty


@pytest.mark.parametrize(
    ("distance_m", "known", "expected"),
    [
        (900, {"accuracy_m": 99.0}, (False, 99)),
        (900, {"accuracy_m": 101.0}, (True, 101)),
        (1100, {"accuracy_m": 101.0}, (True, 101)),
        (1100, {"accuracy_m": 99.0}, (False, 99)),
        (4995, {"coord_method": "gps"}, (True, 10)),
        (4985, {"coord_method": "gps"}, (False, 10)),
        (3049, {"coord_method": "digitised"}, (True, 50)),
        (2000, {"coord_method": "geocoded_village"}, (True, 1000)),
        (4500, {"coord_method": "geocoded_village", "accuracy_m": 5.0}, (False, 5)),
        (900, {"accuracy_m": 0.0}, (False, 0)),
        (990, {}, (None, None)),
        (990, {"coord_method": "unknown"}, (None, None)),
        (990, {"accuracy_m": -1.0}, (None, None)),
    ],
)
def test_uncertain(
    ask: Ask, distance_m: float, known: dict[str, object], expected: tuple[bool | None, float | None]
) -> None:
    """A pair is uncertain where its accuracy could flip any ring, and that is unknown without an accuracy."""
    pair = ask(frame(kiln("a", away(distance_m), **known))).pairs.iloc[0]
    found = pair[["uncertain", "accuracy_m"]].tolist()
    assert tuple(None if pd.isna(one) else one for one in found) == expected


def test_near_misses(ask: Ask) -> None:
    """Sources outside the widest ring that their accuracy may put inside are counted, not listed."""
    sources = frame(
        kiln("in", away(4990), accuracy_m=500.0),
        kiln("near", away(5010), accuracy_m=20.0),
        kiln("rough", away(5900), coord_method="geocoded_village"),
        kiln("sure", away(5010), accuracy_m=5.0),
        kiln("unknown", away(5010)),
        kiln("gone", away(5010), accuracy_m=20.0, status="closed"),
    )
    stations = frame(station("S1"), station("S2", away(50_000)))
    found = ask(sources, stations)
    assert found.near_misses[["station_code", "near_misses"]].to_numpy().tolist() == [["S1", 2], ["S2", 0]]
    assert found.pairs["source_code"].tolist() == ["in"]


# ------------------------------------------------------------------------------------------ plain frames


def test_an_analysts_frame(ask: Ask) -> None:
    """A frame with only a kind and places is audited: its index serves as id, its status is the default."""
    sources = gpd.GeoDataFrame({"kind": ["brick_kiln"] * 2}, geometry=[away(500), away(700)], crs=4490)
    stations = gpd.GeoDataFrame({"point": [Point(HERE)]}, geometry="point", crs=4326)
    pairs = ask(sources, stations).pairs
    assert pairs["source_id"].tolist() == ["0", "1"]
    assert pairs["status"].tolist() == ["operating"] * 2
    assert pairs["source_code"].isna().all()


@pytest.mark.parametrize("crs", [None, 3857, 4547])
@pytest.mark.parametrize("side", ["sources", "stations", "zones"])
def test_metres_are_refused(catalog: Catalog, crs: int | None, side: str) -> None:
    """A frame that is not in longitude and latitude is refused, not guessed at or reprojected."""
    frames = {"sources": frame(kiln("a", away(500))), "stations": frame(station()), "zones": frame(station())}
    frames[side] = frames[side].set_crs(crs, allow_override=True)  # type: ignore[arg-type]
    with pytest.raises(CRSError):
        audit(
            frames["sources"],
            frames["stations"],
            catalog=catalog,
            request=AuditRequest(on=ON),
            zones=frames["zones"],
        )


@pytest.mark.parametrize(
    ("row", "asked", "code"),
    [
        ({"kind": "volcano"}, {}, "KIND_UNKNOWN"),
        ({"kind": None}, {}, "KIND_UNKNOWN"),
        ({"status": "整改"}, {}, "STATUS_UNKNOWN"),
        ({}, {"statuses": "inactive"}, "STATUS_UNKNOWN"),
        ({}, {"statuses": ("closed", "lost")}, "STATUS_UNKNOWN"),
        ({}, {"kinds": ("volcano",)}, "KIND_UNKNOWN"),
        ({}, {"kinds": ("camera",)}, "KIND_NOT_SOURCE"),
    ],
)
def test_unknown_words_are_refused(
    ask: Ask, row: dict[str, object], asked: dict[str, object], code: str
) -> None:
    """A kind or status that the catalog does not know is refused, never silently left uncounted."""
    with pytest.raises(ValueRefused) as refused:
        ask(frame(kiln("a", away(500)) | row), **asked)
    assert refused.value.code == code


def test_rows_must_be_told_apart(ask: Ask) -> None:
    """Two rows with one id, and a station that is no point, are refused."""
    with pytest.raises(ValueRefused, match="ID_REPEATED"):
        ask(frame(kiln("a", away(500)), kiln("a", away(600))))
    with pytest.raises(ValueRefused, match="STATION_NOT_POINT"):
        ask(frame(kiln("a", away(500))), frame(station() | {"geometry": Point(HERE).buffer(1)}))


@pytest.mark.parametrize("radius_m", [0, -5, float("nan"), float("inf"), 0.999, 1e-300, 20_040_001, 1e308])
def test_rings_must_fit_on_the_earth(radius_m: float) -> None:
    """A ring of 0 m, less, less than a metre, more than half round the earth, or no number is refused."""
    with pytest.raises(ValueRefused, match="RING_NOT_POSITIVE"):
        AuditRequest(on=ON, rings_m=(1000, radius_m))


def test_rings_are_sorted_each_once() -> None:
    """Rings may come in any order and twice; none, and more than twenty, are refused."""
    assert AuditRequest(on=ON, rings_m=(3000, 50, 3000)).rings_m == (50.0, 3000.0)
    assert len(AuditRequest(on=ON, rings_m=tuple(range(1, MAX_RINGS + 1))).rings_m) == MAX_RINGS
    for rings_m in ((), tuple(range(1, MAX_RINGS + 2))):
        with pytest.raises(ValueRefused, match="RINGS_COUNT"):
            AuditRequest(on=ON, rings_m=rings_m)


# ------------------------------------------------------------------------------------------ laws


@st.composite
def neighbourhoods(draw: st.DrawFn) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw some sources and stations within a few kilometres of each other, anywhere on earth."""
    start = draw(st.floats(-180, 180)), draw(st.floats(-88, 88))
    places = st.builds(away, st.floats(0, 9000), st.floats(0, 360), st.just(start))
    kinds = st.sampled_from(["brick_kiln", "coal_sales_point", "camera"])
    statuses = st.sampled_from(["operating", "banned", "rebounded"])
    more = st.fixed_dictionaries(
        {"kind": kinds, "status": statuses, "accuracy_m": st.sampled_from([None, 10.0, 700.0])}
    )
    sources = [kiln(f"{n}", draw(places), **draw(more)) for n in range(draw(st.integers(1, 25)))]
    stations = [station(f"{n}", draw(places)) for n in range(draw(st.integers(1, 4)))]
    return frame(*sources), frame(*stations)


@settings(max_examples=12)
@given(neighbourhoods())
def test_counts_agree_with_each_other(ask: Ask, rows: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]) -> None:
    """Cumulative adds up exclusive; kinds add up to all; the city has no more than its stations together."""
    found = ask(*rows, statuses="all")
    for name in ("active", "all"):
        grouped = found.summary.groupby(["station_id", "kind"])[f"exclusive_{name}"].cumsum()
        assert (grouped == found.summary[f"cumulative_{name}"]).all()
    kinds = (
        found.summary[found.summary["kind"] != "all"].groupby(["station_id", "ring_m"])[list(COUNTS)].sum()
    )
    every = found.summary[found.summary["kind"] == "all"].set_index(["station_id", "ring_m"])[list(COUNTS)]
    assert_frame_equal(kinds.reindex(every.index, fill_value=0), every)
    together = found.summary.groupby(["kind", "ring_m"])[["cumulative_active", "cumulative_all"]].sum()
    city = found.totals.set_index(["kind", "ring_m"])[["cumulative_active", "cumulative_all"]].sort_index()
    assert (city <= together).all(axis=None)
    assert found.summary[found.summary["kind"] == "all"]["exclusive_all"].sum() == len(found.pairs)
    widest = found.totals[(found.totals["kind"] == "all") & (found.totals["ring_m"] == 5000)]
    assert widest["cumulative_all"].tolist() == [found.pairs["source_id"].nunique()]


@settings(max_examples=12)
@given(neighbourhoods(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    ask: Ask, rows: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], chance: object
) -> None:
    """The same rows in another order give the same audit, to the byte of its document."""
    shuffled = [one.iloc[chance.sample(range(len(one)), len(one))] for one in rows]  # type: ignore[attr-defined]
    first, second = (json.dumps(ask(*one).as_document()) for one in (rows, shuffled))
    assert first == second


@settings(max_examples=12)
@given(neighbourhoods())
def test_pairs_equal_brute_force(ask: Ask, rows: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]) -> None:
    """Pairs, distances and bearings are those of GeographicLib over every combination."""
    sources, stations = rows
    pairs = ask(sources, stations, statuses="all").pairs
    counted = sources[sources["kind"] != "camera"]
    every = stations[["id", "geometry"]].merge(counted[["id", "geometry"]], how="cross")
    start, end = gpd.GeoSeries(every["geometry_x"]), gpd.GeoSeries(every["geometry_y"])
    azimuth_deg, _, distance_m = GEOD.inv(start.x, start.y, end.x, end.y)
    every = every.assign(distance_m=distance_m, azimuth_deg=np.mod(azimuth_deg, 360))[distance_m <= 5000]
    found = pairs.set_index(["station_id", "source_id"]).loc[
        pd.MultiIndex.from_frame(every[["id_x", "id_y"]])
    ]
    assert len(found) == len(pairs)
    assert found["distance_m"].to_numpy() == pytest.approx(every["distance_m"].to_numpy(), abs=1e-6)
    apart = np.abs(found["bearing_deg"].to_numpy() - every["azimuth_deg"].to_numpy())
    assert (np.minimum(apart, 360 - apart)[every["distance_m"].to_numpy() > 1] < 1e-4).all()


# ------------------------------------------------------------------------------------------ document


def test_document(ask: Ask, catalog: Catalog) -> None:
    """The document is plain JSON: metres with three decimals, bearings with two, missing as null."""
    found = ask(frame(kiln("a", away(1234.56789, 359.999))), rings_m=(2000,))
    document = json.loads(json.dumps(found.as_document(), allow_nan=False))
    assert document["request"] == {"rings_m": [2000], "on": "2026-06-01", "statuses": "active", "kinds": None}
    assert document["provenance"]["catalog_digest"] == catalog.digest
    assert document["provenance"]["score_version"] == "1"
    assert document["pairs"][0]["distance_m"] == 1234.568
    assert document["pairs"][0]["bearing_deg"] == 0
    assert document["pairs"][0]["uncertain"] is None
    assert document["pairs"][0]["name"] is None
    assert document["summary"][0]["cumulative_all"] == 1
    assert document["near_misses"] == [
        {"station_id": "id-S1", "station_code": "S1", "station_name": None, "near_misses": 0}
    ]


# ------------------------------------------------------------------------------------------ real rows


def test_power_plants_round_national_stations(ask: Ask, shared_data: Path) -> None:
    """Of 3,118 real plants 17, 151 and 389 pairs lie within 1, 3 and 5 km of 1,498 stations, as Geod says."""
    plants = pd.read_csv(shared_data / "cn_power_plants_wri_raw.csv", dtype=str).drop_duplicates()
    plants = plants.dropna(subset=["Longitude", "Latitude"]).rename(
        columns={"Power Plant ID": "code", "Name": "name"}
    )
    places = gpd.points_from_xy(plants["Longitude"].astype(float), plants["Latitude"].astype(float))
    sources = gpd.GeoDataFrame(
        plants[["code", "name"]].assign(kind="industrial_enterprise"), geometry=places, crs=4326
    )
    listed = pd.read_csv(shared_data / "pm25gnn_station_info.csv").rename(columns={"ID": "code"})
    stations = gpd.GeoDataFrame(
        listed[["code"]], geometry=gpd.points_from_xy(listed["lon"], listed["lat"]), crs=4326
    )
    found = ask(sources, stations)
    assert (found.provenance.sources, found.provenance.stations) == (3118, 1498)
    every = found.summary[found.summary["kind"] == "all"]
    assert every.groupby("ring_m")["cumulative_all"].sum().tolist() == [17, 151, 389]
    hit = every[every["cumulative_all"] > 0].groupby("ring_m")["station_id"].nunique()
    assert hit.tolist() == [15, 129, 312]
    source = sources.geometry[found.pairs["source_id"].astype(int)]
    sited = stations.geometry[found.pairs["station_id"].astype(int)]
    _, _, distance_m = GEOD.inv(sited.x, sited.y, source.x, source.y)
    assert found.pairs["distance_m"].to_numpy() == pytest.approx(distance_m, abs=1e-6)
