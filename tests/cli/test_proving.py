"""verify, backup and restore in the shell: exit codes, one document, one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

import geo_registry as gr
from geo_registry.core.access import Viewer, public
from geo_registry.errors import NotAllowed
from tests.cli.shell import document, run
from tests.store.shelf import SCHEMA_1_HEAD, change, up_to_date, url


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a sound store."""
    return up_to_date(tmp_path / "store.db")


def test_a_whole_store_prints_its_head(path: Path) -> None:
    """`verify` of a whole store exits 0 and prints the head, which `--head` then accepts."""
    assert SCHEMA_1_HEAD in run(url(path), "verify").stdout
    told = document(url(path), "verify", "--head", SCHEMA_1_HEAD)
    assert (told["whole"], told["revision"], told["head"], told["versions"]) == (True, 6, SCHEMA_1_HEAD, 12)
    assert told["broken"] is None


def test_a_broken_store_names_the_entry(path: Path) -> None:
    """`verify` of a broken store exits 2 and names revision and record in both languages and as JSON."""
    change(path, "UPDATE records SET name = x'00' WHERE seq = 5")
    shown = {lang: run(url(path), "verify", lang=lang) for lang in ("zh", "en")}
    assert [result.exit_code for result in shown.values()] == [2, 2]
    assert all("b799ecd9d822b9fe" in result.stderr for result in shown.values())
    broken = document(url(path), "verify", code=2)["broken"]
    assert (broken["wrong"], broken["revision"], broken["record"]) == ("type", 2, "b799ecd9d822b9fe")
    assert broken["message"] in shown["en"].stderr


@pytest.mark.parametrize(
    ("head", "wrong"), [("9:0123456789abcdef", "cut"), ("6:0123456789abcdef", "rewritten")]
)
def test_a_head_that_is_not_in_the_chain_is_told(path: Path, head: str, wrong: str) -> None:
    """A tail that was cut and a chain that was rewritten exit 2, each with its own word."""
    assert document(url(path), "verify", "--head", head, code=2)["broken"]["wrong"] == wrong


def test_a_backup_goes_and_comes_back(path: Path, tmp_path: Path) -> None:
    """`backup` and `restore` say the head; what was replaced is named, and refusals exit 2."""
    backup = tmp_path / "backup.db"
    told = document(url(path), "backup", str(backup))
    assert (told["head"], told["bytes"]) == (SCHEMA_1_HEAD, backup.stat().st_size)
    assert document(url(path), "backup", str(backup), code=2)["code"] == "FILE_EXISTS"
    assert document(url(path), "restore", str(backup), code=2)["code"] == "STORE_EXISTS"
    over = document(url(path), "restore", str(backup), "--replace")
    assert (over["head"], Path(over["kept"]).is_file()) == (SCHEMA_1_HEAD, True)
    new = document(url(tmp_path / "new.db"), "restore", str(backup))
    assert (new["head"], new["kept"]) == (SCHEMA_1_HEAD, None)
    assert document(url(path), "restore", str(tmp_path / "no.db"), code=2)["code"] == "FILE_NOT_FOUND"


@pytest.mark.parametrize("viewer", [public(), Viewer("wang", "city"), Viewer("li", "auditor")])
def test_only_a_keeper_keeps(path: Path, viewer: Viewer, tmp_path: Path) -> None:
    """Without the right `keep` nobody verifies or copies the store, whatever else he may do."""
    registry = gr.open(url(path))
    keeping = registry.seen_by(viewer).keeping
    with pytest.raises(NotAllowed):
        keeping.verify()
    with pytest.raises(NotAllowed):
        keeping.back_up(tmp_path / "backup.db")
    assert registry.keeping.verify().whole
    registry.close()
