"""Cells that are told tidy by their bytes are those that the long way leaves as they are."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as some

from geo_registry.core.ledger import tidy

LETTERS = some.text(
    some.sampled_from(
        "a'=+-@＝ 煤（，。、“…‑\u3000\u302a\u3099か\u0301e\u200b\u2028\u2060\ufeff\ufffe\uff9e가"
        "\r\n\t\x00\x7f\x85豈😀"
    ),
    max_size=6,
)
ANY = some.text(some.characters(exclude_categories=["Cs"]), max_size=6)


@settings(max_examples=500, deadline=None)
@given(some.lists(some.none() | LETTERS | ANY, min_size=1, max_size=8), some.integers(0, 3))
def test_the_short_way_gives_what_the_long_way_gives(cells: list[str | None], start: int) -> None:
    """Whatever stands in a column, also in a part of one, it comes out as if every cell were looked at."""
    column = pa.chunked_array([pa.array(cells, pa.string()).slice(start)])
    wanted = tidy._tidied(pa.array(cells[start:], pa.string()))  # noqa: SLF001 (the plain definition)
    assert tidy.clean(column).to_pylist() == wanted.to_pylist()
