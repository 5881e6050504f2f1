"""Choices among many sources: ours from numbers, and SQL in the store's own database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import geo_registry as gr
from geo_registry.registry.choosing import Choice, Counts, Page
from tests.bench.child import Ready

BY_KIND = "SELECT kind, count(*) FROM records WHERE known_to IS NULL AND {} GROUP BY kind"
IN_DISTRICT = BY_KIND.format("district = ?")
IN_BOX = BY_KIND.format("lon BETWEEN ? AND ? AND lat BETWEEN ? AND ?")
STATION = "monitoring_station"


def _districts(url: str) -> Iterator[str]:
    """Name districts, another each time."""
    found = gr.open(url).choosing.areas(Choice())["district"].dropna()
    return cycle(found.sample(40, random_state=1))


def _boxes() -> Iterator[tuple[float, float, float, float]]:
    """Give boxes of one degree in the east of China, another each time."""
    return cycle(
        (108.0 + at * 0.31, 28.0 + at * 0.17, 109.0 + at * 0.31, 29.0 + at * 0.17) for at in range(40)
    )


def _counted(url: str, choices: Iterator[Choice]) -> Ready:
    choosing = gr.open(url).choosing
    asked: list[Choice] = []

    def work() -> Counts:
        asked.append(next(choices))
        return choosing.counts(asked[-1])

    return Ready(work, lambda found: {"sources": found.total, "as_sql": _as_sql(url, asked[-1], found)})


def _as_sql(url: str, choice: Choice, found: Counts) -> bool:
    """Tell whether SQL finds as many of each kind."""
    told = {kind: each["all"] for kind, each in found.kinds.items() if each["all"]}
    return told == (
        _sql(url, IN_DISTRICT, choice.districts) if choice.districts else _sql_box(url, choice.bbox)
    )


def _sql(url: str, query: str, values: tuple[Any, ...]) -> dict[str, int]:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        found = dict(connection.execute(query, values).fetchall())
    found.pop(STATION, None)
    return found


def _sql_box(url: str, box: tuple[float, float, float, float] | None) -> dict[str, int]:
    west, south, east, north = box or (0.0, 0.0, 0.0, 0.0)
    return _sql(url, IN_BOX, (west, east, south, north))


def district(url: str) -> Ready:
    """Count what a district holds."""
    return _counted(url, (Choice(districts=(name,)) for name in _districts(url)))


def box(url: str) -> Ready:
    """Count what a box holds."""
    return _counted(url, (Choice(bbox=one) for one in _boxes()))


def listed(url: str) -> Ready:
    """List the first page of everything."""
    choosing = gr.open(url).choosing

    def judge(page: Page) -> dict[str, Any]:
        return {"of": page.total, "first_score": float(page.rows["score"].iloc[0])}

    return Ready(lambda: choosing.page(Choice()), judge)


def sql_district(url: str) -> Ready:
    """Count in SQL what a district holds."""
    names = _districts(url)
    return _plainly(lambda: _sql(url, IN_DISTRICT, (next(names),)))


def sql_box(url: str) -> Ready:
    """Count in SQL what a box holds."""
    boxes = _boxes()
    return _plainly(lambda: _sql_box(url, next(boxes)))


def _plainly(work: Callable[[], dict[str, int]]) -> Ready:
    return Ready(work, lambda found: {"sources": sum(found.values())})
