"""Audits of many records: counts without pairs and pairs some stations at a time are those of frames."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

import geo_registry as gr
from geo_registry.core.access import Viewer, public
from geo_registry.core.audit.result import PAIR_COLUMNS
from geo_registry.core.bounds import area
from geo_registry.registry import Registry
from geo_registry.registry.auditing import counting
from geo_registry.registry.editing.orders import Edit
from geo_registry.registry.seeing import many

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
QUESTIONS = [
    gr.Question(),
    gr.Question(rings_m=(700.0, 6_000.0, 20_000.0), status="all"),
    gr.Question(stations=("2399A",), kinds=("construction_site", "curing_kiln"), status="closed,banned"),
]
VIEWERS = [
    None,
    public(leads=False),
    public(counts_only=True),
    Viewer("somebody", "district", areas=frozenset({area(["召陵区"])}), leads=True),
]


def opened(url: str, viewer: Viewer | None = None) -> Registry:
    """Open a store on the day of the tests, as somebody sees it."""
    registry: Registry = gr.open(url, clock=lambda: NOW)
    return registry.seen_by(viewer) if viewer else registry


def asked(viewer: Viewer | None) -> list[gr.Question]:
    """Give the questions that somebody may ask."""
    return QUESTIONS[:1] if viewer and viewer.counts_only else QUESTIONS


def summaries(registry: Registry, questions: list[gr.Question]) -> list[Any]:
    """Ask for counts in every way."""
    told = [registry.auditing.counts(question).counts_document() for question in questions]
    return [told, [registry.export_audit(one, "csv", "en", summary=True).content for one in questions]]


@pytest.mark.parametrize("viewer", VIEWERS, ids=["owner", "public", "counts", "district"])
def test_counts_are_those_of_frames(
    demo_store: str, viewer: Viewer | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Summary, city totals, provenance and stamp are from numbers what they are from frames, for anyone."""
    registry = opened(demo_store, viewer)
    expected = summaries(registry, asked(viewer))
    registry.close()
    monkeypatch.setattr(many, "WHOLE", -1)
    registry = opened(demo_store, viewer)
    assert summaries(registry, asked(viewer)) == expected
    registry.close()


def test_counts_make_no_pairs(demo_store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts of many records are given where pairs would be refused, and no source is read for them."""
    monkeypatch.setattr(many, "WHOLE", -1)
    monkeypatch.setattr(many, "AT_ONCE", 0)
    registry = opened(demo_store)
    found = registry.auditing.counts(gr.Question())
    assert found.totals["cumulative_all"].max() > 0
    assert found.pairs.empty
    registry.close()


def changed(registry: Registry) -> None:
    """Change some records, so that what stands still is no longer all."""
    pairs = registry.audit((3_000.0,)).pairs
    for number, record_id in enumerate(pairs["source_id"].drop_duplicates()[:6]):
        version = int(registry.record(record_id)["version"])
        values = {"status": "closed"} if number % 2 else {"name": f"改名{number}"}
        registry.editing.edit(record_id, Edit(values, reason="test"), version=version, by="tester")


@pytest.mark.parametrize("at_once", [1, 500, 10**6])
def test_pairs_are_written_as_they_are_found(
    demo_copy: str, at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is held at once, the file has every pair of the audit in its order, also after edits."""
    question = QUESTIONS[1]
    registry = opened(demo_copy)
    before = summaries(registry, QUESTIONS)
    registry.close()
    monkeypatch.setattr(many, "WHOLE", -1)
    monkeypatch.setattr(counting, "AT_ONCE", at_once)
    registry = opened(demo_copy)
    assert summaries(registry, QUESTIONS) == before
    changed(registry)
    registry.auditing.stream(question, tmp_path / "pairs.parquet", "en")
    after = summaries(registry, QUESTIONS)
    registry.close()
    monkeypatch.undo()
    fresh = opened(demo_copy)
    assert summaries(fresh, QUESTIONS) == after != before
    expected = parquet.read_table(io.BytesIO(fresh.export_audit(question, "parquet", "en").content))
    found = parquet.read_table(tmp_path / "pairs.parquet")
    assert tuple(found.column_names) == PAIR_COLUMNS
    assert found.equals(expected, check_metadata=True)
    assert found["source_id"].to_pylist() == fresh.audit(question=question).pairs["source_id"].tolist()
    groups = parquet.read_metadata(tmp_path / "pairs.parquet").num_row_groups
    assert groups == 1 if at_once == 10**6 else groups > 1
    fresh.close()


def test_a_record_that_changes_meanwhile_is_told_as_it_was(
    demo_copy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pairs bear the names of the revision they are of, though a commit comes between."""
    monkeypatch.setattr(many, "WHOLE", -1)
    registry = opened(demo_copy)
    expected = registry.audit((3_000.0,)).pairs["name"].tolist()
    writing = opened(demo_copy)
    told = many.told

    def late(*args: Any, **asked: Any) -> Any:  # noqa: ANN401 (as the function it stands before)
        changed(writing)
        return told(*args, **asked)

    monkeypatch.setattr(many, "told", late)
    registry.auditing.stream(gr.Question(rings_m=(3_000.0,)), tmp_path / "pairs.parquet", "en")
    assert parquet.read_table(tmp_path / "pairs.parquet")["name"].to_pylist() == expected
    assert registry.revision > 0
    writing.close()
    registry.close()


@pytest.mark.parametrize("viewer", [VIEWERS[0], VIEWERS[3]], ids=["owner", "district"])
def test_reports_are_those_of_frames(
    demo_store: str, viewer: Viewer | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A station's report is from numbers, byte for byte, what it is from frames."""
    registry = opened(demo_store, viewer)
    expected = registry.report("2399A", "html", "en").content
    registry.close()
    monkeypatch.setattr(many, "WHOLE", -1)
    registry = opened(demo_store, viewer)
    assert registry.report("2399A", "html", "en").content == expected
    registry.close()
