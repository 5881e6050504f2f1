"""The report of all stations says the audit's numbers, by the inspectors' groups, in every format."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

import geo_registry as gr
from geo_registry.errors import ValueRefused
from geo_registry.registry import init
from geo_registry.wording import texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geo_registry.registry import Registry

RINGS_M = (1000.0, 3000.0)
GROUPS = {
    "scattered": ["brick_kiln"],
    "loose_coal": ["coal_sales_point", "curing_kiln"],
    "dust": ["batching_plant", "construction_site"],
}
"""By hand, from the layer files."""


@pytest.fixture(scope="module")
def city(demo_store: str) -> Iterator[Registry]:
    """Open the demo city."""
    opened = gr.open(demo_store)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def pairs(city: Registry) -> pd.DataFrame:
    """Audit it, pairs of every status."""
    return city.audit(question=gr.Question(rings_m=RINGS_M, status="all")).pairs


@pytest.fixture(scope="module")
def book(city: Registry) -> openpyxl.Workbook:
    """Write its report as a workbook."""
    made = city.publishing.city_report("xlsx", "en", gr.Question(rings_m=RINGS_M))
    return openpyxl.load_workbook(io.BytesIO(made.content))


def rows_under(book: openpyxl.Workbook, heading: str) -> dict[str, list[Any]]:
    """Read the rows below a heading, of the sheet that has it, by their first cell."""
    for sheet in book:
        cells = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
        for number, row in enumerate(cells):
            if row and row[0] == heading:
                return {str(one[0]).strip(): one[1:] for one in cells[number + 1 :] if len(one) > 1}
    raise LookupError(heading)


def test_groups_are_the_sums_of_their_kinds_each_source_once(
    book: openpyxl.Workbook, pairs: pd.DataFrame
) -> None:
    """A group counts the sources within a ring of any station, each once."""
    once = pairs.sort_values("distance_m").drop_duplicates("source_id")
    told = rows_under(book, "Group and kind")
    labels = {"scattered": "Scattered polluters", "loose_coal": "Loose coal", "dust": "Dust"}
    for group, kinds in GROUPS.items():
        own = once[once["kind"].isin(kinds)]
        expected = []
        for ring_m in RINGS_M:
            inside = own[own["distance_m"] <= ring_m]
            expected += [int(inside["active"].sum()), len(inside)]
        assert told[labels[group]][:4] == expected
    assert told["Sum"][3] == int((once["distance_m"] <= RINGS_M[-1]).sum())


def test_each_station_has_the_numbers_of_its_audit(book: openpyxl.Workbook, pairs: pd.DataFrame) -> None:
    """A station's row counts its own pairs, those of other stations' rings too."""
    told = rows_under(book, "Code")
    for code, own in pairs.groupby("station_code"):
        active = own[own["active"]]
        by_group = [int(active["kind"].isin(kinds).sum()) for kinds in GROUPS.values()]
        name, *counts = told[str(code)]
        assert name == own["station_name"].iloc[0]
        assert counts[:3] == by_group
        assert counts[-3:] == [len(active), len(own), int(active["flagged"].sum())]


def test_the_first_is_the_highest_score_of_any_station(city: Registry, pairs: pd.DataFrame) -> None:
    """Each source stands once, with the station for which its score is highest."""
    page = city.publishing.city_report("html", "en", gr.Question(rings_m=RINGS_M)).content.decode()
    table = re.search(r'id="table-first".*?</table>', page, re.DOTALL)
    assert table
    codes = re.findall(r"DEMO-[A-Z]+-\d+", unescape(table[0]))
    active = pairs[pairs["active"]]
    order = active.sort_values(["score", "distance_m", "source_id"], ascending=[False, True, True])
    assert codes == order.drop_duplicates("source_id")["source_code"].head(20).tolist()


@pytest.mark.parametrize("form", ["docx", "html"])
def test_the_same_inputs_give_the_same_bytes(demo_store: str, form: str) -> None:
    """Two registries write the same city report, byte for byte."""
    made = []
    for _ in range(2):
        opened = gr.open(demo_store)
        made.append(opened.publishing.city_report(form, "zh", gr.Question(rings_m=RINGS_M)).content)
        opened.close()
    assert made[0] == made[1]


def test_all_is_the_city_and_one_of_each_station(city: Registry, pairs: pd.DataFrame) -> None:
    """The archive holds the city's report first, then what each station's own door gives."""
    question = gr.Question(rings_m=RINGS_M)
    made = city.publishing.every_report("html", "en", question)
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        first, *others = archive.namelist()
        assert archive.read(first) == city.publishing.city_report("html", "en", question).content
        codes = [str(code) for code in pairs["station_code"].unique()]
        alone = [city.report(code, "html", "en", question=question) for code in codes]
        assert {name: archive.read(name) for name in others} == {one.name: one.content for one in alone}


@pytest.mark.parametrize("form", ["docx", "html", "xlsx"])
def test_a_registry_without_stations_says_so(tmp_path: Path, form: str) -> None:
    """Nothing registered is a report of noughts and a sentence, in every format."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    init(url, by="tester")
    opened = gr.open(url)
    made = opened.publishing.every_report(form, "en", gr.Question())
    opened.close()
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        (name,) = archive.namelist()
        assert name.startswith("city_")
        if form == "html":
            assert texts("en")["report.stations_none"] in unescape(archive.read(name).decode())


def test_a_format_that_is_none_is_refused(city: Registry) -> None:
    """An unknown format is refused by name."""
    with pytest.raises(ValueRefused) as refused:
        city.publishing.every_report("odt", "en", gr.Question())
    assert refused.value.code == "FORMAT_UNKNOWN"
