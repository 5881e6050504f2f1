"""A clerk's ledger in the browser: sent once, its datum chosen by the maps, taken in."""

from __future__ import annotations

import base64
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import openpyxl
import pytest

import geo_registry as gr
from geo_registry.core.space.datums import from_wgs84
from geo_registry.registry.people import Grant
from tests.e2e.clicks import clicks, start_counting
from tests.e2e.pages import MapPage
from tests.web.running import free_port, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

PASSWORD = "a-long-enough-password"  # noqa: S105 (of a store that lives as long as the test)
MOST_CLICKS = 6
"""Issue 5, the five tasks: a workbook of unknown datum imported."""


@pytest.fixture
def store(demo_store: str, tmp_path: Path) -> str:
    """Copy the demo city, and give a clerk an account in it."""
    path = tmp_path / "city.db"
    with closing(sqlite3.connect(demo_store.removeprefix("sqlite:///"))) as whole:
        whole.execute("VACUUM INTO ?", (str(path),))
    registry = gr.open(f"sqlite:///{path}")
    registry.people.add("clerk", Grant("admin"), PASSWORD)
    registry.close()
    return f"sqlite:///{path}"


@pytest.fixture
def clerk(browser: Browser, store: str) -> Iterator[MapPage]:
    """Sign the clerk in, on the page of imports."""
    port = free_port()
    with served(store, "--port", str(port)):
        page = MapPage(browser, f"http://127.0.0.1:{port}/", (1200, 800), "en")
        page.go("login?next=/imports")
        page.page.fill("input[name=name]", "clerk")
        page.page.fill("input[name=password]", PASSWORD)
        page.page.press("input[name=password]", "Enter")
        page.page.wait_for_selector("#send.form")
        yield page
        page.close()
    assert page.complaints == []


def test_a_workbook_of_unknown_datum_is_imported(clerk: MapPage, store: str, tmp_path: Path) -> None:
    """From the open map on at most six clicks, counted by the page; then the rows are in place."""
    with closing(gr.open(store)) as registry:
        known = registry.sources("coal_sales_point").dropna(subset="district")
        lon, lat = known.geometry.x.to_numpy(), known.geometry.y.to_numpy()
    x, y = from_wgs84(lon, lat, "gcj02")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("散煤点")
    sheet.append(["编号", "名称", "经度", "纬度", "区县"])
    for number, district in enumerate(known["district"]):
        sheet.append([f"W-{number}", f"煤点 {number}", float(x[number]), float(y[number]), district])
    book.save(tmp_path / "点位.xlsx")
    clerk.go("?lang=en")
    start_counting(clerk.page)
    clerk.page.get_by_role("link", name="Imports").click()
    with clerk.page.expect_file_chooser() as asked:
        clerk.page.click("input[type=file]")
    asked.value.set_files(tmp_path / "点位.xlsx")
    for button in ("button[name=dry_run]", ".fits .best .button", "form[action$=commit] button"):
        clerk.page.click(button)
    clerk.page.wait_for_selector("form[action$=undo]")
    assert 4 < clicks(clerk.page) <= MOST_CLICKS
    with closing(gr.open(store)) as registry:
        sent = registry.sources("coal_sales_point").set_index("code").loc["W-0"].geometry
    assert (sent.x, sent.y) == pytest.approx((lon[0], lat[0]), abs=1e-6)


DROPPED = """([name, content]) => {
  const carried = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
  carried.items.add(new File([bytes], name));
  return carried;
}"""
"""What the browser carries when a file of that name and content (base64) is dragged over the page."""


def test_a_file_is_dropped_on_the_page(clerk: MapPage, store: str) -> None:
    """A file dropped on its place, which shows that it may be, is previewed under its own name, by rows."""
    with closing(gr.open(store)) as registry:
        district = registry.sources("coal_sales_point")["district"].dropna().iloc[0]
    lines = [
        "编号,名称,经度,纬度,区县",
        *(f"D-{n},煤点 {n},114.0{n},33.5{n},{district}" for n in range(1, 4)),
    ]
    content = base64.b64encode("\n".join(lines).encode()).decode()
    carried = clerk.page.evaluate_handle(DROPPED, ["散煤点.csv", content])
    place = clerk.page.locator("label.drop")
    place.dispatch_event("dragenter", {"dataTransfer": carried})
    assert "over" in str(place.get_attribute("class")).split()
    place.dispatch_event("drop", {"dataTransfer": carried})
    assert "over" not in str(place.get_attribute("class")).split()
    assert clerk.page.evaluate("document.forms.send.elements.file.files[0].name") == "散煤点.csv"
    clerk.page.select_option("select[name=kind]", "coal_sales_point")
    clerk.page.select_option("select[name=datum]", "wgs84")
    clerk.page.click("button[name=dry_run]")
    clerk.page.wait_for_selector("form[action$=commit] button")
    said = clerk.page.inner_text("main")
    assert "散煤点.csv" in said
    assert "D-1" in said
