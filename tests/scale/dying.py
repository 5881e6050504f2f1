"""A worker that is killed in the middle of its work, once."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from geo_registry.core.audit import Audit
from geo_registry.scale import work

CALLS = "TEST_CALLS"
"""Setting that names the folder in which calls are counted."""
KILLED = "killed"
THIRD = 3


def audit_part(task: Any, *, job: work.Job) -> Audit:  # noqa: ANN401 (as the function it stands before)
    """Audit a file; the process of the third call is killed before it is done."""
    calls = Path(os.environ[CALLS])
    (calls / f"{len(list(calls.iterdir()))}-{os.getpid()}").touch()
    if len(list(calls.iterdir())) >= THIRD:
        with suppress(FileExistsError):
            (calls / KILLED).touch(exist_ok=False)
            work.audit_part(task, job=job)
            os.kill(os.getpid(), signal.SIGKILL)
    return work.audit_part(task, job=job)


def never(task: Any, *, job: work.Job) -> NoReturn:  # noqa: ANN401 (as the function it stands before)
    """Kill the process each time."""
    del task, job
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError
