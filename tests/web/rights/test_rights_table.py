"""Who is answered what: a table by hand, held against every address and method there is."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.web.rights.world import NONE, OTHER, OWN, PLACES, ROLES, SEEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.web.rights.world import Districts

TABLE = """
GET     /                                       all
GET     /stations                               all
GET     /stations/<station>                     all         station
GET     /stations/<station>/changes             all         station
GET     /sources                                all
GET     /sources/<record_id>                    all         source
GET     /sources/<record_id>/edit               edit        source
POST    /sources/<record_id>/edit               edit        source
GET     /sources/<record_id>/history            history     source
GET     /imports                                import
POST    /imports                                import
GET     /imports/<arrival>                      import      nothing
POST    /imports/<arrival>/undo                 undo        nothing
GET     /imports/<look>/look                    import      nothing
POST    /imports/<look>/commit                  import      nothing
POST    /imports/<look>/forget                  import      nothing
GET     /twins                                  decide
POST    /twins                                  decide
GET     /healthz                                all
GET     /readyz                                 all
GET     /metrics                                admin
GET     /api/catalog                            all
GET     /api/search                             all
GET     /api/records/<record_id>                all         source
PATCH   /api/records/<record_id>                edit        source
GET     /api/records/<record_id>/history        history     source
GET     /api/imports                            import
POST    /api/imports                            import
GET     /api/imports/<arrival>                  import      nothing
GET     /api/imports/<arrival>/refused.xlsx     import      nothing
POST    /api/imports/<arrival>/undo             undo        nothing
GET     /api/twins                              decide
POST    /api/decisions                          decide
GET     /api/choice/counts                      all
GET     /api/choice/options                     all
GET     /api/list                               all
GET     /api/near                               all
GET     /api/map.<paper>                        all
GET     /api/place                              all
GET     /api/stations                           all
GET     /api/stations/<station>/audit           all         station
GET     /api/stations/<station>/changes         all         station
GET     /api/audit                              all
GET     /api/stations/<station>/report.<form>   all         station
GET     /api/stations/<station>/map.html        all         station
GET     /api/city/report.<form>                 all
GET     /api/sources/report.<form>              all
GET     /api/export                             all
GET     /tiles/<layer>/<int:z>/<int:x>/<int:y>.mvt  all
GET     /tiles/<layer>/tilejson.json            all
GET     /basemap/<basemap>/<int:part>/<int:z>/<int:x>/<int:y>  all
GET     /static/<path:name>                     all
GET     /login                                  all
POST    /login                                  form
POST    /logout                                 session
GET     /account                                session
POST    /account                                session
POST    /account/tokens                         session
POST    /account/tokens/<token_id>/revoke       session
DELETE  /account/tokens/<token_id>              session
"""
"""A row a method of an address: who is let in, and of what the address names one.

