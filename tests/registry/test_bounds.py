"""One filter in plain Python against every door: a viewer sees the same whichever it comes through."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import geopandas as gpd
import mapbox_vector_tile
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely import Point, box

import geo_registry as gr
from geo_registry.core.access import RIGHTS, AccountRole, Viewer, area, owner, public
from geo_registry.core.frame import conform
from geo_registry.errors import NotFound
from geo_registry.registry.seeing import many
from geo_registry.store import connect
from geo_registry.store.chain import Commit
from geo_registry.store.rows import Change

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_registry.registry import Registry

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
HERE = (114.0, 33.5)
KINDS = ("brick_kiln", "coal_sales_point", "construction_site", "camera")
SPELLED = {"郾城区": ("郾城区", " 郾城区", "411103"), "召陵区": ("召陵区", "召陵区　")}
"""How ledgers write two districts: with blanks, full-width ones, and as a code."""
UNITS = ("91411100MA3X00001P", "91411100MA3X00002T")
EVERYWHERE = ("auditor", "city", "admin")

Row = dict[str, Any]


def spelling(name: str) -> frozenset[str]:
    """Give what a district's account is told: its name and code."""
    return frozenset({name, "411103"} if name == "郾城区" else {name})


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """Draw a few records round a station, of any district, unit and status."""
    districts = st.sampled_from([None, "源汇区", *(word for words in SPELLED.values() for word in words)])
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=9))
    return [
        {
            "id": f"{number + 1:016x}",
            "kind": kind,
            "code": f"C{number:02d}",
            "name": f"〔{number}〕",
            "status": draw(st.sampled_from(["operating", "lead", "banned"])),
            "district": draw(districts),
            "township": draw(st.sampled_from([None, "孟庙镇", "城关镇"])),
            "village": draw(st.sampled_from([None, "甲村"])),
            "uscc": draw(st.sampled_from([None, *UNITS])),
            "contact": f"0395-{number}",
            "geometry": draw(places(outlines=kind != "camera")),
        }
        for number, kind in enumerate(kinds)
    ]


@st.composite
def places(draw: st.DrawFn, *, outlines: bool) -> object:
    """Draw a point or, where there may be outlines, a small square near the station, or no place at all."""
    lon, lat = (at + draw(st.integers(-60, 60)) / 1_000 for at in HERE)
    if not outlines:
        return draw(st.sampled_from([None, Point(lon, lat)]))
    return draw(
        st.sampled_from([None, Point(lon, lat), Point(lon, lat), box(lon, lat, lon + 0.002, lat + 0.002)])
    )


@st.composite
def viewers(draw: st.DrawFn) -> Viewer:
    """Draw a viewer of any role with areas and units that fit it."""
    role: AccountRole = draw(st.sampled_from(sorted(RIGHTS)))
    if role == "public":
        return public()
    if role in EVERYWHERE:
        return Viewer(role, role, None)
    if role == "unit":
        return Viewer(role, role, frozenset(), draw(st.frozensets(st.sampled_from(UNITS))))
    levels = {"district": 1, "township": 2, "warden": 3}[role]
    below = ("孟庙镇", "甲村")[: levels - 1]
    names = draw(st.sets(st.sampled_from(sorted(SPELLED)), min_size=1))
    areas = frozenset(area(spelling(name), *([one] for one in below)) for name in names)
    return Viewer(role, role, areas)


def sees(viewer: Viewer, row: Row) -> bool:
    """Tell in plain Python whether a viewer sees a record: the rule that every door is held against."""
    if row["kind"] == "monitoring_station":
        return True
    if viewer.role == "public" and row["status"] == "lead":
        return False
    return viewer.role == "public" or is_own(viewer, row)


def is_own(viewer: Viewer, row: Row) -> bool:
    """Tell in plain Python whether a record lies in a viewer's areas, or is one of its units'."""
    if viewer.role in EVERYWHERE:
        return True
    if viewer.role == "unit":
        return row.get("uscc") in viewer.units
    said = [str(row.get(level) or "").strip() for level in ("district", "township", "village")]
    return any(
        all(word in spellings for word, spellings in zip(said, one, strict=False))
        for one in viewer.areas or ()
    )


STATION: Row = {
    "id": "5" * 16,
    "kind": "monitoring_station",
    "code": "S0",
    "name": "〔站〕",
    "status": "operating",
    "district": "源汇区",
    "level": "national",
    "contact": "0395-s",
    "geometry": Point(HERE),
}


