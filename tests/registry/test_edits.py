"""One record at a time: what a correction is, what a move is, and that no edit is ever lost."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import geo_registry as gr
from geo_registry.core.access import Viewer, area, owner
from geo_registry.errors import (
    Conflict,
    DatumError,
    NotAllowed,
    NotFound,
    RegistryError,
    Stale,
    ValueRefused,
    VersionNeeded,
)
from geo_registry.registry import Registry
from geo_registry.registry.editing import Edit
from geo_registry.store import connect

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
TODAY = date(2026, 11, 23)
HEADINGS = ("编号", "名称", "经度", "纬度", "区县", "状态", "联系方式")
ROWS = (
    ("K-1", "东窑", "114.01", "33.58", "郾城区", "在用", "0395-1"),
    ("K-2", "西窑", "114.02", "33.59", "源汇区", "在用", "0395-2"),
)
PLACE = {"lon": "114.0512", "lat": "33.6021", "datum": "wgs84"}
DAY = date(2026, 5, 1)


def ledger(path: Path, rows: Any = ROWS, headings: Any = HEADINGS) -> Path:  # noqa: ANN401
    """Write a ledger of brick kilns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


ORDER = gr.ImportOrder(kind="brick_kiln", datum="wgs84", by="clerk")


@pytest.fixture(scope="module")
def kilns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with two kilns."""
    folder = tmp_path_factory.mktemp("kilns")
    made = f"sqlite:///{folder / 'store.db'}"
    gr.init(made, by="tester", clock=lambda: NOW)
    registry = opened(made)
    registry.import_file(ledger(folder / "kilns.csv"), ORDER)
    registry.close()
    return folder / "store.db"


@pytest.fixture
def url(kilns: Path, tmp_path: Path) -> str:
    """Give this test's own copy of the store."""
    return f"sqlite:///{shutil.copy(kilns, tmp_path / 'store.db')}"


def opened(url: str) -> Registry:
    """Open a registry at a fixed hour."""
    registry: Registry = gr.open(url, clock=lambda: NOW)
    return registry


@pytest.fixture
def registry(url: str) -> Registry:
    """Open the kilns."""
    return opened(url)


def id_of(registry: Registry, code: str) -> str:
    """Find a kiln by its code."""
    rows = registry.sources("brick_kiln")
    return str(rows.loc[rows["code"] == code, "id"].iloc[0])


def clerk(*districts: str, role: Any = "district") -> Viewer:  # noqa: ANN401
    """Give a clerk of some districts."""
    return Viewer("clerk", role, areas=frozenset(area([name]) for name in districts))


def places(registry: Registry, **at: Any) -> dict[str, float]:  # noqa: ANN401
    """Give the longitude of each kiln."""
    rows = registry.sources("brick_kiln", **at)
    return dict(zip(rows["code"], rows.geometry.x.round(4), strict=True))


def test_a_correction_takes_the_place_of_what_was_wrong(registry: Registry) -> None:
    """A correction is one chained commit: the new version has the old one's time, and says who and why."""
    name = id_of(registry, "K-1")
    done = registry.editing.edit(name, Edit({"status": "停产", "owner": "某公司"}, reason="核查"), version=1)
    assert (done.version, done.revision, set(done.fields)) == (2, 2, {"status", "owner"})
    record = registry.record(name)
    assert (record["status"], record["owner"], record["version"]) == ("suspended", "某公司", 2)
    assert pd.isna(record["valid_from"])
    commit = registry.commits()[-1]
    assert commit.action == "edit"
    assert commit.details == {"id": name, "act": "correct", "reason": "核查", "fields": ["status", "owner"]}
    assert registry.sources("brick_kiln", as_of=1).set_index("id").loc[name, "status"] == "operating"


def test_a_move_keeps_the_place_before_for_the_time_before(registry: Registry, url: str) -> None:
    """What moved on a day is found at its old place on the day before and at the new one from then on."""
    name = id_of(registry, "K-1")
    registry.editing.edit(name, Edit(PLACE, "move", DAY), version=1)
    assert places(registry, on=date(2026, 4, 30))["K-1"] == 114.01
    for on in (DAY, TODAY, None):
        assert places(registry, on=on)["K-1"] == 114.0512
    for on in (None, date(2026, 4, 30), DAY):
        assert registry.sources("brick_kiln", on=on)["id"].is_unique
    assert registry.counts() == {"brick_kiln": 2}
    assert registry.commits()[-1].action == "move"
    assert registry.record(name)["version"] == 3
    assert len(registry.search("东窑")) == 1
    assert connect(url).verify().broken is None


