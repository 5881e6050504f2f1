"""What the child says back: rows as Arrow IPC streams, then JSON that says what they are, and its length."""

from __future__ import annotations

import json
import mmap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa

from geo_registry.core.findings import Finding
from geo_registry.core.raw import GEOMETRY, RawLayer
from geo_registry.errors import FileRefused
from geo_registry.intake.parts.cells import schema_of, widened
from geo_registry.intake.upload import Content, Spool

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_COLUMNS = 10_000
"""No reader gives more, whatever the limits say."""
LENGTH_BYTES = 8
"""The last bytes of an answer: how long the JSON before them is."""


def accept(sink: BinaryIO, content: Content) -> None:
    """Write what a file held, behind the rows that are there already.

    Parameters
    ----------
    sink
        File to write to.
    content
        Layers, encoding and findings.
    """
    if not content.streams:
        spool = Spool(sink)
        for layer in content.layers:
            spool.write(layer.cells)
    streams = content.streams or (1,) * len(content.layers)
    layers = [
        {"name": layer.name, "headings": layer.headings, "crs": layer.crs, "formulas": layer.formulas}
        | {
            "streams": count,
            "columns": _texts_in(layer.cells.schema),
            "shapes": GEOMETRY in layer.cells.schema.names,
        }
        for layer, count in zip(content.layers, streams, strict=True)
    ]
    findings = [asdict(found) for found in content.findings]
    _say(sink, {"layers": layers, "encoding": content.encoding, "findings": findings})


def _texts_in(schema: pa.Schema) -> int:
    return sum(name[:1] == "c" for name in schema.names)


def refuse(sink: BinaryIO, fault: FileRefused) -> None:
    """Write why a file is refused.

    Parameters
    ----------
    sink
        File to write to.
    fault
        The refusal, with its code and details.
    """
    _say(sink, {"refused": fault.code, "details": fault.details})


def _say(sink: BinaryIO, header: Mapping[str, object]) -> None:
    said = json.dumps(header, default=str).encode()
    sink.write(said + len(said).to_bytes(LENGTH_BYTES, "big"))


def load(answer: bytes | mmap.mmap) -> Content:
    """Read an answer and trust nothing in it.

    Parameters
    ----------
    answer
        What `accept` or `refuse` wrote; where it is a mapped file the rows stay there until they are asked
        for.

    Raises
    ------
    FileRefused
        The child's own refusal, or ``FILE_UNREADABLE`` if the answer is not one of ours.
    """
    try:
        return _load(answer)
    except (pa.ArrowException, ValueError, KeyError, TypeError, OverflowError) as broken:
        raise FileRefused("FILE_UNREADABLE", reason=type(broken).__name__) from broken


def _load(answer: bytes | mmap.mmap) -> Content:
    end = len(answer) - LENGTH_BYTES
    start = end - int.from_bytes(answer[end:], "big")
    if start < 0:
        raise ValueError(start)
    header = json.loads(answer[start:end])
    if "refused" in header:
        raise FileRefused(header["refused"], **header["details"])
    streams = pa.BufferReader(pa.py_buffer(answer).slice(0, start))
    layers = tuple(_layer(parts, streams, answer) for parts in header["layers"])
    findings = tuple(Finding(**parts) for parts in header["findings"])
    return Content(layers, header["encoding"], findings)


def _layer(parts: Mapping[str, Any], streams: pa.BufferReader, answer: bytes | mmap.mmap) -> RawLayer:
    if parts["columns"] > MOST_COLUMNS:
        raise ValueError(parts["columns"])
    schema = schema_of(parts["columns"], geometry=bool(parts["shapes"]))
    batches: list[pa.RecordBatch] = []
    for _ in range(parts["streams"]):
        with pa.ipc.open_stream(streams) as stream:
            batches += [widened(_checked(batch), schema) for batch in stream]
        forget(answer, streams.tell())
    headings = None if parts["headings"] is None else tuple(parts["headings"])
    formulas = tuple((row, column) for row, column in parts["formulas"])
    cells = pa.Table.from_batches(batches, schema)
    return RawLayer(parts["name"], headings, cells, parts["crs"], formulas)


def _checked(batch: pa.RecordBatch) -> pa.RecordBatch:
    batch.validate(full=True)
    return batch


def forget(answer: bytes | mmap.mmap, end: int) -> None:
    """Let go of the memory of what has been looked at; it stands in the file.

    Parameters
    ----------
    answer
        As for `load`.
    end
        Up to which byte.
    """
    if isinstance(answer, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        answer.madvise(mmap.MADV_DONTNEED, 0, end)
