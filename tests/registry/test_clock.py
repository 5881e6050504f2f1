"""Whatever the clock of the machine does, the order of things is that of the revisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import geo_registry as gr
from geo_registry.registry import Registry, keeping, open_registry

START = datetime(2028, 2, 28, 20, tzinfo=UTC)
JUMPS = st.one_of(
    st.timedeltas(timedelta(days=-366), timedelta(days=366)),
    st.sampled_from([timedelta(0), timedelta(days=-365), timedelta(days=366), timedelta(hours=-1)]),
)
ORDER = gr.ImportOrder(kind="curing_kiln", datum="wgs84", by="tester")


class Clock:
    """A clock that is set wrongly, again and again."""

    def __init__(self, jumps: Sequence[timedelta]) -> None:
        self._now, self._jumps = START, list(jumps)

    def __call__(self) -> datetime:
        """Tell the time now."""
        return self._now

    def jump(self) -> None:
        """Be set once more."""
        self._now += self._jumps.pop(0)


def ledger(path: Path, name: str, day: str = "2024-02-29") -> Path:
    """Write a ledger of one kiln."""
    path.write_text(f"编码,名称,经度,纬度,启用日期\nK1,{name},114.03,33.58,{day}\n", encoding="utf-8")
    return path


def opened(folder: Path, clock: Clock) -> Registry:
    """Make and open a store under a clock."""
    url = f"sqlite:///{folder / 'store.db'}"
    gr.init(url, by="tester")
    return open_registry(url, clock=clock)


@settings(max_examples=8)
@given(jumps=st.lists(JUMPS, min_size=5, max_size=5))
def test_order_is_told_by_the_revision(
    tmp_path_factory: pytest.TempPathFactory, jumps: list[timedelta]
) -> None:
    """With a clock that jumps up to a year either way, history, undo, as-of and chain stay in order."""
    folder, clock = tmp_path_factory.mktemp("clock"), Clock(jumps)
    registry = opened(folder, clock)
    stamps = []
    for number in range(1, 5):
        clock.jump()
        stamps.append(clock().timestamp())
        registry.import_file(ledger(folder / "ledger.csv", f"名{number}"), ORDER)
    clock.jump()
    registry.undo("b4")
    commits = registry.commits()
    assert [commit.revision for commit in commits] == [0, 1, 2, 3, 4, 5]
    assert [datetime.fromisoformat(commit.at).timestamp() for commit in commits[1:5]] == pytest.approx(
        stamps, abs=1
    )
    names = [registry.sources("curing_kiln", as_of=revision)["name"].tolist() for revision in range(1, 6)]
    assert names == [["名1"], ["名2"], ["名3"], ["名4"], ["名3"]]
    assert registry.keeping.verify().whole
    registry.close()
    assert keeping.verify(f"sqlite:///{folder / 'store.db'}").head.revision == 5


def test_a_leap_day_is_a_day(tmp_path: Path) -> None:
    """A record may be valid from 29 February, is found on that day in every year after, and never before."""
    clock = Clock([timedelta(hours=6), timedelta(days=365)])
    registry = opened(tmp_path, clock)
    registry.import_file(ledger(tmp_path / "ledger.csv", "甲"), ORDER)
    assert registry.sources("curing_kiln")["valid_from"].dt.date.tolist() == [date(2024, 2, 29)]
    found = {day: len(registry.sources("curing_kiln", on=day)) for day in
             (date(2024, 2, 28), date(2024, 2, 29), date(2025, 2, 28), date(2028, 2, 29))}  # fmt: skip
    assert list(found.values()) == [0, 1, 1, 1]
    assert registry.today == date(2028, 2, 29)
    clock.jump()
    assert registry.today == date(2028, 2, 29)
    clock.jump()
    assert registry.today == date(2029, 2, 28)
    registry.close()


def test_a_leap_day_of_no_leap_year_is_refused(tmp_path: Path) -> None:
    """29 February of a year that has none is no date."""
    registry = opened(tmp_path, Clock([]))
    said = registry.import_file(ledger(tmp_path / "ledger.csv", "甲", "2025-02-29"), ORDER).document
    assert (said["status"], said["findings"][0]["code"]) == ("reject", "DATE_INVALID")
    registry.close()