def store_of(folder: Any, records: list[Row]) -> Registry:  # noqa: ANN401 (pytest's factory of folders)
    """Write records into a store of their own, past the front door: rows there may be as they like."""
    url = f"sqlite:///{folder.mktemp('bounds') / 'store.db'}"
    gr.init(url, by="tester", clock=lambda: NOW)
    frame = gpd.GeoDataFrame(pd.DataFrame(records), geometry="geometry", crs="EPSG:4326")
    store = connect(url)
    note = Commit(0, NOW.isoformat(timespec="seconds"), "tester", "import", "b1", {})
    version = frame["version"].fillna(1).astype(int) if "version" in frame else 1
    store.commit(Change(0, conform(frame.assign(version=version, batch="b1"))), note)
    store.close()
    return gr.open(url, clock=lambda: NOW)


def in_tile(registry: Registry, layer: str) -> set[str]:
    """Name the records of a tile that holds the world."""
    content, _ = registry.tile(layer, 0, 0, 0)
    decoded = mapbox_vector_tile.decode(content) if content else {}
    return {one["properties"]["id"] for one in decoded.get(layer, {}).get("features", [])}


def exported(registry: Registry) -> set[str]:
    """Name the records of an export of everything."""
    made = registry.export(gr.ExportOrder(kind="all", form="csv"))
    if made.content[:2] != b"PK":
        return ids_of(made.content)
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        tables = [archive.read(name) for name in archive.namelist() if name.isascii()]
    return {name for table in tables for name in ids_of(table)}


def ids_of(table: bytes) -> set[str]:
    """Read the column ``id`` of a CSV."""
    return {row["id"] for row in csv.DictReader(io.StringIO(table.decode("utf-8-sig"))) if row.get("id")}


def counted(pairs: pd.DataFrame) -> Mapping[tuple[str, float], tuple[int, int]]:
    """Count pairs as an audit's summary does, cumulative by kind and ring: active, and all."""
    rings_m = (1000.0, 3000.0, 5000.0)
    kinds = {kind: pairs[pairs["kind"] == kind] for kind in pairs["kind"].unique()} | {"all": pairs}
    return {
        (kind, ring_m): (int(inside["active"].sum()), len(inside))
        for kind, some in kinds.items()
        for ring_m in rings_m
        if len(inside := some[some["distance_m"] <= ring_m])
    }


NOT_SHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""An example takes a second, so a failing one is shown as it was drawn."""


@settings(max_examples=6, phases=NOT_SHRUNK)
@given(records=rows(), viewer=viewers())
def test_every_door_opens_on_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, records: list[Row], viewer: Viewer
) -> None:
    """Records, cards, counts, search, near, tiles, files, audits and reports hold the plain filter's rows."""
    assert_doors(store_of(tmp_path_factory, [STATION, *records]), records, viewer)


@settings(max_examples=6, phases=NOT_SHRUNK)
@given(records=rows(), viewer=viewers())
def test_every_door_opens_on_the_same_rows_of_many(
    tmp_path_factory: pytest.TempPathFactory, records: list[Row], viewer: Viewer
) -> None:
    """The same where records are too many to be held whole and answers are made from numbers."""
    with patch.object(many, "WHOLE", -1):
        assert_doors(store_of(tmp_path_factory, [STATION, *records]), records, viewer)


@pytest.mark.torture
@settings(max_examples=150, phases=NOT_SHRUNK)
@given(records=rows(), viewer=viewers())
def test_every_door_opens_on_the_same_rows_again_and_again(
    tmp_path_factory: pytest.TempPathFactory, records: list[Row], viewer: Viewer
) -> None:
    """A hundred and fifty registries and viewers: every door holds the plain filter's rows."""
    assert_doors(store_of(tmp_path_factory, [STATION, *records]), records, viewer)


def assert_doors(whole: Registry, records: list[Row], viewer: Viewer) -> None:
    """Go through every door as a viewer."""
    mine = whole.seen_by(viewer)
    seen = {row["id"]: row for row in [STATION, *records] if sees(viewer, row)}
    sources = {name for name, row in seen.items() if row["kind"] not in {"camera", "monitoring_station"}}
    assert set(mine.sources()["id"]) == sources
    assert sum(mine.counts().values()) == len(seen)
    assert {name for row in [STATION, *records] for name in mine.search(row["name"])["id"]} == set(seen)
    placed = {name for name, row in seen.items() if row["geometry"] is not None}
    assert in_tile(mine, "sources") == placed & sources
    assert in_tile(mine, "assets") == {name for name in placed if seen[name]["kind"] == "camera"}
    assert set(mine.near(*HERE, 50_000)["id"]) == (placed & sources) | {STATION["id"]}
    assert exported(mine) == set(seen)
    assert_cards(mine, viewer, [STATION, *records])
    assert_audits(whole, mine, sources)
    whole.close()


