"""What the tests of every room share: the data handed to the project, a browser, outside programs."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import hypothesis
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely
from playwright.sync_api import sync_playwright

import geo_registry as gr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Playwright

PROJECT = Path(__file__).resolve().parents[1]
IN_CI = bool(os.environ.get("CI"))
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    # software draws WebGL; pages round it are put together without it, in half the time
    "--disable-gpu-compositing",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # no name but the test server's own address can be resolved: a page that reaches out fails
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)


def pytest_configure() -> None:
    """Set Hypothesis: a slow machine is no failure, and CI draws the same examples every time."""
    hypothesis.settings.register_profile(
        "project",
        deadline=None,
        derandomize=IN_CI,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    hypothesis.settings.load_profile("project")


def pytest_report_header() -> str:
    """Say which libraries decide the numbers."""
    versions = {
        "GDAL": pyogrio.__gdal_version_string__,
        "PROJ": pyproj.proj_version_str,
        "GEOS": shapely.geos_version_string,
        "SQLite": sqlite3.sqlite_version,
        "pandas": pd.__version__,
        "shapely": shapely.__version__,
    }
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, so that `-m "not browser"` leaves it out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def lacking(what: str) -> NoReturn:
    """Skip for want of something, but never in CI, where a skip would hide a gap."""
    if IN_CI:
        pytest.fail(f"CI lacks {what}", pytrace=False)
    pytest.skip(f"this machine lacks {what}")


@pytest.fixture(scope="session")
def project_root() -> Path:
    """Return the checkout's folder."""
    return PROJECT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data that lies beside the checkout."""
    folder = PROJECT.parent / "shared" / "data"
    return folder if folder.is_dir() else lacking("../shared/data")


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Return the git-ignored folder where tests leave screens and reports to look at."""
    folder = PROJECT / "test-results"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Return a finder of outside programs by name, such as ``ogrinfo`` or ``pdffonts``."""
    return lambda name: shutil.which(name) or lacking(f"the program {name}")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Start Playwright once for the session."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium_path(playwright: Playwright) -> Path:
    """Return the installed Chromium, else the one Playwright keeps."""
    installed = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), playwright.chromium.executable_path)
    path = Path(installed)
    return path if path.exists() else lacking("a Chromium browser")


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium_path: Path) -> Iterator[Browser]:
    """Open a headless browser that draws WebGL in software and sees no network."""
    opened = playwright.chromium.launch(executable_path=chromium_path, args=list(CHROMIUM_FLAGS))
    yield opened
    opened.close()


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a path that all workers share; the first to ask makes what is there, in whole or not at all.

    Parameters
    ----------
    tmp_path_factory
        Of the worker.
    name
        Of the path.
    make
        Is given a path beside it, and makes it.
    """
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    path = folder / name
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            being_made = folder / f"being-made-{name}"
            make(being_made)
            being_made.rename(path)
    return path


@pytest.fixture(scope="session")
def demo_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a filled demo store, built once for all workers and never written to."""
    return made_once(
        tmp_path_factory, "demo-city.db", lambda path: gr.fill_demo(f"sqlite:///{path}", by="tester")
    )


@pytest.fixture(scope="session")
def demo_store(demo_path: Path) -> str:
    """Return the URL of the filled demo store that all tests read and none writes to."""
    return f"sqlite:///{demo_path}"


@pytest.fixture
def demo_copy(demo_path: Path, tmp_path: Path) -> str:
    """Return the URL of this test's own copy of the demo store, to be written to."""
    return f"sqlite:///{shutil.copy(demo_path, tmp_path / 'demo.db')}"
