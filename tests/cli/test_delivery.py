"""Files that are handed out: whole, or not at all."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from pyarrow import parquet

from geo_registry.cli.group import Shell
from geo_registry.cli.printing import delivery
from geo_registry.core.audit.result import PAIR_COLUMNS
from geo_registry.errors import ValueRefused
from tests.cli.shell import document, run

SHELL = Shell(None, "en", as_json=False)


def broken_off(path: Path) -> None:
    """Write half of a file until the disk is full."""
    with delivery("x", path, SHELL) as file:
        file.write_bytes(b"half")
        raise OSError(28, "No space left on device")


def test_what_fails_leaves_what_was_there(tmp_path: Path) -> None:
    """A file that breaks off in the middle is gone, and the one of that name is as it was."""
    old = tmp_path / "old.parquet"
    old.write_bytes(b"whole")
    with pytest.raises(ValueRefused) as refused:
        broken_off(old)
    assert refused.value.code == "OUTPUT_UNWRITABLE"
    assert [path.name for path in tmp_path.iterdir()] == ["old.parquet"]
    assert old.read_bytes() == b"whole"


def test_pairs_as_parquet_are_those_of_csv(demo_store: str, tmp_path: Path) -> None:
    """The ending of -o asks for Parquet; its columns are the contract's, its rows those of CSV."""
    said = document(demo_store, "audit", "-o", str(tmp_path / "pairs.parquet"))
    found = parquet.read_table(tmp_path / "pairs.parquet")
    assert said == {
        "file": str(tmp_path / "pairs.parquet"),
        "bytes": (tmp_path / "pairs.parquet").stat().st_size,
    }
    assert tuple(found.column_names) == PAIR_COLUMNS
    rows = list(
        csv.DictReader(io.StringIO(run(demo_store, "audit", "--format", "csv").stdout.lstrip("\ufeff")))
    )
    assert [row["source_id"] for row in rows] == found["source_id"].to_pylist()
    assert [row["reasons"] for row in rows] == found["reasons"].to_pylist()
    assert [float(row["distance_m"]) for row in rows] == found["distance_m"].to_pylist()


def test_pairs_as_parquet_on_standard_output(demo_store: str) -> None:
    """Without -o the file itself, and nothing else, is on standard output."""
    result = run(demo_store, "audit", "--station", "2399A", "--format", "parquet")
    assert parquet.read_table(io.BytesIO(result.stdout_bytes)).num_rows > 0


def test_counts_as_a_document_name_no_source(demo_store: str) -> None:
    """`audit --summary --json` is the document of the audit without its lists of single sources."""
    whole, counts = (document(demo_store, "audit", *words) for words in ((), ("--summary",)))
    lists = {"pairs", "siting", "near_misses"}
    assert counts == {name: told for name, told in whole.items() if name not in lists}
