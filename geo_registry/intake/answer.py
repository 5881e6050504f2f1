"""What the child says back: one line of JSON, then one Arrow IPC stream a layer."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa

from geo_registry.core.findings import Finding
from geo_registry.core.raw import GEOMETRY, RawLayer
from geo_registry.errors import FileRefused
from geo_registry.intake.parts.cells import schema_of
from geo_registry.intake.upload import Content

if TYPE_CHECKING:
    from collections.abc import Mapping


def accept(sink: BinaryIO, content: Content) -> None:
    """Write what a file held.

    Parameters
    ----------
    sink
        File to write to.
    content
        Layers, encoding and findings.
    """
    layers = [
        {"name": layer.name, "headings": layer.headings, "crs": layer.crs, "formulas": layer.formulas}
        for layer in content.layers
    ]
    findings = [asdict(found) for found in content.findings]
    _say(sink, {"layers": layers, "encoding": content.encoding, "findings": findings})
    for layer in content.layers:
        with pa.ipc.new_stream(sink, layer.cells.schema) as stream:
            stream.write_table(layer.cells)


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
    sink.write(json.dumps(header, default=str).encode() + b"\n")


def load(answer: bytes) -> Content:
    """Read an answer and trust nothing in it.

    Parameters
    ----------
    answer
        What `accept` or `refuse` wrote.

    Raises
    ------
    FileRefused
        The child's own refusal, or ``FILE_UNREADABLE`` if the answer is not one of ours.
    """
    try:
        return _load(answer)
    except (pa.ArrowException, ValueError, KeyError, TypeError) as broken:
        raise FileRefused("FILE_UNREADABLE", reason=type(broken).__name__) from broken


def _load(answer: bytes) -> Content:
    end = answer.index(b"\n")
    header = json.loads(answer[:end])
    if "refused" in header:
        raise FileRefused(header["refused"], **header["details"])
    streams = pa.BufferReader(pa.py_buffer(answer).slice(end + 1))
    layers = tuple(_layer(parts, streams) for parts in header["layers"])
    findings = tuple(Finding(**parts) for parts in header["findings"])
    return Content(layers, header["encoding"], findings)


def _layer(parts: Mapping[str, Any], streams: pa.BufferReader) -> RawLayer:
    with pa.ipc.open_stream(streams) as stream:
        cells = stream.read_all()
    cells.validate(full=True)
    geometry = GEOMETRY in cells.column_names
    if not cells.schema.equals(schema_of(cells.num_columns - 2 - geometry, geometry=geometry)):
        raise ValueError(cells.schema)
    headings = None if parts["headings"] is None else tuple(parts["headings"])
    formulas = tuple((row, column) for row, column in parts["formulas"])
    return RawLayer(parts["name"], headings, cells, parts["crs"], formulas)
