"""One filter, many doors: what is chosen is as many wherever it is asked, each read from its own output."""

from __future__ import annotations

import csv
import io
import random
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import geopandas as gpd
import mapbox_vector_tile
import pandas as pd
import pytest
import shapely
from flask.testing import FlaskClient

import geo_registry as gr
from geo_registry.publish.report.sections.selection import LISTED
from geo_registry.registry import Registry
from geo_registry.settings import Settings
from geo_registry.web import create_app
from tests.cli.shell import document
from tests.registry.questions import Asked, drawn

SAMPLES = 200
PAGE = {"Accept": "text/html"}
ROW = (
    r'<tr data-key="([^"]+)"(?: class="sum")?><th scope="row">[^<]*</th>'
    r'<td class="number">(\d+)</td><td class="number">(\d+)<'
)
"""A row of counts: its key, how many are active, and how many there are."""


@pytest.fixture(scope="module")
def registry(demo_store: str) -> Iterator[Registry]:
    """Open the demo city."""
    opened: Registry = gr.open(demo_store)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(registry: Registry, demo_store: str) -> FlaskClient:
    """Serve the demo city."""
    return create_app(Settings(store_url=demo_store), registry).test_client()


@pytest.fixture(scope="module")
def rows(registry: Registry) -> gpd.GeoDataFrame:
    """Read the sources that stand today, with their own priority."""
    found = registry.sources(on=registry.today).reset_index(drop=True)
    own = registry.priorities().reindex(found["id"])
    return found.assign(
        priority=own["priority"].fillna("low").array, flagged=own["flagged"].eq(other=True).array
    )


def plain(text: str) -> str:
    """Bring a text to the spelling in which it is looked for."""
    return unicodedata.normalize("NFKC", text).lower().replace(" ", "")


def expected(registry: Registry, rows: gpd.GeoDataFrame, asked: Asked) -> pd.DataFrame:
    """Choose with plain pandas what a question means."""
    mask = pd.Series(data=True, index=rows.index)
    for name in ("kind", "priority", "district", "township"):
        mask &= rows[name].isin(asked[name].split(",")) if name in asked else True
    status = asked.get("status", "all")
    statuses = registry.catalog.active if status == "active" else status.split(",")
    mask &= rows["status"].isin(statuses) if status != "all" else True
    mask &= rows["flagged"] if asked.get("flagged", "false") != "false" else True
    if "overdue" in asked:
        deadlines = {
            field.name: field
            for kind in registry.catalog.kinds.values()
            for field in kind.all_fields
            if field.deadline
        }
        due = pd.Series(data=False, index=rows.index)
        for name in deadlines:
            due |= rows[name] < pd.Timestamp(registry.today)
        mask &= due & rows["status"].isin(registry.catalog.active) & (rows["status"] != "upgraded")
    if "text" in asked:
        said = rows[["code", "name", "address", "township", "uscc"]].fillna("").astype(str)
        wanted = plain(asked["text"])
        held = [any(wanted in plain(text) for text in one) for one in said.to_numpy()]
        mask &= pd.Series(held, index=rows.index)
    if "bbox" in asked:
        west, south, east, north = map(float, asked["bbox"].split(","))
        mask &= rows.geometry.intersects(shapely.box(west, south, east, north))
    if "near" in asked:
        found = registry.near(*map(float, asked["near"].split(",")))
        mask &= rows["id"].isin(found["id"])
    if "within" in asked:
        corners = [float(one) for one in asked["within"].split(",")]
        shape = shapely.Polygon(zip(corners[::2], corners[1::2], strict=True))
        mask &= rows.geometry.intersects(shape)
    return pd.DataFrame(rows[mask])


def by_kind(rows: pd.DataFrame) -> dict[str, int]:
    """Count rows by kind."""
    return {str(kind): int(count) for kind, count in rows["kind"].value_counts().items()}


def of_counts(counted: dict[str, Any]) -> dict[str, int]:
    """Read the kinds of a document of counts, having added them up to its total."""
    kinds = {kind: each["all"] for kind, each in counted["kinds"].items() if each["all"]}
    assert sum(kinds.values()) == counted["total"] == sum(counted["priorities"].values())
    return kinds