def test_a_move_may_lie_between_two_others(registry: Registry) -> None:
    """A change that is learned of late takes its part of the time and leaves what came after alone."""
    name = id_of(registry, "K-1")
    registry.editing.edit(name, Edit(PLACE, "move", DAY), version=1)
    late = registry.editing.move(name, PLACE | {"lon": "114.04"}, on=date(2026, 3, 1), version=3)
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 4, 30), DAY)
    assert [places(registry, on=on)["K-1"] for on in days] == [114.01, 114.04, 114.04, 114.0512]
    assert late.version == 5
    assert registry.record(name)["version"] == 5


def test_a_position_loses_what_was_said_of_another(registry: Registry) -> None:
    """A new position has no accuracy or method unless they are given with it."""
    name = id_of(registry, "K-1")
    registry.editing.edit(name, Edit({"accuracy_m": "10", "coord_method": "gps"}), version=1)
    registry.editing.edit(name, Edit(PLACE), version=2)
    record = registry.record(name)
    assert pd.isna(record["accuracy_m"])
    assert (record["datum"], record["x_given"]) == ("wgs84", "114.0512")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nothing": "1"}, "FIELD_UNKNOWN"),
        ({"status": "飞了"}, "VALUE_INVALID"),
        ({"code": "K" * 65}, "FIELD_TOO_LONG"),
        ({"name": "窑\u202e名"}, "TEXT_CONTROL_CHAR"),
        ({"discovered_on": "2027-01-01"}, "DATE_INVALID"),
        ({"discovered_on": "昨天左右"}, "DATE_INVALID"),
        ({"name": "", "code": None}, "VALUE_INVALID"),
        ({"lon": "114.1", "lat": "33.5"}, "DATUM_MISSING"),
        ({"lon": "114.1", "datum": "wgs84"}, "COORD_MISSING"),
        ({"lon": "", "lat": ""}, "COORD_MISSING"),
        ({"lon": "33.5", "lat": "114.1", "datum": "wgs84"}, "COORD_SWAPPED"),
        ({"lon": "0", "lat": "0", "datum": "wgs84"}, "COORD_NULL_ISLAND"),
        ({"lon": "x", "lat": "33", "datum": "wgs84"}, "COORD_NOT_NUMBER"),
        ({"lon": "1.5", "lat": "33", "datum": "wgs84"}, "OUT_OF_REGION"),
        ({"lon": "114.1", "lat": "33.5", "datum": "mars"}, "DATUM_UNKNOWN"),
        ({"accuracy_m": float("nan")}, "VALUE_INVALID"),
        ({"accuracy_m": [1]}, "VALUE_INVALID"),
    ],
    ids=str,
)
def test_a_value_is_judged_as_in_a_ledger(registry: Registry, changes: dict[str, Any], code: str) -> None:
    """What an import refuses an edit refuses with the same code, and nothing is written."""
    with pytest.raises((ValueRefused, DatumError)) as refused:
        registry.editing.edit(id_of(registry, "K-1"), Edit(changes), version=1)
    assert refused.value.code == code
    assert registry.revision == 1


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (lambda: Edit(PLACE, "move"), "PARAMETER_MISSING"),
        (lambda: Edit(PLACE, "jump"), "CHOICE_UNKNOWN"),
        (lambda: Edit(PLACE, "move", date(2026, 11, 24)), "DATE_INVALID"),
        (lambda: Edit(PLACE, "move", date(2019, 1, 1)), "EDIT_DAY_INVALID"),
        (lambda: Edit(PLACE, "move", date(2020, 1, 1)), "EDIT_DAY_INVALID"),
        (lambda: Edit(PLACE | {"valid_to": "2026-06-01"}, "move", DAY), "VALUE_INVALID"),
        (lambda: Edit({"valid_from": "2026-09-01", "valid_to": "2026-08-01"}), "DATE_INVALID"),
        (lambda: Edit({"owner": "甲"}, reason="很" * 501), "FIELD_TOO_LONG"),
    ],
    ids=["no-day", "no-act", "tomorrow", "before", "first-day", "ends", "backwards", "long-reason"],
)
def test_an_act_and_its_day_must_fit(registry: Registry, order: Any, code: str) -> None:  # noqa: ANN401
    """A move needs a day on which the record is known to hold, after its first and not later than today."""
    name = id_of(registry, "K-1")
    registry.editing.edit(name, Edit({"valid_from": "2020-01-01"}), version=1)
    with pytest.raises(ValueRefused) as refused:
        registry.editing.edit(name, order(), version=2)
    assert refused.value.code == code
    assert registry.revision == 2


