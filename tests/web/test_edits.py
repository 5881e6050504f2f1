"""Edits, imports and decisions through the browser and by programs."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

import geo_registry as gr
from geo_registry.registry.editing import Edit
from geo_registry.registry.people import Grant
from geo_registry.settings import Limits, Settings
from geo_registry.web import create_app

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from geo_registry.registry import Registry

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
HEADINGS = ("编号", "名称", "经度", "纬度", "区县", "状态", "联系方式")
ROWS = (
    ("K-1", "东窑", "114.0101", "33.5801", "郾城区", "在用", "0395-1"),
    ("K-2", "西窑", "114.0201", "33.5901", "源汇区", "在用", "0395-2"),
)
BAD = ("K-3", "<script>alert(1)</script>", "33.59", "114.02", "郾城区", "在用", "=1+1")
SAID = {"kind": "brick_kiln", "datum": "wgs84"}


PEOPLE = {
    "bureau": Grant("city"),
    "clerk": Grant("district", ("郾城区",)),
    "reader": Grant("auditor"),
}


def written(*rows: tuple[str, ...]) -> bytes:
    """Write a ledger of brick kilns."""
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *rows])
    return text.getvalue().encode()


class Desk:
    """A registry behind the web door, and whoever sits before it."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder / 'store.db'}"
        gr.init(url, by="tester", clock=lambda: NOW)
        self.registry: Registry = gr.open(url, clock=lambda: NOW)
        self.tokens = {name: self._token(name, grant) for name, grant in PEOPLE.items()}
        (folder / "kilns.csv").write_bytes(written(*ROWS))
        self.registry.import_file(
            folder / "kilns.csv", gr.ImportOrder(kind="brick_kiln", datum="wgs84", by="tester")
        )
        self.begun = self.registry.revision
        self.who = "bureau"
        self.app: Flask = create_app(Settings(store_url=url, uploads=Limits(file_mb=1)), self.registry)

    def _token(self, name: str, grant: Grant) -> str:
        self.registry.people.add(name, grant, None)
        return str(self.registry.people.make_token(name, "import", 7).text)

    @property
    def client(self) -> FlaskClient:
        """Give a program that comes with the token of whoever sits here."""
        client = self.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.tokens[self.who]}"
        return client

    def id_of(self, code: str) -> str:
        """Find a kiln by its code."""
        rows = self.registry.sources("brick_kiln")
        return str(rows.loc[rows["code"] == code, "id"].iloc[0])

    def send(self, path: str, content: bytes, name: str = "新窑.csv", **said: str) -> Any:  # noqa: ANN401
        """Send a file as a form."""
        file = FileStorage(io.BytesIO(content), filename=name)
        boundary, body = encode_multipart({**SAID, **said, "file": file})
        return self.client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")

    def patch(self, record_id: str, tag: str | None, **asked: object) -> Any:  # noqa: ANN401
        """Edit a record by program."""
        headers = {} if tag is None else {"If-Match": tag}
        return self.client.patch(f"/api/records/{record_id}", json=asked, headers=headers)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Give a registry of two kilns that may be written to."""
    return Desk(tmp_path)


def test_an_edit_names_the_version_it_stands_on(desk: Desk) -> None:
    """A record's tag begins with its version; an edit with it is made, and with the one before it refused."""
    name = desk.id_of("K-1")
    read = desk.client.get(f"/api/records/{name}")
    tag = read.headers["ETag"]
    assert re.fullmatch(r'"1\.[0-9a-f]+"', tag)
    assert desk.client.get(f"/api/records/{name}", headers={"If-None-Match": tag}).status_code == 304
    assert desk.patch(name, None, changes={"owner": "甲"}).status_code == 428
    assert desk.patch(name, "*", changes={"owner": "甲"}).json["code"] == "VERSION_NEEDED"
    done = desk.patch(name, tag, changes={"owner": "甲"}, reason="核查")
    assert (done.status_code, done.json["version"], done.headers["ETag"]) == (200, 2, '"2"')
    stale = desk.patch(name, tag, changes={"owner": "乙"})
    assert (stale.status_code, stale.json["code"]) == (412, "VERSION_STALE")
    assert desk.patch(name, tag, changes={"owner": ["乙"]}).json["code"] == "VALUE_INVALID"
    told = stale.json["details"]
    assert (told["value"], told["expected"]) == (2, 1)
    assert (told["current"]["owner"], told["yours"]["owner"]) == ("甲", "乙")
    assert desk.patch(name, '"2"', changes={"owner": "乙"}).status_code == 200
    assert desk.client.get(f"/api/records/{name}").headers["ETag"].startswith('"3.')


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"changes": {"nothing": 1}}, "FIELD_UNKNOWN"),
        ({"changes": ["owner"]}, "DOCUMENT_INVALID"),
        ({"changes": {"owner": "甲"}, "by": "somebody"}, "PARAMETER_UNKNOWN"),
        ({"changes": {"owner": "甲"}, "act": "jump"}, "CHOICE_UNKNOWN"),
        ({"changes": {"owner": "甲"}, "act": "move"}, "PARAMETER_MISSING"),
        ({"changes": {"owner": "甲"}, "act": "move", "on": "1.5.2026"}, "DATE_EXPECTED"),
        ({"changes": {"owner": "甲"}, "reason": 5}, "DOCUMENT_INVALID"),
        ({"changes": {"lon": 114.1, "lat": 33.5}}, "DATUM_MISSING"),
        ({"changes": {"accuracy_m": {"a": 1}}}, "VALUE_INVALID"),
        ({"changes": {"owner": "甲"}, "act": "move", "on": "0001-01-01"}, "DATE_INVALID"),
    ],
    ids=str,
)
def test_what_no_edit_can_be_is_refused_by_name(desk: Desk, asked: dict[str, Any], code: str) -> None:
    """A document that cannot be understood is refused with one code and changes nothing."""
    answer = desk.patch(desk.id_of("K-1"), '"1"', **asked)
    assert (answer.status_code, answer.json["code"]) == (400, code)
    assert desk.registry.revision == desk.begun


