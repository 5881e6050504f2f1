"""Their headings -> our fields: by name, label, alias or the user's own word for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

import pyarrow as pa

from geo_registry.core.kinds import Catalog, Kind
from geo_registry.core.ledger.headings.vocabulary import Vocabulary, vocabulary_of
from geo_registry.core.ledger.reading.cell import key_of
from geo_registry.core.ledger.reading.rows import Skipped, part_rows
from geo_registry.core.ledger.tidy import clean_table
from geo_registry.core.raw import ROW, WIDTH, RawLayer
from geo_registry.errors import FileRefused, ValueRefused

SEARCHED_ROWS = 30
"""Headings are looked for in so many rows at the top of a sheet."""

MAX_LEVELS = 3
"""So many rows of merged headings may stand above each other."""

ESSENTIAL = frozenset({"name", "code", "lon", "lat"})
"""A row without any of these is no heading row."""

_SERIAL = frozenset({"序号", "序", "行号", "no", "fid", "objectid", "ogcfid", "rowid"})
"""Headings of columns that only count the rows: they say nothing of what stands in them."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What the columns of a sheet or layer mean.

    Attributes
    ----------
    columns
        Column index to our field name, or to one of the catalog's inputs (category, lon, lat).
    extra
        Column index to the sender's heading, for columns that no field takes; serial numbers left out.
    rows
        Row numbers of the headings; empty where the format has attribute names.
    skipped
        Rows that are no data, in their order.
    width
        Cells of the heading row, up to the last one that is not empty.
    body
        The rows of data, their cells cleaned.
    ours
        Column index to our name, for the columns that only the registry's own exports have.
    said
        Column index to the texts that stand in its heading rows, where there are any.
    """

    columns: Mapping[int, str]
    extra: Mapping[int, str]
    rows: tuple[int, ...]
    skipped: tuple[Skipped, ...]
    width: int
    body: pa.Table
    ours: Mapping[int, str] = field(default_factory=dict)
    said: Mapping[int, Collection[str]] = field(default_factory=dict)

    def column(self, name: str) -> int | None:
        """Find the column that holds a field."""
        return next((at for at, held in self.columns.items() if held == name), None)


def locate(layer: RawLayer, catalog: Catalog, kind: Kind | None, renames: Mapping[str, str]) -> Heading:
    """Find the headings of a sheet or layer and match them with fields.

    Parameters
    ----------
    layer
        Raw rows; grids of cells have their headings among the first rows, perhaps under titles and
        in up to three merged rows.
    catalog
        For the inputs (category, lon, lat) and, without a kind, for the fields of every kind.
    kind
        Kind of the rows, or None where a category column tells it.
    renames
        The sender's heading to our field name; it wins over every match.

    Returns
    -------
    Heading
        Columns matched and not, rows skipped, rows of data.

    Raises
    ------
    FileRefused
        ``NO_ROWS`` when every cell is blank; ``HEADER_MISSING`` when no row looks like headings, with
        what was ``seen``;
        ``HEADER_DUPLICATE`` when two columns claim one field.
    ValueRefused
        ``MAP_UNKNOWN`` when `renames` names a heading that is not in the file or no field of ours.

    Examples
    --------
    >>> from types import MappingProxyType
    >>> from geo_registry.core.kinds import Field, Label, Symbol
    >>> name = Field("name", "text", Label("名称", "Name"), "name")
    >>> kind = Kind("kiln", "source", Label("烤房", "Kiln"), Symbol("circle", "#000000"), (), "none", (name,))
    >>> catalog = Catalog(MappingProxyType({"kiln": kind}), (), (), (), (), MappingProxyType({}), "")
    >>> cells = pa.table({"c0": ["烤房台账", "名称*", "甲"], "_row": [1, 2, 3], "_width": [1, 1, 1]})
    >>> heading = locate(RawLayer("表1", None, cells), catalog, kind, {})
    >>> dict(heading.columns), heading.rows, [each.text for each in heading.skipped]
    ({0: 'name'}, (2,), ['烤房台账'])
    """
    words = vocabulary_of(catalog, kind, renames)
    if layer.headings is None:
        return _locate_in_grid(layer, words, renames)
    paths = [(heading,) for heading in layer.headings]
    _check_renames(renames, paths)
    columns, extra, ours = _match(paths, words, None)
    return Heading(columns, extra, (), (), len(paths), clean_table(layer.cells), ours)


def _locate_in_grid(layer: RawLayer, words: Vocabulary, renames: Mapping[str, str]) -> Heading:
    cells = clean_table(layer.cells)
    top, numbers = cells.slice(0, SEARCHED_ROWS), cells[ROW].to_pylist()[:SEARCHED_ROWS]
    names = [f"c{at}" for at in range(sum(name[:1] == "c" for name in cells.column_names))]
    grid = list(zip(*(top[name].to_pylist() for name in names), strict=True))
    start, depth = _find_rows(grid, words)
    if not depth:
        seen = next((row for row in grid if any(row)), None)
        if seen is None:
            raise FileRefused("NO_ROWS", layer=layer.name)
        raise FileRefused("HEADER_MISSING", field="name", seen=", ".join(filter(None, seen)))
    levels = grid[start : start + depth]
    paths = _paths(levels)
    _check_renames(renames, paths)
    columns, extra, ours = _match(paths, words, numbers[start])
    texts = {at: {level[at] for level in levels if level[at]} for at in columns}
    body, skipped = part_rows(cells.slice(start + depth), columns, texts)
    titles = [Skipped(numbers[at], "title", _first_text(grid[at])) for at in range(start) if any(grid[at])]
    width = max(cells[WIDTH].slice(start, depth).to_pylist())
    rows = tuple(numbers[start : start + depth])
    return Heading(columns, extra, rows, (*titles, *skipped), width, body, ours, texts)


def further(heading: Heading, cells: pa.Table) -> Heading:
    """Take more rows of a layer under headings that were found above them.

    Parameters
    ----------
    heading
        From `locate`, on the first rows of the layer.
    cells
        Rows that come later.

    Examples
    --------
    >>> first = Heading({0: "name"}, {}, (1,), (), 1, pa.table({}), said={0: ["名称"]})
    >>> rows = pa.table({"c0": ["甲", "合计", " 乙"], "_row": [7, 8, 9]})
    >>> more = further(first, rows)
    >>> more.body["c0"].to_pylist(), [each.row for each in more.skipped]
    (['甲', '乙'], [8])
    """
    clean = clean_table(cells)
    if not heading.rows:
        return replace(heading, body=clean, skipped=())
    body, skipped = part_rows(clean, heading.columns, heading.said)
    return replace(heading, body=body, skipped=skipped)


def _first_text(row: Sequence[str | None]) -> str:
    return next(text for text in row if text)


def _find_rows(grid: Sequence[Sequence[str | None]], words: Vocabulary) -> tuple[int, int]:
    """Choose the rows whose flattened texts match the most fields: the fewest rows, the uppermost."""
    best = (0, 0, 0)
    for depth in range(1, MAX_LEVELS + 1):
        for start in range(len(grid) - depth + 1):
            found = {
                match[1]
                for path in _paths(grid[start : start + depth])
                if path and (match := words.find(path))
            }
            if found & (ESSENTIAL | set(words.renames.values())) and len(found) > best[0]:
                best = (len(found), start, depth)
    return _with_merged_above(grid, best[1], best[2])


def _with_merged_above(grid: Sequence[Sequence[str | None]], start: int, depth: int) -> tuple[int, int]:
    """Take in the row above where a heading is merged down from it: the same text stands in both."""
    while depth and start and depth < MAX_LEVELS:
        if not any(text and text == below for text, below in zip(grid[start - 1], grid[start], strict=True)):
            break
        start, depth = start - 1, depth + 1
    return start, depth


def _paths(levels: Sequence[Sequence[str | None]]) -> list[tuple[str, ...]]:
    """Flatten heading rows: for each column the distinct texts above each other, outermost first.

    A merged heading whose text stands in its first cell only (as CSV has it) reaches over the cells
    to its right that have a heading below them.
    """
    paths: list[tuple[str, ...]] = []
    reach: list[str | None] = [None] * len(levels)
    for texts in zip(*levels, strict=True):
        for at, text in enumerate(texts):
            covered = text is None and any(texts[at + 1 :]) and not any(texts[:at])
            reach[at] = text or (reach[at] if covered else None)
        paths.append(tuple(dict.fromkeys(text for text in reach if text)))
    return paths


def _match(
    paths: Sequence[tuple[str, ...]], words: Vocabulary, row: int | None
) -> tuple[dict[int, str], dict[int, str], dict[int, str]]:
    """Give each field the column that claims it best; two that claim it equally are refused."""
    claims: dict[str, list[tuple[int, int]]] = {}
    for at, path in enumerate(paths):
        if path and (found := words.find(path)):
            claims.setdefault(found[1], []).append((found[0], at))
    columns: dict[int, str] = {}
    for name, claimed in claims.items():
        rank, at = min(claimed)
        rivals = [other for each, other in claimed if each == rank]
        if len(rivals) > 1 and name in words.unique:
            seen = ", ".join("/".join(paths[other]) for other in rivals)
            raise FileRefused("HEADER_DUPLICATE", field=name, seen=seen, row=row)
        columns[at] = name
    ours = {at: name for at, name in words.own_columns(paths).items() if at not in columns}
    return dict(sorted(columns.items())), _name_extra(paths, columns.keys() | ours.keys()), ours


def _name_extra(paths: Sequence[tuple[str, ...]], taken: AbstractSet[int]) -> dict[int, str]:
    """Name the columns that no field takes; equal names are numbered, nameless ones say their place."""
    extra: dict[int, str] = {}
    for at, path in enumerate(paths):
        if at in taken or (path and key_of(path[-1]) in _SERIAL):
            continue
        name = "/".join(path) or f"#{at + 1}"
        again = sum(other == name or other.startswith(f"{name} (") for other in extra.values())
        extra[at] = f"{name} ({again + 1})" if again else name
    return extra


def _check_renames(renames: Mapping[str, str], paths: Iterable[tuple[str, ...]]) -> None:
    seen = [path for path in paths if path]
    known = {key_of(text) for path in seen for text in (path[-1], "".join(path))}
    if strangers := [theirs for theirs in renames if key_of(theirs) not in known]:
        raise ValueRefused("MAP_UNKNOWN", value=strangers[0], expected=["/".join(path) for path in seen])
