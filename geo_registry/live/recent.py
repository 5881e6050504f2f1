"""A small memory of answers that only a new commit makes stale."""

from __future__ import annotations

import sys
from collections import OrderedDict
from dataclasses import dataclass, fields, is_dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Answer = TypeVar("Answer")
MEGABYTE = 1_000_000
WAITING_S = 0.05
"""Seconds after which who waits for another's answer looks whether something else will do."""
SHAPE_BYTES = 200
"""What one geometry weighs beside its pointer: a point in GEOS with its Python object, roughly."""


@dataclass
class Use:
    """How a memory is used.

    Attributes
    ----------
    hits, misses
        Questions that were answered from it, and those that were not.
    held_bytes
        What it holds, as weighed.
    """

    hits: int = 0
    misses: int = 0
    held_bytes: int = 0


class Recent:
    """The newest answers, by the question and the revision they were given at.

    What is being worked out is worked out once: whoever asks the same meanwhile waits for it.

    Parameters
    ----------
    size
        How many answers are kept.
    size_mb
        How much they may weigh together, 10^6 bytes; the newest is kept whatever it weighs.

    Examples
    --------
    >>> memory = Recent(2)
    >>> memory.get(("frames", 7), lambda: "made"), memory.get(("frames", 7), lambda: "made again")
    ('made', 'made')
    >>> memory.use.hits, memory.use.misses
    (1, 1)
    """

    def __init__(self, size: int = 1_024, size_mb: int = 600) -> None:
        self._size, self._bytes = size, size_mb * MEGABYTE
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()
        self.use = Use()

    def get(
        self,
        question: Hashable,
        make: Callable[[], Answer],
        instead: Callable[[], Answer | None] = lambda: None,
    ) -> Answer:
        """Give the answer kept for a question, or make and keep it.

        Parameters
        ----------
        question
            What is asked, the revision in it.
        make
            Called where no answer is kept; must not ask the same question itself.
        instead
            Called now and then while another thread makes the answer: what it gives is taken for now.
        """
        with self._lock:
            if question in self._kept:
                return cast("Answer", self._found(question))
            turn = self._making.setdefault(question, Lock())
        patience_s = 0.0
        while not turn.acquire(timeout=patience_s):
            if (passable := instead()) is not None:
                return passable
            patience_s = WAITING_S
        try:
            with self._lock:
                if question in self._kept:
                    return cast("Answer", self._found(question))
            return self._made(question, make)
        finally:
            turn.release()

    def find(self, question: Hashable) -> Any:  # noqa: ANN401 (whatever was kept)
        """Give the answer kept for a question, None where there is none."""
        with self._lock:
            return self._found(question) if question in self._kept else None

    def _found(self, question: Hashable) -> Any:  # noqa: ANN401 (whatever was kept)
        self.use.hits += 1
        self._kept.move_to_end(question)
        return self._kept[question][0]

    def _made(self, question: Hashable, make: Callable[[], Answer]) -> Answer:
        try:
            answer = make()
            weight = weigh(answer)
            with self._lock:
                self.use.misses += 1
                self._keep(question, answer, weight)
        finally:
            with self._lock:
                self._making.pop(question, None)
        return answer

    def _keep(self, question: Hashable, answer: object, weight: int) -> None:
        self._kept[question] = answer, weight
        self.use.held_bytes += weight
        while len(self._kept) > 1 and (len(self._kept) > self._size or self.use.held_bytes > self._bytes):
            _, (_, freed) = self._kept.popitem(last=False)
            self.use.held_bytes -= freed


def weigh(answer: object) -> int:
    """Weigh an answer in bytes: texts and tables by what they say of themselves, others by their parts.

    What shares most of its parts with the answer before it says as ``own_bytes`` what it adds.

    Parameters
    ----------
    answer
        What is kept.

    Examples
    --------
    >>> weigh(b"12345") >= 5
    True
    """
    if isinstance(answer, str | bytes | np.ndarray):
        return sys.getsizeof(answer)
    columns = getattr(answer, "columns", None)
    if columns is not None:
        shapes = SHAPE_BYTES * len(cast("Any", answer)) if "geometry" in columns else 0
        return sys.getsizeof(answer) + shapes
    own = getattr(answer, "own_bytes", None)
    if own is not None:
        return int(own)
    if isinstance(answer, tuple):
        return sum(map(weigh, answer))
    if isinstance(answer, dict):
        return sys.getsizeof(answer) + sum(map(weigh, answer.values()))
    named = fields(answer) if is_dataclass(answer) else ()
    return sys.getsizeof(answer) + sum(weigh(getattr(answer, part.name)) for part in named)
