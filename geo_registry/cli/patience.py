"""A sign of life on a terminal while work takes longer than a second."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

SILENT_S = 1.0
"""Work that takes less says nothing (contract, command line)."""
STEP_S = 0.1
WIDTH = 24
MARK = 6


@contextmanager
def patience(stream: TextIO | None = None, silent_s: float = SILENT_S) -> Iterator[None]:
    """Draw a moving bar with the seconds gone by; leave no trace when the work is done.

    Parameters
    ----------
    stream
        Where to draw; default standard error. Nothing is drawn where it is no terminal.
    silent_s
        Seconds before the first stroke.
    """
    shown = stream or sys.stderr
    if not shown.isatty():
        yield
        return
    done = Event()
    drawing = Thread(target=_draw, args=(shown, done, silent_s), daemon=True)
    drawing.start()
    try:
        yield
    finally:
        done.set()
        drawing.join()


def _draw(shown: TextIO, done: Event, silent_s: float) -> None:
    began = monotonic()
    if done.wait(silent_s):
        return
    step = 0
    while True:
        place = step % (WIDTH + MARK)
        bar = "".join("█" if place - MARK <= at < place else "░" for at in range(WIDTH))
        shown.write(f"\r{bar} {monotonic() - began:.0f} s")
        shown.flush()
        if done.wait(STEP_S):
            break
        step += 1
    shown.write("\r\x1b[K")
    shown.flush()
