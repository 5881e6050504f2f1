"""Which kind a word means: a category cell, the title of a sheet, the name of a layer."""

from __future__ import annotations

import re

from geo_registry.core.kinds import Catalog, Kind
from geo_registry.core.ledger.reading.cell import key_of

_TITLE_ENDS = re.compile(
    r"^(?:附件|附表|表)?\d*(?:\d{4}年度?)?(?:\d+月)?"
    r"|(?:台账|清单|名单|统计|汇总|信息|明细|一览|登记|调查|排查|情况|数据|总|表|库|\d|年度?|月|v)+$"
)
_GEOMETRY_END = re.compile(r"_(?:pt|ln|pg)$")
"""How shapefiles of one kind are told apart by geometry, ours too."""
_PLACE_BEFORE = re.compile(r"^.*[省市县区镇乡](?=.)")
_SHORT_WORD = 2


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
        Title such as ``附件2 漯河市散煤销售点台账（2025年）``.
    catalog
        Kinds with their names, labels and aliases.

    Returns
    -------
    str or None
        Name of the kind that the title names once numbers, years, words for lists and the place before
        it are taken off; None where that is no kind. 散乱污企业 is not 企业, so a title that only ends with
        a kind's word counts where the word has three characters or more.

    Examples
    --------
    >>> from types import MappingProxyType
    >>> from geo_registry.core.kinds import Label, Symbol
    >>> kiln = Kind("kiln", "source", Label("烤房", "Kiln"), Symbol("circle", "#000000"), (), "none", ())
    >>> catalog = Catalog(MappingProxyType({"kiln": kiln}), (), (), (), (), MappingProxyType({}), "")
    >>> kind_of_sheet("附件2 漯河市烤房台账（2025年）", catalog), kind_of_sheet("Sheet1", catalog)
    ('kiln', None)
    """
    title = _TITLE_ENDS.sub("", key_of(_GEOMETRY_END.sub("", name)))
    for words in (title, _PLACE_BEFORE.sub("", title), key_of(name)):
        if found := kind_of_value(words, catalog):
            return found
    ending = {
        kind.name
        for kind in catalog.kinds.values()
        for word in words_of_kind(kind)
        if len(word) > _SHORT_WORD and not word.isascii() and title.endswith(word)
    }
    return ending.pop() if len(ending) == 1 else None


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