@pytest.mark.parametrize(
    "sent",
    [
        '{"changes": {"owner": NaN}}',
        '{"changes": {"accuracy_m": 1e999}}',
        '{"changes": {"owner": "\\ud800"}}',
        '{"changes": {"\\ud800": "甲"}}',
        '{"changes": {"owner": "甲"}, "reason": "\\ud800"}',
        '{"changes": {"accuracy_m": ' + "9" * 5_000 + "}}",
        "[" * 100_000,
        '{"changes"',
    ],
    ids=["nan", "infinite", "half-value", "half-field", "half-reason", "digits", "deep", "torn"],
)
def test_what_json_cannot_say_is_no_document(desk: Desk, sent: str) -> None:
    """Numbers without end, halves of characters and endless nesting are refused like any torn document."""
    for ask, path in (
        (desk.client.patch, f"/api/records/{desk.id_of('K-1')}"),
        (desk.client.post, "/api/decisions"),
    ):
        answer = ask(path, data=sent, content_type="application/json", headers={"If-Match": '"1"'})
        assert (answer.status_code, (answer.json or {})["code"]) == (400, "DOCUMENT_INVALID")
    assert desk.registry.revision == desk.begun


def test_every_answer_after_a_move_has_each_record_once(desk: Desk) -> None:
    """Map, audit, report, export, list and search pick the version of the day; no id comes twice."""
    name = desk.id_of("K-1")
    place = {"lon": "114.0512", "lat": "33.6021", "datum": "wgs84"}
    assert desk.patch(name, '"1"', changes=place, act="move", on="2026-05-01").status_code == 200
    client = desk.client
    for on, lon in (("2026-04-30", 114.0101), ("2026-05-01", 114.0512), ("2026-11-23", 114.0512)):
        made = client.get(f"/api/export?format=geojson&kind=brick_kiln&on={on}").json
        assert made is not None
        ids = [each["id"] for each in made["features"]]
        assert len(ids) == len(set(ids)) == 2
        place_of = {each["id"]: each["geometry"]["coordinates"] for each in made["features"]}
        assert place_of[name][0] == lon
        near = client.get(f"/api/near?lon={lon}&lat=33.6&radius_m=5000&on={on}").json
        assert near is not None
        assert [each["id"] for each in near["found"]].count(name) == 1
    assert client.get("/api/audit").status_code == 200
    assert [one["id"] for one in (client.get("/api/search?q=东窑").json or {})["found"]] == [name]
    for path in (
        "/sources",
        f"/sources/{name}",
        f"/sources/{name}/history",
        "/",
        "/tiles/sources/8/209/102.mvt",
    ):
        assert client.get(path).status_code == 200
    past = client.get(f"/api/records/{name}/history").json
    assert past is not None
    assert [(one["number"], one["valid_from"], one["valid_to"]) for one in past["versions"]] == [
        (1, None, None),
        (2, None, "2026-04-30"),
        (3, "2026-05-01", None),
    ]


