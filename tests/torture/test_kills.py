"""A process that is killed at any moment loses nothing that was acknowledged and leaves nothing half done."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from time import monotonic

import pytest

import geo_registry as gr
from geo_registry import intake
from geo_registry.core.raw import RawFile
from geo_registry.registry import keeping
from geo_registry.settings import COMMAND_LINE_LIMITS
from geo_registry.store.sqlite.copies import UNFINISHED
from tests.store.shelf import first_release, url
from tests.torture.workers import LONGEST_S, Told, run_and_kill

EVERYDAY, TORTURE = 14, 1_000
ROWS = 60
HALF_IMPORTS = """
SELECT revision FROM commits JOIN records ON known_from = revision WHERE action = 'import' GROUP BY revision
HAVING count(*) != json_extract(details, '$.new') + json_extract(details, '$.updated')
"""
ROUNDS_A_STORE = 8
"""So often a store is worked on and killed before one of the first release takes its place."""


def ledgers(folder: Path) -> list[RawFile]:
    """Write and parse ledgers that name the same kilns differently."""
    parsed = []
    for name in ("甲", "乙", "丙"):
        rows = [f"A{row},{name}{row},{114 + row / 1000:.5f},33.58123" for row in range(ROWS)]
        path = folder / f"{name}.csv"
        path.write_text("\n".join(["编码,名称,经度,纬度", *rows]) + "\n", encoding="utf-8")
        parsed.append(intake.read(path, encoding=None, layer=None, sheet=None, limits=COMMAND_LINE_LIMITS))
    return parsed


def drawn(chance: Random, last: str) -> list[str]:
    """Draw what is done before the act that is killed."""
    if last == "migration":
        return [last]
    return [*chance.choices([*["edit"] * 8, "import", "export", "backup"], k=chance.randrange(8)), last]


def look_at(path: Path, acknowledged: Told) -> None:
    """Look that a store is whole and holds what was acknowledged, and that its backups are whole."""
    proof = keeping.verify(url(path))
    assert proof.whole, proof
    with closing(sqlite3.connect(path)) as connection:
        known = dict(connection.execute("SELECT revision, hash FROM commits"))
        halves = connection.execute(HALF_IMPORTS).fetchall()
    assert {revision: known.get(revision) for revision in acknowledged.commits} == acknowledged.commits
    assert halves == []
    for backup in path.parent.glob("backup-*.db"):
        copy = keeping.verify(url(backup))
        assert copy.whole, copy
        assert acknowledged.backups.get(backup.name, str(copy.head)) == str(copy.head)
    assert [name for name in acknowledged.backups if not (path.parent / name).exists()] == []


def killed(folder: Path, rounds: int, seed: int) -> Counter[str]:
    """Let a worker be killed so often; look after each time, and count what it was doing."""
    chance, parsed, doing = Random(seed), ledgers(folder), Counter[str]()  # noqa: S311 (no secret)
    path, acknowledged = folder / "none.db", Told()
    lasts: Sequence[str] = sorted(LONGEST_S)
    for number in range(rounds):
        if number % ROUNDS_A_STORE == 0:
            shutil.rmtree(folder / "work", ignore_errors=True)
            (folder / "work").mkdir()
            path, acknowledged = first_release(folder / "work" / "store.db"), Told()
        last = "migration" if number % ROUNDS_A_STORE == 0 else chance.choice(lasts)
        told = run_and_kill(path, parsed, drawn(chance, last), chance)
        acknowledged.commits |= told.commits
        acknowledged.backups |= told.backups
        doing[told.doing] += 1
        doing["acknowledged"] += len(told.commits) + len(told.backups)
        doing["between commit and answer"] += told.committing
        for unfinished in path.parent.glob(f".*{UNFINISHED}*"):
            doing["unfinished copies"] += unfinished.suffix == UNFINISHED
            unfinished.unlink()
        look_at(path, acknowledged)
    return doing


def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    """After each of 14 kills the store is whole, with all that was acknowledged and no half of anything."""
    assert killed(tmp_path, EVERYDAY, seed=1)["acknowledged"] > 0


@pytest.mark.torture
def test_a_thousand_kills_lose_nothing(tmp_path: Path) -> None:
    """The same holds after each of 1,000 kills, in every act there is."""
    began = monotonic()
    doing = killed(tmp_path, TORTURE, seed=2)
    print(f"{TORTURE} kills in {monotonic() - began:.0f} s, 0 lost: {dict(doing)}")  # noqa: T201 (the figure)
    assert set(LONGEST_S) <= set(doing)


def test_a_killed_migration_is_taken_up_by_the_next(tmp_path: Path) -> None:
    """A store of the first release whose upgrade was killed is brought up by the next process."""
    chance = Random(3)  # noqa: S311 (no secret)
    for number in range(5):
        (tmp_path / str(number)).mkdir()
        path = first_release(tmp_path / str(number) / "store.db")
        run_and_kill(path, [], ["migration"], chance)
        registry = gr.open(url(path))
        assert registry.counts()["monitoring_station"] == 3
        registry.close()
        assert keeping.verify(url(path)).whole
