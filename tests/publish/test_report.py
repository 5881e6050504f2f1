"""The neutral report document."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import shapely

from geo_registry.core.audit import AuditRequest, audit
from geo_registry.errors import ValueRefused
from geo_registry.publish.report import station_report, to_json
from geo_registry.publish.report.layout import ABREAST, compass, lay_out, notes, radius_text, shown
from geo_registry.publish.report.model import Column, Table, Verdict
from tests.publish.report_world import CENTRE, ON, inputs, report, station_rows

if TYPE_CHECKING:
    from geo_registry.core.kinds import Language
    from geo_registry.publish.report import Report, ReportInputs


def siting_of(made: ReportInputs) -> Verdict:
    """Give the verdict of the siting section."""
    verdict = station_report(made, "en").section("siting").blocks[0]
    assert isinstance(verdict, Verdict)
    return verdict


def with_one_source(status: str, distance_deg: float, accuracy_m: float) -> ReportInputs:
    """Make inputs whose only source stands so far north of the station."""
    made = inputs(1)
    place = shapely.Point(CENTRE[0], CENTRE[1] + distance_deg)
    sources = made.sources.assign(status=status, accuracy_m=accuracy_m).set_geometry(
        [place], crs=made.sources.crs
    )
    found = audit(sources, station_rows().head(1), catalog=made.catalog, request=made.audit.request)
    return replace(made, sources=sources, audit=found)


@pytest.mark.parametrize("count", [1, 40, 300])
@pytest.mark.parametrize(("table", "way"), [("within", "cumulative"), ("between", "exclusive")])
def test_counts_are_the_audits(count: int, table: str, way: str) -> None:
    """Each number of the kind tables is the audit's for that kind, ring and set."""
    made = inputs(count)
    summary = made.audit.summary.set_index(["kind", "ring_m"])
    told = station_report(made, "zh").table(table)
    for key, row in zip(told.keys, told.rows, strict=True):
        wanted = [
            int(summary[f"{way}_{which}"][key, ring]) for ring in made.rings_m for which in ("active", "all")
        ]
        assert list(row[1:]) == wanted
    assert told.keys[-1] == "all"


def test_statuses_add_up_to_the_counts() -> None:
    """The table by status ends with the same sums as the table by kind, active and all."""
    made = inputs(300)
    told = station_report(made, "en")
    statuses, within = told.table("statuses"), told.table("within")
    rings = len(made.rings_m)
    by_key = dict(zip(statuses.keys, statuses.rows, strict=True))
    assert by_key["active"][1 : rings + 1] == within.rows[-1][1::2]
    assert by_key["all"][1 : rings + 1] == within.rows[-1][2::2]
    others = {key: row for key, row in by_key.items() if key not in {"all", "active"}}
    assert sum(int(row[rings] or 0) for row in others.values()) == by_key["all"][rings]


def test_bands_add_up_to_the_widest_ring() -> None:
    """Exclusive counts of a kind sum to its cumulative count in the widest ring."""
    told = report(300, "zh")
    for between, within in zip(told.table("between").rows, told.table("within").rows, strict=True):
        for which in (1, 2):
            assert sum(int(count or 0) for count in between[which::2]) == within[which - 3]


def test_first_sources_are_active_and_in_the_audits_order() -> None:
    """The sources that come first are the active pairs in the audit's order, numbered from 1."""
    made = inputs(300)
    pairs = made.audit.pairs
    table = station_report(made, "zh").table("first")
    assert list(table.keys) == pairs["source_id"][pairs["active"]].tolist()
    assert [row[0] for row in table.rows] == list(range(1, len(table.keys) + 1))
    assert len(lay_out(table, "zh")[0].rows) == 20
    assert table.rows[0][4] == pairs["distance_m"][pairs["active"]].iloc[0]


def test_every_source_bears_its_owner_and_warden() -> None:
    """Owner and warden beside a source are those of its own record."""
    made = inputs(40)
    known = made.sources.set_index("id")
    table = station_report(made, "zh").table("first")
    labels = [column.label for column in table.columns]
    for key, row in zip(table.keys, table.rows, strict=True):
        assert row[labels.index("责任主体")] == known["owner"].fillna("")[key]
        assert row[labels.index("责任网格员")] == known["warden"].fillna("")[key]


