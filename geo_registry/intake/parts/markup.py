"""XML as a stream of elements, without document types, entities or anything outside."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, NoReturn
from xml.parsers import expat

from geo_registry.errors import FileRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHUNK = 1 << 22
"""Bytes or characters at a time. Expat before 2.6 reads a long comment or tag anew with every chunk
(CVE-2023-52425), so the chunks are few."""
DEEPEST = 200
"""Elements within elements: workbooks need ten, folders of folders in KML a few more."""
UNDEFINED = expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]

Attributes = dict[str, str]


class _Local(dict[str, str]):
    """Names without their prefix, each worked out once."""

    def __missing__(self, name: str) -> str:
        local = self[name] = name.rpartition(":")[2]
        return local


def walk(
    stream: IO[bytes] | IO[str],
    start: Callable[[str, Attributes], object],
    end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:
    """Read XML and hand on each element and text in turn.

    Parameters
    ----------
    stream
        The bytes, in the encoding they declare, or characters, whatever they declare.
    start, end
        Called with the element's name without prefix; attributes keep theirs.
    text
        Called with the characters between tags.

    Raises
    ------
    FileRefused
        ``XML_ENTITY`` for an entity that is declared or used and not XML's own, ``XML_DTD`` for any other
        document type, ``XML_TOO_DEEP`` beyond `DEEPEST`, ``XML_INVALID`` for broken XML.
    """
    parser = _parser(start, end)
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk, False)  # noqa: FBT003 (expat takes it by position)
        parser.Parse(b"", True)  # noqa: FBT003 (as above)
    except expat.ExpatError as fault:
        code = "XML_ENTITY" if fault.code == UNDEFINED else "XML_INVALID"
        raise FileRefused(code, line=fault.lineno, reason=expat.errors.messages[fault.code]) from fault
    except (LookupError, ValueError) as fault:
        # an encoding that is declared and that expat does not know
        raise FileRefused("XML_INVALID", reason=str(fault)) from fault


def _parser(
    start: Callable[[str, Attributes], object], end: Callable[[str], object] | None
) -> expat.XMLParserType:
    local = _Local()
    depth = 0

    def open_element(name: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise FileRefused("XML_TOO_DEEP", value=DEEPEST, line=parser.CurrentLineNumber)
        start(local[name], attributes)

    def close_element(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(local[name])

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = _no_entity
    # at the end of a document type, which comes before any element: what it declares was seen by then
    parser.EndDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = open_element
    parser.EndElementHandler = close_element
    return parser


def _no_entity(name: str, *_: object) -> NoReturn:
    raise FileRefused("XML_ENTITY", value=name)


def _no_doctype() -> NoReturn:
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
