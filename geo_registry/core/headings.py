"""Their headings -> our fields: by name, label, alias or the user's own word for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from geo_registry.core.kinds import Catalog, Field, Kind
from geo_registry.core.raw import ROW, WIDTH, RawLayer
from geo_registry.core.reading.cell import key_of, split_brackets
from geo_registry.core.reading.columns import clean_table
from geo_registry.core.reading.rows import Skipped, part_rows
from geo_registry.core.reading.units import contradicts
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
    """

    columns: Mapping[int, str]
    extra: Mapping[int, str]
    rows: tuple[int, ...]
    skipped: tuple[Skipped, ...]
    width: int
    body: pa.Table

    def column(self, field: str) -> int | None:
        """Find the column that holds a field."""
        return next((at for at, name in self.columns.items() if name == field), None)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """Every heading that means something: by the user's word, else by the catalog."""

    renames: Mapping[str, str]
    fields: Mapping[str, Field]

    def find(self, path: Sequence[str]) -> tuple[int, str] | None:
        """Match a column's headings, outermost first; rank 0 is the user's word, 2 a leaf of a stranger."""
        whole, leaf = "".join(path), path[-1]
        for text in (leaf, whole):
            if key_of(text) in self.renames:
                return 0, self.renames[key_of(text)]
        for rank, text in ((1, whole), (2, leaf)):
            if field := self._match(text):
                return (1 if len(path) == 1 else rank), field.name
        return None

    def _match(self, text: str) -> Field | None:
        plain, remarks = split_brackets(text)
        if field := self.fields.get(key_of(text)):
            return field
        found = self.fields.get(key_of(plain))
        return None if found and any(contradicts(remark, found.unit) for remark in remarks) else found


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
        ``HEADER_MISSING`` when no row looks like headings, with what was ``seen``;
        ``HEADER_DUPLICATE`` when two columns claim one field.
    ValueRefused
        ``MAP_UNKNOWN`` when `renames` names a heading that is not in the file or no field of ours.

    Examples
    --------
    >>> from types import MappingProxyType
    >>> from geo_registry.core.kinds import Label, Symbol
    >>> name = Field("name", "text", Label("名称", "Name"), "name")
    >>> kind = Kind("kiln", "source", Label("烤房", "Kiln"), Symbol("circle", "#000000"), (), "none", (name,))
    >>> catalog = Catalog(MappingProxyType({"kiln": kind}), (), (), (), (), MappingProxyType({}), "")
    >>> cells = pa.table({"c0": ["烤房台账", "名称*", "甲"], "_row": [1, 2, 3], "_width": [1, 1, 1]})
    >>> heading = locate(RawLayer("表1", None, cells), catalog, kind, {})
    >>> dict(heading.columns), heading.rows, [each.text for each in heading.skipped]
    ({0: 'name'}, (2,), ['烤房台账'])
    """
    words = _Vocabulary(
        {key_of(theirs): ours for theirs, ours in renames.items()}, _fields_by_key(catalog, kind)
    )
    known = {field.name for field in words.fields.values()}
    if strangers := [ours for ours in renames.values() if ours not in known]:
        raise ValueRefused("MAP_UNKNOWN", value=strangers[0], expected=sorted(known))
    if layer.headings is not None:
        paths = [(heading,) for heading in layer.headings]
        _check_renames(renames, paths)
        columns, extra = _match(paths, words, _shared(catalog, kind), None)
        return Heading(columns, extra, (), (), len(paths), clean_table(layer.cells))
    return _locate_in_grid(layer, words, _shared(catalog, kind), renames)


def _fields_by_key(catalog: Catalog, kind: Kind | None) -> dict[str, Field]:
    """Give every heading the catalog knows; names and labels before aliases, the kind's own fields first."""
    kinds = [kind] if kind else list(catalog.kinds.values())
    own = [field for each in kinds for field in each.fields]
    base = [field for each in kinds[:1] for field in each.base]
    fields = [*own, *base, *catalog.inputs] if kind else [*base, *catalog.inputs, *own]
    by_key: dict[str, Field] = {}
    for field in fields:
        for word in (field.name, field.label.zh, field.label.en):
            by_key.setdefault(key_of(word), field)
    for field in fields:
        for word in field.aliases:
            by_key.setdefault(key_of(word), field)
    return by_key


def _shared(catalog: Catalog, kind: Kind | None) -> frozenset[str]:
    """Name the fields of which a file may have one column only: those that every row has."""
    fields = kind.all_fields if kind else next(iter(catalog.kinds.values())).base
    return frozenset(field.name for field in (*fields, *catalog.inputs))


