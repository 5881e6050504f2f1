"""Where rows wait while a file is taken in, and what is said when there is no room for them."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

from geo_registry.errors import NotReady

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says of a full disk, of a quota that is used up, and of a file that may not grow."""


def full() -> NotReady:
    """Give the refusal of a file for whose rows there is no room."""
    return NotReady("TEMPORARY_FULL")


@contextmanager
def told() -> Iterator[None]:
    """Name what the system says of a disk without room by a code of ours.

    Raises
    ------
    NotReady
        ``TEMPORARY_FULL``.
    """
    try:
        yield
    except OSError as fault:
        if fault.errno not in NO_SPACE:
            raise
        raise full() from fault
