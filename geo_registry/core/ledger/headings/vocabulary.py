"""Every heading that means something: by the user's word, else by a field's name, label or alias."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from geo_registry.core.frame import SYSTEM
from geo_registry.core.kinds import Catalog, Field, Kind
from geo_registry.core.ledger.reading.cell import key_of, split_brackets
from geo_registry.core.ledger.reading.units import contradicts, unit_of
from geo_registry.errors import ValueRefused

MARKS_OF_OURS = frozenset({"id", "version", "code_no"})
"""Columns of the registry's own that stand together in its exports and in nobody else's ledger."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What headings mean for one kind, or for all of them.

    Attributes
    ----------
    renames
        Heading, as `key_of` writes it, to the field the user wants it to be.
    fields
        Heading, as `key_of` writes it, to the field that is called so.
    unique
        Fields that a file may have in one column only.
    columns
        Heading, as `key_of` writes it, to the column of our own that an export carries beside the fields.
    """

    renames: Mapping[str, str]
    fields: Mapping[str, Field]
    unique: frozenset[str]
    columns: Mapping[str, str]

    def own_columns(self, paths: Sequence[Sequence[str]]) -> dict[int, str]:
        """Find the columns that only our own exports have: identity, version and the like.

        Parameters
        ----------
        paths
            Headings of each column.

        Returns
        -------
        dict
            Column index to our name; empty for anybody else's file, whose ``id`` is its own affair.
        """
        found = {at: self.columns.get(key_of(path[-1])) for at, path in enumerate(paths) if path}
        ours = {at: name for at, name in found.items() if name}
        return ours if set(ours.values()) >= MARKS_OF_OURS else {}

    def find(self, path: Sequence[str]) -> tuple[int, str] | None:
        """Match the headings of one column.

        Parameters
        ----------
        path
            Its texts, outermost first: one, or several where headings are merged above it.

        Returns
        -------
        tuple or None
            Rank and field: 0 the user's word, 1 a match of all texts together, 2 of the innermost alone,
            such as the 名称 under a 建设单位.
        """
        whole, leaf = "".join(path), path[-1]
        for text in (leaf, whole):
            if key_of(text) in self.renames:
                return 0, self.renames[key_of(text)]
        for rank, text in ((1, whole), (2, leaf)):
            if field := self._match(text):
                return rank, field.name
        return None

    def _match(self, text: str) -> Field | None:
        """Match a text as it is, else without its brackets or its unit, unless that is another unit."""
        if field := self.fields.get(key_of(text)):
            return field
        plain, remarks = split_brackets(text)
        before, _, behind = plain.rpartition("/")
        if unit_of(behind) is not None:
            plain, remarks = before, (*remarks, behind)
        field = self.fields.get(key_of(plain))
        return None if field and any(contradicts(remark, field.unit) for remark in remarks) else field


def vocabulary_of(catalog: Catalog, kind: Kind | None, renames: Mapping[str, str]) -> Vocabulary:
    """Collect what headings mean.

    Parameters
    ----------
    catalog
        For the inputs (category, lon, lat) and, without a kind, for the fields of every kind.
    kind
        Kind whose fields are meant, or None.
    renames
        The sender's heading to our field name.

    Raises
    ------
    ValueRefused
        ``MAP_UNKNOWN`` when a field name is none of ours.

    Examples
    --------
    >>> from types import MappingProxyType
    >>> from geo_registry.core.kinds import Label, Symbol
    >>> stock = Field("stock_t", "number", Label("存煤量", "Stock"), "stock_t", unit="t")
    >>> label, symbol = Label("散煤点", "Coal"), Symbol("circle", "#000000")
    >>> kind = Kind("coal", "source", label, symbol, (), "none", (stock,))
    >>> catalog = Catalog(MappingProxyType({"coal": kind}), (), (), (), (), MappingProxyType({}), "")
    >>> words = vocabulary_of(catalog, kind, {})
    >>> words.find(["存煤量（吨）"]), words.find(["库存", "存煤量"]), words.find(["存煤量（公斤）"])
    ((1, 'stock_t'), (2, 'stock_t'), None)
    """
    kinds = [kind] if kind else list(catalog.kinds.values())
    own = [field for each in kinds for field in each.fields]
    base = kinds[0].base
    fields = [*own, *base, *catalog.inputs] if kind else [*base, *catalog.inputs, *own]
    known = {field.name for field in fields}
    if strangers := [ours for ours in renames.values() if ours not in known]:
        raise ValueRefused("MAP_UNKNOWN", value=strangers[0], expected=sorted(known))
    shared = frozenset(field.name for field in (*(own if kind else ()), *base, *catalog.inputs))
    wanted = {key_of(theirs): ours for theirs, ours in renames.items()}
    return Vocabulary(wanted, _by_key(fields), shared, _columns_by_key(catalog.columns))


def _columns_by_key(columns: Iterable[Field]) -> dict[str, str]:
    return {
        key_of(word): column.name
        for column in columns
        if column.name in SYSTEM
        for word in (column.name, column.shp, column.label.zh, column.label.en)
    }


def _by_key(fields: Iterable[Field]) -> dict[str, Field]:
    """Give every heading its field: names and labels before aliases before the short names of shapefiles."""
    ordered = list(fields)
    names = [(word, field) for field in ordered for word in (field.name, field.label.zh, field.label.en)]
    aliases = [(word, field) for field in ordered for word in field.aliases]
    by_key: dict[str, Field] = {}
    short = [(field.shp, field) for field in ordered]
    for word, field in (*names, *aliases, *short):
        by_key.setdefault(key_of(word), field)
    return by_key
