"""The report of a choice: what was asked for in words, its map, and how it is bounded."""

from __future__ import annotations

import io
import math
import re
from typing import TYPE_CHECKING

import docx
import openpyxl
import pytest

import geo_registry as gr
from geo_registry.core.access import Viewer, public
from geo_registry.core.bounds import area
from geo_registry.errors import SignInNeeded, ValueRefused
from geo_registry.registry.choosing import Choice
from geo_registry.registry.publishing import selecting
from tests.cli.shell import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geo_registry.registry import Registry

CIRCLE = (114.0, 33.58, 2_500.0)
TRIANGLE = (113.9, 33.5, 114.1, 33.52, 114.0, 33.66, 113.9, 33.5)


@pytest.fixture(scope="module")
def city(demo_store: str) -> Iterator[Registry]:
    """Open the demo city."""
    opened = gr.open(demo_store)
    yield opened
    opened.close()


def page(city: Registry, choice: Choice) -> str:
    """Write the report as a page."""
    return city.publishing.choice_report(choice, "html", "en").content.decode()


def test_what_was_asked_stands_in_words(city: Registry) -> None:
    """Kinds, statuses, marks, text and places are named as a reader names them; nothing asked is said too."""
    asked = Choice(kinds=("coal_sales_point",), status="active", flagged=True, text="示例", near=CIRCLE)
    said = page(city, asked)
    for words in ("Coal sales point", "Operating", "flagged ones", "示例", "2.5 km", "114.000000°"):
        assert words in said
    assert f"{math.pi * 2.5**2:.4g} km²" in said
    assert "3 corners" in page(city, Choice(within=TRIANGLE))
    assert "none: every source" in page(city, Choice(kinds=("sources",), districts=(), text=" "))


def test_what_was_drawn_is_on_the_map(city: Registry) -> None:
    """A circle and a polygon are drawn dashed where they are asked for; a choice without a place has none."""
    for choice in (Choice(near=CIRCLE), Choice(within=TRIANGLE)):
        drawn = re.findall(r'stroke="#7a1fa2"', page(city, choice))
        assert len(drawn) == 1
    assert "#7a1fa2" not in page(city, Choice(kinds=("batching_plant",)))


def test_a_workbook_lists_all_and_a_paper_its_first(city: Registry) -> None:
    """Each source stands in the workbook once, and a document says how many are left."""
    choice = Choice(status="active")
    total = city.choosing.counts(choice).total
    book = openpyxl.load_workbook(
        io.BytesIO(city.publishing.choice_report(choice, "xlsx", "en").content), read_only=True
    )
    codes = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    rows = city.sources(on=city.today)
    active = rows[rows["status"].isin(city.catalog.active)]
    assert len(active) == total > 1_000
    assert set(active["code"].dropna()) <= codes
    paper = docx.Document(io.BytesIO(city.publishing.choice_report(choice, "docx", "en").content))
    assert any(f"{total - 200}" in one.text for one in paper.paragraphs)


def test_nothing_chosen_is_a_report_too(city: Registry) -> None:
    """A choice that leaves nothing says so, without a map."""
    said = page(city, Choice(text="查无此名"))
    assert "No source was chosen." in said
    assert "<figure" not in said


def test_the_same_choice_gives_the_same_paper(city: Registry, demo_store: str) -> None:
    """To the byte, from another process's registry too; its foot bears revision and digest."""
    choice, other = Choice(near=CIRCLE), gr.open(demo_store)
    for form in ("pdf", "docx", "xlsx", "html"):
        made = city.publishing.choice_report(choice, form, "zh")
        assert made.content == other.publishing.choice_report(choice, form, "zh").content
    assert re.search(r"Revision \d+ · chain [0-9a-f]{12} · content [0-9a-f]{12}", page(city, choice))
    other.close()


def test_it_ends_at_the_bounds_of_who_asks(city: Registry) -> None:
    """Who sees a district gets a report of that district that says so; who sees counts alone gets none."""
    district = str(city.sources()["district"].iloc[0])
    clerk = city.seen_by(Viewer("clerk", "district", areas=frozenset({area([district])})))
    said = page(clerk, Choice())
    others = set(city.sources()["district"].dropna()) - {district}
    listed = said.partition('id="table-chosen"')[2].partition("</table>")[0]
    assert district in listed
    assert not any(other in listed for other in others)
    with pytest.raises(SignInNeeded):
        page(city.seen_by(public(counts_only=True)), Choice())


def test_too_many_are_refused(city: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """More sources than a report is made of are refused by name, and so is a format that is none."""
    monkeypatch.setattr(selecting, "MOST", 10)
    with pytest.raises(ValueRefused, match="ANSWER_TOO_WIDE"):
        page(city, Choice(kinds=("brick_kiln",), status="all", on=city.today))
    with pytest.raises(ValueRefused, match="FORMAT_UNKNOWN"):
        city.publishing.choice_report(Choice(), "odt", "zh")


def test_the_shell_writes_it(city: Registry, demo_store: str, tmp_path: Path) -> None:
    """`selection` writes what Python writes."""
    file = tmp_path / "chosen.html"
    ran = run(demo_store, "selection", "--kind", "batching_plant", "--overdue", "-o", str(file))
    assert ran.exit_code == 0, ran.output
    assert file.read_text(encoding="utf-8") == page(city, Choice(kinds=("batching_plant",), overdue=True))