def test_the_past_answers_to_the_byte(desk: Desk) -> None:
    """What was known at a revision or on a day is answered as it was then, whatever was edited since."""
    paths = (
        "/api/export?format=csv&kind=brick_kiln&on=2026-06-01",
        "/api/audit?format=csv&on=2026-06-01",
        "/api/audit?on=2026-06-01",
    )
    then = [desk.client.get(path).data for path in paths]
    desk.registry.editing.edit(
        desk.id_of("K-1"),
        Edit({"status": "banned", "lon": "114.05", "lat": "33.61", "datum": "wgs84"}),
        version=1,
    )
    day = NOW.date().isoformat()
    assert [desk.client.get(f"{path}&as_of={desk.begun}").data for path in paths] == then
    assert desk.client.get(paths[0]).data != then[0]
    assert desk.client.get(f"{paths[0]}&as_of={day}").data == desk.client.get(paths[0]).data
    early = desk.client.get(f"{paths[0]}&as_of=2020-01-01")
    assert (early.status_code, (early.json or {})["code"]) == (400, "AS_OF_TOO_EARLY")
    assert (desk.client.get(f"{paths[0]}&as_of=2020-99-01").json or {})["code"] == "DATE_EXPECTED"


def test_a_form_edits_what_was_changed_in_it(desk: Desk) -> None:
    """Only fields that differ from what the form showed are edited; others keep what was stored meanwhile."""
    name = desk.id_of("K-1")
    page = desk.client.get(f"/sources/{name}/edit").text
    fields = dict(re.findall(r'<input type="hidden" name="was\.(\w+)" value="([^"]*)">', page))
    assert fields["contact"] == "0395-1"
    form = {f"was.{field}": value for field, value in fields.items()} | fields
    form |= {"version": "1", "act": "correct", "on": "", "reason": "核查", "owner": "某公司"}
    form |= {"lon": "", "lat": "", "datum": ""}
    done = desk.client.post(f"/sources/{name}/edit", data=form)
    assert (done.status_code, done.headers["Location"]) == (303, f"/sources/{name}")
    assert desk.registry.commits()[-1].details["fields"] == ["owner"]
    stale = desk.client.post(f"/sources/{name}/edit", data=form | {"owner": "别家公司"})
    assert stale.status_code == 412
    assert "某公司" in stale.text
    assert 'value="别家公司"' in stale.text
    assert 'name="version" value="2"' in stale.text
    wrong = desk.client.post(
        f"/sources/{name}/edit", data=form | {"version": "2", "discovered_on": "2031-01-01"}
    )
    assert (wrong.status_code, "2031-01-01" in wrong.text) == (400, True)
    without = desk.client.post(f"/sources/{name}/edit", data=form | {"version": ""})
    assert without.status_code == 428


def test_a_ledger_is_sent_looked_at_mended_and_taken_back(desk: Desk) -> None:
    """The whole way of a ledger by program: a look, the good rows, the sheet to mend, the undo."""
    content = written(*ROWS, BAD)
    look = desk.send("/api/imports", content, dry_run="true").json
    assert (look["status"], look["arrival"]) == ("partial", None)
    held = desk.send("/api/imports", content).json
    taken = desk.send("/api/imports", content, accept_partial="true").json
    assert (held["batch"], held["arrival"], taken["arrival"]) == (None, "a2", "a3")
    assert taken["accepted"] + taken["rejected"] == taken["rows"] == 3
    listed = desk.client.get("/api/imports").json
    assert listed is not None
    assert [each["id"] for each in listed["arrivals"]] == ["a3", "a2", "a1"]
    told = desk.client.get("/api/imports/a3?lang=en").json
    assert told is not None
    assert "exchanged" in told["document"]["findings"][0]["message"]
    made = desk.client.get("/api/imports/a3/refused.xlsx")
    assert made.headers["Content-Disposition"] == 'attachment; filename="refused_a3.xlsx"'
    page = openpyxl.load_workbook(io.BytesIO(made.data)).worksheets[0]
    assert page["B2"].value == BAD[1]
    fresh = desk.send("/api/imports", written(("K-7", "新窑", "114.03", "33.57", "郾城区", "在用", ""))).json
    back = desk.client.post(f"/api/imports/{fresh['arrival']}/undo")
    assert (back.status_code, (back.json or {})["undone"]) == (200, fresh["batch"])
    again = desk.client.post(f"/api/imports/{fresh['arrival']}/undo")
    assert (again.status_code, (again.json or {})["code"]) == (409, "UNDO_ALREADY")
    assert desk.client.post("/api/imports/a2/undo").status_code == 404


