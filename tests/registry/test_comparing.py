"""What changed round a station: by the days on which things were true, and by what was known."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

import geo_registry as gr
from geo_registry.core.access import public
from geo_registry.core.kinds import Language
from geo_registry.errors import NotAllowed, NotFound, ValueRefused
from geo_registry.registry import Registry
from geo_registry.registry.comparing import Span
from geo_registry.registry.editing import Edit
from tests.web.town import REAL

FOUNDED = datetime(2026, 10, 1, 4, tzinfo=UTC)
LATER = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.fixture
def town(tmp_path: Path) -> Registry:
    """Found a town on the 1st of October; on the 20th of November one kiln moves and one is corrected."""
    url = f"sqlite:///{tmp_path / 'town.db'}"
    gr.init(url, by="tester", clock=lambda: FOUNDED)
    first = gr.open(url, clock=lambda: FOUNDED)
    path = tmp_path / "town.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": REAL}), encoding="utf-8")
    first.import_file(path, gr.ImportOrder(datum="wgs84", by="tester"))
    first.close()
    now = gr.open(url, clock=lambda: LATER)
    ids = {str(row["code"]): str(row["id"]) for _, row in now.sources().iterrows()}
    moved = {"lon": 114.03, "lat": 33.5, "datum": "wgs84"}
    now.editing.edit(ids["K1"], Edit(moved, act="move", on=date(2026, 11, 10), reason="moved"), version=1)
    now.editing.edit(ids["K2"], Edit({"status": "operating"}, reason="was wrong"), version=1)
    return now


def changes(town: Registry, since: int | date, **more: object) -> dict[str, str]:
    """Read what differs, by the code of the source."""
    found = town.comparing.changes(Span(station="S1", since=since, **more))  # type: ignore[arg-type]
    return dict(zip(found.table["source_code"].tolist(), found.table["differs"].tolist(), strict=True))


def test_by_validity_the_world_changes_and_corrections_do_not(town: Registry) -> None:
    """Between two days only what became true differs: a correction holds for both of them."""
    assert changes(town, date(2026, 11, 1)) == {"K1": "ring;score;moved"}
    assert changes(town, date(2026, 11, 10)) == {}


def test_by_knowledge_corrections_count(town: Registry) -> None:
    """Between what two days' reports said, the correction is a change too."""
    assert changes(town, date(2026, 11, 1), by="known") == {"K1": "ring;score;moved", "K2": "status"}


def test_a_revision_is_what_was_known_then_of_today(town: Registry) -> None:
    """From a revision on, what was learned since differs; the newest revision differs in nothing."""
    newest = town.revision
    assert changes(town, newest - 1) == {"K2": "status"}
    assert changes(town, newest - 2) == {"K1": "ring;score;moved", "K2": "status"}
    assert changes(town, newest) == {}


def test_times_must_stand_in_order_and_exist(town: Registry) -> None:
    """A later first time, a day before the registry, an unknown reading or station are refused by name."""
    for wrong, code in (
        ({"since": date(2026, 11, 20), "until": date(2026, 11, 1)}, "TIMES_SWAPPED"),
        ({"since": town.revision, "until": 1}, "TIMES_SWAPPED"),
        ({"since": date(2026, 1, 1), "by": "known"}, "AS_OF_TOO_EARLY"),
        ({"since": date(2026, 11, 1), "by": "heard"}, "CHOICE_UNKNOWN"),
        ({"since": 9_999}, "REVISION_UNKNOWN"),
    ):
        with pytest.raises(ValueRefused, match=code):
            town.comparing.changes(Span(station="S1", **wrong))
    with pytest.raises(NotFound):
        town.comparing.changes(Span(station="S9", since=1))


def test_the_past_is_for_who_has_a_right_to_it(town: Registry) -> None:
    """A stranger may compare two days as they are known now, and not what was known before."""
    stranger = town.seen_by(public(leads=True))
    assert changes(stranger, date(2026, 11, 1)) == {"K1": "ring;score;moved"}
    for since, by in ((1, "valid"), (date(2026, 11, 1), "known")):
        with pytest.raises(NotAllowed):
            changes(stranger, since, by=by)


