"""XML as a stream of elements, without document types, entities or anything outside."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, NoReturn
from xml.parsers import expat

from geo_registry.errors import FileRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHUNK_BYTES = 1 << 16

Attributes = dict[str, str]


class _Local(dict[str, str]):
    """Names without their prefix, each worked out once."""

    def __missing__(self, name: str) -> str:
        local = self[name] = name.rpartition(":")[2]
        return local


def walk(
    stream: IO[bytes],
    start: Callable[[str, Attributes], object],
    end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:
    """Read XML and hand on each element and text in turn.

    Parameters
    ----------
    stream
        The bytes.
    start, end
        Called with the element's name without prefix; attributes keep theirs.
    text
        Called with the characters between tags.

    Raises
    ------
    FileRefused
        ``XML_DTD`` for a document type, ``XML_INVALID`` for broken XML.
    """
    local = _Local()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = lambda name, attributes: start(local[name], attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(local[name])
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        while chunk := stream.read(CHUNK_BYTES):
            parser.Parse(chunk, False)  # noqa: FBT003 (expat takes it by position)
        parser.Parse(b"", True)  # noqa: FBT003 (as above)
    except expat.ExpatError as fault:
        raise FileRefused(
            "XML_INVALID", line=fault.lineno, reason=expat.errors.messages[fault.code]
        ) from fault


def _no_doctype(*_: object) -> NoReturn:
    raise FileRefused("XML_DTD")


def elements(stream: IO[bytes]) -> Iterator[tuple[str, Attributes]]:
    """List the elements of a small document, flat and in order.

    Parameters
    ----------
    stream
        The bytes.
    """
    found: list[tuple[str, Attributes]] = []
    walk(stream, lambda name, attributes: found.append((name, attributes)))
    return iter(found)
