"""Every code of the contract's part Import is raised by a file made here, and no row of any file is lost."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

import geo_registry as gr
from geo_registry.core.access import Viewer, area
from geo_registry.core.findings import FILE_FAULTS, ROW_FAULTS, WARNINGS
from geo_registry.errors import FileRefused, Refused
from geo_registry.intake import sandbox
from geo_registry.registry import Registry
from tests.intake.every_code import GOOD, HEADS, TWO_ROWS, Sent, file_faults, row_faults, warnings

NO_CONTENT = frozenset({"FILE_NOT_FOUND", "FILE_UNREADABLE", "OUT_OF_AREA", "MERGED_BEFORE"})
"""Codes that no content alone raises: who sends it, what was decided before, or no content at all does."""

Cases = dict[str, list[Sent]]


def opened(folder: Path) -> Registry:
    """Open an empty store."""
    url = f"sqlite:///{folder / 'store.db'}"
    gr.init(url, by="tester")
    registry: Registry = gr.open(url)
    return registry


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """Open the store to which nothing is ever written here."""
    return opened(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Cases:
    """Make every file, by the code it is to raise."""
    folder = tmp_path_factory.mktemp("made")
    listed: Cases = defaultdict(list)
    for sent in (*file_faults(folder), *row_faults(), *warnings(folder)):
        listed[sent.code].append(sent)
    return dict(listed)


def send(registry: Registry, folder: Path, sent: Sent) -> dict[str, Any]:
    """Save a file under its name and import it, and those that come before it."""
    for each in sent.first:
        assert send(registry, folder, each)["status"] == "accept"
    path = folder / sent.name
    path.write_bytes(sent.content)
    return registry.import_file(path, sent.order()).document


def test_the_files_raise_every_code_there_is(cases: Cases) -> None:
    """No code of the contract is without a file, and no file is for a code the contract does not know."""
    assert cases.keys() | NO_CONTENT == FILE_FAULTS | ROW_FAULTS | WARNINGS


@pytest.mark.parametrize("code", sorted(FILE_FAULTS - NO_CONTENT))
def test_a_file_fault_refuses_the_file(registry: Registry, cases: Cases, tmp_path: Path, code: str) -> None:
    """A file with a fault of its own is refused whole, with the code."""
    for sent in cases[code]:
        with pytest.raises(Refused) as caught:
            send(registry, tmp_path, sent)
        assert caught.value.code == code, (sent.name, caught.value)


@pytest.mark.parametrize("code", sorted(ROW_FAULTS - NO_CONTENT))
def test_a_row_fault_refuses_the_row(tmp_path: Path, cases: Cases, code: str) -> None:
    """A row with a fault is refused, the others go, and together they are all the rows."""
    for sent in cases[code]:
        said = send(opened(tmp_path), tmp_path, sent)
        assert said["codes"] == {code: 1}
        assert (said["status"], said["accepted"], said["rejected"]) == (
            "partial",
            sent.accepted,
            sent.rejected,
        )
        assert said["accepted"] + said["rejected"] == said["rows"]


@pytest.mark.parametrize("code", sorted(WARNINGS - NO_CONTENT))
def test_a_warning_keeps_the_row(tmp_path: Path, cases: Cases, code: str) -> None:
    """What is only warned of is kept, and nothing else is said of the file."""
    for sent in cases[code]:
        said = send(opened(tmp_path), tmp_path, sent)
        assert (said["status"], said["codes"], list(said["warnings"])) == ("accept", {}, [code])
        assert (said["accepted"], said["rejected"], said["rows"]) == (sent.accepted, 0, sent.accepted)
        assert [found["message"] for found in said["findings"] if found["code"] == code]


def test_a_file_that_is_not_there_or_not_read_has_its_code(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing file is told, and so is one whose reader ends without an answer."""
    with pytest.raises(FileRefused) as caught:
        registry.import_file(tmp_path / "none.csv", gr.ImportOrder())
    assert caught.value.code == "FILE_NOT_FOUND"
    monkeypatch.setattr(sandbox.Sandbox, "read", lambda *_: None)
    with pytest.raises(FileRefused) as caught:
        send(registry, tmp_path, Sent("", "a.csv", TWO_ROWS.encode()))
    assert caught.value.code == "FILE_UNREADABLE"


def test_a_row_of_another_area_is_refused_to_who_is_bounded(tmp_path: Path) -> None:
    """The same file that the owner may send whole is refused by its row to the clerk of another district."""
    text = f"{HEADS},区县\n{GOOD},源汇区\n".encode()
    sent = Sent("", "a.csv", text, ask={"dry_run": True})
    registry = opened(tmp_path)
    bounded = registry.seen_by(Viewer("clerk", "district", areas=frozenset({area(["郾城区"])})))
    said = send(bounded, tmp_path, sent)
    assert (said["codes"], said["accepted"] + said["rejected"]) == ({"OUT_OF_AREA": 1}, said["rows"])
    assert send(registry, tmp_path, sent)["codes"] == {}


def test_a_copy_that_was_decided_is_told(tmp_path: Path) -> None:
    """A row whose record was decided to be a copy of another is kept as that, and said so."""
    rows = "A1,甲煤点,114.0201,33.5801\nA2,甲煤点,114.02012,33.5801"
    sent = Sent("", "a.csv", f"编码,{HEADS}\n{rows}\n".encode())
    registry = opened(tmp_path)
    send(registry, tmp_path, sent)
    ids = registry.sources("coal_sales_point").set_index("code")["id"]
    registry.editing.decide(ids["A2"], ids["A1"], same=True)
    said = send(registry, tmp_path, sent)
    assert (said["warnings"]["MERGED_BEFORE"], said["accepted"], said["rows"]) == (1, 2, 2)
