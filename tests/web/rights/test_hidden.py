"""What lies outside a reader's bounds is in no tile, list, search, audit, report or file, and no number."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import mapbox_vector_tile
import pytest

from tests.web.rights.world import AREAS, BESIDE, LONS, NONE, OTHER, OWN, PLACES, ROLES, SEEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.web.rights.world import Districts

BOUNDED = ("unit", "warden", "township", "district")
SOURCES = ("K", "B", "L")
"""First letters of the sources of a place; a lead is the last."""


def codes(role: str, letters: Iterable[str] = SOURCES) -> set[str]:
    """Name what a role sees, by hand: leads are not for the public."""
    seen = [letter for letter in letters if letter != "L" or role != "public"]
    return {f"{letter}-{place}" for letter in seen for place in SEEN[role]}


def drawn(answer: TestResponse) -> set[str]:
    """Read the codes of a tile's features."""
    assert answer.status_code == 200
    layers = mapbox_vector_tile.decode(answer.data) if answer.data else {}
    return {one["properties"]["code"] for layer in layers.values() for one in layer["features"]}


@pytest.mark.parametrize("role", ROLES)
def test_every_list_holds_what_the_role_sees(client: FlaskClient, districts: Districts, role: str) -> None:
    """Catalog, search, near, audit, export and tile agree on what there is for a role."""
    catalog = districts.get(client, role, "/api/catalog").json
    search = [districts.get(client, role, f"/api/search?q={place}&limit=200").json for place in PLACES]
    near = districts.get(client, role, "/api/near?lon=114.015&lat=33.505&radius_m=9000").json
    audit = districts.get(client, role, "/api/audit?status=all").json
    assert catalog
    assert near
    assert audit
    counts = {kind["kind"]: kind["count"] for kind in catalog["kinds"] if kind["count"]}
    assert counts.pop("monitoring_station") == counts.pop("coal_ban_zone") == len(PLACES)
    assert sum(counts.values()) == len(codes(role, (*SOURCES, "V")))
    stations, zones = codes("city", "S"), codes("city", "Z")
    found = {row["code"] for one in search for row in (one or {})["found"]}
    assert found == codes(role, (*SOURCES, "V")) | stations | zones
    assert {row["code"] for row in near["found"]} == codes(role) | stations
    assert {pair["source_code"] for pair in audit["pairs"]} == codes(role)
    total = next(row for row in audit["totals"] if row["kind"] == "all" and row["ring_m"] == 5000)
    assert total["cumulative_all"] == audit["provenance"]["sources"] == len(codes(role))
    for layer, letters in (("sources", SOURCES), ("assets", "V")):
        tile = districts.get(client, role, f"/tiles/{layer}/10/836/410.mvt")
        assert drawn(tile) == codes(role, letters)
    for letter, kind in (("K", "brick_kiln"), ("V", "camera"), ("S", "monitoring_station")):
        answer = districts.get(client, role, f"/api/export?kind={kind}&format=csv")
        rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
        assert {row["code"] for row in rows} == codes("city" if letter == "S" else role, letter)


@pytest.mark.parametrize("role", BOUNDED)
def test_pages_and_reports_name_nothing_else(client: FlaskClient, districts: Districts, role: str) -> None:
    """The list, the page and the report of another district's station name only the role's own sources."""
    station = districts.ids[f"S-{OTHER}"]
    for path in ("/sources", f"/stations/{station}", f"/api/stations/{station}/report.html?lang=zh"):
        text = districts.get(client, role, path).text
        named = {f"{letter}-{place}" for letter in "KBL" for place in PLACES if f"窑{place}" in text}
        assert {code for code in named if code.startswith("K")} == codes(role, "K"), path


def test_a_tile_over_another_district_is_that_of_an_empty_place(
    client: FlaskClient, districts: Districts
) -> None:
    """Where a reader may not see, the tile has the bytes and headers of one where nothing is."""
    n, z = 2**16, 16
    x, y = int((LONS[OTHER] + 180) / 360 * n), 26_341
    asked = (
        districts.get(client, "city", f"/tiles/sources/{z}/{x}/{row}.mvt") for row in range(y - 60, y + 60)
    )
    there = next(row for row, tile in zip(range(y - 60, y + 60), asked, strict=True) if drawn(tile))
    hidden = districts.get(client, "district", f"/tiles/sources/{z}/{x}/{there}.mvt")
    empty = districts.get(client, "district", f"/tiles/sources/{z}/{x}/7.mvt")
    assert (hidden.status_code, hidden.data) == (200, b"") == (empty.status_code, empty.data)
    told = [{name: value for name, value in one.headers if name != "X-Request-ID"} for one in (hidden, empty)]
    assert told[0] == told[1]


