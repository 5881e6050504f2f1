from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from geo_registry.settings import Settings
from geo_registry.web.views.files import THEIRS
from geo_registry.wording import texts

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

STATIC = Settings().static
OURS = sorted(path for path in STATIC.iterdir() if path.suffix in {".js", ".css"})
SCRIPTS = [path for path in OURS if path.suffix == ".js"]
TYPES = {".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json"}


@pytest.mark.parametrize("name", [*sorted(THEIRS), *(path.name for path in OURS), "icons/mark.svg"])
def test_files_are_served_with_their_type(client: FlaskClient, name: str) -> None:
    """Every file the pages use is there, with the media type a browser insists on, and is revalidated."""
    with client.get(f"/static/{name}") as answer:
        assert answer.status_code == 200
        suffix = f".{name.rpartition('.')[2]}"
        assert answer.mimetype == TYPES.get(suffix, answer.mimetype)
        tag = answer.headers["ETag"]
    with client.get(f"/static/{name}", headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_modules_import_only_what_is_served(path: Path) -> None:
    """A module imports our own files and the named files of packages, by relative path alone."""
    imported = re.findall(r'^import .*?"([^"]+)";$', path.read_text("utf-8"), re.MULTILINE)
    for name in imported:
        assert name.startswith("./"), name
        assert name[2:] in THEIRS or (STATIC / name[2:]) in OURS, name


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_modules_write_text_never_markup(path: Path) -> None:
    """No module turns a text into markup or code, and none names another host."""
    text = path.read_text("utf-8")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert word not in text, word
    assert "http://" not in text
    assert "https://" not in text


@pytest.mark.parametrize("path", [path for path in OURS if path.suffix == ".css"], ids=lambda path: path.name)
def test_style_sheets_fetch_only_from_here(path: Path) -> None:
    """A style sheet names only files that are served from the same folder."""
    for name in re.findall(r'url\("([^"]+)"\)', path.read_text("utf-8")):
        assert name in THEIRS, name


def test_every_text_of_the_map_is_there_and_used() -> None:
    """The keys the scripts say are the keys of the wording, no more and no fewer."""
    held = "\n".join(path.read_text("utf-8") for path in SCRIPTS)
    keys = {key.removeprefix("map.") for key in texts("zh") if key.startswith("map.")}
    assert set(re.findall(r'say\("(\w+)"', held)) - keys == set()
    unused = {key for key in keys if f'"{key}"' not in held}
    made_up = ("report_", "in_", "tool_", "datum_", "around_", "list_")  # the rest of these keys is a value
    assert {key for key in unused if not key.startswith(made_up)} == set()


def test_the_map_tells_its_modules_beforehand(client: FlaskClient) -> None:
    """Every module of ours that the map needs, at whatever depth, is named once in the page's head."""
    page = client.get("/").text
    told = re.findall(r'<link rel="modulepreload" href="/static/([a-z0-9-]+[.]js)">', page)
    needed, waiting = set[str](), ["map.js"]
    while waiting:
        text = (Settings().static / waiting.pop()).read_text(encoding="utf-8")
        for line in text.splitlines():
            name = line.partition('from "./')[2].partition('"')[0]
            if line.startswith("import ") and "/" not in name and name and name not in needed:
                needed.add(name)
                waiting.append(name)
    assert len(told) == len(set(told))
    assert set(told) == needed