def of_csv(client: FlaskClient, asked: Asked) -> dict[str, int]:
    """Count the rows of the exported tables by kind."""
    answer = client.get(f"/api/export?{urlencode({'kind': 'sources'} | asked | {'format': 'csv'})}")
    if answer.status_code == 400:
        assert answer.json
        assert answer.json["code"] == "EXPORT_EMPTY"
        return {}
    tables = [answer.data]
    if zipfile.is_zipfile(io.BytesIO(answer.data)):
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            tables = [archive.read(name) for name in archive.namelist() if name.endswith(".csv")]
    texts = [table.decode("utf-8-sig") for table in tables]
    lines = [line for text in texts for line in csv.DictReader(io.StringIO(text)) if line.get("kind")]
    return dict(Counter(line["kind"] for line in lines))


def of_gpkg(client: FlaskClient, asked: Asked, file: Path) -> dict[str, int]:
    """Count the rows of an exported GeoPackage by layer."""
    answer = client.get(f"/api/export?{urlencode({'kind': 'sources'} | asked | {'format': 'gpkg'})}")
    if answer.status_code == 400:
        return {}
    file.write_bytes(answer.data)
    read = [gpd.read_file(file, layer=name) for name in gpd.list_layers(file)["name"]]
    return dict(Counter(str(kind) for layer in read if "kind" in layer for kind in layer["kind"]))


def of_tile(client: FlaskClient, asked: Asked) -> dict[str, int]:
    """Add up by kind the points and groups of the tile that holds the whole world."""
    answer = client.get(f"/tiles/sources/0/0/0.mvt?{urlencode(asked)}")
    assert answer.status_code == 200, answer.json
    layers = mapbox_vector_tile.decode(answer.data) if answer.data else {}
    found: Counter[str] = Counter()
    for feature in layers.get("sources", {}).get("features", []):
        said = feature["properties"]
        if feature["geometry"]["type"] == "Point":
            sums = {name.removeprefix("k_"): n for name, n in said.items() if name.startswith("k_")}
            found.update(sums if "cluster" in said else [said["kind"]])
    return dict(found)


def of_report(client: FlaskClient, asked: Asked) -> dict[str, int]:
    """Read the counts of each kind that stand in the report, having added them up to its groups and total."""
    answer = client.get(f"/api/sources/report.html?{urlencode(asked)}")
    assert answer.status_code == 200
    found = {key: int(every) for key, _, every in re.findall(ROW, answer.text)}
    kinds = {key: every for key, every in found.items() if ":" not in key and key != "all"}
    groups = {key: every for key, every in found.items() if ":" in key}
    assert sum(kinds.values()) == found.get("all", 0) == sum(groups.values())
    listed = answer.text.partition('id="table-chosen"')[2].partition("</table>")[0]
    assert listed.count("<tr data-key=") == min(sum(kinds.values()), LISTED)
    return kinds


def of_page(client: FlaskClient, asked: Asked) -> int:
    """Read the number that stands on the page."""
    page = client.get(f"/sources?{urlencode(asked | {'per_page': '1', 'lang': 'en'})}", headers=PAGE).text
    said = re.search(r'id="total" data-total="(\d+)">([\d,]+) sources<', page)
    assert said
    assert said[1] == said[2]
    return int(said[1])


def words(asked: Asked) -> list[str]:
    """Say a question on the command line."""
    said = []
    for name, value in asked.items():
        if name not in {"flagged", "overdue"}:
            said += [f"--{name}", value]
        elif value != "false":
            said += [f"--{name}"]
    return said


@pytest.mark.torture
def test_report_and_shell_count_the_same_of_every_choice(
    client: FlaskClient, registry: Registry, rows: gpd.GeoDataFrame
) -> None:
    """For each combination the report and the command line tell what plain pandas finds, kind by kind."""
    for number in range(SAMPLES):
        asked = drawn(random.Random(number), rows)  # noqa: S311 (no secret)
        kinds = by_kind(expected(registry, rows, asked))
        assert of_report(client, asked) == kinds, asked
        said = document(registry.settings.store_url, "sources", "--counts", *words(asked))
        assert of_counts(said["counts"]) == kinds, asked


