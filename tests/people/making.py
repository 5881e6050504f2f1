"""What the tests of people share: hashes that cost next to nothing, a password, a clock moved by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from geo_registry.settings import PasswordCost

CHEAP = PasswordCost(passes=1, memory_kib=8, lanes=1)
"""What `argon2.profiles.CHEAPEST` costs: for tests alone."""
PASSWORD = "four quiet herons by the weir"  # noqa: S105 (a test's own)
"""The password of every account in these tests; it must turn up nowhere."""


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 25, 4, tzinfo=UTC))

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def move(self, seconds: float) -> None:
        """Let time pass, or go back."""
        self.now += timedelta(seconds=seconds)

    @property
    def seconds(self) -> float:
        """Tell the seconds since 1970."""
        return self.now.timestamp()