def assert_cards(mine: Registry, viewer: Viewer, records: list[Row]) -> None:
    """Ask for every card: there where it is seen, with a contact where it is the viewer's own."""
    for row in records:
        if not sees(viewer, row):
            with pytest.raises(NotFound) as hidden:
                mine.record(row["id"])
            with pytest.raises(NotFound) as missing:
                mine.record("none")
            assert (hidden.value.code, list(hidden.value.details)) == (missing.value.code, ["value"])
        else:
            told = mine.record(row["id"]).get("contact")
            mine_own = viewer.role != "public" and is_own(viewer, row)
            assert told == (row["contact"] if mine_own else None)


def assert_audits(whole: Registry, mine: Registry, sources: set[str]) -> None:
    """Hold an audit and a report against the whole's pairs, filtered."""
    question = gr.Question(status="all", on=date(2026, 11, 23))
    everything, found = whole.audit(question=question), mine.audit(question=question)
    expected = everything.pairs[everything.pairs["source_id"].isin(sources)].reset_index(drop=True)
    pd.testing.assert_frame_equal(found.pairs, expected)
    rows = found.summary[found.summary["cumulative_all"] > 0]
    told = {
        (row["kind"], row["ring_m"]): (row["cumulative_active"], row["cumulative_all"])
        for _, row in rows.iterrows()
    }
    assert told == counted(expected)
    assert set(found.siting["source_id"]) == set(everything.siting["source_id"]) & sources
    assert set(mine.priorities().index) == set(whole.priorities().index) & sources
    html = mine.report("S0", "html", "zh").content.decode()
    named = {f"{number + 1:016x}" for number in range(9) if f"〔{number}〕" in html}
    assert set(expected["source_id"]) <= named <= sources


def test_a_name_is_no_part_of_what_is_kept(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two viewers of one scope share one audit; another scope has its own."""
    whole = store_of(tmp_path_factory, [STATION])
    one, twin = (Viewer(name, "district", frozenset({area(["郾城区"])})) for name in ("a", "b"))
    warden = Viewer("c", "warden", frozenset({area(["郾城区"], ["孟庙镇"], ["甲村"])}))
    audits = [whole.seen_by(viewer).audit() for viewer in (one, twin, warden)]
    assert audits[0] is audits[1]
    assert audits[0] is not audits[2]
    assert whole.audit() is whole.seen_by(Viewer("clerk", "city", None)).audit()
    whole.close()


@pytest.mark.parametrize("whole", [many.WHOLE, -1])
def test_a_later_name_stays_where_it_will_be(tmp_path_factory: pytest.TempPathFactory, whole: int) -> None:
    """Of a record that will move to another district the map says what it is called today, and no more."""
    now = {"id": "7" * 16, "kind": "brick_kiln", "status": "operating", "geometry": Point(HERE)}
    today = now | {"name": "〔今〕", "district": "郾城区", "valid_to": pd.Timestamp("2026-12-31")}
    later = now | {
        "name": "〔后〕",
        "district": "召陵区",
        "valid_from": pd.Timestamp("2027-01-01"),
        "version": 2,
    }
    with patch.object(many, "WHOLE", whole):
        registry = store_of(tmp_path_factory, [today, later | {"version": 2}, STATION])
        mine = registry.seen_by(Viewer("a", "district", frozenset({area(["郾城区"])})))
        content, _ = mine.tile("sources", 0, 0, 0)
        assert ("〔今〕".encode() in content, "〔后〕".encode() in content) == (True, False)
        registry.close()


def test_an_area_named_too_widely_shows_nothing() -> None:
    """An account whose area lacks a level, or has none, sees no source rather than all of them."""
    for role in ("unit", "warden", "township", "district"):
        assert Viewer("x", role, None).bounds.areas == frozenset()
    assert Viewer("x", "warden", frozenset({area(["郾城区"])})).bounds.areas == frozenset()


def test_what_was_handed_out_may_be_changed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whoever changes a frame changes no one else's."""
    kiln = {
        "id": "0" * 16,
        "kind": "brick_kiln",
        "code": "C",
        "name": "窑",
        "status": "operating",
        "contact": "1",
    }
    whole = store_of(tmp_path_factory, [STATION, kiln | {"geometry": Point(HERE)}])
    for viewer in (public(), owner("tester")):
        mine = whole.seen_by(viewer)
        for contacts in (True, False):
            taken = mine.sources(contacts=contacts)
            taken.loc[0, "name"] = "changed"
            taken["geometry"] = gpd.GeoSeries([Point(0, 0)], crs=taken.crs)
            taken["more"] = 1
            again = mine.sources(contacts=contacts)
            assert (again.loc[0, "name"], again.total_bounds[0], "more" in again) == ("窑", HERE[0], False)
    whole.close()
