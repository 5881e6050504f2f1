"""A small memory of answers that only a new commit makes stale."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


Answer = TypeVar("Answer")


class Recent:
    """The newest answers, by the question and the revision they were given at.

    Parameters
    ----------
    size
        How many answers are kept.

    Examples
    --------
    >>> memory = Recent(2)
    >>> memory.get(("frames", 7), lambda: "made"), memory.get(("frames", 7), lambda: "made again")
    ('made', 'made')
    """

    def __init__(self, size: int = 1_024) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, question: Hashable, make: Callable[[], Answer]) -> Answer:
        """Give the answer kept for a question, or make and keep it.

        Parameters
        ----------
        question
            What is asked, the revision in it.
        make
            Called where no answer is kept.
        """
        with self._lock:
            if question in self._kept:
                self._kept.move_to_end(question)
                return cast("Answer", self._kept[question])
        answer = make()
        with self._lock:
            self._kept[question] = answer
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return answer
