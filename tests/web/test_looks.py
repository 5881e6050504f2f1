"""A file looked at in the browser: sent once, laid out, taken in when it is asked, and nothing before."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import geo_registry as gr
from geo_registry.core.space.datums import from_wgs84
from geo_registry.errors import NotFound
from geo_registry.registry.importing.looking.waiting import KEPT_H, MOST, WaitingRoom
from geo_registry.registry.people import Grant
from geo_registry.wording import LANGUAGES, texts
from tests.web.test_edits import BAD, NOW, ROWS, Desk, written

MADE = ("apart", "far_", "news_", "wgs84", "gcj02", "bd09", "cgcs2000", "inside", "outside", "unjudged")
"""Texts whose names are put together."""
BOXES = {"郾城区": (114.0, 33.57), "源汇区": (114.02, 33.58)}
"""Two districts, each 0.02 degrees wide and high, by their south-west corners."""


def districts(desk: Desk, folder: Path) -> None:
    """Let the registry know two districts."""
    features = []
    for number, (name, (west, south)) in enumerate(BOXES.items()):
        east, north = west + 0.02, south + 0.02
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        said = {"category": "district", "code": f"41110{number}", "name": name, "scheme": "gb2260"}
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": said, "geometry": shape})
    path = folder / "districts.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    desk.registry.import_file(path, gr.ImportOrder(datum="wgs84"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Give a registry of two kilns and two districts."""
    desk = Desk(tmp_path)
    districts(desk, tmp_path)
    desk.begun = desk.registry.revision
    return desk


def sent(desk: Desk, content: bytes, **said: str) -> str:
    """Send a file to be looked at; give the address of the look."""
    answer = desk.send("/imports", content, dry_run="true", **said)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def page(desk: Desk, address: str) -> str:
    """Read a page as text in which nothing is escaped."""
    answer = desk.client.get(address)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def links(text: str) -> list[str]:
    """List the addresses of looks that a page leads to."""
    return re.findall(r'href="(/imports/w[^"]+)"', text)


def committed(desk: Desk, text: str) -> Any:  # noqa: ANN401
    """Press the button that takes the file in, with what its form holds."""
    form = re.search(r'action="(/imports/w\w+/commit)">(.*?)</form>', text, re.DOTALL)
    assert form
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', form[2])
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    return desk.client.post(form[1], data=data)


def test_a_file_is_sent_once_looked_at_and_taken_in(desk: Desk) -> None:
    """The look stores nothing; its button takes in the good rows of the waiting file, which is then gone."""
    address = sent(desk, written(*ROWS, BAD))
    text = page(desk, address)
    assert "COORD_SWAPPED" in text
    assert "<script>alert" not in desk.client.get(address).text
    assert (desk.registry.revision, len(desk.registry.ledgers.arrivals())) == (desk.begun, 2)
    assert urlsplit(address).path in page(desk, "/imports")
    taken = committed(desk, text)
    assert (taken.status_code, taken.headers["Location"]) == (303, "/imports/a3")
    assert desk.registry.ledgers.arrival("a3").document["rows"] == 3
    mended = sent(desk, written(("K-9", "新窑", "114.011", "33.5801", "郾城区", "在用", "")))
    again = committed(desk, page(desk, mended))
    assert desk.registry.ledgers.arrival(again.headers["Location"].rpartition("/")[2]).batch
    assert desk.client.get(mended).status_code == 404
    assert desk.id_of("K-9")


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_an_unstated_datum_is_chosen_by_a_click(desk: Desk, datum: str) -> None:
    """Without a datum the page shows how each fits, the true one best; its link leads to the whole look."""
    corners = [(name, west + 0.001, south + 0.001) for name, (west, south) in BOXES.items()]
    corners += [(name, west + 0.019, south + 0.019) for name, (west, south) in BOXES.items()]
    rows = []
    for number, (name, lon, lat) in enumerate(corners):
        x, y = (str(round(float(each), 6)) for each in from_wgs84(lon, lat, datum))
        rows.append((f"N-{number}", f"窑{number}", x, y, name, "在用", ""))
    text = page(desk, sent(desk, written(*rows), datum=""))
    assert text.count('role="img"') == 3
    best = re.search(r'<li class="best">.*?</li>', text, re.DOTALL)
    assert best
    assert "4 个点中 4 个" in best[0]
    (chosen,) = links(best[0])
    assert parse_qs(urlsplit(chosen).query)["datum"] == [datum]
    assert committed(desk, page(desk, chosen)).status_code == 303
    kiln = desk.registry.sources("brick_kiln").set_index("code").loc["N-0"]
    assert (kiln.geometry.x, kiln.geometry.y) == pytest.approx(corners[0][1:], abs=1e-6)
    assert "DATUM_MISSING" in desk.send("/api/imports", written(*rows), datum="").text


