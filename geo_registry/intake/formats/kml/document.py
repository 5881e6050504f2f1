"""KML and KMZ by a reader of our own (OGC 12-007r2): a datum is never taken from it.

The standard says WGS 84, yet maps made in China are as often in GCJ-02 and cannot say so.
"""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, BinaryIO

from geo_registry.core.findings import Finding
from geo_registry.errors import FileRefused, ValueRefused
from geo_registry.intake.formats.kml.placemarks import Placemarks
from geo_registry.intake.parts import archives, encodings, markup, signatures
from geo_registry.intake.upload import Content, Upload

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from geo_registry.core.raw import RawLayer

MAIN = "doc.kml"
"""The document of an archive that holds several (OGC 12-007r2, annex C)."""
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)""")
DECLARATION_BYTES = 512
UNMARKED = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
"""How UTF-16 begins without a byte order mark (XML 1.0, appendix F)."""


def read(upload: Upload) -> Content:
    """Read the placemarks of a KML or KMZ file.

    Parameters
    ----------
    upload
        The file; a stated encoding goes before the declared one.

    Returns
    -------
    Content
        A layer for each folder or document with placemarks of its own, by its name, else that of the
        folder round it, else the file's stem. A row's number is the placemark's place in the file.

    Raises
    ------
    FileRefused
        ``CONTENT_MISMATCH``, ``ARCHIVE_*``, ``ENCODING_*``, ``XML_*``, ``GEOM_CORRUPT``, ``NO_ROWS``;
        ``MULTIPLE_LAYERS`` for an archive of several documents of which none is the main one.
    """
    if upload.suffix == ".kml":
        return _content(upload, upload.source)
    signatures.expect(upload.source, {"zip"})
    with archives.opened(upload.source) as archive:
        archives.limit_entries(archive, upload.limits)
        archives.limit_growth(archive, archive.entries, upload.limits)
        main, others = _main(list(archive.entries))
        with archive.open(main) as stream:
            return _content(upload, io.BytesIO(stream.read()), archive.entries, others)


def _main(entries: list[str]) -> tuple[str, list[str]]:
    """Choose the document of an archive, and name those it leaves out."""
    found = [name for name in entries if archives.is_of_sender(name) and name.lower().endswith(".kml")]
    main = [name for name in found if name.lower() == MAIN] or found
    if not main:
        held = sorted({PurePosixPath(name).suffix.lower() for name in entries})
        raise FileRefused("FORMAT_NOT_ALLOWED", value=" ".join(held), expected=[".kml"])
    if len(main) > 1:
        raise FileRefused("MULTIPLE_LAYERS", value=", ".join(main))
    return main[0], [name for name in found if name != main[0]]


def _content(
    upload: Upload, source: BinaryIO, entries: Collection[str] = (), others: Collection[str] = ()
) -> Content:
    signatures.expect(source, {"xml"})
    encoding, guessed = _encoding(source, upload.encoding)
    taker = Placemarks(upload.stem, lambda link: _is_inside(link, entries), upload.limits)
    with _text(source, encoding) as text:
        markup.walk(text, taker.start, taker.end, taker.text)
    layers = taker.layers(upload.choose(taker.names()))
    if not layers:
        raise FileRefused("NO_ROWS")
    links = list(dict.fromkeys([*others, *taker.links]))
    findings = [Finding("LINK_IGNORED", value=links[0], details={"count": len(links)})] if links else []
    if guessed:
        findings.append(encodings.guessed(_words(layers), encoding))
    return Content(layers, encoding, tuple(findings))


def _is_inside(link: str, entries: Collection[str]) -> bool:
    path = link.partition("#")[0].removeprefix("./")
    return not path or path in entries


def _encoding(source: BinaryIO, stated: str | None) -> tuple[str, bool]:
    """Tell the encoding, and whether it is a guess."""
    head = source.read(DECLARATION_BYTES)
    said = stated or UNMARKED.get(head[:2]) or _declared(head)
    encoding = encodings.detect(source, said)
    return encoding, said is None and encoding == encodings.GB18030


def _declared(head: bytes) -> str | None:
    """Read what the declaration says; one that can be read byte by byte is no UTF-16 whatever it says."""
    found = _DECLARED.match(head)
    if not found:
        return None
    try:
        said = encodings.canonical(found[1].decode("ascii"))
    except ValueRefused as unknown:
        if found[1].lower() in ASCII_KIN:
            return None
        raise FileRefused("ENCODING_AMBIGUOUS", value=found[1].decode("ascii")) from unknown
    return None if said.startswith(encodings.UTF16) else said


ASCII_KIN = frozenset({b"ascii", b"us-ascii", b"iso-8859-1", b"windows-1252", b"latin1"})
"""What programs write without a thought; the bytes are then UTF-8 or GB18030, or fit neither."""


@contextmanager
def _text(source: BinaryIO, encoding: str) -> Iterator[IO[str]]:
    source.seek(0)
    text = io.TextIOWrapper(source, encodings.codec(encoding), newline="")
    try:
        yield text
    finally:
        text.detach()


def _words(layers: Collection[RawLayer]) -> Iterator[str]:
    for layer in layers:
        for batch in layer.cells.to_batches():
            yield from (text for row in batch.to_pylist() for text in row.values() if isinstance(text, str))
