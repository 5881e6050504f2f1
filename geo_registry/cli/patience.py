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


class Share:
    """How much of the work is done, as far as it is told."""

    def __init__(self) -> None:
        self.done = 0.0

    def tell(self, share: float) -> None:
        """Take note of a share, 0 to 1; it never shrinks."""
        self.done = min(1.0, max(self.done, share))


@contextmanager
def patience(stream: TextIO | None = None, silent_s: float = SILENT_S) -> Iterator[Share]:
    """Draw a bar with the seconds gone by; leave no trace when the work is done.

    It moves to and fro, and where a share of the work is told it grows, with the seconds that the whole will
    take.

    Parameters
    ----------
    stream
        Where to draw; default standard error. Nothing is drawn where it is no terminal.
    silent_s
        Seconds before the first stroke.
    """
    shown, share = stream or sys.stderr, Share()
    if not shown.isatty():
        yield share
        return
    done = Event()
    drawing = Thread(target=_draw, args=(shown, done, silent_s, share), daemon=True)
    drawing.start()
    try:
        yield share
    finally:
        done.set()
        drawing.join()


def _draw(shown: TextIO, done: Event, silent_s: float, share: Share) -> None:
    began = monotonic()
    if done.wait(silent_s):
        return
    step = 0
    while True:
        shown.write(f"\r{_line(share.done, monotonic() - began, step)}\x1b[K")
        shown.flush()
        if done.wait(STEP_S):
            break
        step += 1
    shown.write("\r\x1b[K")
    shown.flush()


def _line(share: float, gone_s: float, step: int) -> str:
    if share > 0:
        bar = "█" * round(WIDTH * share)
        return f"{bar:░<{WIDTH}} {share:.0%} {gone_s:.0f} s / ~{gone_s / share:.0f} s"
    place = step % (WIDTH + MARK)
    bar = "".join("█" if place - MARK <= at < place else "░" for at in range(WIDTH))
    return f"{bar} {gone_s:.0f} s"