def test_versions_of_one_record_never_hold_on_the_same_day(registry: Registry) -> None:
    """A correction of the times that would make two versions true on one day is refused."""
    name = id_of(registry, "K-1")
    registry.editing.edit(name, Edit(PLACE, "move", DAY), version=1)
    with pytest.raises(ValueRefused) as refused:
        registry.editing.edit(name, Edit({"valid_from": "2026-04-30"}), version=3)
    assert refused.value.code == "DATE_INVALID"
    registry.editing.edit(name, Edit({"owner": "旧主"}, on=date(2026, 1, 1)), version=3)
    rows = registry.sources("brick_kiln", on=date(2026, 1, 1)).set_index("id")
    assert rows.loc[name, "owner"] == "旧主"
    assert pd.isna(registry.record(name)["owner"])


def test_an_edit_that_changes_nothing_writes_nothing(registry: Registry) -> None:
    """The same values again make no commit and no version."""
    done = registry.editing.edit(id_of(registry, "K-1"), Edit({"name": "东窑", "note": None}), version=1)
    assert (done.version, done.batch, done.fields) == (1, None, ())
    assert registry.revision == 1


def test_a_code_that_is_taken_is_numbered_on(registry: Registry, tmp_path: Path) -> None:
    """Two records that an edit gives one code stay two for the next ledger."""
    registry.editing.edit(id_of(registry, "K-2"), Edit({"code": "K-1"}), version=1)
    rows = registry.sources("brick_kiln").set_index("name")
    assert rows["code_no"].to_dict() == {"东窑": 1, "西窑": 2}
    said = registry.import_file(ledger(tmp_path / "again.csv", ROWS[:1]), ORDER).document
    assert (said["unchanged"], said["new"]) == (1, 0)


def test_an_edit_stands_on_the_version_that_was_seen(registry: Registry) -> None:
    """Without a version nothing is changed; with an older one both are shown and nothing is changed."""
    name = id_of(registry, "K-1")
    with pytest.raises(VersionNeeded):
        registry.editing.edit(name, Edit({"owner": "甲"}), version=None)
    registry.editing.edit(name, Edit({"owner": "甲"}), version=1)
    with pytest.raises(Stale) as stale:
        registry.editing.edit(name, Edit({"owner": "乙", "contact": ""}), version=1)
    told = stale.value.details
    assert (told["value"], told["expected"]) == (2, 1)
    current: Any = told["current"]
    yours: Any = told["yours"]
    assert (current["owner"], yours["owner"]) == ("甲", "乙")
    assert "contact" in current
    assert "contact" not in yours
    assert registry.record(name)["owner"] == "甲"


def test_an_edit_is_undone_like_a_batch(registry: Registry) -> None:
    """Undo of a move closes both its versions and opens the one before; undone once more they return."""
    name = id_of(registry, "K-1")
    before = places(registry)
    done = registry.editing.edit(name, Edit(PLACE, "move", DAY), version=1)
    undone = registry.undo(str(done.batch))
    assert places(registry) == places(registry, on=date(2020, 1, 1)) == before
    assert registry.record(name)["version"] == 4
    with pytest.raises(Conflict):
        registry.undo(str(done.batch))
    registry.undo(str(undone.batch))
    assert places(registry, on=date(2026, 4, 30))["K-1"] == 114.01
    assert places(registry)["K-1"] == 114.0512
    assert registry.record(name)["version"] == 6
    assert len(registry.editing.history(name)) == 6


def test_edits_are_undone_one_after_another(registry: Registry) -> None:
    """What was taken back no longer stands in the way of what came before it."""
    name = id_of(registry, "K-1")
    first = registry.editing.edit(name, Edit({"owner": "甲"}), version=1)
    second = registry.editing.edit(name, Edit(PLACE, "move", DAY), version=2)
    with pytest.raises(Conflict) as later:
        registry.undo(str(first.batch))
    assert later.value.code == "UNDO_CONFLICT"
    registry.undo(str(second.batch))
    registry.undo(str(first.batch))
    assert pd.isna(registry.record(name)["owner"])
    assert len(registry.sources("brick_kiln")) == 2


