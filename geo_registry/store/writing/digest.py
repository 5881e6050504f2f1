"""The digest of a commit, made by columns beside the writing of its versions."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from geo_registry.store.chain import canonical
from geo_registry.store.writing.texts import bytes_of, canonical_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

BLOCK_ROWS = 65_536
"""So many rows at a time are text."""


class Digest:
    """Takes in what a commit does, block by block; the same as `chain.digest_of` gives row by row."""

    def __init__(self) -> None:
        self._running = hashlib.sha256()

    def over(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Pass versions on block by block, and take each block in while it is written.

        Parameters
        ----------
        tables
            Versions that are opened, by the columns of `columns.SCHEMA`, in the order they are written.
        """
        # text and digest need no lock of Python's
        with ThreadPoolExecutor(1) as helper:
            done = None
            for rows in _blocks(tables):
                if done is not None:
                    done.result()
                done = helper.submit(self.open, rows)
                yield rows
            if done is not None:
                done.result()

    def open(self, rows: pa.Table) -> None:
        """Take in versions that are opened, at least one."""
        text = canonical_rows([column.combine_chunks() for column in rows.columns], "+")
        self._running.update(bytes_of(text))

    def close(self, closed: Iterable[Sequence[object]]) -> str:
        """Take in id and version of those that are closed, sorted, and give the digest."""
        for row in closed:
            self._running.update(b"-" + canonical(list(row)) + b"\n")
        return self._running.hexdigest()


def _blocks(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    for table in tables:
        for start in range(0, len(table), BLOCK_ROWS):
            yield table.slice(start, BLOCK_ROWS).combine_chunks()
