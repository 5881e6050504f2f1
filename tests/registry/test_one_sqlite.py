"""Only Python's sqlite3 opens the live store in a process that serves it: a second SQLite loses commits."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from geo_registry.registry import keeping
from geo_registry.store import connect
from tests.store.shelf import up_to_date, url

PACKAGE = Path(__file__).resolve().parents[2] / "geo_registry"
OTHERS = {"adbc_driver_sqlite", "apsw", "duckdb", "fiona", "osgeo", "pyogrio", "pyspatialite", "rasterio"}
"""Packages that bring an SQLite of their own."""
OTHER_CALLS = {"read_dataframe", "read_file", "to_file", "write_dataframe"}
"""Calls of GeoPandas and its kin that open files with GDAL."""
IN_CHILDREN = {"publish/export/gdal/gdal_child.py", "intake/formats"}
"""Modules that run in a process of their own, which never opens the store."""
COMMITS = 40
SERVING = """
import json, os, sys, threading
from pathlib import Path
import geo_registry as gr
from geo_registry.store.chain import Commit
from geo_registry.store.rows import Change
from tests.store.shelf import rows, url

registry = gr.open(sys.argv[1])
store, written, taken = registry._house.store, {}, threading.Event()

def write():
    for base in range(6, 6 + int(sys.argv[3])):
        added = rows(f"{base:016x}").assign(kind="curing_kiln")
        commit = store.commit(Change(base, added), Commit(0, "2026-11-25T08:00:00+08:00", "writer", "edit"))
        written[commit.revision] = commit.hash
        if base == 8:
            taken.set()

writer = threading.Thread(target=write)
writer.start()
taken.wait()
while writer.is_alive():
    if sys.argv[2] == "export":
        for form in ("gpkg", "shp", "geojson", "csv", "xlsx"):
            registry.export(gr.ExportOrder(kind="curing_kiln", form=form))
        registry.report("2399A", "html", "zh")
        registry.tile("sources", 9, 417, 205)
        order = gr.ImportOrder(kind="curing_kiln", datum="wgs84", dry_run=True)
        registry.import_file(Path(sys.argv[4]), order)
    else:
        import pyogrio
        pyogrio.read_info(sys.argv[1].removeprefix("sqlite:///"), layer="records")
writer.join()
loaded = [name for name in ("libgdal", "duckdb") if name in Path("/proc/self/maps").read_text()]
print(json.dumps({"written": written, "loaded": loaded}), flush=True)
os._exit(0)  # as a process that is killed: nothing is closed, so nothing is put right at the end
"""


def used(path: Path) -> set[str]:
    """Name what a module imports and calls."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {
        alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names
    }
    origins = {(node.module or "").split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
    called = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return plain | origins | called


def test_no_module_of_the_server_reaches_another_sqlite() -> None:
    """Only modules that run in a child name a package or a call that opens files with another SQLite."""
    found = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if used(path) & (OTHERS | OTHER_CALLS)
    }
    assert found
    assert [name for name in sorted(found) if not name.startswith(tuple(IN_CHILDREN))] == []


def test_a_child_is_never_imported() -> None:
    """The module that lets GDAL write is run by its path; no other module imports it."""
    told = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]
    assert [text for text in told if "export.gdal import" in text]
    assert [text for text in told if "gdal_child import" in text or "import gdal_child" in text] == []


def served(path: Path, how: str) -> tuple[dict[int, str], list[str], dict[int, str]]:
    """Commit and read at the same time in one process; give what was acknowledged, loaded, and is there."""
    ledger = path.with_name("ledger.csv")
    ledger.write_text("编码,名称,经度,纬度\nA1,示例烤房,114.03,33.58\n", encoding="utf-8")
    words = [url(path), how, str(COMMITS), str(ledger)]
    ran = subprocess.run(
        [sys.executable, "-c", SERVING, *words], capture_output=True, text=True, timeout=300, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2_000:]
    told = json.loads(ran.stdout)
    store = connect(url(path))
    there = {commit.revision: commit.hash for commit in store.commits()}
    store.close()
    return {int(revision): found for revision, found in told["written"].items()}, told["loaded"], there


def test_exports_while_writers_commit_lose_nothing(tmp_path: Path) -> None:
    """A process that serves exports, reports, tiles and imports keeps all commits; no GDAL is in it."""
    path = up_to_date(tmp_path / "store.db")
    written, loaded, there = served(path, "export")
    assert len(written) == COMMITS
    assert {revision: there.get(revision) for revision in written} == written
    assert loaded == []
    assert keeping.verify(url(path)).whole


@pytest.mark.torture
def test_another_sqlite_in_the_process_loses_commits(tmp_path: Path) -> None:
    """The loss that all this avoids is real, and this drill sees it."""
    written, loaded, there = served(up_to_date(tmp_path / "store.db"), "gdal")
    lost = [revision for revision in written if there.get(revision) != written[revision]]
    print(f"{len(lost)} of {len(written)} acknowledged commits lost to a second SQLite")  # noqa: T201 (the figure)
    assert loaded == ["libgdal"]
    assert lost
