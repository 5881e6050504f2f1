"""Tiles of plain columns, decoded by another library, against looking at each point."""

from __future__ import annotations

from collections import Counter
from typing import Any

import mapbox_vector_tile
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo_registry.publish import tiles
from geo_registry.registry.choosing import Choice
from geo_registry.registry.tiling import drawing
from geo_registry.registry.tiling.columns import Categories, Coded, Columns
from geo_registry.registry.tiling.drawing import Drawn

KINDS = ("kiln", "site", "shop")
STATUSES = ("registered", "rectifying", "closed")
ACTIVE = ("registered", "rectifying")
PRIORITIES = ("high", "low", "medium")
DISTRICTS = ("North", "South")
ROW = st.tuples(
    st.floats(100, 120),
    st.floats(20, 45),
    st.sampled_from(KINDS),
    st.sampled_from([*STATUSES, None]),
    st.sampled_from(PRIORITIES),
    st.sampled_from([*DISTRICTS, None]),
)
NAMES = ["lon", "lat", "kind", "status", "priority", "district"]
WANTED = st.builds(
    Choice,
    kinds=st.sets(st.sampled_from(KINDS), max_size=2).map(tuple),
    status=st.sampled_from(["all", "closed", "rectifying,registered"]),
    priorities=st.sets(st.sampled_from(PRIORITIES), max_size=2).map(tuple),
    districts=st.sets(st.sampled_from([*DISTRICTS, "Nowhere"]), max_size=2).map(tuple),
    flagged=st.booleans(),
)


def table(rows: list[tuple[Any, ...]], first: int = 1) -> pd.DataFrame:
    """Make a table of rows, numbered by record from the first; what is flagged has high priority."""
    made = pd.DataFrame(rows, columns=NAMES, index=range(first, first + len(rows)), dtype=object)
    made["active"] = made["status"].isin(ACTIVE)
    made["flagged"] = made["priority"] == "high"
    made["score"] = [float(record % 7) if record % 2 else np.nan for record in made.index]
    return made


def coded(column: pd.Series[Any], words: tuple[Any, ...]) -> Coded:
    """Give the codes of a column with a vocabulary that all tables share."""
    known = {word: code for code, word in enumerate(words)}
    return Coded(np.array([known.get(word, -1) for word in column], dtype=np.int16), words)


def columns(rows: pd.DataFrame) -> Columns:
    """Give a table as plain columns."""
    words: dict[str, tuple[Any, ...]] = {"kind": KINDS, "status": STATUSES, "priority": PRIORITIES}
    words |= dict.fromkeys(("active", "flagged"), (False, True))
    return Columns(
        lon=rows["lon"].to_numpy(float),
        lat=rows["lat"].to_numpy(float),
        ids=rows.index.to_numpy(np.uint64),
        coded={name: coded(rows[name], each) for name, each in words.items()},
        score=rows["score"].to_numpy(float),
        district=coded(rows["district"], DISTRICTS),
    )


def chosen(rows: pd.DataFrame, wanted: Choice) -> pd.DataFrame:
    """Look at each row: whether it is wanted."""
    mask = np.ones(len(rows), dtype=bool)
    for name, words in (
        ("kind", wanted.kinds),
        ("priority", wanted.priorities),
        ("district", wanted.districts),
        ("status", () if wanted.status == "all" else wanted.status.split(",")),
    ):
        mask &= rows[name].isin(words).to_numpy() if words else True
    if wanted.flagged:
        mask &= rows["flagged"].to_numpy(bool)
    return pd.DataFrame(rows.loc[mask])


def in_tile(rows: pd.DataFrame, tile: tuple[int, int, int]) -> pd.DataFrame:
    """Look at each row: whether it lies in a tile."""
    x, y = tiles.world(rows["lon"].to_numpy(float), rows["lat"].to_numpy(float))
    z, column, row = tile
    return pd.DataFrame(rows.loc[(np.floor(x * 2**z) == column) & (np.floor(y * 2**z) == row)])


def read(drawn: Drawn, tile: tuple[int, int, int], wanted: Choice) -> list[dict[str, Any]]:
    """Decode what features of a tile say."""
    narrowed = drawn.of_districts(wanted) if wanted.districts else drawn
    content = drawing.encode("sources", narrowed, tile, wanted)
    layers = mapbox_vector_tile.decode(content) if content else {}
    return [feature["properties"] for layer in layers.values() for feature in layer["features"]]


