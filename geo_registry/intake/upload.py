"""What a reader of one format is given and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa

from geo_registry.errors import FileRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo_registry.core.findings import Finding
    from geo_registry.core.raw import RawLayer
    from geo_registry.settings import Limits


class Spool:
    """Where a reader puts rows as they come, so that a long file never stands in memory whole.

    Parameters
    ----------
    sink
        File the answer is written to; rows come before what is said of them.

    Attributes
    ----------
    streams
        How many Arrow streams have been written.
    """

    def __init__(self, sink: BinaryIO) -> None:
        self.streams = 0
        self._sink = sink

    def write(self, rows: pa.RecordBatch | pa.Table) -> None:
        """Write some rows as a stream of their own."""
        with pa.ipc.new_stream(self._sink, rows.schema) as stream:
            stream.write(rows)
        self.streams += 1


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as the locked-down child sees it.

    Attributes
    ----------
    stem
        File name without its suffix: the name of the layer where a format has a single one.
    suffix
        Lower-case suffix with its dot.
    source
        The bytes, open at their start; they have no path here.
    folder
        Private folder, empty at first, for what must be unpacked.
    spool
        Where rows may be put as they come.
    encoding
        Text encoding the sender states, in `parts.encodings.canonical` spelling.
    layer
        The only sheet or layer that is asked for.
    """

    stem: str
    suffix: str
    source: BinaryIO
    folder: Path
    limits: Limits
    spool: Spool
    encoding: str | None = None
    layer: str | None = None

    def choose(self, names: Sequence[str]) -> tuple[str, ...]:
        """Keep the layers that are asked for.

        Parameters
        ----------
        names
            Every layer of the file, in its order.

        Raises
        ------
        FileRefused
            ``LAYER_UNKNOWN`` if the file has no layer of the name asked for.
        """
        if self.layer is None:
            return tuple(names)
        if self.layer not in names:
            raise FileRefused("LAYER_UNKNOWN", value=self.layer, expected=list(names))
        return (self.layer,)


@dataclass(frozen=True, slots=True)
class Content:
    """What one file held.

    Attributes
    ----------
    layers
        Sheets or layers with at least one row.
    encoding
        Text encoding that was used, or None where the format fixes it.
    findings
        Warnings about the file.
    streams
        How many streams of each layer went to the spool, whose tables then have no rows here; empty where
        the layers hold their rows themselves.
    """

    layers: tuple[RawLayer, ...]
    encoding: str | None = None
    findings: tuple[Finding, ...] = ()
    streams: tuple[int, ...] = ()