def test_a_ledger_speaks_of_the_version_valid_last(registry: Registry, tmp_path: Path) -> None:
    """A ledger after a move updates what is true now; the time before stays as it was."""
    name = id_of(registry, "K-1")
    registry.editing.edit(name, Edit(PLACE, "move", DAY), version=1)
    row = ("K-1", "东窑新名", "114.0512", "33.6021", "郾城区", "停产", "0395-1")
    said = registry.import_file(ledger(tmp_path / "later.csv", [row]), ORDER).document
    assert (said["updated"], said["new"]) == (1, 0)
    rows = registry.sources("brick_kiln", on=date(2026, 4, 30)).set_index("id")
    assert rows.loc[name, "name"] == "东窑"
    now = registry.record(name)
    assert (now["name"], now["status"], now["version"]) == ("东窑新名", "suspended", 4)
    assert f"{now['valid_from']:%Y-%m-%d}" == DAY.isoformat()
    again = registry.import_file(tmp_path / "later.csv", ORDER).document
    assert (again["unchanged"], again["updated"]) == (1, 0)
    registry.undo(str(said["batch"]))
    assert registry.record(name)["name"] == "东窑"
    assert places(registry, on=date(2026, 4, 30))["K-1"] == 114.01


@pytest.mark.parametrize("on", [date(2026, 4, 30), DAY])
def test_our_own_export_of_any_day_is_no_news(registry: Registry, tmp_path: Path, on: date) -> None:
    """What is exported as of a day before a move or after it comes back unchanged."""
    registry.editing.edit(id_of(registry, "K-1"), Edit(PLACE, "move", DAY), version=1)
    made = registry.export(gr.ExportOrder(kind="brick_kiln", form="csv", on=on))
    path = tmp_path / made.name
    path.write_bytes(made.content)
    said = registry.import_file(path, ORDER).document
    assert (said["unchanged"], said["updated"], said["new"]) == (2, 0, 0)


def test_history_tells_every_version(registry: Registry) -> None:
    """Each version has its known and valid times, writer, reason, and what differs from the one before."""
    name = id_of(registry, "K-1")
    registry.editing.edit(name, Edit({"owner": "甲"}, reason="补录"), version=1, by="王")
    registry.editing.edit(name, Edit(PLACE, "move", DAY), version=2)
    told = registry.editing.history(name)
    assert [(one.number, one.known_from, one.known_to, one.action) for one in told] == [
        (1, 1, 2, "import"),
        (2, 2, 3, "edit"),
        (3, 3, None, "move"),
        (4, 3, None, "move"),
    ]
    assert (told[1].by, told[1].reason) == ("王", "补录")
    assert [(one.field, one.before, one.after) for one in told[1].differences] == [("owner", None, "甲")]
    assert (told[2].valid_to, told[3].valid_from) == (date(2026, 4, 30), DAY)
    assert {one.field for one in told[2].differences} == {"valid_to"}
    assert {"geometry", "valid_from"} <= {one.field for one in told[3].differences}


def test_the_past_is_asked_for_by_revision_or_by_day(url: str) -> None:
    """A day means the newest revision, by sequence, recorded on it or before; also when the clock jumped."""
    late = gr.open(url, clock=lambda: datetime(2026, 11, 25, 23, tzinfo=UTC))
    jumped = gr.open(url, clock=lambda: datetime(2025, 11, 24, 1, tzinfo=UTC))
    name = id_of(late, "K-1")
    late.editing.edit(name, Edit({"owner": "甲"}), version=1)
    jumped.editing.edit(name, Edit({"owner": "乙"}), version=2)

    def owner_at(day: date) -> object:
        return opened(url).sources("brick_kiln", as_of=day).set_index("id").loc[name, "owner"]

    assert opened(url).commits()[2].at.startswith("2026-11-26T07")
    assert owner_at(date(2026, 11, 26)) == "乙"
    assert owner_at(date(2026, 11, 25)) == "乙"
    with pytest.raises(ValueRefused) as refused:
        owner_at(date(2024, 1, 1))
    assert refused.value.code == "AS_OF_TOO_EARLY"


