"""Where work is done: processes of this machine, or those that a Dask scheduler has; needs the extra."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from distributed import Client, LocalCluster, as_completed
from distributed.comm.core import CommClosedError, connect
from distributed.scheduler import KilledWorker
from distributed.security import Security

from geo_registry.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HERE = "127.0.0.1"
ANSWER_S = 5
"""Seconds that a scheduler, and then its workers, may take to answer."""
START_S = 60
"""Seconds that processes of this machine may take to start."""

Job = TypeVar("Job")
Task = TypeVar("Task")
Found = TypeVar("Found")


def gathered(
    work: Callable[..., Found],
    tasks: Iterable[Task],
    job: Job,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
) -> Iterator[Found]:
    """Do work on tasks wherever there are workers, and give what is found in the order it comes.

    A task whose worker is lost is done again by another.

    Parameters
    ----------
    work
        Called as ``work(task, job=job)``; may be called again for a task.
    tasks
        What is different each time.
    job
        What is the same each time.
    scheduler
        Address of a scheduler; None for processes of this machine that no other user can reach.
    workers
        How many processes, default one a core; with a scheduler how many must be there, default one.

    Raises
    ------
    StoreError
        ``SCHEDULER_UNREACHABLE``, ``WORKERS_MISSING``, ``WORKERS_UNFIT`` or ``WORKERS_LOST``.
    """
    waiting = list(tasks)
    if not waiting:
        return
    with _client(scheduler, workers) as client:
        # the job is a result of its own, so that a lost worker loses nothing that cannot be made again
        common = client.submit(_same, job, pure=False)
        futures = client.map(work, waiting, job=common, pure=False)
        try:
            for _, found in as_completed(futures, loop=client.loop, with_results=True):
                yield found
        except KilledWorker as fault:
            raise StoreError("WORKERS_LOST", value=fault.task) from fault
        except (CancelledError, CommClosedError) as fault:
            raise StoreError("WORKERS_LOST", value=scheduler or HERE) from fault
        except ImportError as fault:
            raise StoreError("WORKERS_UNFIT", value=str(fault)) from fault


def _same(job: Job) -> Job:
    return job


@contextmanager
def _client(scheduler: str | None, workers: int | None) -> Iterator[Client]:
    """Connect to a scheduler, or to one that is started for the occasion."""
    with ExitStack() as stack:
        if scheduler is None:
            address: Any = stack.enter_context(_processes(workers))
        else:
            address = _answering(scheduler)
        client = stack.enter_context(Client(address, timeout=START_S, set_as_default=False))
        try:
            client.wait_for_workers(workers or 1, timeout=ANSWER_S if scheduler else START_S)
        except TimeoutError as fault:
            raise StoreError("WORKERS_MISSING", value=scheduler or HERE, expected=workers or 1) from fault
        yield client


def _answering(scheduler: str) -> str:
    """Give an address that answers: a client that finds nobody there is not to be got rid of."""
    try:
        asyncio.run(_knock(scheduler))
    except (OSError, ValueError) as fault:
        raise StoreError("SCHEDULER_UNREACHABLE", value=scheduler, reason=str(fault)) from fault
    return scheduler


async def _knock(scheduler: str) -> None:
    comm = await connect(scheduler, timeout=ANSWER_S, **Security().get_connection_args("client"))
    comm.abort()


def _processes(workers: int | None) -> LocalCluster:
    """Start processes that answer to this one alone: on the loopback, with a key made for the occasion."""
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host=HERE,
        dashboard_address=f"{HERE}:0",
        scheduler_kwargs={"dashboard": False},
        security=Security.temporary(),
        silence_logs=logging.CRITICAL,
    )
