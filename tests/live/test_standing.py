"""Records in numbers: edits on top of what stands still, and what is kept beside the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo_registry.core.census import Census, Rows, census_of
from geo_registry.core.frame import conform
from geo_registry.core.kinds import Catalog
from geo_registry.live import kept
from geo_registry.live.standing import Standing

CATALOG = Catalog({}, (), (), (), (), {}, "")
GEOD = Geod(ellps="WGS84")
HERE = (114.02, 33.58)
PLACE = np.array([HERE[0]]), np.array([HERE[1]])
places = st.one_of(
    st.none(),
    st.builds(shapely.Point, st.floats(113.9, 114.1), st.floats(33.5, 33.7)),
    st.builds(
        lambda x, y: shapely.box(x, y, x + 0.02, y + 0.02), st.floats(113.9, 114.1), st.floats(33.5, 33.7)
    ),
)
numbers = st.integers(0, 12)
kinds = st.sampled_from(["kiln", "yard"])
records = st.dictionaries(numbers, st.lists(st.tuples(kinds, places), min_size=1, max_size=2), max_size=10)
Records = dict[int, list[tuple[str, Any]]]


def taken(known: Records) -> Census:
    """Take the narrow view of records, each with the versions it has."""
    rows = [(number, *version) for number, versions in known.items() for version in versions]
    table = pd.DataFrame(rows, columns=["id", "kind", "geometry"], dtype=object)
    table["id"] = pd.Series([f"{number:016x}" for number in table["id"]], dtype="str")
    return census_of(conform(table), CATALOG)


def within(known: Records, radius_m: float) -> list[int]:
    """Measure every record's way from here with GeographicLib, to points; to areas by their own measure."""
    from geo_registry.core.space.geodesy import distance_to_geometry  # noqa: PLC0415 (the other way to it)

    near = set()
    for number, versions in known.items():
        for _, shape in versions:
            if shape is None:
                continue
            way_m = (
                GEOD.inv(*HERE, shape.x, shape.y)[2]
                if isinstance(shape, shapely.Point)
                else float(distance_to_geometry(*HERE, [shape], rings_m=(radius_m,)).distance_m[0])
            )
            near |= {number} if way_m <= radius_m else set()
    return sorted(near)


@given(records, st.lists(st.tuples(st.sets(numbers, min_size=1, max_size=3), records), max_size=4))
def test_edits_stand_on_top(known: Records, edits: list[tuple[set[int], Records]]) -> None:
    """After any edits what is near is what measuring every record says, folded or not."""
    now, standing = dict(known), Standing.of(taken(known), 1)
    for revision, (touched, drawn) in enumerate(edits, 2):
        fresh = {number: versions for number, versions in drawn.items() if number in touched}
        now = {number: versions for number, versions in now.items() if number not in touched} | fresh
        ids = np.array(sorted(touched), dtype=np.uint64)
        standing = standing.moved_on(revision, ids, taken(fresh))
    for state in (standing, standing.folded()):
        for radius_m in (900.0, 9_000.0):
            near = state.near(*PLACE, radius_m).tolist()
            assert set(within(now, radius_m)) <= set(near) <= set(within(now, radius_m + 0.01))
        counts = dict.fromkeys(now, 0)
        for census, sign in state.parts():
            for number in census.rows.ids.tolist():
                counts[number] = counts.get(number, 0) + sign
        assert {number: count for number, count in counts.items() if count} == {
            number: len(versions) for number, versions in now.items()
        }


SOME: Records = {
    3: [("kiln", shapely.Point(114.0, 33.5)), ("yard", None)],
    1: [("yard", shapely.box(114.0, 33.5, 114.1, 33.6))],
    2: [("kiln", shapely.Point(113.9, 33.6))],
}


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    """A census that was kept is the same when it is opened; of older states one stays, for who reads it."""
    census = taken(SOME)
    for revision in (8, 9, 10):
        kept.keep(census, tmp_path, kept.Mark(revision, "a" * 64, "c" * 64))
    found = list(kept.newest(tmp_path, "c" * 64))
    assert [mark.revision for mark, _ in found] == [10, 9]
    assert list(kept.newest(tmp_path, "d" * 64)) == []
    back = kept.opened(found[0][1])
    assert back is not None
    for name in Rows._fields:
        np.testing.assert_array_equal(getattr(census.rows, name), getattr(back.rows, name))
    assert np.array_equal(census.grid.xyz, back.grid.xyz)
    assert census.states.equals(back.states)
    assert census.areas.equals(back.areas)
    assert back.shapes.tolist() == census.shapes.tolist()
    assert Standing.of(back, 10).near(*PLACE, 20_000.0).tolist() == [1, 2, 3]


@pytest.mark.parametrize("name", ["lon.npy", "states.arrow", "shapes.arrow", "mark.json", "xyz.npy"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "gone"])
def test_what_was_damaged_is_not_opened(tmp_path: Path, name: str, damage: str) -> None:
    """A file that was cut, altered or removed makes the state one that is read anew and written again."""
    kept.keep(taken(SOME), tmp_path, kept.Mark(1, "a" * 64, "c" * 64))
    [(_, folder)] = kept.newest(tmp_path, "c" * 64)
    content = bytearray((folder / name).read_bytes())
    if damage == "gone":
        (folder / name).unlink()
    else:
        content[-3] ^= 0x41
        (folder / name).write_bytes(content if damage == "flipped" else content[:-5])
    assert kept.opened(folder) is None
    whole = kept.opened(kept.keep(taken(SOME), tmp_path, kept.Mark(1, "a" * 64, "c" * 64)))
    assert whole is not None


def test_a_disk_that_is_full_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a state cannot be written whole, none of it stays, and the ones before are as they were."""
    kept.keep(taken(SOME), tmp_path, kept.Mark(1, "a" * 64, "c" * 64))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(OSError, match="No space"):
        kept.keep(taken(SOME), tmp_path, kept.Mark(2, "b" * 64, "c" * 64))
    assert [mark.revision for mark, _ in kept.newest(tmp_path, "c" * 64)] == [1]
    assert len(list(tmp_path.iterdir())) == 1


def test_what_is_known_roughly_is_near_where_it_may_be() -> None:
    """A record 60 km off that is known to 100 km may lie in the ring; one known to 10 m may not."""
    places = [shapely.Point(114.6, 33.5), shapely.Point(114.61, 33.5), shapely.Point(114.0, 33.5)]
    table = pd.DataFrame({"id": [f"{n:016x}" for n in (1, 2, 3)], "kind": "kiln", "geometry": places})
    census = census_of(conform(table.assign(accuracy_m=[100_000.0, 10.0, 4_000.0])), CATALOG)
    assert Standing.of(census, 1).near(*PLACE, 5_500.0).tolist() == [1, 3]
    again = Standing.of(census.at(np.arange(0)), 1).moved_on(2, census.rows.ids, census)
    assert again.near(*PLACE, 5_500.0).tolist() == [1, 3]