def test_what_one_may_not_see_one_cannot_edit(registry: Registry) -> None:
    """Another district's record does not exist for a clerk; and no edit takes a record out of the area."""
    mine, theirs = id_of(registry, "K-1"), id_of(registry, "K-2")
    desk = registry.seen_by(clerk("郾城区")).editing
    for act in (
        lambda: desk.edit(theirs, Edit({"owner": "甲"}), version=1),
        lambda: desk.history(theirs),
        lambda: desk.decide(mine, theirs, same=False),
    ):
        with pytest.raises(NotFound) as unseen:
            act()
        assert unseen.value.code == "RECORD_UNKNOWN"
    with pytest.raises(NotAllowed) as outside:
        desk.edit(mine, Edit({"district": "源汇区"}), version=1)
    assert outside.value.code == "OUT_OF_AREA"
    assert desk.edit(mine, Edit({"owner": "甲"}), version=1).version == 2
    with pytest.raises(NotAllowed):
        registry.seen_by(clerk("郾城区", role="auditor")).editing.edit(mine, Edit({"owner": "乙"}), version=2)


def test_only_the_owner_acts_in_anothers_name(registry: Registry) -> None:
    """Whoever signs in is recorded under the own name."""
    name = id_of(registry, "K-1")
    registry.seen_by(clerk("郾城区")).editing.edit(name, Edit({"owner": "甲"}), version=1, by="somebody")
    assert registry.commits()[-1].by == "clerk"
    registry.seen_by(owner("bureau")).editing.edit(name, Edit({"owner": "乙"}), version=2, by="somebody")
    assert registry.commits()[-1].by == "somebody"


def test_a_decision_is_remembered(registry: Registry, tmp_path: Path) -> None:
    """Two records decided to be different are not asked about again, by list or ledger; undone they are."""
    twins = [ROWS[0], ("K-9", "东 窑", "114.01", "33.58", "郾城区", "在用", "")]
    path = ledger(tmp_path / "twins.csv", twins)
    said = registry.import_file(path, ORDER).document
    assert said["warnings"].get("POSSIBLE_DUPLICATE") == 1
    (twin,) = registry.editing.twins()
    assert {twin.code, twin.other_code} == {"K-1", "K-9"}
    with pytest.raises(ValueRefused, match="FIELD_TOO_LONG"):
        registry.editing.decide(twin.id, twin.other_id, same=False, reason="很" * 501)
    commit = registry.editing.decide(twin.id, twin.other_id, same=False, reason="两座窑")
    assert registry.editing.twins() == []
    assert "POSSIBLE_DUPLICATE" not in registry.import_file(path, ORDER).document["warnings"]
    registry.undo(str(commit.batch))
    assert len(registry.editing.twins()) == 1


def test_a_copy_is_put_away_and_stays_away(registry: Registry, tmp_path: Path) -> None:
    """Of one thing the later record becomes void; a ledger that still has it says so and changes nothing."""
    twins = [ROWS[0], ("K-9", "东 窑", "114.01", "33.58", "郾城区", "在用", "")]
    path = ledger(tmp_path / "twins.csv", twins)
    registry.import_file(path, ORDER)
    kept, gone = id_of(registry, "K-1"), id_of(registry, "K-9")
    commit = registry.editing.decide(gone, kept, same=True)
    assert commit.details["code"] == "K-9"
    assert (registry.record(gone)["status"], registry.record(kept)["status"]) == ("void", "operating")
    again = registry.import_file(path, ORDER).document
    assert (again["unchanged"], again["updated"]) == (2, 0)
    assert again["warnings"]["MERGED_BEFORE"] == 1
    registry.editing.edit(gone, Edit({"status": "operating"}), version=2)
    assert registry.import_file(path, ORDER).document["unchanged"] == 2
    with pytest.raises(ValueRefused):
        registry.editing.decide(kept, kept, same=True)


def test_things_of_two_kinds_are_never_one(registry: Registry, tmp_path: Path) -> None:
    """A kiln and a coal point may be decided to differ, but neither is put away as a copy of the other."""
    path = ledger(tmp_path / "coal.csv", [("C-1", "东窑", "114.01", "33.58", "郾城区", "在用", "")])
    registry.import_file(path, replace(ORDER, kind="coal_sales_point"))
    kiln, coal = id_of(registry, "K-1"), str(registry.sources("coal_sales_point")["id"].iloc[0])
    with pytest.raises(ValueRefused, match="DECIDE_KINDS"):
        registry.editing.decide(kiln, coal, same=True)
    assert registry.record(coal)["status"] == "operating"
    registry.editing.decide(kiln, coal, same=False)


