"""Which rows below the headings are data, and which are totals, notes or headings said again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo_registry.core.ledger.tidy import flags, may_hold
from geo_registry.core.raw import ROW

Reason = Literal["title", "note", "summary", "heading"]

_SUMMARY = (
    r"(?i)^(?:本页|全市|全县|全区)?(?:合计|小计|总计|共计|累计|总数|subtotal|grandtotal|total|sum)"
    r"(?:[:：(（].*)?$"
)
_NOTE = (
    r"(?i)^(?:附?注|备注|说明|填[报表写].{0,4}|制表.{0,2}|编制.{0,2}|统计.{0,3}|审[核批].{0,2}|复核.{0,2}|校核.{0,2}"
    r"|单位负责人|负责人|经办人|联系人|联系电话|单位[(（]?盖章[)）]?|报送.{0,3}|资料来源|日期|notes?|remarks?"
    r"|preparedby|checkedby|source)[:：]"
)
_NUMBER = r"^[\d.,%\-－—/]*$"
_BLANKS = b"\t\n\x0c\r ", b" "
"""Blanks as the pattern of a text's blanks understands them."""
_MERGED_CELLS = 3
"""A text repeated in at least so many cells, and half the row, is one merged cell: a note or a section."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is no data.

    Attributes
    ----------
    row
        Row number as the sender sees it.
    reason
        ``title`` above the headings, ``heading`` where they are said again, ``summary`` or ``note``.
    text
        First cell of the row that is not empty.
    """

    row: int
    reason: Reason
    text: str


def part_rows(
    table: pa.Table, columns: Mapping[int, str], headings: Mapping[int, Collection[str]]
) -> tuple[pa.Table, tuple[Skipped, ...]]:
    """Part the rows below the headings into data and the rest; blank rows vanish.

    Parameters
    ----------
    table
        Rows of a raw table below its headings, cleaned.
    columns
        Column index to our field name.
    headings
        Column index to the texts that stand in its heading rows.

    Returns
    -------
    tuple
        The rows of data, and the rows skipped.

    Examples
    --------
    >>> table = pa.table({"c0": ["甲", "合 计", None], "c1": ["1", "1", None], "_row": [2, 3, 4]})
    >>> rows, skipped = part_rows(table, {0: "name"}, {0: ["名称"]})
    >>> rows["c0"].to_pylist(), [(each.row, each.reason) for each in skipped]
    (['甲'], [(3, 'summary')])
    """
    cells = {int(name[1:]): table[name].combine_chunks() for name in table.column_names if name[:1] == "c"}
    lead = pc.coalesce(*cells.values())
    tight = _tight(lead)
    filled = np.sum([flags(pc.is_valid(texts)) for texts in cells.values()], axis=0)
    masks: dict[Reason, NDArray[np.bool_]] = {
        "heading": _says_headings(cells, headings),
        "summary": _is_summary(cells, columns),
        "note": flags(pc.match_substring_regex(tight, _NOTE)) | _is_aside(cells, columns, lead, filled),
    }
    keep = filled > 0
    found: dict[int, Reason] = {}
    for reason, mask in masks.items():
        found |= {int(at): reason for at in np.flatnonzero(mask & keep)}
        keep &= ~mask
    numbers = table[ROW].to_numpy()
    skipped = [Skipped(int(numbers[at]), found[at], lead[at].as_py()) for at in sorted(found)]
    return table.filter(pa.array(keep)), tuple(skipped)


def _tight(texts: pa.StringArray) -> pa.StringArray:
    """Take the blanks out of texts."""
    return pc.replace_substring_regex(texts, r"\s+", "") if may_hold(texts, _BLANKS) else texts


def _says_headings(
    cells: Mapping[int, pa.StringArray], headings: Mapping[int, Collection[str]]
) -> NDArray[Any]:
    """Headings said again, as on each printed page: half the columns say their own heading."""
    said = [
        flags(pc.is_in(cells[at], pa.array(list(texts), pa.string())))
        for at, texts in headings.items()
        if at in cells
    ]
    return np.asarray(np.sum(said, axis=0) >= max(2, len(said) / 2))


def _is_summary(cells: Mapping[int, pa.StringArray], columns: Mapping[int, str]) -> NDArray[Any]:
    """合计 in one of the first three columns or in the name's; a row that has a place is no sum."""
    names = [at for at, field in columns.items() if field == "name"]
    said = [cells[at] for at in dict.fromkeys([*sorted(cells)[:3], *names])]
    mask = [flags(pc.match_substring_regex(_tight(each), _SUMMARY)) for each in said]
    place = [flags(pc.is_valid(cells[at])) for at, field in columns.items() if field in {"lon", "lat"}]
    placed = np.logical_and.reduce(place) if len(place) > 1 else np.zeros(len(said[0]), dtype=bool)
    return np.asarray(np.logical_or.reduce(mask) & ~placed)


def _is_aside(
    cells: Mapping[int, pa.StringArray],
    columns: Mapping[int, str],
    lead: pa.StringArray,
    filled: NDArray[Any],
) -> NDArray[Any]:
    """Find a text merged across the row, or one alone where no record has its name or code."""
    merged = filled >= max(_MERGED_CELLS, len(cells) / 2)
    for texts in cells.values():
        if merged.any():
            merged &= flags(pc.fill_null(pc.equal(texts, lead), fill_value=True))
    known = [
        flags(pc.is_valid(cells[at]))
        for at, field in columns.items()
        if field in {"name", "code"} and at in cells
    ]
    alone = (filled == 1) & ~np.logical_or.reduce([np.zeros(len(filled), dtype=bool), *known])
    return np.asarray(merged | alone) & ~flags(pc.match_substring_regex(lead, _NUMBER))
