"""The rows that a choice is made among where too many to be held: from numbers, and read where needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pandas.api.types import union_categoricals

from geo_registry.core import audit as core
from geo_registry.core import filters
from geo_registry.core.census import Census, hexed
from geo_registry.core.frame import CRS
from geo_registry.core.ledger.searching import folded, holding
from geo_registry.errors import ValueRefused
from geo_registry.registry.choosing.choice import PRIORITIES, Choice
from geo_registry.registry.choosing.rows import RANKED
from geo_registry.registry.seeing import many
from geo_registry.store.rows import TITLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_registry.registry.choosing.listing import View
    from geo_registry.registry.choosing.scored import Scored

READ = 50_000
"""Records that are read for one answer where numbers do not know what is asked; a second of work or so."""
_BY_STATE = ("kinds", "status", "overdue")
_BY_AREA = ("districts", "townships")
_BY_PLACE = ("bbox", "near", "within")
_RISING = PRIORITIES[::-1]


class _Piece(NamedTuple):
    """Some rows of a census that are told one by one.

    Attributes
    ----------
    census
        The census.
    rows
        Places in it, ascending.
    points
        Scores of all its rows.
    """

    census: Census
    rows: NDArray[np.intp]
    points: NDArray[np.float64]

    def where(self, mask: NDArray[np.bool_]) -> _Piece:
        """Give those of the rows for which something is true."""
        return self._replace(rows=self.rows[mask])

    @property
    def geometry(self) -> NDArray[np.object_]:
        """Where each row is: a geometry in degrees WGS 84, None without a position."""
        lon, lat = self.census.rows.lon[self.rows], self.census.rows.lat[self.rows]
        found = np.full(len(self.rows), None, dtype=object)
        placed = ~np.isnan(lon)
        found[placed] = shapely.points(lon[placed], lat[placed])
        at, of = self.shaped
        found[at] = self.census.shapes[of]
        return found

    @property
    def shaped(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Which of the rows are lines or polygons, and the place of each among the census's shapes."""
        _, at, of = np.intersect1d(self.rows, self.census.shaped, assume_unique=True, return_indices=True)
        return at, of