def test_a_ledger_goes_through_the_pages(desk: Desk) -> None:
    """A form leads to the arrival's page, which says what was found as text and offers what may be done."""
    sent = desk.send("/imports", written(*ROWS, BAD), accept_partial="true")
    assert (sent.status_code, sent.headers["Location"]) == (303, "/imports/a2")
    page = desk.client.get("/imports/a2").text
    assert "/api/imports/a2/refused.xlsx" in page
    assert "<script>alert" not in page
    refused = desk.send("/imports", b"", accept_partial="true")
    assert refused.headers["Location"] == "/imports/a3"
    assert "FILE_EMPTY" in desk.client.get("/imports/a3").text
    assert desk.client.get("/imports").text.count("/imports/a") == 3
    counted = desk.client.get("/metrics").text
    assert 'imports_total{outcome="partial"} 1.0' in counted
    assert 'imports_total{outcome="reject"} 1.0' in counted
    fresh = desk.send("/imports", written(("K-7", "新窑", "114.03", "33.57", "郾城区", "在用", "")))
    undone = desk.client.post(fresh.headers["Location"] + "/undo")
    assert (undone.status_code, undone.headers["Location"]) == (303, fresh.headers["Location"])
    assert "/undo" not in desk.client.get(fresh.headers["Location"]).text


@pytest.mark.parametrize(
    ("said", "name", "code"),
    [
        ({}, "../../etc/passwd.csv", "FILENAME_INVALID"),
        ({}, "a\x00b.csv", "FILENAME_INVALID"),
        ({}, "", "PARAMETER_MISSING"),
        ({"by": "somebody"}, "a.csv", "PARAMETER_UNKNOWN"),
        ({"map": "x"}, "a.csv", "PAIR_EXPECTED"),
        ({"dry_run": "perhaps"}, "a.csv", "CHOICE_UNKNOWN"),
        ({"datum": ""}, "a.csv", "DATUM_MISSING"),
    ],
    ids=["path", "nul", "no-file", "by", "pair", "flag", "datum"],
)
def test_an_upload_that_cannot_be_is_refused(desk: Desk, said: dict[str, str], name: str, code: str) -> None:
    """A name that leads elsewhere, or a field that is not understood, is refused with its code."""
    answer = desk.send("/api/imports", written(*ROWS), name=name, **said)
    assert (answer.status_code, answer.json["code"]) == (400, code)
    assert desk.registry.revision == desk.begun


def test_too_large_a_file_is_refused_before_it_is_read(desk: Desk) -> None:
    """A request over the limit answers 413, and a file over its own limit does too."""
    for bytes_sent, code in ((3_000_000, "BODY_TOO_LARGE"), (1_050_000, "FILE_TOO_LARGE")):
        answer = desk.send("/api/imports", b"x" * bytes_sent)
        assert (answer.status_code, answer.json["code"]) == (413, code)


@pytest.mark.parametrize("field", ["kind", "datum", "crs", "map", "set", "layer", "sheet", "encoding"])
def test_a_field_of_an_import_has_an_end(desk: Desk, field: str) -> None:
    """No field that goes with a ledger may be as long as a ledger."""
    answer = desk.send("/api/imports", written(*ROWS), **{field: "名称=" + "长" * 100_000})
    assert (answer.status_code, answer.json["code"]) == (400, "FIELD_TOO_LONG")
    assert answer.json["details"]["field"] == field


