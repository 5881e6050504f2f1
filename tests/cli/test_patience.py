"""The sign of life on a terminal."""

from __future__ import annotations

import io
from threading import Event

from geo_registry.cli.patience import patience


class Terminal(io.StringIO):
    """A terminal that tells when it was first written to."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.written = Event()
        self._terminal = terminal

    def isatty(self) -> bool:
        """Say whether it is one."""
        return self._terminal

    def write(self, text: str) -> int:
        """Keep the text and tell."""
        count = super().write(text)
        self.written.set()
        return count


def test_long_work_shows_that_it_goes_on() -> None:
    """While work goes on a bar is drawn, and the line is cleared when it ends."""
    terminal = Terminal(terminal=True)
    with patience(terminal, silent_s=0.0):
        assert terminal.written.wait(10)
    assert "░" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_short_work_and_pipes_are_left_alone() -> None:
    """Work that is done at once draws nothing, and a pipe is never drawn on."""
    for shown in (Terminal(terminal=True), Terminal(terminal=False)):
        with patience(shown, silent_s=60.0):
            pass
        assert shown.getvalue() == ""