def test_a_look_tells_what_is_new_changed_the_same_and_gone(desk: Desk) -> None:
    """Row by row, with both values of a field that differs; what is missing is told and stays."""
    rows = [
        ("K-1", "东窑", "114.0101", "33.5801", "郾城区", "停产", "0395-1"),
        ("K-8", "新窑", "114.0111", "33.5811", "郾城区", "在用", ""),
    ]
    first = ("K-5", "旧窑", "114.0131", "33.5831", "郾城区", "在用", "")
    other = ("K-6", "存窑", "114.0141", "33.5841", "郾城区", "在用", "")
    desk.send("/api/imports", written(first, other))
    text = page(desk, sent(desk, written(*rows, other)))
    parts = dict(re.findall(r"<summary>(\w+|[^（]+)（\d+）</summary>(.*?)</details>", text, re.DOTALL))
    assert [re.findall(r"K-\d", parts[name]) for name in ("新增", "有变化", "没有变化")] == [
        ["K-8"],
        ["K-1"],
        ["K-6"],
    ]
    assert re.search(r"<del>[^<]+</del> → <ins>[^<]+</ins>", parts["有变化"])
    gone = next(part for name, part in parts.items() if "以前" in name)
    assert re.findall(r"K-\d", gone) == ["K-5"]
    committed(desk, text)
    assert desk.id_of("K-5")


def test_an_unknown_column_is_matched_on_the_page(desk: Desk) -> None:
    """A heading nobody knows gets a choice of the fields that are free; chosen, it fills that field."""
    content = written(("K-9", "新窑", "114.011", "33.5801", "郾城区", "在用", "张三"))
    address = sent(desk, content.replace("联系方式".encode(), "窑主大名".encode()))
    text = page(desk, address)
    assert 'value="窑主大名=owner"' in text
    matched = page(desk, f"{address}&map=窑主大名=owner")
    assert 'value="窑主大名=owner"' in matched
    committed(desk, matched)
    owner = desk.registry.sources("brick_kiln").set_index("code").loc["K-9", "owner"]
    assert owner == "张三"


def test_a_fix_is_offered_where_the_page_has_one(desk: Desk) -> None:
    """Swapped axes, rows without a place: one link asks the same look otherwise, and the rows are fine."""
    swapped = [("K-7", "甲窑", "33.5801", "114.0101", "郾城区", "在用", "")]
    text = page(desk, sent(desk, written(*swapped)))
    fixed = next(each for each in links(text) if "map=" in each)
    assert "COORD_SWAPPED" not in page(desk, fixed)
    text = page(desk, sent(desk, written(("K-7", "甲窑", "", "", "郾城区", "在用", ""), *ROWS)))
    fixed = next(each for each in links(text) if "allow_unlocated=true" in each)
    assert "COORD_MISSING" not in page(desk, fixed)


def test_what_is_asked_wrongly_is_told_on_the_look(desk: Desk) -> None:
    """A kind, a match or a file that is none leaves a sentence and the form, never a lost file."""
    address = urlsplit(sent(desk, written(*ROWS))).path
    for asked, code in (
        ("kind=nothing", "KIND_UNKNOWN"),
        ("kind=brick_kiln&datum=wgs84&map=甲=owner", "MAP_UNKNOWN"),
        ("datum=wgs84", "CATEGORY_MISSING"),
        ("kind=brick_kiln&datum=wgs84&crs=EPSG:4547", "CRS_AND_DATUM"),
    ):
        text = page(desk, f"{address}?{asked}")
        assert code in text
        assert 'name="kind"' in text
        assert "--" not in re.sub(r"<!--.*?-->", "", text)
    empty = page(desk, sent(desk, b""))
    assert "FILE_EMPTY" in empty


def test_a_file_waits_for_its_sender_alone_and_for_a_day(desk: Desk) -> None:
    """Another's look is not found, a forgotten one neither, nor one of yesterday; of many the oldest go."""
    address = sent(desk, written(*ROWS))
    desk.registry.people.add("other", Grant("city"), None)
    token = desk.registry.people.make_token("other", "import", 7).text
    theirs = desk.app.test_client().get(address, headers={"Authorization": f"Bearer {token}"})
    assert theirs.status_code == 404
    assert desk.client.post(f"{urlsplit(address).path.rpartition('/')[0]}/forget").status_code == 303
    assert desk.client.get(address).status_code == 404
    for number in range(MOST + 1):
        sent(desk, written(*ROWS, (f"K-{number}", "窑", "114.01", "33.58", "郾城区", "在用", "")))
    last = sent(desk, written(*ROWS, BAD))
    assert len(set(re.findall(r"/imports/w\w+/look", page(desk, "/imports")))) == MOST
    house = desk.registry.looks.house
    object.__setattr__(house, "clock", lambda: NOW + timedelta(hours=KEPT_H, minutes=1))
    with pytest.raises(NotFound):
        WaitingRoom(house, "bureau").one(last.split("/")[2])


def test_every_text_of_the_look_is_used() -> None:
    """No wording of the page is left over, and none of its sentences speaks of the command line."""
    package = Path(gr.__file__).parent / "web"
    held = "".join(path.read_text("utf-8") for path in package.rglob("*") if path.suffix in {".py", ".html"})
    for lang in LANGUAGES:
        said = {key.removeprefix("looking."): text for key, text in texts(lang).items() if "looking." in key}
        assert [key for key, text in said.items() if "--" in text or "command" in text] == []
        own = [key for key in said if key.islower() and not key.startswith(MADE)]
        assert [key for key in own if not re.search(rf"[\"'](looking\.)?{key}[\"']", held)] == []
        codes = {key for key in said if key.isupper()}
        assert {
            key for key in codes if not {f"findings.{key}", f"errors.{key}"} & texts(lang).keys()
        } == set()