def test_the_table_leaves_as_a_file(town: Registry) -> None:
    """The file holds the rows of the comparison under their names."""
    span = Span(station="S1", since=date(2026, 11, 1), by="known")
    made = town.comparing.export(span, "csv", "en")
    rows = list(csv.DictReader(io.StringIO(made.content.decode("utf-8-sig"))))
    assert [row["source_code"] for row in rows] == list(changes(town, date(2026, 11, 1), by="known"))
    assert {row["change"] for row in rows} == {"changed"}
    with pytest.raises(ValueRefused, match="FORMAT_UNKNOWN"):
        town.comparing.export(span, "shp", "en")


def sheets(town: Registry, since: int | date | None = None) -> list[list[object]]:
    """Read the rows of all sheets of a report that tells changes."""
    made = town.publishing.report("S1", "xlsx", "en", gr.Question(), since=since)
    book = openpyxl.load_workbook(io.BytesIO(made.content))
    return [list(row) for sheet in book for row in sheet.iter_rows(values_only=True)]


def test_a_report_tells_changes_as_the_comparison_does(town: Registry) -> None:
    """Sums by kind and each difference are those of the comparison; else they are not told."""
    for since in (date(2026, 11, 1), town.revision - 2):
        found = town.comparing.changes(Span(station="S1", since=since))
        rows = sheets(town, since)
        told = {row[2]: str(row[6]) for row in rows if row[3:4] == ["changed"]}
        assert set(told) == set(found.table["source_code"])
        for row in found.table.to_dict("records"):
            each = [
                one["label"]
                for one in town.comparing.told({str(name): cell for name, cell in row.items()}, "en")
            ]
            assert all(label in told[row["source_code"]] for label in each)
        total = found.sums[found.sums["kind"] == "all"].iloc[0]
        names = ("before", "gone", "new", "after", "changed")
        assert [row for row in rows if row[1:6] == [int(total[name]) for name in names]]
    assert not [row for row in sheets(town) if "What differs" in row]
    assert any("Nothing differs" in str(cell) for row in sheets(town, town.revision) for cell in row)


def test_a_report_of_changes_keeps_the_rules_of_time(town: Registry) -> None:
    """A later first time is refused, and so is a stranger who asks for what was known."""
    for door in (town, town.seen_by(public(leads=True))):
        with pytest.raises(ValueRefused, match="TIMES_SWAPPED"):
            door.publishing.report("S1", "html", "en", gr.Question(), since=date(2027, 1, 1))
    with pytest.raises(NotAllowed):
        town.seen_by(public(leads=True)).publishing.report("S1", "html", "en", gr.Question(), since=1)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_report_says_what_it_does_not_hold(town: Registry, lang: Language) -> None:
    """The method names what reports of a neighbourhood are expected to say and this one cannot."""
    page = town.report("S1", "html", lang).content.decode()
    words = {"zh": ("风向", "回头看", "空气质量"), "en": ("wind", "looking back", "air quality")}[lang]
    assert all(word in page for word in words)


def test_revisions_that_touched_the_rings_lead_to_what_they_changed(town: Registry) -> None:
    """Each commit since the station is known that touched a source in the rings is named, newest first."""
    question = gr.Question(stations=("S1",), status="all")
    ids = set(town.audit(question=question).pairs["source_id"])
    station = str(town.stations().set_index("code").loc["S1", "id"])
    steps = town.comparing.steps(station, ids)
    assert [(step.revision, step.action, step.count) for step in steps] == [
        (town.revision, "edit", 1),
        (town.revision - 1, "move", 1),
    ]
    assert town.comparing.steps(station, []) == []
    assert town.seen_by(public(leads=True)).comparing.steps(station, ids) == []
    for step in steps:
        span = Span(station="S1", since=step.revision - 1, until=step.revision)
        assert len(town.comparing.changes(span).table) == step.count