WRITERS = """
import sys
from tests.registry.test_edits import write
write(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
"""


def write(url: str, name: str, who: str, edits: int) -> None:
    """Add one to the kiln's accuracy so many times, each time standing on what was read or told last."""
    registry = opened(url)
    record = registry.record(name)
    version, count = int(record["version"]), record["accuracy_m"]
    done = 0
    while done < edits:
        count = 0.0 if count is None or pd.isna(count) else float(count)
        order = Edit({"accuracy_m": count + 1.0, "note": f"{who}-{done}"})
        try:
            version = registry.editing.edit(name, order, version=version).version
        except Stale as overtaken:
            told: dict[str, Any] = dict(overtaken.details)
            version, count = told["value"], told["current"].get("accuracy_m")
        else:
            done, count = done + 1, count + 1.0
    registry.close()


def write_together(url: str, name: str, *, threads: int, processes: int, edits: int) -> None:
    """Let writers in threads and in processes edit one record at once."""
    words = [sys.executable, "-c", WRITERS, url, name]
    started = [subprocess.Popen([*words, f"p{each}", str(edits)]) for each in range(processes)]
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        done = [pool.submit(write, url, name, f"t{each}", edits) for each in range(threads)]
        for each in done:
            each.result()
    assert [process.wait(timeout=540) for process in started] == [0] * processes


def assert_none_lost(url: str, name: str, writers: int, edits: int) -> None:
    """Hold the record and its history against what was written."""
    registry = opened(url)
    total = writers * edits
    record = registry.record(name)
    assert (int(record["version"]), int(record["accuracy_m"])) == (total + 1, total)
    told = registry.editing.history(name)
    assert [one.number for one in told] == list(range(1, total + 2))
    assert sum(one.number for one in told) == (total + 1) * (total + 2) // 2
    assert [one.fields.get("accuracy_m", 0) for one in told] == list(range(total + 1))
    assert len({one.fields.get("note") for one in told}) == total + 1
    assert len([each for each in registry.commits() if each.action == "edit"]) == total
    assert connect(url).verify().broken is None


def test_no_edit_is_lost(url: str) -> None:
    """Eight writers in threads and processes over one store: every edit stands on the one before it."""
    name = id_of(opened(url), "K-1")
    write_together(url, name, threads=6, processes=2, edits=5)
    assert_none_lost(url, name, 8, 5)


def test_an_edit_is_not_refused_for_anothers_record(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits about other records never make an edit fail: only the record's own version counts."""
    registry, name, other = opened(url), id_of(opened(url), "K-1"), id_of(opened(url), "K-2")
    commit = registry.editing.house.store.commit

    def overtaken(*rest: Any) -> Any:  # noqa: ANN401
        monkeypatch.undo()
        opened(url).editing.edit(other, Edit({"owner": "甲"}), version=1)
        return commit(*rest)

    monkeypatch.setattr(registry.editing.house.store, "commit", overtaken)
    done = registry.editing.edit(name, Edit({"owner": "乙"}), version=1)
    assert (done.version, done.revision) == (2, 3)
    assert opened(url).record(other)["owner"] == "甲"


def test_a_writer_that_is_overtaken_learns_of_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit of the same record that was committed between reading and writing is told, not overwritten."""
    registry, name = opened(url), id_of(opened(url), "K-1")
    commit = registry.editing.house.store.commit

    def overtaken(*rest: Any) -> Any:  # noqa: ANN401
        monkeypatch.undo()
        opened(url).editing.edit(name, Edit({"owner": "甲"}), version=1)
        return commit(*rest)

    monkeypatch.setattr(registry.editing.house.store, "commit", overtaken)
    with pytest.raises(RegistryError) as stale:
        registry.editing.edit(name, Edit({"owner": "乙"}), version=1)
    assert isinstance(stale.value, Stale)
    assert json.loads(json.dumps(stale.value.details, default=str))["current"]["owner"] == "甲"


@pytest.mark.torture
def test_fifty_writers_lose_nothing(url: str) -> None:
    """Fifty writers, thirty threads and twenty processes, make 1,000 edits of one record: none is lost."""
    name = id_of(opened(url), "K-1")
    write_together(url, name, threads=30, processes=20, edits=20)
    assert_none_lost(url, name, 50, 20)
