"""500 texts that want to run, in every text field and filter: they come out as text, no statement breaks."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from playwright.sync_api import Browser, Dialog, Page
from werkzeug.routing import Rule

import geo_registry as gr
from geo_registry.registry import Registry
from geo_registry.registry.editing import Edit
from geo_registry.registry.people import Grant
from geo_registry.settings import Settings
from geo_registry.web import create_app
from tests.e2e.pages import MapPage
from tests.e2e.payloads import scripts, sql
from tests.web.running import free_port, served

PAYLOADS = (*scripts(300), *sql(200))
LONGEST = max(map(len, PAYLOADS))
LON, LAT = 114.0, 33.5
STATION = "S1"
PASSWORD = "four quiet herons by the weir"  # noqa: S105 (of an account that is made for the test)
EVERYDAY = 25
"""How many of the texts are tried in the everyday suite, spread over all of them."""
FILTERS = (
    "kind level status rings on as_of q limit lon lat radius_m station table format crs datum encoding names "
    "bbox near ring flagged page lang next"
).split()
"""Every parameter that any address takes; an address that does not know one must refuse it by name."""


def every(count: int) -> list[str]:
    """Spread so many texts over all of them."""
    return [PAYLOADS[at * len(PAYLOADS) // count] for at in range(count)]


def feature(number: int, payload: str, texts: Sequence[str]) -> dict[str, object]:
    """Write a source that carries a payload in every text field."""
    place = [LON + (number % 25) * 1e-4, LAT + (number // 25) * 1e-4]
    strange = {payload: payload} if number % 5 == 0 else {}
    known = {"category": "brick_kiln", "code": f"P-{number:03}", "status": "operating"}
    return {
        "type": "Feature",
        "properties": {**dict.fromkeys(texts, payload), **strange, **known},
        "geometry": {"type": "Point", "coordinates": place},
    }


@dataclass(frozen=True)
class Town:
    """A town whose every text is a payload."""

    url: str
    registry: Registry
    ids: list[str]


def text_fields(registry: Registry) -> list[str]:
    """Name the text fields of the kind that a ledger may fill and that take a text of 80 characters."""
    fields = registry.catalog.kinds["brick_kiln"].all_fields
    free = [one for one in fields if one.type == "text" and one.max_length >= LONGEST]
    return [one.name for one in free if one.name != "code"]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make the town through the front door."""
    folder = tmp_path_factory.mktemp("payloads")
    url = f"sqlite:///{folder / 'town.db'}"
    gr.init(url, by="tester")
    registry = gr.open(url)
    features = [feature(number, one, text_fields(registry)) for number, one in enumerate(PAYLOADS)]
    here = {"category": "monitoring_station", "code": STATION, "name": PAYLOADS[0], "level": "national"}
    place = {"type": "Point", "coordinates": [LON, LAT]}
    features.append({"type": "Feature", "properties": here, "geometry": place})
    path = Path(folder / "town.geojson")
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    order = gr.ImportOrder(datum="wgs84", by=PAYLOADS[1], accept_partial=True)
    outcome = registry.import_file(path, order)
    assert outcome.document["accepted"] >= len(PAYLOADS) * 0.9, outcome.document["codes"]
    return Town(url, registry, list(registry.sources()["id"]))


@pytest.fixture(scope="module")
def address(town: Town) -> Iterator[str]:
    """Serve the town."""
    port = free_port()
    with served(town.url, "--port", str(port)):
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def watched(browser: Browser, address: str) -> Iterator[MapPage]:
    """Give a page; afterwards nothing may have run on it, asked to run, or opened a dialog."""
    page = MapPage(browser, address, (900, 700), "zh")
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.page.on("dialog", dismiss)
    yield page
    refused = [one for one in page.complaints if "Content Security Policy" in one]
    page.close()
    assert (dialogs, refused) == ([], [])


def ran(page: Page) -> bool:
    """Tell whether any payload ran on the page."""
    return bool(page.evaluate("'__ran' in window"))


def visit(watched: MapPage, address: str, paths: Sequence[str]) -> list[str]:
    """Open pages one after another and name those on which something ran."""
    found = []
    for path in paths:
        watched.page.goto(address + path, wait_until="load")
        if ran(watched.page):
            found.append(path)
    return found


def pages_of(town: Town, payloads: Sequence[str]) -> list[str]:
    """Name the pages that show these payloads, or whose address holds them."""
    wanted = {PAYLOADS.index(one) for one in payloads}
    cards = [f"sources/{one}" for number, one in enumerate(town.ids) if number in wanted]
    said = [quote(one, safe="") for one in payloads]
    faults = [path for one in said for path in (f"sources/{one}", f"stations/{one}", f"sources?kind={one}")]
    return [*cards, *faults, *(f"stations/{STATION}?on={one}" for one in said)]


ALWAYS = (
    "sources",
    "sources?page=2",
    "sources?page=3",
    "stations",
    f"stations/{STATION}",
    f"api/stations/{STATION}/report.html",
)


def test_nothing_runs_on_a_page(town: Town, address: str, watched: MapPage) -> None:
    """No payload runs on a list, a card, a report or an error page."""
    assert visit(watched, address, [*ALWAYS, *pages_of(town, every(EVERYDAY))]) == []


@pytest.mark.torture
def test_nothing_runs_on_any_page(town: Town, address: str, watched: MapPage) -> None:
    """The same with every one of the 500."""
    assert visit(watched, address, pages_of(town, PAYLOADS)) == []


