"""The same thing twice: rows that are identical, codes that come again, likely twins."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from pandas.util import hash_array

from geo_registry.core.findings import Finding
from geo_registry.core.ledger.tidy import bytes_of, flags
from geo_registry.core.space.grid import pairs_within

TWIN_RADIUS_M = 100.0
"""Two records of one name or credit code this near are likely one thing (contract: one row again)."""


_LETTERS = b"0123456789abcdefghijklmnopqrstuvwxyz" + bytes([*range(0xE5, 0xEA), *range(0x80, 0xC0)])
"""Bytes of UTF-8 of digits, small letters and the characters from U+5000 to U+9FFF, letters all of them."""


def normal_name(text: str) -> str:
    """Bring a name to the form in which two spellings of it are equal.

    Width, case, spaces, brackets and other marks count for nothing; every word counts, 有限公司 too,
    since a branch and its company are two things.

    Parameters
    ----------
    text
        Name as the sender wrote it.

    Examples
    --------
    >>> normal_name("漯河 市ＡＢ商砼（有限公司）")
    '漯河市ab商砼有限公司'
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(letter for letter in plain if letter.isalnum())


def identical_rows(table: pa.Table, columns: Sequence[str], among: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Find the rows that say again, cell by cell, what an earlier row says.

    Parameters
    ----------
    table
        Raw rows.
    columns
        Columns that must be equal, the geometry's too.
    among
        Rows that are looked at, ``(n,)``.

    Returns
    -------
    numpy.ndarray
        For each row the place of the first row identical to it, or -1, ``(n,)``.

    Examples
    --------
    >>> table = pa.table({"c0": ["甲", "乙", "甲", "甲"], "c1": ["1", "2", "1", "3"]})
    >>> identical_rows(table, ["c0", "c1"], np.array([True, True, True, True])).tolist()
    [-1, -1, 0, -1]
    """
    first = np.full(len(among), -1, dtype=np.int64)
    left = np.flatnonzero(among)
    for name in columns:
        values = table[name] if len(left) == len(table) else table[name].take(pa.array(left))
        left = left[repeated(values)]
        if not len(left):
            return first
    rows = table.select(list(columns)).take(pa.array(left)).to_pylist()
    seen: dict[tuple[object, ...], int] = {}
    for place, row in zip(left, rows, strict=True):
        earlier = seen.setdefault(tuple(row.values()), int(place))
        if earlier != place:
            first[place] = earlier
    return first


def repeated(values: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Tell which values occur more than once, none among them.

    Examples
    --------
    >>> repeated(pa.chunked_array([["甲", "乙", "甲", None]])).tolist()
    [True, False, True, False]
    """
    coded = values.combine_chunks().dictionary_encode(null_encoding="encode").indices.to_numpy()
    return np.asarray(np.bincount(coded, minlength=1)[coded] > 1)


def key_marks(texts: pa.StringArray, *, names: bool) -> NDArray[np.int64]:
    """Give each text a number that equal texts share; 0 for none. Unequal ones share it by rare accident.

    Parameters
    ----------
    texts
        One a row.
    names
        True where texts count as equal that `normal_name` makes equal.

    Examples
    --------
    >>> one, other, nothing = key_marks(pa.array(["金胜", "金 胜", "-"]), names=True).tolist()
    >>> one == other, nothing
    (True, 0)
    """
    keys = _normal_names(texts) if names else texts
    there = flags(pc.greater(pc.binary_length(keys), 0))
    said = keys.filter(pa.array(there)).cast(pa.binary()).to_numpy(zero_copy_only=False)
    marks = np.zeros(len(texts), dtype=np.int64)
    found = hash_array(said, categorize=False).view(np.int64)
    marks[there] = np.where(found == 0, 1, found)
    return marks


def may_repeat(marks: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows may share their text with another one: every one that does, and hardly any other.

    Examples
    --------
    >>> may_repeat(np.array([7, 0, 7, 9, 0])).tolist()
    [True, False, True, False, False]
    """
    ordered = np.sort(marks)
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    return np.isin(marks, again[again != 0])


def number_codes(codes: pd.Series) -> NDArray[np.int64]:
    """Count up the rows that share a code, from 1; rows without one have 1.

    Parameters
    ----------
    codes
        Codes of one kind in the order of the ledger; missing is NaN.

    Examples
    --------
    >>> number_codes(pd.Series(["A", "B", "A", None, None], dtype="str")).tolist()
    [1, 1, 2, 1, 1]
    """
    order = np.ones(len(codes), dtype=np.int64)
    again = codes[codes.duplicated(keep=False).to_numpy() & codes.notna().to_numpy()]
    if len(again):
        order[codes.index.get_indexer(again.index)] = again.groupby(again).cumcount() + 1
    return order


def find_repeated(frame: gpd.GeoDataFrame) -> list[Finding]:
    """Warn of rows whose code an earlier row has, with other content.

    Parameters
    ----------
    frame
        Canonical rows of one kind with ``code`` and ``code_no``, in the order of the ledger.

    Returns
    -------
    list of Finding
        ``CODE_REPEATED`` a row, with its order and the first row's number.

    Examples
    --------
    >>> frame = gpd.GeoDataFrame({"code": ["A", "A"], "code_no": [1, 2], "row": [2, 3]})
    >>> [(found.row, found.details) for found in find_repeated(frame)]
    [(3, {'code_no': 2, 'other_row': 2})]
    """
    later = frame[frame["code_no"] > 1]
    if later.empty:
        return []
    first = frame[frame["code_no"] == 1].drop_duplicates("code").set_index("code")["row"]
    return [
        Finding(
            "CODE_REPEATED", int(row), "code", code, {"code_no": int(order), "other_row": int(first[code])}
        )
        for row, code, order in zip(later["row"], later["code"], later["code_no"], strict=True)
    ]


def find_twins(frame: gpd.GeoDataFrame, apart: AbstractSet[tuple[int, int]] = frozenset()) -> list[Finding]:
    """Warn of rows that are likely the same thing as an earlier row under another code.

    Parameters
    ----------
    frame
        Canonical rows of one kind, in the order of the ledger.
    apart
        Pairs of places in the frame, the later one first, about which somebody has decided.

    Returns
    -------
    list of Finding
        ``POSSIBLE_DUPLICATE`` for each row that has its normalised name or credit code in common with an
        earlier one within `TWIN_RADIUS_M`, but not its code; the nearest such row is named.

    Examples
    --------
    >>> frame = gpd.GeoDataFrame({"name": ["金胜", "金 胜"], "code": ["1089A", "3618A"], "uscc": [None, None],
    ...     "row": [2, 3]}, geometry=gpd.points_from_xy([112.4701] * 2, [37.782] * 2), crs="EPSG:4326")
    >>> [(found.row, found.details["other_code"]) for found in find_twins(frame)]
    [(3, '1089A')]
    """
    pairs = _pairs(frame, frame)
    pairs = pairs[pairs["new"] > pairs["known"]]
    if apart:
        decided = [pair in apart for pair in zip(pairs["new"], pairs["known"], strict=True)]
        pairs = pairs[~np.array(decided, dtype=bool)]
    return _told(frame, frame, pairs, "row")


def likely_twins(new: gpd.GeoDataFrame, known: gpd.GeoDataFrame) -> list[Finding]:
    """Warn of new rows that are likely the same thing as a record of the registry.

    Parameters
    ----------
    new
        Canonical rows of one kind that match no record.
    known
        Today's records of that kind.

    Returns
    -------
    list of Finding
        As `find_twins`, with the record's ``other_id``.

    Examples
    --------
    >>> new = gpd.GeoDataFrame({"name": ["金胜"], "code": ["3618A"], "uscc": [None], "row": [2]},
    ...     geometry=gpd.points_from_xy([112.4701], [37.782]), crs="EPSG:4326")
    >>> known = new.assign(code="1089A", id="k1")
    >>> [(found.row, found.details["other_id"]) for found in likely_twins(new, known)]
    [(2, 'k1')]
    """
    return _told(new, known, _pairs(new, known), "id")


def _pairs(new: gpd.GeoDataFrame, known: gpd.GeoDataFrame) -> pd.DataFrame:
    """Pair rows near each other that share a name or a credit code, but no code: places and metres."""
    found = []
    for column in ("name", "uscc"):
        left = right = _keyed(new, column)
        if new is known:
            left = right = left[left["key"].duplicated(keep=False)]
        else:
            right = _keyed(known, column)
            left, right = left[left["key"].isin(right["key"])], right[right["key"].isin(left["key"])]
        found.append(_pairs_of_key(_placed(left, new), _placed(right, known)))
    return pd.concat(found)


def _pairs_of_key(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    # a thousand rows of one name at one place are told apart from the first of them only
    right = right.drop_duplicates(["key", "lon", "lat"])
    near = pairs_within(left["lon"], left["lat"], right["lon"], right["lat"], radius_m=TWIN_RADIUS_M)
    one, other = left.iloc[near.i_a], right.iloc[near.i_b]
    pairs = pd.DataFrame({"new": one.index, "known": other.index, "distance_m": near.distance_m})
    same_key = one["key"].to_numpy() == other["key"].to_numpy()
    told: pd.DataFrame = pairs[same_key & ~_same_code(one["code"], other["code"])]
    return told


def _keyed(frame: gpd.GeoDataFrame, column: str) -> pd.DataFrame:
    """Give the rows that have a key, by their place in the frame."""
    said = pa.chunked_array([], pa.string()) if frame.empty else pa.array(frame[column], pa.string())
    texts = said.combine_chunks() if isinstance(said, pa.ChunkedArray) else said
    keys = _normal_names(texts).to_numpy(zero_copy_only=False)
    keyed = pd.DataFrame({"key": keys, "code": frame["code"].to_numpy(dtype=object)})
    return keyed[keyed["key"].notna() & (keyed["key"] != "")]


def _normal_names(names: pa.StringArray) -> pa.StringArray:
    """Do to a column what `normal_name` does to a text."""
    folded = pc.utf8_lower(pc.utf8_normalize(names, form="NFKC"))
    if not bytes_of(folded).translate(None, _LETTERS):
        return folded
    return pc.replace_substring_regex(folded, r"[^\p{L}\p{N}]+", "")


def _placed(rows: pd.DataFrame, frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Add where the rows lie, and leave out those that lie nowhere."""
    middle = shapely.centroid(frame.geometry.to_numpy()[rows.index])
    placed = rows.assign(lon=shapely.get_x(middle), lat=shapely.get_y(middle))
    return placed[placed["lon"].notna()]


def _same_code(one: pd.Series, other: pd.Series) -> NDArray[np.bool_]:
    return np.asarray(one.notna().to_numpy() & (one.to_numpy() == other.to_numpy()), dtype=bool)


def _told(new: gpd.GeoDataFrame, known: gpd.GeoDataFrame, pairs: pd.DataFrame, by: str) -> list[Finding]:
    nearest = pairs.sort_values(["new", "distance_m", "known"]).drop_duplicates("new")
    one, other = new.iloc[nearest["new"]], known.iloc[nearest["known"]]
    codes = other["code"].astype(object).where(other["code"].notna(), None)
    twins = zip(
        other[by].to_list(), codes.to_list(), other["name"].to_list(), nearest["distance_m"], strict=True
    )
    words = (f"other_{by}", "other_code", "other_name", "distance_m")
    return [
        Finding(
            "POSSIBLE_DUPLICATE", int(row), "name", name, dict(zip(words, (*twin, round(m, 1)), strict=True))
        )
        for row, name, (*twin, m) in zip(one["row"], one["name"], twins, strict=True)
    ]