Who: ``all``; ``session`` for those who signed in in a browser, which a token has not; ``form`` for nobody
without the secret of a form of ours; ``admin`` for administrators, by a token too; else the right it takes.
What: ``source`` for records that only those see in whose bounds they lie, ``station`` for those that everyone
sees, ``nothing`` for what is not there. A method that has no row is not there.
"""
RIGHTS = {
    "public": "",
    "auditor": "history contacts",
    "unit": "contacts",
    "warden": "contacts edit",
    "township": "contacts edit history",
    "district": "contacts edit history import undo decide",
    "city": "contacts edit history import undo decide",
    "admin": "contacts edit history import undo decide",
}
"""Rights of each role, by hand from the issue; a token reaches neither accounts nor the keeping."""
FILLED = {
    "token_id": "0123456789ab",
    "arrival": "a99",
    "look": "w0123456789abcdef",
    "form": "html",
    "paper": "png",
    "layer": "sources",
    "basemap": "file",
    "part": "0",
    "z": "10",
    "x": "836",
    "y": "410",
    "name": "site.css",
}
"""What stands in the place of the names that are no record's."""
ASKED = {
    "/api/search": "?q=K",
    "/api/near": "?lon=114&lat=33.5&radius_m=1000",
    "/api/map.<paper>": "?bbox=113.9,33.4,114.2,33.6",
    "/api/sources/report.<form>": "?kind=brick_kiln",
    "/api/place": "?x=114&y=33.5&datum=wgs84",
    "/api/export": "?kind=brick_kiln&format=csv",
}
"""What an address must be asked."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
LET_IN = {200, 201, 204, 302, 303, 400, 409, 412, 413, 415, 428}
"""Statuses of one who is let in, whatever else is wrong with an empty request."""
FALSE_IDS = {"source": "0123456789abcdef", "station": "fedcba9876543210"}


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    method: str
    rule: str
    who: str
    what: str

    def refused(self, role: str) -> int | None:
        """Give the status of a refusal that does not look at the thing that is named."""
        if self.who in {"all", "form"}:
            return 403 if self.who == "form" else None
        if role == "public" or self.who == "session":
            return 401
        return None if self.who == role or self.who in RIGHTS[role].split() else 403

    def expected(self, role: str, place: str) -> set[int]:
        """Give the statuses of which one must be answered to a role about a thing in a place."""
        refused = self.refused(role)
        if refused:
            return {refused}
        if self.what == "nothing" or (self.what == "source" and place not in SEEN[role]):
            return {404}
        return {200} if self.method == "GET" else LET_IN


ROWS = {
    (method, rule): Row(method, rule, who, "".join(what))
    for method, rule, who, *what in map(str.split, TABLE.strip().splitlines())
}
RULES = list(dict.fromkeys(rule for _, rule in ROWS))


def address(rule: str, record_id: str) -> str:
    """Write the address of a rule: for one record, and with what must be asked."""
    path = rule.replace("<record_id>", record_id).replace("<station>", record_id)
    for name, value in FILLED.items():
        for written in (f"<{name}>", f"<int:{name}>", f"<path:{name}>"):
            path = path.replace(written, value)
    assert "<" not in path, f"say in FILLED what stands for the names of {rule}"
    return path + ASKED.get(rule, "")


def named(districts: Districts, rule: str, place: str) -> str:
    """Name the thing that an address is about, in a place."""
    return districts.ids[f"{'S' if '<station>' in rule else 'K'}-{place}"]


def test_every_address_is_in_the_table(app: Flask) -> None:
    """A route or method that nobody thought through fails here: the table names them all, and no other."""
    there = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert there == set(ROWS)


def asked(rule: str) -> Iterator[tuple[str, str, str]]:
    """Go through methods, roles and places, as far as the place of the thing that is named can matter."""
    places = PLACES if "<record_id>" in rule else (OWN, OTHER) if "<station>" in rule else (OWN,)
    for method in METHODS:
        for role in ROLES:
            for place in places:
                yield method, role, place


@pytest.mark.parametrize("rule", RULES)
def test_the_table_holds(client: FlaskClient, districts: Districts, rule: str) -> None:
    """Each of eight roles gets what the table says: every method, own, other and no district."""
    wrong = []
    for method, role, place in asked(rule):
        path, headers = address(rule, named(districts, rule, place)), districts.headers(role)
        row = ROWS.get((("GET" if method == "HEAD" else method), rule))
        expected = row.expected(role, place) if row else {401, 405} if role == "public" else {405}
        with closing(client.open(path, method=method, headers=headers)) as answer:
            if answer.status_code not in expected or (method == "HEAD" and answer.data):
                wrong.append((method, role, place, answer.status_code, expected))
    assert wrong == []


def plain(answer: TestResponse, record_id: str) -> tuple[int, str, list[str]]:
    """Tell what can be told of an answer, but for the name that was asked for and the request's number."""
    text = answer.text.replace(answer.headers["X-Request-ID"], "…").replace(record_id, "…")
    return answer.status_code, text, sorted(answer.headers.keys())


HIDING = [row for row in ROWS.values() if row.what in FALSE_IDS]


@pytest.mark.parametrize("row", HIDING, ids=lambda row: f"{row.method} {row.rule}")
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_what_is_hidden_answers_like_what_is_missing(
    client: FlaskClient, districts: Districts, row: Row, accept: str
) -> None:
    """A source of another district answers byte for byte as an id that never was; no tag gives it away."""
    told = 0
    for role in ROLES:
        hidden = [place for place in (OTHER, NONE) if place not in SEEN[role] or row.what == "station"]
        for place in hidden:
            headers = districts.headers(role) | {"Accept": accept}
            about = [districts.ids[f"K-{place}"], FALSE_IDS[row.what]]
            answers = [
                client.open(address(row.rule, one), method=row.method, headers=headers) for one in about
            ]
            there, missing = (plain(answer, one) for answer, one in zip(answers, about, strict=True))
            assert there == missing, (role, place)
            assert there[0] >= 400
            assert "ETag" not in there[2]
            told += 1
    assert told >= 8, "the table no longer hides anything"


ARRIVING = [row for row in ROWS.values() if row.what == "nothing" and "<arrival>" in row.rule]


@pytest.mark.parametrize("row", ARRIVING, ids=lambda row: f"{row.method} {row.rule}")
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_anothers_arrival_answers_like_one_that_never_came(
    client: FlaskClient, districts: Districts, row: Row, accept: str
) -> None:
    """What came in under another name answers who is bound to an area byte for byte as what never came."""
    there = districts.registry.ledgers.arrivals()[0].id
    for role in set(ROLES) - {"city", "admin"}:
        headers = districts.headers(role) | {"Accept": accept}
        paths = [(one, row.rule.replace("<arrival>", one)) for one in (there, "a99")]
        told = [plain(client.open(path, method=row.method, headers=headers), one) for one, path in paths]
        assert told[0] == told[1], role
        # a page sends who has not signed in to do so
        assert told[0][0] == (row.refused(role) or 404) or (role, accept) == ("public", "text/html")