def test_a_decision_is_made_on_the_page(desk: Desk) -> None:
    """Likely twins stand side by side; what is decided is gone from the page."""
    desk.send("/api/imports", written(("K-9", "东 窑", "114.0101", "33.5802", "郾城区", "在用", "")))
    (twin,) = (desk.client.get("/api/twins").json or {})["twins"]
    ids = [twin["id"], twin["other_id"]]
    assert all(f'value="{name}"' in desk.client.get("/twins").text for name in ids)
    bad = desk.client.post("/api/decisions", json={"ids": ids, "same": "yes"})
    assert (bad.json or {})["code"] == "DOCUMENT_INVALID"
    done = desk.client.post("/twins", data={"ids": ids, "same": "true"})
    assert done.status_code == 303
    assert desk.registry.commits()[-1].details["void"] == desk.id_of("K-9")
    assert (desk.client.get("/api/twins").json or {})["twins"] == []


def test_a_clerk_meets_only_the_own_district(desk: Desk) -> None:
    """Another district's record, arrival or batch answers like one that does not exist, to the byte."""
    theirs = desk.id_of("K-2")
    desk.who = "clerk"
    missing = desk.patch("0" * 16, '"1"', changes={"owner": "甲"})
    unseen = desk.patch(theirs, '"1"', changes={"owner": "甲"})
    assert missing.status_code == unseen.status_code == 404
    assert unseen.data == missing.data.replace(b"0" * 16, theirs.encode())
    for path in (
        f"/api/records/{theirs}/history",
        f"/sources/{theirs}/edit",
        "/api/imports/a1",
        "/imports/a1",
    ):
        assert desk.client.get(path).status_code == 404
    assert desk.client.get("/api/imports").json == {"arrivals": []}
    outside = desk.patch(desk.id_of("K-1"), '"1"', changes={"district": "源汇区"})
    assert (outside.status_code, outside.json["code"]) == (403, "OUT_OF_AREA")
    sent = desk.send("/api/imports", written(*ROWS), accept_partial="true").json
    assert sent["codes"] == {"OUT_OF_AREA": 1}


def test_who_has_no_right_changes_nothing(desk: Desk) -> None:
    """Without the right every act is refused before it is looked at, and no page shows a way to it."""
    desk.who, name = "reader", desk.id_of("K-1")
    answers = [
        desk.patch(name, None),
        desk.client.patch(f"/api/records/{name}", data="{"),
        desk.client.post(f"/sources/{name}/edit"),
        desk.send("/api/imports", b"", by="somebody"),
        desk.client.get("/api/imports"),
        desk.client.post("/api/decisions", json=[]),
        desk.client.get("/twins"),
    ]
    assert {answer.status_code for answer in answers} == {403}
    page = desk.client.get(f"/sources/{name}").text
    assert re.findall(r'href="[^"]*/(edit|history|imports|twins)"', page) == ["history"]
    assert desk.client.get(f"/api/records/{name}/history").status_code == 200
    stranger = desk.app.test_client().patch(f"/api/records/{name}", json={"changes": {"owner": "甲"}})
    assert stranger.status_code == 401
    assert desk.registry.revision == desk.begun


def test_the_day_of_a_move_is_a_date() -> None:
    """An edit by Python takes a day as a date."""
    assert Edit({"owner": "甲"}, "move", date(2026, 5, 1)).on == date(2026, 5, 1)


def test_a_stations_page_leads_to_the_revisions_round_it(desk: Desk, tmp_path: Path) -> None:
    """Who may see the history finds each commit that touched the rings, and behind it what it changed."""
    path = tmp_path / "stations.csv"
    path.write_text("编号,名称,级别,经度,纬度\nS-1,站,国控,114.0101,33.5811\n", encoding="utf-8")
    desk.registry.import_file(
        path, gr.ImportOrder(kind="monitoring_station", datum="wgs84", by="tester", accept_partial=True)
    )
    tag = desk.client.get(f"/api/records/{desk.id_of('K-1')}").headers["ETag"]
    assert desk.patch(desk.id_of("K-1"), tag, changes={"status": "停用"}, reason="核查").status_code == 200
    found = r'<tr data-revision="(\d+)"><th scope="row"><a href="([^"]+)"'
    for who in ("bureau", "reader"):
        desk.who = who
        links = re.findall(found, desk.client.get("/stations/S-1").text)
        assert [int(revision) for revision, _ in links] == [desk.registry.revision]
        page = desk.client.get(html.unescape(links[0][1]))
        assert (page.status_code, "东窑" in page.text) == (200, True)
    assert not re.findall(found, desk.app.test_client().get("/stations/S-1").text)
