"""Awkward and hostile files: each comes to what it should, at bounded cost, and reaches nothing."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import geo_registry as gr
from geo_registry.errors import Refused
from geo_registry.intake import sandbox
from geo_registry.registry import Registry
from tests.intake import awkward
from tests.intake.awkward import Awkward
from tests.intake.every_code import Sent

CANARY = "CANARY-7431"
SLOWEST_S, PEAK_MB = 10.0, 600.0
"""Processor time and memory: a busy machine makes neither more. What waits for nothing is FILE_TOO_SLOW."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a file that nothing may read."""
    made = tmp_path_factory.mktemp("awkward")
    (made / "canary.csv").write_text(f"名称,经度,纬度\n{CANARY},114.02,33.58\n", encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def registry(folder: Path) -> Registry:
    """Open an empty store, to which nothing is written."""
    gr.init(f"sqlite:///{folder / 'store.db'}", by="tester")
    opened: Registry = gr.open(f"sqlite:///{folder / 'store.db'}")
    return opened


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Listen on this machine for whoever follows a link, and see at the end that nobody did."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(BlockingIOError):
            listener.accept()


def found(registry: Registry, folder: Path, case: Awkward) -> tuple[object, object, str]:
    """Send a file and give its verdict, the codes and everything that was said."""
    path = folder / case.name
    path.write_bytes(case.content)
    order = Sent("", case.name, b"", ask={"dry_run": True} | case.ask).order()
    try:
        said = registry.import_file(path, order).document
    except Refused as refusal:
        return refusal.code, frozenset(), str(refusal)
    assert said["accepted"] + said["rejected"] == said["rows"]
    codes = frozenset({*said["codes"], *said["warnings"]})
    return (said["accepted"], said["rejected"]), codes, json.dumps(said, ensure_ascii=False)


Maker = Callable[[Path, Path, str], Iterator[Awkward]]
MAKERS: dict[str, Maker] = {
    "tricks": lambda _, canary, url: awkward.tricks(canary, url),
    "workbooks": lambda *_: awkward.workbooks(),
    "archives": lambda made, *_: awkward.archives(made),
    "shapefiles": lambda made, *_: awkward.shapefiles(made),
    "texts": lambda *_: awkward.texts(),
    "documents": lambda *_: awkward.documents(),
    "databases": lambda made, canary, _: awkward.databases(made, canary),
}


@pytest.mark.parametrize("what", MAKERS)
def test_files_come_to_what_they_should(registry: Registry, folder: Path, address: str, what: str) -> None:
    """Verdict and codes are right, no file costs much, and none shows the canary or calls out."""
    for case in MAKERS[what](folder, folder / "canary.csv", address):
        began = time.process_time()
        verdict, codes, said = found(registry, folder, case)
        assert (verdict, codes) == (case.verdict, case.codes), (case.name, case.content[:200], said)
        assert CANARY not in said
        assert time.process_time() - began < SLOWEST_S
    assert 0 < sandbox.own().worst_s < SLOWEST_S
    assert 0 < sandbox.own().peak_mb < PEAK_MB