@pytest.mark.parametrize(
    ("status", "distance_deg", "accuracy_m", "tone"),
    [
        ("operating", 0.0003, 5.0, "bad"),
        ("banned", 0.0003, 5.0, "good"),
        ("operating", 0.0006, 20.0, "unknown"),
        ("operating", 0.0006, 5.0, "good"),
        ("operating", 0.0006, float("nan"), "good"),
    ],
)
def test_siting_verdict(status: str, distance_deg: float, accuracy_m: float, tone: str) -> None:
    """A source within 50 m fails the station only if it counts; one that may be there is to be verified."""
    assert siting_of(with_one_source(status, distance_deg, accuracy_m)).tone == tone


def test_siting_lists_what_stands_too_near_to_the_millimetre() -> None:
    """The siting check lists the source with its distance in metres to three decimals."""
    made = with_one_source("operating", 0.0003, 5.0)
    table = station_report(made, "en").table("siting")
    (grid,) = lay_out(table, "en")
    assert f"{made.audit.siting['distance_m'].iloc[0]:.3f}" in [cell[0] for cell in grid.rows[0]]


def test_ring_share_stands_beside_the_citys() -> None:
    """Each kind's share of active sources is given for the ring, for all rings and for the whole registry."""
    made = inputs(300)
    table = station_report(made, "en").table("city")
    held = made.registered
    assert table.rows[-1][7:] == (
        held["active"].sum(),
        held["all"].sum(),
        held["active"].sum() / held["all"].sum(),
    )
    every = made.audit.summary.query("kind == 'all'")["cumulative_all"].max()
    assert table.rows[-1][2] == every <= table.rows[-1][5]


def test_quality_names_what_is_weak() -> None:
    """Unlocated sources are counted by kind; rough and long unseen ones are listed, the worst first."""
    made = inputs(300)
    told = report(300, "zh")
    unlocated = told.table("unlocated")
    assert dict(zip(unlocated.keys, (row[1] for row in unlocated.rows), strict=True)) == {
        **{kind: count for kind, count in made.audit.provenance.unlocated.items() if count},
        "all": sum(made.audit.provenance.unlocated.values()),
    }
    rough = made.sources.set_index("id")["accuracy_m"].loc[list(told.table("inaccurate").keys)]
    assert (rough > 100).all()
    ages = [made.age_days[key] for key in told.table("stale").keys]
    assert ages == sorted(ages, reverse=True)
    assert ages[-1] > 90


def test_what_is_left_out_is_counted() -> None:
    """A list that has no room on paper says how many rows are missing and where they are."""
    table = report(300, "en").table("listing")
    left_out = len(inputs(300).audit.pairs) - len(lay_out(table, "en")[0].rows)
    assert notes(table, "en") == (
        f"Not listed here: {left_out}; the workbook (XLSX) of this report holds them all.",
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_empty_neighbourhood_is_said_in_words(lang: Language) -> None:
    """Without a source there is a sentence in the place of every table of sources."""
    told = report(0, lang)
    for name in ("counts", "first", "listing"):
        blocks = told.section(name).blocks
        assert [block.block for block in blocks] == ["paragraph"]


def test_same_inputs_give_the_same_bytes() -> None:
    """The document of equal inputs is equal to the byte, and another revision gives another one."""
    first, again = (to_json(station_report(inputs(40), "zh")) for _ in range(2))
    assert first == again
    assert to_json(station_report(replace(inputs(40), revision=13), "zh")) != first


def test_digest_is_of_what_stands_above_it() -> None:
    """The digest on the last page is the SHA-256 of the document without foot, names and sign-off."""
    told = report(40, "zh")
    above = replace(told, footer="", sections=told.sections[:-1], named=())
    digest = hashlib.sha256(to_json(above)).hexdigest()
    assert digest in to_json(replace(told, sections=told.sections[-1:])).decode()
    assert digest[:12] in told.footer


def test_json_holds_every_number_plainly() -> None:
    """The document is plain JSON: counts are integers, shares parts of one."""
    told = json.loads(to_json(report(40, "en")))
    tables = {
        block["name"]: block
        for part in told["sections"]
        for block in part["blocks"]
        if block["block"] == "table"
    }
    assert all(type(cell) is int for row in tables["within"]["rows"] for cell in row[1:])
    assert 0 <= tables["city"]["rows"][-1][3] <= 1


def test_synthetic_data_are_marked() -> None:
    """A report on made-up data bears the mark, one on real data does not."""
    made = inputs(3)
    assert station_report(made, "zh").mark
    assert not station_report(replace(made, synthetic=False), "zh").mark


def test_missing_warden_is_said() -> None:
    """A station for which no warden is named says so instead of leaving the line out."""
    made = inputs(3)
    nobody = replace(made, station=made.station.where(made.station.index != "warden", None))
    assert ("Warden", "none named") in facts_of(station_report(nobody, "en"))
    assert ("责任网格员", "网格员甲") in facts_of(station_report(made, "zh"))


def facts_of(told: Report) -> tuple[tuple[str, str], ...]:
    """Give the labelled values of the first section."""
    return next(block.pairs for block in told.section("overview").blocks if block.block == "facts")


def test_restricted_contacts_never_appear() -> None:
    """What only people with a right may read is in no report."""
    made = inputs(40)
    known = replace(made, sources=made.sources.assign(contact="13900000000"))
    assert b"13900000000" not in to_json(station_report(known, "zh"))


def test_audit_of_active_sources_alone_is_refused() -> None:
    """An audit that left statuses out cannot give the table by status, so it is refused."""
    made = inputs(3)
    partial = audit(
        made.sources,
        station_rows().head(1),
        catalog=made.catalog,
        request=AuditRequest(on=ON, statuses="active"),
    )
    with pytest.raises(ValueRefused):
        replace(made, audit=partial)


@pytest.mark.parametrize(
    ("bearing_deg", "word"), [(0, "N"), (22.4, "N"), (22.6, "NE"), (180, "S"), (337.6, "N"), (359.9, "N")]
)
def test_compass_words(bearing_deg: float, word: str) -> None:
    """A bearing is called by the nearest of eight winds, also just left of north."""
    assert compass(bearing_deg, "en") == word


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (None, "count", "–"),
        (7, "count", "7"),
        (984.04, "metres", "984.0"),
        (359.7, "bearing", "N 0°"),
        (0.125, "share", "12.5%"),
    ],
)
def test_values_are_written_by_their_form(value: float | None, form: str, text: str) -> None:
    """A value is written by what it is, a missing one as a dash."""
    assert shown(value, form, "en") == text  # type: ignore[arg-type]


