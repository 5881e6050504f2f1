"""Every code of the contract's part Import is raised by a file made here, and no row of any file is lost."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

import geo_registry as gr
from geo_registry.core.findings import FILE_FAULTS, ROW_FAULTS, WARNINGS
from geo_registry.errors import FileRefused, Refused
from geo_registry.intake import sandbox
from geo_registry.registry import Registry
from tests.intake.every_code import TWO_ROWS, Sent, file_faults, row_faults, warnings

ELSEWHERE = frozenset({"FILE_NOT_FOUND", "FILE_UNREADABLE"})
"""File faults that no content raises; a test of their own does."""

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
    assert cases.keys() | ELSEWHERE == FILE_FAULTS | ROW_FAULTS | WARNINGS


@pytest.mark.parametrize("code", sorted(FILE_FAULTS - ELSEWHERE))
def test_a_file_fault_refuses_the_file(registry: Registry, cases: Cases, tmp_path: Path, code: str) -> None:
    """A file with a fault of its own is refused whole, with the code."""
    for sent in cases[code]:
        with pytest.raises(Refused) as caught:
            send(registry, tmp_path, sent)
        assert caught.value.code == code, (sent.name, caught.value)


@pytest.mark.parametrize("code", sorted(ROW_FAULTS))
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


@pytest.mark.parametrize("code", sorted(WARNINGS))
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