@pytest.mark.parametrize("seed", range(0, SAMPLES, 20))
def test_every_door_counts_the_same(
    *, client: FlaskClient, registry: Registry, rows: gpd.GeoDataFrame, tmp_path: Path, seed: int
) -> None:
    """For any combination of filters each door tells the rows that plain pandas finds, kind by kind."""
    for number in range(seed, seed + 20):
        asked = drawn(random.Random(number), rows)  # noqa: S311 (no secret)
        true = expected(registry, rows, asked)
        kinds, query = by_kind(true), urlencode(asked)
        counted = client.get(f"/api/choice/counts?{query}").json
        assert counted
        assert of_counts(counted) == kinds, asked
        assert counted["unlocated"] == int(true.geometry.isna().sum())
        listed = client.get(f"/api/list?{query}&per_page=1").json
        assert listed
        assert (listed["total"], len(listed["rows"])) == (len(true), min(1, len(true)))
        assert of_page(client, asked) == len(true)
        assert of_csv(client, asked) == kinds, asked
        assert of_tile(client, asked) == by_kind(true[true.geometry.notna()]), asked
        if number % 5 == 0:
            assert of_report(client, asked) == kinds, asked
        if number % 20 == 0:
            assert of_gpkg(client, asked, tmp_path / f"{number}.gpkg") == kinds
            said = document(registry.settings.store_url, "sources", "--counts", *words(asked))
            assert of_counts(said["counts"]) == kinds


def test_pages_of_a_list_are_the_whole_in_order(client: FlaskClient, rows: gpd.GeoDataFrame) -> None:
    """Pages one after another hold every row once, by the order asked; what is empty stands last."""
    first = client.get("/api/list?overdue=true&per_page=40").json
    assert first
    seen: list[dict[str, Any]] = []
    for page in range(1, first["pages"] + 1):
        answer = client.get(f"/api/list?overdue=true&sort=-score&per_page=40&page={page}").json
        assert answer
        seen += answer["rows"]
    assert len(seen) == len({row["id"] for row in seen}) == first["total"] > 40
    scores = [-1.0 if row["score"] is None else row["score"] for row in seen]
    assert scores == sorted(scores, reverse=True)
    assert {row["id"] for row in seen} <= set(rows["id"])
    names = client.get("/api/list?sort=name&per_page=200&columns=owner").json
    assert names
    assert [row["name"] for row in names["rows"]] == sorted(rows["name"].dropna())[:200]
    assert all(set(row["columns"]) == {"owner"} for row in names["rows"])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("kind=volcano", "KIND_UNKNOWN"),
        ("kind=camera", "KIND_NOT_SOURCE"),
        ("status=asleep", "STATUS_UNKNOWN"),
        ("bbox=3,2,1", "NUMBERS_EXPECTED"),
        ("bbox=1,9,2,3", "BBOX_INVALID"),
        ("near=114,33,-1", "RING_NOT_POSITIVE"),
        ("within=114,33,115", "PAIRS_EXPECTED"),
        ("within=114,33,115,33,114,33", "POLYGON_CORNERS"),
        ("within=114,33,115,33,115,34,114,34", "POLYGON_OPEN"),
        ("within=114,33,115,34,115,33,114,34,114,33", "POLYGON_CROSSES"),
        ("within=114,33,115,33,115,94,114,33", "COORD_OUT_OF_RANGE"),
        ("overdue=perhaps", "CHOICE_UNKNOWN"),
        ("as_of=999999", "REVISION_UNKNOWN"),
    ],
)
def test_a_filter_that_is_none_is_refused_to_programs_and_told_to_people(
    client: FlaskClient, query: str, code: str
) -> None:
    """An address answers a program 400 by name; the page says it in a line and shows the rest."""
    for path in ("/api/choice/counts", "/api/list", "/sources"):
        refused = client.get(f"{path}?{query}")
        assert (refused.status_code, refused.json and refused.json["code"]) == (400, code)
    page = client.get(f"/sources?{query}&district=郾城区&lang=en", headers=PAGE)
    assert page.status_code == 200
    told = re.search(r'id="total" data-total="(\d+)"', page.text)
    assert told
    whole = client.get("/api/choice/counts?district=郾城区").json
    assert whole
    assert (int(told[1]), "It is left out." in page.text) == (whole["total"], True)


def test_a_district_that_is_gone_is_said(client: FlaskClient) -> None:
    """A name that no source has leaves nothing and is named, in the document and on the page."""
    answer = client.get("/api/choice/counts?district=旧县").json
    assert answer
    assert (answer["total"], answer["unknown"]) == (0, {"district": ["旧县"]})
    assert "No source lies in: 旧县" in client.get("/sources?district=旧县&lang=en", headers=PAGE).text
