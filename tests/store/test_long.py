"""What is too long for a frame is stored whole, chained, proved and taken back, on every store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import geo_registry as gr
from geo_registry.core.frame import conform, empty
from geo_registry.errors import StoreError
from geo_registry.registry.importing import plans, streaming, taking
from geo_registry.registry.importing.streaming import checking
from geo_registry.settings import COMMAND_LINE_LIMITS
from geo_registry.store import Store, connect
from geo_registry.store.rows import Change, contents
from geo_registry.store.writing import digest
from geo_registry.store.writing.columns import stored_columns
from tests.bench.files import write
from tests.registry.test_long_ledgers import AWKWARD
from tests.store.servers import Server
from tests.store.shelf import note, rows, sources
from tests.store.test_contract import CHARACTERS, STORES

ROWS = 100
KIND = "coal_sales_point"


class Pieces:
    """Versions in tables of a few rows; it may break off before the last one."""

    def __init__(self, table: pa.Table, *, whole: bool = True) -> None:
        self.table, self.whole = table, whole

    def __len__(self) -> int:
        """Count the versions."""
        return len(self.table)

    def __iter__(self) -> Iterator[pa.Table]:
        """Give seven rows at a time."""
        for start in range(0, len(self.table), 7):
            if not self.whole and start + 7 >= len(self.table):
                raise KeyboardInterrupt
            yield self.table.slice(start, 7)


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Give an empty store of each make, which writes five rows at a time."""
    monkeypatch.setattr(digest, "BLOCK_ROWS", 5)
    made = STORES[request.param](request)()
    made.create(note("init"))
    yield made
    made.close()


def test_rows_that_come_in_pieces_are_stored_whole(store: Store) -> None:
    """After those of the frame every further row is there, once, in order, and its commit covers it."""
    frame, more = rows("a", "b"), sources(ROWS)
    store.commit(Change(0, frame, more=Pieces(stored_columns(more, 1))), note("import", "b1"))
    held = conform(store.records())
    assert contents(held) == contents(frame) + contents(more)
    assert held["id"].tolist() == [*frame["id"], *more["id"]]
    assert store.size() == len(frame) + ROWS
    assert store.verify().whole


def test_rows_that_came_in_pieces_can_be_closed(store: Store) -> None:
    """They are versions like any other: closed by the next commit, they are known only before it."""
    more = sources(ROWS)
    store.commit(Change(0, empty(), more=Pieces(stored_columns(more, 1))), note("import", "b1"))
    store.commit(Change(1, empty(), tuple((name, 1) for name in more["id"])), note("undo", "b1"))
    assert store.records().empty
    assert len(store.records(as_of=1)) == ROWS
    assert store.verify().whole


def test_pieces_that_break_off_leave_nothing(store: Store) -> None:
    """When the last piece does not come the store is as it was, and takes the whole again."""
    table = stored_columns(sources(ROWS), 1)
    with pytest.raises(KeyboardInterrupt):
        store.commit(Change(0, rows("a"), more=Pieces(table, whole=False)), note("import", "b1"))
    assert (store.revision(), store.size()) == (0, 0)
    store.commit(Change(0, rows("a"), more=Pieces(table)), note("import", "b1"))
    assert store.size() == 1 + ROWS
    assert store.verify().whole


def test_a_row_that_comes_twice_is_refused(store: Store) -> None:
    """A version that is there already breaks the commit, also where it comes in a later piece."""
    table = stored_columns(sources(ROWS), 1)
    twice = pa.concat_tables([table, table.slice(3, 1)])
    with pytest.raises(StoreError):
        store.commit(Change(0, empty(), more=Pieces(twice)), note("import", "b1"))
    assert store.size() == 0


@pytest.mark.parametrize("make", sorted(STORES))
def test_any_text_and_number_comes_through(make: str, request: pytest.FixtureRequest) -> None:
    """Whatever characters and numbers stand in the rows, they come back as they were."""
    with closing(STORES[make](request)()) as store:
        store.create(note("init"))
        texts = some.none() | some.text(CHARACTERS | some.sampled_from("\\\t\r\n.N"), max_size=9)
        numbers = some.none() | some.floats(allow_nan=False, allow_infinity=False)

        @settings(max_examples=50, deadline=None)
        @given(some.lists(some.tuples(texts, texts, numbers), min_size=1, max_size=9))
        def holds(said: list[tuple[str | None, str | None, float | None]]) -> None:
            base = store.revision()
            frame = rows(*(f"{base}-{at}" for at in range(len(said))))
            for name, values in zip(("name", "note", "accuracy_m"), zip(*said, strict=True), strict=True):
                frame[name] = list(values)
            frame = conform(frame)
            pieces = Pieces(stored_columns(frame, base + 1))
            store.commit(Change(base, empty(), more=pieces), note("import", "b1"))
            assert contents(conform(store.records(ids=list(frame["id"])))) == contents(frame)

        holds()
        assert store.verify().whole


@pytest.fixture
def streamed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Take every ledger for a long one, in blocks of a few rows; say how many rows each of them streamed."""
    seen: list[int] = []
    plan: Callable[..., plans.Plan | None] = streaming.plan_long

    def plan_long(*given: object, **more: object) -> plans.Plan | None:
        found = plan(*given, **more)
        seen.append(len(found.change.more or ()) if found else 0)
        return found

    monkeypatch.setattr(checking, "LONG_FROM", 1)
    monkeypatch.setattr(checking, "BLOCK_ROWS", 6)
    monkeypatch.setattr(taking, "plan_long", plan_long)
    return seen


def clock() -> datetime:
    """Stand still."""
    return datetime(2026, 11, 26, 8, tzinfo=UTC)


def imported(url: str, file: Path) -> Store:
    """Make a store, import a ledger into it, take it back, and import it again."""
    gr.init(url, by="tester", clock=clock)
    registry = gr.open(url, clock=clock)
    limits = COMMAND_LINE_LIMITS
    order = gr.ImportOrder(kind=KIND, datum="wgs84", accept_partial=True, by="tester", limits=limits)
    assert registry.import_file(file, order).document["batch"] == "b1"
    registry.undo("b1", by="tester")
    assert not registry.sources(KIND).size
    assert registry.import_file(file, order).document["batch"] == "b3"
    registry.close()
    return connect(url)


@pytest.mark.parametrize("kept", [AWKWARD, None], ids=["awkward", "plain"])
def test_a_long_ledger_comes_to_the_same_in_a_file_and_in_a_database(
    tmp_path: Path, postgres: Server, streamed: list[int], kept: list[str] | None
) -> None:
    """Row for row the same, under the same chain, on both stores; both prove whole; both take it back."""
    file = tmp_path / "ledger.csv"
    if kept:
        file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    else:
        write(file, ROWS)
    one = imported(f"sqlite:///{tmp_path / 'store.db'}", file)
    other = imported(postgres.database(), file)
    assert len(set(streamed)) == 1
    assert streamed[0] > 0
    assert one.commits() == other.commits()
    for as_of in (1, 2, 3):
        here, there = conform(one.records(as_of=as_of)), conform(other.records(as_of=as_of))
        assert here["id"].tolist() == there["id"].tolist()
        assert contents(here) == contents(there)
    for each in (one, other):
        assert each.verify().whole
        each.close()
