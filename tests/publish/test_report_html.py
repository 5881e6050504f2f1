"""The report as a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from geo_registry.publish.report import station_report, to_html
from geo_registry.publish.report.layout import lay_out
from tests.publish.report_world import inputs, report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from geo_registry.core.kinds import Language

HOSTILE = (
    '#import "x": y',
    "<script>alert(1)</script>",
    '"\\ </style><b>',
    "&amp; <img src=x onerror=alert(1)>",
    "a\x07b\u202ec",
    "<td>\x1b[31m</td>",
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class Page(HTMLParser):
    """Reads tables by id, all text, all elements and all attributes of a page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tables: dict[str, dict[str, list[str]]] = {}
        self.elements: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.said: list[str] = []
        self._cells: list[str] | None = None
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.add(tag)
        self.attributes += attrs
        given = dict(attrs)
        if tag == "table":
            self.tables[str(given["id"])] = {}
        if tag == "tr":
            self._cells = self.tables[list(self.tables)[-1]].setdefault(given.get("data-key") or "", [])
        if tag in {"td", "th"} and self._cells is not None:
            self._cells.append("")

    def handle_endtag(self, tag: str) -> None:
        """Close a row."""
        if tag == "tr":
            self._cells = None

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.said.append(data)
        if self._cells:
            self._cells[-1] += data


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_numbers_on_the_page_are_the_audits(lang: Language) -> None:
    """Counts read from the page's tables are those of the audit's summary."""
    made = inputs(300)
    tables = Page(to_html(report(300, lang))).tables
    for name, way in (("table-within", "cumulative"), ("table-between", "exclusive")):
        counted = made.audit.summary.set_index(["kind", "ring_m"])
        for key, cells in tables[name].items():
            if key:
                wanted = [
                    counted[f"{way}_{which}"][key, ring]
                    for ring in made.rings_m
                    for which in ("active", "all")
                ]
                assert [int(cell) for cell in cells[1:]] == wanted
    assert set(tables["table-within"]) >= {"all", *made.audit.pairs["kind"]}


def test_every_row_of_every_table_is_on_the_page() -> None:
    """Each row of the document stands on the page with its texts."""
    told = report(40, "zh")
    tables = Page(to_html(told)).tables
    for name in ("first", "listing", "statuses", "city"):
        table = told.table(name)
        for key, row in zip(table.keys[: table.shown], lay_out(table, "zh")[0].rows, strict=True):
            assert tables[f"table-{name}"][key] == ["".join(cell) for cell in row]


def test_same_inputs_give_the_same_page() -> None:
    """The page of equal inputs is equal to the byte."""
    assert to_html(station_report(inputs(40), "zh")) == to_html(station_report(inputs(40), "zh"))


def test_page_stands_alone() -> None:
    """The page has no script, no style attribute, no handler and nothing to fetch."""
    page = Page(to_html(report(40, "zh")))
    assert not page.elements & {"script", "link", "img", "iframe", "object", "a"}
    names = {name for name, _ in page.attributes}
    assert not names & {"style", "src", "href", "xlink:href"}
    assert not any(name.startswith("on") for name in names)


def test_hostile_names_are_text() -> None:
    """Markup in a name is read as text and makes no element."""
    told = station_report(inputs(60, hostile=HOSTILE), "zh")
    page, plain = Page(to_html(told)), Page(to_html(report(60, "zh")))
    assert page.elements == plain.elements
    said = "".join(page.said)
    reached = {str(row[1]) for row in told.table("listing").rows} & set(HOSTILE)
    assert len(reached) >= 4
    for name in reached:
        assert "".join(sign if sign.isprintable() else " " for sign in name) in said


def test_ids_are_unique() -> None:
    """No two elements of the page share an id."""
    ids = re.findall(r' id="([^"]+)"', to_html(report(300, "zh")).decode())
    assert len(ids) == len(set(ids))


def test_printed_pages_bear_mark_and_footer() -> None:
    """The margins of printed pages hold the synthetic mark, the footer and the page number."""
    page = to_html(report(3, "en")).decode()
    margins = page[page.index("@page") : page.index("</style>")]
    told = re.sub(r"\\([0-9a-f]{6})", lambda sign: chr(int(sign[1], 16)), margins)
    assert report(3, "en").mark in told
    assert report(3, "en").footer in told
    assert '"Page " counter(page) " of " counter(pages)' in told


def test_page_shows_under_a_strict_policy(browser: Browser) -> None:
    """A browser that may run and fetch nothing shows the page whole, map and tables, without complaint."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
    body = to_html(report(40, "zh"))
    page.route("**/*", lambda route: route.fulfill(body=body, headers=headers))
    page.goto("http://127.0.0.1/report")
    shown = page.locator("figure > svg").bounding_box()
    assert shown is not None
    assert shown["width"] > 300
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator("#table-within tbody tr").count() == len(report(40, "zh").table("within").rows)
    assert not complaints
    page.close()