def test_a_hidden_name_is_searched_like_one_that_never_was(client: FlaskClient, districts: Districts) -> None:
    """A search for what another district holds finds what a search for nonsense finds."""
    for hidden, nonsense in ((f"窑{OTHER}", "窑xxxxx"), (districts.ids[f"K-{OTHER}"], "f" * 16)):
        found = [districts.get(client, "district", f"/api/search?q={asked}") for asked in (hidden, nonsense)]
        assert found[0].text.replace(hidden, "") == found[1].text.replace(nonsense, "")


def test_a_lead_is_no_public_matter(client: FlaskClient, districts: Districts) -> None:
    """A lead answers the public like a record that is not there; who has signed in sees it."""
    lead = districts.ids[f"L-{OWN}"]
    for path in ("/api/records/{}", "/sources/{}"):
        hidden, missing = (districts.get(client, "public", path.format(one)) for one in (lead, "f" * 16))
        assert hidden.status_code == missing.status_code == 404
        assert hidden.text.replace(lead, "") == missing.text.replace("f" * 16, "")
        assert districts.get(client, "auditor", path.format(lead)).status_code == 200


def test_a_tag_of_one_reader_is_never_confirmed_to_another(client: FlaskClient, districts: Districts) -> None:
    """A tag is answered 304 only to those who see the same; to others the address is answered anew."""
    for path in ("/", "/sources", "/api/audit", "/api/catalog", "/tiles/sources/10/836/410.mvt"):
        tags = {role: districts.get(client, role, path).headers["ETag"] for role in ROLES}
        for holder, tag in tags.items():
            for role in ("public", "unit", "district", "city"):
                headers = districts.headers(role) | {"If-None-Match": tag}
                status = client.get(path, headers=headers).status_code
                same = tags[role] == tag
                assert status == (304 if same else 200), (path, holder, role)
                assert not same or SEEN[role] == SEEN[holder]
        assert len(set(tags.values())) >= 4


def test_numbers_say_what_they_leave_out(client: FlaskClient, districts: Districts) -> None:
    """Audit, report and export of a bounded reader say whose sources they count; the city's do not."""
    station = districts.ids[f"S-{OWN}"]
    said = {}
    for role in ("district", "city"):
        report = districts.get(client, role, f"/api/stations/{station}/report.html?lang=zh").text
        audit = districts.get(client, role, "/api/audit?lang=zh").json
        export = districts.get(client, role, "/api/export?kind=brick_kiln&format=geojson&lang=zh").json
        page = districts.get(client, role, f"/stations/{station}?lang=zh").text
        assert audit
        assert export
        said[role] = [audit["scope"], export["geo_registry"]["parameters"].get("scope", "")]
        words = f"只含{AREAS[OWN][0]}范围内的污染源"
        counted = [report.count(words), page.count(words), *(text.count(words) for text in said[role])]
        assert all(counted) if role == "district" else not any(counted)
    whole = districts.get(client, "city", "/api/audit").json
    assert whole
    assert whole["provenance"]["scope"] is None


def test_past_revisions_take_the_right_to_the_history(client: FlaskClient, districts: Districts) -> None:
    """Who has no right to the history is answered at the newest revision alone."""
    for role, status in (
        ("public", 401),
        ("unit", 403),
        ("warden", 403),
        ("auditor", 200),
        ("township", 200),
    ):
        for path in ("/api/audit?as_of=1", "/api/export?kind=monitoring_station&format=csv&as_of=1"):
            assert districts.get(client, role, path).status_code == status, (role, path)


def test_an_undistricted_record_is_for_those_who_see_everywhere(districts: Districts) -> None:
    """A record that names no district belongs to no district's reader."""
    entrance = districts.registry.people.entrance
    for role in ROLES[1:]:
        seen = districts.registry.seen_by(entrance.by_token(districts.tokens[role]))
        kilns = set(seen.sources("brick_kiln")["code"])
        assert (f"K-{NONE}" in kilns) == (NONE in SEEN[role])
        assert (f"K-{BESIDE}" in kilns) == (BESIDE in SEEN[role])
