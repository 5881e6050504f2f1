"""Sources as files of neighbours: each source once, and audits of the files add up to that of all."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pyarrow import dataset

from geo_registry.catalog import load
from geo_registry.core import audit as core
from geo_registry.core.audit.rows import located
from geo_registry.core.census import census_of
from geo_registry.core.frame import conform, empty
from geo_registry.core.kinds import Catalog
from geo_registry.publish.export import ExportRequest, Stamp, parquet_table
from geo_registry.scale import parts, work
from tests.core.census.test_census import STATIONS, ZONES, frame, sources

ON = date(2026, 6, 1)
RINGS_M = (800.0, 3000.0, 7000.0)


@pytest.fixture(scope="module")
def catalog(project_root: Path) -> Catalog:
    """Return the project's own layer files."""
    return load(project_root / "layers")


def written(known: gpd.GeoDataFrame, catalog: Catalog, folder: Path, rows: int) -> Any:  # noqa: ANN401 (parts)
    """Write sources as files."""
    titles = known.set_index("id")[["code", "name"]]

    def titled(told: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        named = titles.reindex(told["id"])
        return told.assign(code=named["code"].array, name=named["name"].array)

    census = census_of(known, catalog)
    shown = np.ones(len(census), dtype=bool)
    return parts.write(census, folder, "x", shown=shown, titled=titled, rows=rows)


def audited(files: Any, catalog: Catalog, request: core.AuditRequest, into: Any) -> core.Audit:  # noqa: ANN401
    """Audit each file and add up, as an engine does."""
    placed = located(STATIONS)
    lon, lat = shapely.get_coordinates(placed.geometry.to_numpy()).T
    job = work.Job(placed, ZONES, catalog, request, into)
    tasks = parts.reached(files, lon, lat, request.rings_m[-1])
    nothing = core.audit(empty(), STATIONS, catalog=catalog, request=request)
    return core.added(nothing, (work.audit_part(task, job=job) for task in tasks))


@settings(max_examples=30, deadline=None)
@given(st.lists(sources(), max_size=20), st.integers(1, 7), st.sampled_from(["active", "all"]))
def test_files_add_up_to_the_whole(
    catalog: Catalog, rows: list[dict[str, Any]], size: int, statuses: str
) -> None:
    """However many sources a file holds, pairs, counts, siting and near misses are those of one audit."""
    known = frame(rows)
    known["code"] = pd.array([f"C{number % 3}" for number in range(len(known))], dtype="str")
    kinds = catalog.of_role("source")
    request = core.AuditRequest(on=ON, rings_m=RINGS_M, statuses=statuses, kinds=kinds)
    expected = core.audit(known, STATIONS, catalog=catalog, request=request, zones=ZONES)
    table = partial(parquet_table, catalog=catalog, name="audit", request=ExportRequest("parquet", Stamp(1)))
    with TemporaryDirectory() as folder:
        files = written(known, catalog, Path(folder) / "parts", size)
        (Path(folder) / "pairs").mkdir()
        made = audited(files, catalog, request, (Path(folder) / "pairs", table))
        counted = audited(files, catalog, request, None)
        found = dataset.dataset(Path(folder) / "pairs", format="parquet").to_table()
    for name in ("summary", "totals", "siting", "near_misses"):
        assert_frame_equal(getattr(made, name), getattr(expected, name))
    assert_frame_equal(counted.summary, expected.summary)
    assert_frame_equal(counted.totals, expected.totals)
    order = [("station_id", "ascending"), ("source_id", "ascending")]
    if len(expected.pairs):
        assert found.sort_by(order).equals(table(expected.pairs).sort_by(order))
    else:
        assert found.num_rows == 0


@pytest.mark.parametrize("rows", [1, 100, 10_000])
def test_every_source_is_in_one_file(catalog: Catalog, tmp_path: Path, rows: int) -> None:
    """Files hold each placed source once, GeoPandas reads them alike, and each box is that of its sources."""
    chance = np.random.default_rng(3)
    count = 40 if rows == 1 else 1_000
    lon, lat = chance.uniform(-180, 180, count), chance.uniform(-89, 89, count)
    known = conform(pd.DataFrame({"id": [f"{n:016x}" for n in range(count)], "kind": "brick_kiln"}))
    known["geometry"] = gpd.points_from_xy(lon, lat)
    known.loc[7, "geometry"] = None
    known["accuracy_m"] = np.where(np.arange(count) == 3, 5_000.0, np.nan)
    files = written(known, catalog, tmp_path, rows)
    read = [gpd.read_parquet(part.file) for part in files]
    assert sorted(pd.concat(read)["id"]) == sorted(known["id"].drop(7))
    assert [len(each) for each in read] == [part.rows for part in files]
    assert [tuple(each.total_bounds) for each in read] == [part.box for part in files]
    assert max(part.rough_m for part in files) == 5_000.0
    for each, part in zip(read, files, strict=True):
        assert_frame_equal(parts.read(part)[list(each.columns)], each, check_dtype=False)


def test_neighbours_are_together(catalog: Catalog, tmp_path: Path) -> None:
    """A file's box is small: a tenth of the sources lie in much less than half of the land."""
    chance = np.random.default_rng(4)
    known = conform(pd.DataFrame({"id": [f"{n:016x}" for n in range(2_000)], "kind": "brick_kiln"}))
    known["geometry"] = gpd.points_from_xy(chance.uniform(100, 120, 2_000), chance.uniform(20, 40, 2_000))
    areas = [shapely.box(*part.box).area / 400.0 for part in written(known, catalog, tmp_path, 200)]
    assert sum(areas) < 2.5


def test_old_states_make_room(catalog: Catalog, tmp_path: Path) -> None:
    """The state before the last is kept for those who still read it, older ones are removed."""
    known = conform(pd.DataFrame({"id": ["0" * 16], "kind": "brick_kiln"}))
    known["geometry"] = gpd.points_from_xy([114.0], [33.0])
    census = census_of(known, catalog)
    for key in ("a", "b", "c"):
        parts.write(census, tmp_path, key, shown=np.ones(1, bool), titled=lambda rows: rows, rows=5)
    assert parts.kept(tmp_path, "a") is None
    assert parts.kept(tmp_path, "c")
    assert len(list(tmp_path.iterdir())) == parts.KEPT