def sums(rows: pd.DataFrame) -> dict[str, int]:
    """Count what groups count."""
    counts: Counter[str] = Counter()
    for kind, priority, active, flagged in rows[["kind", "priority", "active", "flagged"]].to_numpy():
        counts.update(["n", f"k_{kind}", f"p_{priority}"])
        counts.update(["n_active", f"a_{kind}"] if active else [])
        counts.update(["n_flagged", f"f_{kind}"] if flagged else [])
        counts.update([f"fa_{kind}"] if active and flagged else [])
    return dict(counts)


@settings(deadline=None)
@given(
    rows=st.lists(ROW, min_size=1, max_size=40),
    more=st.lists(ROW, max_size=10),
    z=st.integers(0, 12),
    wanted=WANTED,
    crowded=st.sampled_from([0, 3, 1_000]),
)
def test_tiles_say_and_count_exactly_what_is_wanted(
    *, rows: list[tuple[Any, ...]], more: list[tuple[Any, ...]], z: int, wanted: Choice, crowded: int
) -> None:
    """At every zoom and filter, edits on top or not, a tile's features are the rows, or sum up to them."""
    before, edited = table(rows), table(more, first=len(rows) // 2 + 1)
    gone = np.array([1], dtype=np.uint64)
    drawn = drawing.drawing(columns(before)).changed(gone, columns(edited))
    now = pd.concat([before[~before.index.isin([1, *edited.index])], edited]).sort_index()
    assert len(drawn.points) == len(now)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(drawing, "CROWDED", crowded)
        x, y = (int(axis * 2**z) for axis in tiles.world(rows[0][0], rows[0][1]))
        for at in ((0, 0, 0), (z, x, y)):
            true = in_tile(chosen(now, wanted), at)
            for each in (drawn, drawn.folded()):
                holds(read(each, at, wanted), true, crowded)


def holds(said: list[dict[str, Any]], true: pd.DataFrame, crowded: int) -> None:
    """Hold what features say against the rows."""
    if len(true) > crowded:
        assert all(group.pop("cluster") for group in said)
        assert sum((Counter(group) for group in said), Counter()) == Counter(sums(true))
        return
    told = pd.DataFrame([dict(one) for one in said], columns=["id", *(name for name in SAID)], dtype=object)
    told.index = pd.Index([int(name, 16) for name in told.pop("id")], dtype=np.int64)
    expected = true[list(SAID)].astype(object)
    pd.testing.assert_frame_equal(
        told.sort_index().fillna("none"), expected.fillna("none"), check_dtype=False, check_index_type=False
    )


SAID = ("kind", "status", "priority", "active", "flagged", "score")


def test_names_are_fetched_for_single_points_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a drawing has to fetch it fetches for the points of a tile, never for groups."""
    asked: list[list[int]] = []

    def describe(ids: NDArray[np.uint64]) -> dict[str, tiles.Attribute]:
        asked.append(ids.tolist())
        return {"name": tiles.Attribute.of(pd.Series([f"no. {each}" for each in ids]))}

    rows = table([(114.0, 33.0, "kiln", "closed", "low", None), (115.0, 33.0, "site", None, "low", None)])
    drawn = drawing.drawing(columns(rows), describe)
    said = read(drawn, (0, 0, 0), Choice())
    assert {one["id"]: one["name"] for one in said} == {
        f"{record:016x}": f"no. {record}" for record in (1, 2)
    }
    monkeypatch.setattr(drawing, "CROWDED", 1)
    assert sum(group["n"] for group in read(drawn, (0, 0, 0), Choice())) == 2
    assert asked == [[1, 2]]


def test_too_many_categories_are_refused() -> None:
    """More pairs of words than numbers can tell apart are refused, never counted as one another."""
    many = {"kind": Coded(np.arange(70_000), tuple(map(str, range(70_000))))}
    with pytest.raises(OverflowError):
        Categories().grown(many)


def test_new_categories_come_after_the_known_ones() -> None:
    """Rows that bring a pair of words nobody had before leave the numbers of all others as they were."""
    first, known = Categories().grown({"kind": Coded(np.array([1, 0, 1]), ("a", "b"))})
    again, more = known.grown({"kind": Coded(np.array([2, 0, -1, 1]), ("a", "b", "c"))})
    assert first.tolist() == [0, 1, 0]
    assert again.tolist() == [2, 1, 3, 0]
    assert more.of("kind").codes.tolist() == [1, 0, 2, -1]