@dataclass(frozen=True, slots=True)
class LongRoll:
    """Where a long roll is called: as `rows.Roll`, of today's sources and in numbers.

    Attributes
    ----------
    scored
        The sources as somebody sees them on a day.
    """

    scored: Scored

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the kinds."""
        return self.scored.house.catalog.of_role("source")

    def chosen(self, choice: Choice) -> pd.DataFrame:
        """Give the rows that a settled choice leaves.

        Returns
        -------
        pandas.DataFrame
            ``id`` (the number that it writes), ``row`` (place in the base, then in what is fresh), ``kind``,
            ``status``, ``district``, ``township``, ``synthetic``, ``active``, ``score``, ``priority``,
            ``flagged`` and ``overdue``.

        Raises
        ------
        ValueRefused
            ``CHOICE_TOO_MANY`` where a text is looked for among more than `READ` records.
        """
        asked, now = self.scored, self.scored.now
        key = ("long roll", choice, now.revision, asked.on, asked.viewer.bounds)
        kept, rows = asked.house.recent.get(key, lambda: (now, self._rows(choice)))
        # places mean something among the records alone of which they are
        return self._told(rows if kept is now else self._rows(choice))

    def _pieces(self) -> tuple[_Piece, _Piece]:
        asked, now = self.scored, self.scored.now
        return (
            _Piece(now.base, np.flatnonzero(asked.standing()), asked.standing_points()),
            _Piece(now.fresh, np.flatnonzero(asked.shown(now.fresh)), asked.points(now.fresh)),
        )

    def _rows(self, choice: Choice) -> NDArray[np.intp]:
        found, first = [], 0
        for piece in self._pieces():
            found.append(self._left(piece, choice).rows + first)
            first += len(piece.census)
        rows = np.concatenate(found)
        if not choice.text:
            return rows
        return rows[holding(folded(self.full(self._readable(self._told(rows)))), choice.text)]

    def _left(self, piece: _Piece, choice: Choice) -> _Piece:
        """Give the rows of a piece that a choice leaves, whatever text it asks for."""
        census, on = piece.census, self.scored.on
        late = core.overdue(census.states, catalog=self.scored.house.catalog, on=on) != ""
        true = filters.evaluate(
            _only(choice, _BY_STATE), gpd.GeoDataFrame(census.states.assign(overdue=late))
        )
        left = piece.where(true[census.rows.state[piece.rows]])
        true = filters.evaluate(_only(choice, _BY_AREA), gpd.GeoDataFrame(census.areas))
        left = left.where(true[census.rows.area[left.rows]])
        wanted = {*(choice.priorities or _RISING)}.intersection(("high",) if choice.flagged else _RISING)
        left = left.where(np.isin(self._priority(left), [_RISING.index(name) for name in wanted]))
        return self._placed(left, choice)

    def _placed(self, piece: _Piece, choice: Choice) -> _Piece:
        """Give the rows of a piece that lie where a choice says."""
        if not any(getattr(choice, name) for name in _BY_PLACE):
            return piece
        if choice.near is not None:
            lon, lat, radius_m = choice.near
            close = self.scored.now.near(np.array([lon]), np.array([lat]), radius_m)
            piece = piece.where(np.isin(piece.census.rows.ids[piece.rows], close))
        for west, south, east, north in _boxes(choice):
            x, y = piece.census.rows.lon[piece.rows], piece.census.rows.lat[piece.rows]
            piece = piece.where(np.isnan(x) | ((west <= x) & (x <= east) & (south <= y) & (y <= north)))
        places = gpd.GeoDataFrame(geometry=piece.geometry, crs=CRS)
        return piece.where(filters.evaluate(_only(choice, _BY_PLACE), places))

    def _priority(self, piece: _Piece) -> NDArray[np.int8]:
        """Give the place of each row's priority in `_RISING`."""
        rules, score = core.AuditRequest(on=self.scored.on).rules, piece.points[piece.rows]
        return (score >= rules.medium).astype(np.int8) + (score >= rules.high)

    def _cut(self, rows: NDArray[np.intp]) -> list[_Piece]:
        """Give the pieces that some rows, of those of `chosen` and in any order, are of."""
        base, fresh = self._pieces()
        here = rows < len(base.census)
        return [base._replace(rows=rows[here]), fresh._replace(rows=rows[~here] - len(base.census))]

    def _told(self, rows: NDArray[np.intp]) -> pd.DataFrame:
        catalog, asked = self.scored.house.catalog, self.scored
        told = []
        for piece in self._cut(rows):
            census, at = piece.census, piece.census.rows.state[piece.rows]
            area = census.rows.area[piece.rows]
            late = core.overdue(census.states, catalog=catalog, on=asked.on) != ""
            priority = self._priority(piece)
            columns = {
                "id": census.rows.ids[piece.rows],
                "kind": _words(census.states["kind"], at),
                "status": _words(census.states["status"], at),
                "district": _words(census.areas["district"], area),
                "township": _words(census.areas["township"], area),
                "synthetic": census.rows.synthetic[piece.rows],
                "active": census.states["status"].isin(catalog.active).to_numpy(dtype=bool)[at],
                "score": piece.points[piece.rows],
                "priority": pd.Categorical.from_codes(priority, pd.Index(_RISING)),
                "flagged": priority == _RISING.index("high"),
                "overdue": late[at],
            }
            told.append(columns)
        return _joined(told).assign(row=rows)

    def _readable(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Give rows back that may all be read.

        Raises
        ------
        ValueRefused
            ``CHOICE_TOO_MANY``.
        """
        if len(rows) > READ:
            raise ValueRefused("CHOICE_TOO_MANY", value=len(rows), limit=READ)
        return rows

    def shown(self, rows: pd.DataFrame, view: View) -> pd.DataFrame:
        """Give the rows of a page; of more than `READ` those that are equal stand by their ids.

        Raises
        ------
        ValueRefused
            ``CHOICE_TOO_MANY`` where more than `READ` are to be sorted by name or code.
        """
        named = rows if len(rows) > READ else self._named(rows)
        if view.sort.removeprefix("-") not in named:
            self._readable(rows)
        return view.shown(named)

    def _named(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Add to rows what they are called on the day."""
        ids, day = hexed(rows["id"].to_numpy()), self.scored.on.isoformat()
        found = pd.DataFrame(self.scored.house.store.titles(ids), columns=list(TITLE), dtype="str")
        true = (found["valid_from"].fillna(day) <= day) & (found["valid_to"].fillna(day) >= day)
        said = found[true].drop_duplicates("id").set_index("id").reindex(ids)
        return rows.assign(name=said["name"].array, code=said["code"].array)

    def full(self, rows: pd.DataFrame) -> gpd.GeoDataFrame:
        """Give all columns of some rows, in their order, and `RANKED`.

        Raises
        ------
        ValueRefused
            ``ANSWER_TOO_WIDE`` if they are more than `many.AT_ONCE`.
        """
        asked, ids = self.scored, rows["id"].to_numpy()
        found = many.rows_of(
            asked.house, asked.viewer.bounds, self.kinds, revision=asked.now.revision, ids=ids
        )
        true = found[filters.valid_on(found, asked.on)].drop_duplicates("id")
        full = true.iloc[pd.Index(true["id"]).get_indexer(hexed(ids))].reset_index(drop=True)
        said = {name: rows[name].array for name in RANKED}
        return gpd.GeoDataFrame(full.assign(**said | {"priority": rows["priority"].astype("str").array}))

    def ids(self, choice: Choice) -> NDArray[np.uint64]:
        """Give the numbers that the ids write of what a settled choice leaves, ascending."""
        found: NDArray[np.uint64] = np.sort(self.chosen(choice)["id"].to_numpy())
        return found

    def placed(self, rows: pd.DataFrame) -> tuple[int, tuple[float, float, float, float] | None]:
        """Tell how many rows have a position, and their box in degrees."""
        count, edges = 0, []
        for piece in self._cut(rows["row"].to_numpy()):
            lon, lat = piece.census.rows.lon[piece.rows], piece.census.rows.lat[piece.rows]
            at = ~np.isnan(lon)
            shapes = piece.census.shapes[piece.shaped[1]]
            count += int(at.sum()) + len(shapes)
            edges += [(lon[at].min(), lat[at].min(), lon[at].max(), lat[at].max())] if at.any() else []
            edges += [tuple(shapely.total_bounds(shapes))] if len(shapes) else []
        if not edges:
            return 0, None
        west, south, east, north = zip(*edges, strict=True)
        return count, (float(min(west)), float(min(south)), float(max(east)), float(max(north)))

    def located(self, rows: pd.DataFrame) -> gpd.GeoDataFrame:
        """Give of some rows those that have a position, with it.

        Raises
        ------
        ValueRefused
            ``ANSWER_TOO_WIDE`` if they are more than `many.AT_ONCE`.
        """
        if len(rows) > many.AT_ONCE:
            raise ValueRefused("ANSWER_TOO_WIDE", value=len(rows), limit=many.AT_ONCE)
        order = np.argsort(rows["row"].to_numpy(), kind="stable")
        geometry = np.concatenate([piece.geometry for piece in self._cut(rows["row"].to_numpy()[order])])
        found = gpd.GeoDataFrame(rows.iloc[order].assign(id=0), geometry=geometry, crs=CRS)
        found["id"] = hexed(rows["id"].to_numpy()[order])
        return gpd.GeoDataFrame(found[found.geometry.notna()])

    def areas(self) -> pd.DataFrame:
        """Count the rows by district and township."""
        told = []
        for piece in self._pieces():
            count = np.bincount(piece.census.rows.area[piece.rows], minlength=len(piece.census.areas))
            told.append(piece.census.areas[["district", "township"]].assign(count=count))
        every = pd.concat(told).query("count > 0").groupby(["district", "township"], dropna=False)
        return every["count"].sum().reset_index()


def _only(choice: Choice, names: tuple[str, ...]) -> filters.Filter:
    """Give the filter of some parts of a choice."""
    return replace(Choice(), **{name: getattr(choice, name) for name in names}).tree


def _boxes(choice: Choice) -> list[tuple[float, float, float, float]]:
    """Give boxes outside which no point is chosen."""
    boxes = [choice.bbox] if choice.bbox and choice.bbox[0] <= choice.bbox[2] else []
    if choice.within:
        lon, lat = choice.within[::2], choice.within[1::2]
        boxes.append((min(lon), min(lat), max(lon), max(lat)))
    return boxes


def _words(column: pd.Series[str], at: NDArray[np.integer[Any]]) -> pd.Categorical[Any]:
    """Give the words at some places of a column, ordered as texts are."""
    codes, words = pd.factorize(column, sort=True)
    return pd.Categorical.from_codes(codes[at], pd.Index(words))


def _joined(told: list[dict[str, Any]]) -> pd.DataFrame:
    """Put columns one below the other; those of words take the words of both."""
    return pd.DataFrame({name: _below([one[name] for one in told]) for name in told[0]})


def _below(columns: list[Any]) -> Any:  # noqa: ANN401 (an array of what the columns are of)
    if not isinstance(columns[0], pd.Categorical):
        return np.concatenate(columns)
    if all(column.dtype == columns[0].dtype for column in columns):
        return union_categoricals(columns)
    return union_categoricals(columns, sort_categories=True)
