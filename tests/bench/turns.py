"""Contenders measured in turn: each in a process of its own, one round of each after the other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Contender:
    """Something to be measured.

    Attributes
    ----------
    who
        ``ours``, or the name of a peer.
    holds
        What its time holds, in words.
    prepare
        ``module:function`` that makes it ready, in its own process, and gives a `child.Ready`.
    given
        What the function is given; plain values.
    rounds
        Rounds at the most, none of them apart: for who is slow; 0 for all there are.
    """

    who: str
    holds: str
    prepare: str
    given: Mapping[str, object]
    rounds: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured of one contender at one size.

    Attributes
    ----------
    subject, size, who, holds
        Of what, over how many sources, who, and what the time holds.
    wall_s, cpu_s
        Seconds, medians over the rounds; processor time is that of all threads of the contender's process,
        None where others do the work.
    peak_mb
        Most memory that the process ever held, 10**6 bytes, what it mapped from files included.
    rounds
        How many.
    load
        Load average of the machine over a minute, at the end.
    said
        What else was found: how right the answer is, and figures of parts.
    why_not
        Why there are no figures, where there are none.
    """

    subject: str
    size: int
    who: str
    holds: str
    wall_s: float | None = None
    cpu_s: float | None = None
    peak_mb: float | None = None
    rounds: int = 0
    load: float = 0.0
    said: Mapping[str, Any] = field(default_factory=dict)
    why_not: str = ""


def in_turn(subject: str, size: int, contenders: Sequence[Contender], rounds: int) -> list[Figure]:
    """Measure contenders over the same data: a round of each, then the next round.

    Parameters
    ----------
    subject, size
        Of the figures.
    contenders
        Who takes turns; all stay in memory until the end.
    rounds
        How many, after one that does not count.
    """
    runs = [_Run(each) for each in contenders]
    try:
        for number in range(rounds + 1):
            for run in runs:
                if not run.contender.rounds or number < run.contender.rounds:
                    run.go(counts=number > 0 or bool(run.contender.rounds))
        return [run.end(subject, size) for run in runs]
    finally:
        for run in runs:
            run.close()


def afresh(subject: str, size: int, contenders: Sequence[Contender], rounds: int) -> list[Figure]:
    """Measure contenders each round in a process that was just started, which does its work once.

    Parameters
    ----------
    subject, size, contenders, rounds
        As for `in_turn`.
    """
    known: dict[str, list[Figure]] = {each.who: [] for each in contenders}
    for _ in range(rounds):
        for each in contenders:
            run = _Run(each)
            try:
                run.go(counts=True)
                known[each.who].append(run.end(subject, size))
            finally:
                run.close()
    return [_together(figures) for figures in known.values()]


def _together(figures: Sequence[Figure]) -> Figure:
    last = figures[-1]
    if last.why_not:
        return last
    return Figure(
        last.subject,
        last.size,
        last.who,
        last.holds,
        _median([each.wall_s for each in figures]),
        _median([each.cpu_s for each in figures]),
        max(each.peak_mb or 0.0 for each in figures),
        len(figures),
        last.load,
        last.said,
    )


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


class _Run:
    """A contender's process, seen from outside.

    Parameters
    ----------
    contender
        Who.
    """

    def __init__(self, contender: Contender) -> None:
        self.contender = contender
        self._walls: list[float] = []
        self._cpus: list[float | None] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.child", contender.prepare, json.dumps(contender.given)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        )
        self._missing = str(self._hear().get("missing", ""))

    def go(self, *, counts: bool) -> None:
        """Have it do its work once."""
        if self._missing:
            return
        heard = self._ask("round")
        if counts:
            self._walls.append(heard["wall_s"])
            self._cpus.append(heard["cpu_s"])

    def end(self, subject: str, size: int) -> Figure:
        """Have it judge its last answer, and give the figure."""
        who, holds = self.contender.who, self.contender.holds
        if self._missing:
            return Figure(subject, size, who, holds, why_not=self._missing)
        heard = self._ask("end")
        return Figure(
            subject,
            size,
            who,
            holds,
            _median(self._walls),
            _median(self._cpus),
            heard["peak_mb"],
            len(self._walls),
            round(os.getloadavg()[0], 2),
            heard["said"],
        )

    def close(self) -> None:
        """Let the process end: it does when nothing more can be said to it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()

    def _ask(self, word: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.contender.who} ended with {self._process.wait()}")
        heard: dict[str, Any] = json.loads(line)
        return heard