def test_radii_are_written_as_people_say_them() -> None:
    """Radii from a kilometre on are in kilometres, without digits that say nothing."""
    assert [radius_text(radius, "en") for radius in (50.0, 999.5, 1000.0, 2500.0)] == [
        "50 m",
        "999.5 m",
        "1 km",
        "2.5 km",
    ]
    assert [radius_text(radius, "zh") for radius in (50.0, 2500.0)] == ["50 米", "2.5 公里"]


def test_wide_tables_are_parted() -> None:
    """A table too wide for a page is set in parts, each with the first column, no column lost."""
    columns = (
        Column("kind"),
        *(Column(f"{place}", "count", 1, f"group {place // 2}") for place in range(30)),
    )
    table = Table("wide", "", columns, ((("a", *range(30))),), ("a",))
    parts = lay_out(table, "en")
    assert all(len(part.heads) <= ABREAST + 1 and part.rows[0][0] == ("a",) for part in parts)
    assert [cell[0] for part in parts for cell in part.rows[0][1:]] == [str(place) for place in range(30)]


def test_checklists_are_counted_over_active_sources() -> None:
    """Results of an item and what was not inspected add up to the active sources of its kind in the rings."""
    made = inputs(300)
    (kind, item) = next(
        (name, items[0])
        for name in made.catalog.of_role("source")
        if (items := made.catalog.kinds[name].check_items)
    )
    of_kind = made.audit.pairs[made.audit.pairs["active"] & (made.audit.pairs["kind"] == kind)]
    failed = of_kind["source_id"].iloc[0]
    checked = made.sources.assign(**{item: made.sources["id"].map({failed: "fail"})})
    table = station_report(replace(made, sources=checked), "en").table("checked")
    counts = table.rows[table.keys.index(f"{kind}.{item}")][2:]
    assert counts == (0, 1, 0, len(of_kind) - 1)


def test_overdue_sources_are_named_as_the_score_has_them() -> None:
    """What is past a deadline is listed with the field and the date, the longest ago first."""
    made = inputs(40)
    pairs = made.audit.pairs.copy()
    first, second = pairs["source_id"][pairs["active"]].iloc[:2]
    late = pairs["source_id"].isin([first, second])
    pairs.loc[late, "reasons"] += ";overdue:due=10"
    days = {first: pd.Timestamp("2026-05-02"), second: pd.Timestamp("2026-05-01")}
    sources = made.sources.assign(due=made.sources["id"].map(days))
    told = station_report(replace(made, sources=sources, audit=replace(made.audit, pairs=pairs)), "zh")
    table = told.table("overdue")
    assert table.keys == (second, first)
    assert [row[5] for row in table.rows] == ["2026-05-01", "2026-05-02"]
