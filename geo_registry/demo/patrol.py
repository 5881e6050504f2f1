"""A street patrol's list of mixed kinds, with what goes wrong in real lists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geo_registry.demo.files import Row, Speech
from geo_registry.demo.places import City
from geo_registry.demo.sources import RECIPES, make_rows

EACH = 10
"""Rows of each kind."""

FIRST = 9001
"""Number of a kind's first row in this list: out of the way of the ledgers."""

NAMES = ("code", "name", "status", "district", "township", "lon", "lat", "owner", "warden", "discovered_on")


def patrol_rows(city: City, rng: np.random.Generator) -> list[tuple[str, Row]]:
    """Make up some rows of every kind, all sound.

    Parameters
    ----------
    city
        Where they may stand.
    rng
        Source of chance.
    """
    return [
        (kind, row)
        for kind, recipe in RECIPES.items()
        for row in make_rows(recipe, city, rng, EACH, first=FIRST)
    ]


def patrol_grid(speech: Speech, rows: Sequence[tuple[str, Row]]) -> list[list[object]]:
    """Lay the rows out with a column for the kind.

    Parameters
    ----------
    speech
        Of any kind: only common columns are written.
    rows
        Kind and row.
    """
    kinds = speech.catalog.kinds
    head: list[object] = [speech.heading("category"), *map(speech.heading, NAMES)]
    return [
        head,
        *([kinds[kind].label.zh, *speech.line(NAMES, row)] for kind, row in rows),
    ]


def with_faults(grid: list[list[object]]) -> list[list[object]]:
    """Spoil a few rows, each in another way, and repeat two.

    Parameters
    ----------
    grid
        From `patrol_grid`.
    """
    head, *rows = grid
    rows = [list(row) for row in rows]
    at = {name: place for place, name in enumerate(NAMES, start=1)}
    lon, lat, found = at["lon"], at["lat"], at["discovered_on"]
    for place in (3, 17, 31):
        rows[place][lon] = rows[place][lat] = ""
    rows[5][lon] = rows[5][lat] = "-"
    rows[8][lon], rows[8][lat] = rows[8][lat], rows[8][lon]
    rows[12][lon] = f"{float(str(rows[12][lon])):.2f}"
    rows[12][lat] = f"{float(str(rows[12][lat])):.2f}"
    rows[21][lon] = "东经一百一十四度"
    rows[26][lon], rows[26][lat] = "0", "0"
    rows[37][found] = "2025年2月30日"
    rows[44][0] = "烧烤摊"
    rows[50][at["code"]] = rows[49][at["code"]]
    return [head, *rows, list(rows[1]), list(rows[2])]
