"""Ledgers of two districts: neither reaches what has gone to the other, or was there first."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

import geo_registry as gr
from geo_registry.core.access import Viewer
from geo_registry.core.bounds import area
from geo_registry.registry.editing import Edit
from geo_registry.registry.importing import taking
from geo_registry.registry.importing.taking import bounds

if TYPE_CHECKING:
    from pathlib import Path

    from geo_registry.registry import Registry

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
HERE, THERE = "郾城区", "源汇区"
HEADINGS = ("编号", "名称", "经度", "纬度", "区县", "备注")
KILN = ("K-1", "东窑", "114.01", "33.58", HERE, "")
PARTIAL = gr.ImportOrder(kind="brick_kiln", datum="wgs84", accept_partial=True)


class Town:
    """A registry of two districts, and what their clerks send."""

    def __init__(self, folder: Path) -> None:
        self._folder, url = folder, f"sqlite:///{folder / 'store.db'}"
        gr.init(url, by="tester", clock=lambda: NOW)
        self.city: Registry = gr.open(url, clock=lambda: NOW)

    def clerk(self, district: str) -> Registry:
        """Open the registry as the clerk of a district."""
        return self.city.seen_by(Viewer("clerk", "district", areas=frozenset({area([district])})))

    def send(self, who: Registry, *rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> Any:  # noqa: ANN401
        """Import a ledger of brick kilns; give its document."""
        path = self._folder / "ledger.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([headings, *rows])
        return who.import_file(path, PARTIAL).document

    def kilns(self, **at: Any) -> list[tuple[str, str, str, str]]:  # noqa: ANN401
        """Tell the kilns that the city sees."""
        rows = self.city.sources("brick_kiln", **at)
        columns = ("code", "name", "district", "status")
        return sorted(tuple(str(row[name]) for name in columns) for _, row in rows.iterrows())  # type: ignore[misc]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Make a registry with nothing in it."""
    return Town(tmp_path)


@pytest.fixture
def gone(town: Town) -> None:
    """Let a kiln move to the other district, and mend what was known of it before."""
    town.send(town.city, KILN)
    name = str(town.city.sources("brick_kiln")["id"].iloc[0])
    town.city.editing.edit(name, Edit({"district": THERE}, act="move", on=date(2026, 5, 1)), version=1)
    old = Edit({"note": "mended"}, on=date(2026, 1, 1))
    town.city.editing.edit(name, old, version=3)


@pytest.mark.usefixtures("gone")
@pytest.mark.parametrize("column", [(), ("valid_to", "2030-01-01"), ("valid_from", "2020-01-01")])
def test_what_has_gone_to_the_neighbour_is_no_longer_changed(town: Town, column: tuple[str, ...]) -> None:
    """A ledger of the district that a kiln has left does not bring it back."""
    headings, row = (*HEADINGS, *column[:1]), (*KILN, *column[1:])
    said = town.send(town.clerk(HERE), row, headings=headings)
    on_a_day = column[:1] == ("valid_from",)
    assert said["codes"] == ({} if on_a_day else {"OUT_OF_AREA": 1})
    for day, district in ((date(2026, 2, 1), HERE), (date(2026, 11, 1), THERE)):
        assert town.kilns(on=day) == [("K-1", "东窑", district, "operating")]


@pytest.mark.usefixtures("gone")
def test_the_neighbour_goes_on_with_what_has_come(town: Town) -> None:
    """The district where a kiln lies now brings it up to date; its ledger does not reach into the past."""
    row = ("K-1", "东窑二", "114.01", "33.58", THERE, "")
    assert town.send(town.clerk(THERE), row)["updated"] == 1
    early = town.send(town.clerk(THERE), (*row, "2020-01-01"), headings=(*HEADINGS, "valid_from"))
    assert early["codes"] == {"OUT_OF_AREA": 1}
    assert town.kilns(on=date(2026, 11, 1)) == [("K-1", "东窑二", THERE, "operating")]
    assert town.kilns(on=date(2026, 2, 1)) == [("K-1", "东窑", HERE, "operating")]


@pytest.mark.parametrize("both", [False, True])
def test_a_code_that_two_districts_have_given_names_each_one(town: Town, both: bool) -> None:
    """A code that the neighbour gave first leads the city's ledger to the kiln of the district it names."""
    theirs, ours = ("K-1", "西窑", "114.03", "33.57", THERE, ""), KILN
    assert town.send(town.clerk(THERE), theirs)["new"] == 1
    assert town.send(town.clerk(HERE), ours)["new"] == 1
    said = town.send(
        town.city,
        (*ours, "取缔"),
        *([(*theirs, "取缔")] if both else []),
        headings=(*HEADINGS, "状态"),
    )
    assert (said["new"], said["updated"]) == (0, 1 + both)
    expected = [("K-1", "东窑", HERE, "banned"), ("K-1", "西窑", THERE, "banned" if both else "operating")]
    assert town.kilns() == sorted(expected)


def test_rows_are_judged_against_what_they_are_compared_with(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kiln that goes to the neighbour while its old district's ledger is worked on is not made anew."""
    town.send(town.city, KILN)
    name = str(town.city.sources("brick_kiln")["id"].iloc[0])
    within = bounds.within_area
    moves = iter([Edit({"district": THERE})])

    def overtaken(*rest: Any, **base: Any) -> Any:  # noqa: ANN401
        judged = within(*rest, **base)
        for move in moves:
            town.city.editing.edit(name, move, version=1)
        return judged

    monkeypatch.setattr(taking, "within_area", overtaken)
    headings = tuple(name for name in HEADINGS if name != "区县")
    row = ("K-1", "东窑", "114.01", "33.58", "new note")
    said = town.send(town.clerk(HERE), row, headings=headings)
    assert (said["new"], said["updated"]) == (0, 0)
    assert town.kilns() == [("K-1", "东窑", THERE, "operating")]