@pytest.fixture(scope="module")
def desk(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """Serve a copy of the town in which somebody has an account; give its address and the clerk's pages."""
    path = tmp_path_factory.mktemp("desk") / "town.db"
    with closing(sqlite3.connect(town.url.removeprefix("sqlite:///"))) as whole:
        whole.execute("VACUUM INTO ?", (str(path),))
    registry = gr.open(f"sqlite:///{path}")
    registry.people.add("clerk", Grant("admin"), PASSWORD)
    # an edit refuses what cannot be printed, as a ledger does
    texts = [one for one in every(10) if one.isprintable()]
    edited = town.ids[: len(texts)]
    for one, said in zip(edited, texts, strict=True):
        registry.editing.edit(one, Edit({"note": said[:200]}, reason=said[:200]), version=1)
    registry.close()
    port = free_port()
    with served(f"sqlite:///{path}", "--port", str(port)):
        cards = [f"sources/{one}/{page}" for one in edited for page in ("edit", "history")]
        yield f"http://127.0.0.1:{port}/", ["imports", "imports/a1", "twins", "account", *cards]


def test_nothing_runs_on_a_clerks_page(desk: tuple[str, list[str]], watched: MapPage) -> None:
    """No payload runs where ledgers, edits, histories and likely twins are shown."""
    address, paths = desk
    watched.page.goto(f"{address}login")
    watched.page.fill("input[name=name]", "clerk")
    watched.page.fill("input[name=password]", PASSWORD)
    watched.page.press("input[name=password]", "Enter")
    watched.page.wait_for_selector(".leave")
    assert visit(watched, address, paths) == []
    assert watched.page.locator(".timeline").count() == 1


def open_by_search(watched: MapPage, code: str, shown: str) -> None:
    """Find a record on the map by its code, open it and wait until it is shown."""
    watched.page.keyboard.press("Escape")
    watched.page.get_by_role("search").get_by_role("combobox").fill(code)
    watched.page.locator("#found [role=option]", has_text=code).first.click()
    watched.page.wait_for_selector(shown)


def test_nothing_runs_on_the_map(town: Town, watched: MapPage) -> None:
    """No payload runs in the map's search, its cards or its panel of a station."""
    watched.go("")
    box = watched.page.get_by_role("search").get_by_role("combobox")
    for one in every(6):
        box.fill(one[:60])
        watched.page.wait_for_selector("#found:not([hidden])")
        assert not ran(watched.page)
    sources = town.registry.sources()
    for _, row in sources.iloc[:: len(sources) // 6].iterrows():
        open_by_search(watched, row["code"], f"article.card[data-id='{row['id']}']")
        assert not ran(watched.page)
    open_by_search(watched, STATION, ".panel .counts tbody tr")
    assert not ran(watched.page)


def state(registry: Registry) -> tuple[str, dict[str, int]]:
    """Tell what the store holds: its newest hash, and its records by kind."""
    return registry.commits()[-1].hash, registry.counts()


def addresses(app: Flask) -> list[Rule]:
    """Give the addresses that can be read."""
    return [rule for rule in app.url_map.iter_rules() if rule.methods and "GET" in rule.methods]


def asked(rule: Rule, payloads: Sequence[str]) -> Iterator[str]:
    """Put every payload in every place of an address and in every filter."""
    plain = {"layer": "sources", "z": "3", "x": "6", "y": "3", "form": "html", "station": STATION}
    for one in map(quote, payloads):
        for name in rule.arguments:
            filled = rule.rule
            for other in rule.arguments:
                value = one if other == name else plain.get(other, "x")
                for form in (f"<{other}>", f"<int:{other}>", f"<path:{other}>"):
                    filled = filled.replace(form, value)
            yield filled
    path = rule.rule
    for name in rule.arguments:
        for form in (f"<{name}>", f"<int:{name}>", f"<path:{name}>"):
            path = path.replace(form, plain.get(name, "x"))
    for name in FILTERS:
        yield from (f"{path}?{name}={quote(one)}" for one in payloads)


def faults(town: Town, payloads: Sequence[str]) -> list[tuple[str, int]]:
    """Ask everything with these payloads and name what the server did not answer well."""
    app = create_app(Settings(store_url=town.url), town.registry)
    client = app.test_client()
    found = []
    for rule in addresses(app):
        for path in asked(rule, payloads):
            status = client.get(path).status_code
            if status >= 500:
                found.append((path, status))
    return found


@pytest.mark.parametrize("payloads", [every(5), pytest.param(PAYLOADS, marks=pytest.mark.torture)])
def test_no_filter_breaks_a_statement(town: Town, payloads: Sequence[str]) -> None:
    """Whatever is asked, no address answers with a fault of ours and the store is as before."""
    before = state(town.registry)
    assert faults(town, payloads) == []
    assert state(town.registry) == before


def test_a_report_sets_payloads_as_text(town: Town) -> None:
    """The PDF and the HTML report hold the payloads as text: no markup of theirs, no typst of theirs."""
    html = town.registry.report(STATION, "html", "en").content.decode()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    pdf = town.registry.report(STATION, "pdf", "en").content
    assert pdf.startswith(b"%PDF-")
    for action in (b"/JavaScript", b"/JS", b"/OpenAction", b"/Launch"):
        assert action not in pdf


def test_exports_hold_payloads_as_text(town: Town) -> None:
    """A table that is opened in a spreadsheet runs none of them: no cell begins as a formula."""
    order = gr.ExportOrder(kind="brick_kiln", form="csv")
    content = town.registry.export(order).content.decode("utf-8-sig")
    assert "=HYPERLINK" in content
    cells = [cell for row in csv.reader(io.StringIO(content)) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))] == []