def _locate_in_grid(
    layer: RawLayer, words: _Vocabulary, unique: frozenset[str], renames: Mapping[str, str]
) -> Heading:
    names = sorted(
        (name for name in layer.cells.column_names if name[:1] == "c"), key=lambda name: int(name[1:])
    )
    cells = clean_table(layer.cells)
    top = cells.slice(0, SEARCHED_ROWS)
    grid = list(zip(*(top[name].to_pylist() for name in names), strict=True))
    start, depth = _find_rows(grid, words)
    numbers = top[ROW].to_pylist()
    if not depth:
        seen = next((row for row in grid if any(row)), ())
        raise FileRefused("HEADER_MISSING", field="name", seen=", ".join(filter(None, seen)))
    levels = grid[start : start + depth]
    paths = _paths(levels)
    _check_renames(renames, paths)
    columns, extra = _match(paths, words, unique, numbers[start])
    above = [
        Skipped(numbers[at], "title", next(filter(None, grid[at])) or "")
        for at in range(start)
        if any(grid[at])
    ]
    texts = {at: {level[at] for level in levels if level[at]} for at in columns}
    body, skipped = part_rows(cells.slice(start + depth), columns, texts)
    width = max(cells[WIDTH].slice(start, depth).to_pylist())
    return Heading(columns, extra, tuple(numbers[start : start + depth]), (*above, *skipped), width, body)


def _find_rows(grid: Sequence[Sequence[str | None]], words: _Vocabulary) -> tuple[int, int]:
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
    return best[1], best[2]


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
    paths: Sequence[tuple[str, ...]], words: _Vocabulary, unique: frozenset[str], row: int | None
) -> tuple[dict[int, str], dict[int, str]]:
    """Give each field the column that claims it best; two that claim it equally are refused."""
    claims: dict[str, list[tuple[int, int]]] = {}
    for at, path in enumerate(paths):
        if path and (found := words.find(path)):
            claims.setdefault(found[1], []).append((found[0], at))
    columns: dict[int, str] = {}
    for name, claimed in claims.items():
        rank, at = min(claimed)
        rivals = [other for each, other in claimed if each == rank]
        if len(rivals) > 1 and name in unique:
            seen = ", ".join("/".join(paths[other]) for other in rivals)
            raise FileRefused("HEADER_DUPLICATE", field=name, seen=seen, row=row)
        columns[at] = name
    return dict(sorted(columns.items())), _name_extra(paths, columns)


def _name_extra(paths: Sequence[tuple[str, ...]], columns: Mapping[int, str]) -> dict[int, str]:
    """Name the columns that no field takes; equal names are numbered, nameless ones say their place."""
    extra: dict[int, str] = {}
    for at, path in enumerate(paths):
        if at in columns or (path and key_of(path[-1]) in _SERIAL):
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


def kind_of_value(text: str, catalog: Catalog) -> str | None:
    """Recognise a kind by the word a category cell or a layer's name has for it.

    Parameters
    ----------
    text
        The word, in any case or width.
    catalog
        Kinds with their names, labels and aliases.

    Returns
    -------
    str or None
        Name of the kind; None when no kind is called so.

    Examples
    --------
    >>> from types import MappingProxyType
    >>> from geo_registry.core.kinds import Label, Symbol
    >>> symbol = Symbol("circle", "#000000")
    >>> kiln = Kind("kiln", "source", Label("烤房", "Kiln"), symbol, (), "none", (), (), ("炕房",))
    >>> catalog = Catalog(MappingProxyType({"kiln": kiln}), (), (), (), (), MappingProxyType({}), "")
    >>> kind_of_value("炕 房", catalog), kind_of_value("锅炉", catalog)
    ('kiln', None)
    """
    key = key_of(text)
    return next((kind.name for kind in catalog.kinds.values() if key in words_of_kind(kind)), None)


def kind_of_sheet(name: str, catalog: Catalog) -> str | None:
    """Recognise the kind a sheet, layer or file is about by its title.

    Parameters
    ----------
    name
        Title such as ``附件2 散煤销售点台账（2025年）``.
    catalog
        Kinds with their names, labels and aliases.

    Returns
    -------
    str or None
        Name of the kind that is called so, else of the one whose Chinese word the title holds; the
        longest word counts, and None where two kinds have words as long.

    Examples
    --------
    >>> from types import MappingProxyType
    >>> from geo_registry.core.kinds import Label, Symbol
    >>> kiln = Kind("kiln", "source", Label("烤房", "Kiln"), Symbol("circle", "#000000"), (), "none", ())
    >>> catalog = Catalog(MappingProxyType({"kiln": kiln}), (), (), (), (), MappingProxyType({}), "")
    >>> kind_of_sheet("附件2 烤房台账（2025年）", catalog), kind_of_sheet("Sheet1", catalog)
    ('kiln', None)
    """
    if exact := kind_of_value(name, catalog):
        return exact
    title = key_of(name)
    held = {
        (len(word), kind.name)
        for kind in catalog.kinds.values()
        for word in words_of_kind(kind)
        if not word.isascii() and word in title
    }
    longest = [kind for length, kind in held if length == max(held)[0]]
    return longest[0] if len(longest) == 1 else None


def words_of_kind(kind: Kind) -> frozenset[str]:
    """Collect the words by which a kind is known, as `key_of` writes them.

    Parameters
    ----------
    kind
        Any kind.

    Examples
    --------
    >>> from geo_registry.core.kinds import Label, Symbol
    >>> symbol = Symbol("circle", "#000000")
    >>> kiln = Kind("kiln", "source", Label("烤房", "Kiln"), symbol, (), "none", (), (), ("炕房",))
    >>> sorted(words_of_kind(kiln))
    ['kiln', '炕房', '烤房']
    """
    return frozenset(key_of(word) for word in (kind.name, kind.label.zh, kind.label.en, *kind.aliases))
