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


def test_a_known_share_shows_when_it_will_be_done() -> None:
    """Work that says how far it is gets a growing bar, the percentage and the seconds of the whole."""
    terminal = Terminal(terminal=True)
    with patience(terminal, silent_s=0.0) as share:
        share.tell(0.5)
        share.tell(0.25)
        terminal.written.clear()
        assert terminal.written.wait(10)
    assert "50%" in terminal.getvalue()
    assert "25%" not in terminal.getvalue()
