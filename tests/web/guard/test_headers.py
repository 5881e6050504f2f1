from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from geo_registry.settings import Serving
from geo_registry.web import create_app
from geo_registry.web.guard.headers import disposition

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from geo_registry.registry import Registry

PACKAGE = Path(__file__).resolve().parents[3] / "geo_registry" / "web"
TEMPLATES = sorted(PACKAGE.rglob("*.html"))
PAGES = (
    "/",
    "/stations",
    "/stations/S1",
    "/sources",
    "/sources/{K1}",
    "/login",
    "/nowhere",
    "/stations?rings=0",
)
INLINE = re.compile(
    r"""<style|\sstyle\s*=|\son\w+\s*=|javascript:|<script(?![^>]*\s(?:src=|type="application/json"))|srcdoc""",
    re.IGNORECASE,
)
"""What a page would need an inline policy for; a block of JSON is data and never runs."""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_script_or_style_within(path: Path) -> None:
    """Scripts and styles are files of their own, so that the policy needs no exception."""
    assert INLINE.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_script_or_style_within(client: FlaskClient, ids: dict[str, str], path: str) -> None:
    """As it goes out, hostile names and all, no page has a script or style within; its policy allows none."""
    answer = client.get(path.format(**ids), headers={"Accept": "text/html"})
    assert answer.mimetype == "text/html"
    assert INLINE.findall(answer.text) == []
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy


@pytest.mark.parametrize("path", [*PAGES, "/api/catalog", "/tiles/sources/8/209/102.mvt", "/static/site.css"])
def test_every_answer_tells_browsers_what_they_may(
    client: FlaskClient, ids: dict[str, str], path: str
) -> None:
    """Every answer forbids framing, guessing and use from elsewhere, and asks for no device."""
    headers = client.get(path.format(**ids)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_https_is_held_to_where_it_is_set(registry: Registry) -> None:
    """Where the registry is reached by HTTPS browsers are told to use nothing else."""
    settings = replace(registry.settings, serving=Serving(https=True))
    answer = create_app(settings, registry).test_client().get("/login")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    "name",
    ["a\r\nSet-Cookie: x=1.csv", 'a";b.csv', "../../etc/passwd", "..\\x.csv", "a\x00.csv", "砖窑 1.csv"],
)
def test_a_file_name_cannot_end_its_header(name: str) -> None:
    """Whatever a name holds, the header has one line, one quoted name and no folder."""
    said = disposition(name, attachment=True)
    assert said.isascii()
    assert said.isprintable()
    assert said.count('"') == 2
    assert "/" not in said
    assert "\\" not in said


def test_the_style_of_a_report_is_the_one_that_may(client: FlaskClient) -> None:
    """An HTML report may use the very style it brings, and nothing else."""
    answer = client.get("/api/stations/S1/report.html")
    policy = answer.headers["Content-Security-Policy"]
    assert re.fullmatch(r"default-src 'none'; style-src 'sha256-[\w+/]{43}='; .*", policy)
    assert "unsafe" not in policy
