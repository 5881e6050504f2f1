"""XLSX: the package round the sheets (ECMA-376 parts 1 and 2), each sheet read once by `sheet`.

One pass over a sheet's XML gives values, formulas without a cached value and merged ranges together;
the usual libraries need two passes or show only one of the three.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from geo_registry.core.findings import Finding
from geo_registry.errors import FileRefused
from geo_registry.intake.formats.ooxml.sheet import Book, Sheet
from geo_registry.intake.formats.ooxml.styles import date_styles
from geo_registry.intake.parts import archives, markup, signatures
from geo_registry.intake.parts.escapes import unescape
from geo_registry.intake.upload import Content, Upload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_registry.core.raw import RawLayer
    from geo_registry.intake.parts.archives import Archive
    from geo_registry.intake.parts.markup import Attributes
    from geo_registry.settings import Limits

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""Name of the stream in which a password-protected workbook lies (MS-OFFCRYPTO, 2.3.4.4)."""
MACROS = frozenset({"vbaProject", "xlMacrosheet", "xlIntlMacrosheet"})
MACRO_FILE = "vbaProject.bin"
"""How a workbook refers to programs (MS-OFFMACRO2, 2.2)."""


TYPES = "[Content_Types].xml"
"""What every package says of its parts; nothing is taken from it, but it must be sound."""


@dataclass(frozen=True, slots=True)
class _Tab:
    name: str
    path: str
    hidden: bool


def read(upload: Upload) -> Content:
    """Read the sheets of a workbook.

    Parameters
    ----------
    upload
        The file. Hidden sheets are skipped with a warning unless one is asked for by name.

    Returns
    -------
    Content
        A layer for each sheet with rows, heading rows among them.

    Raises
    ------
    FileRefused
        ``CONTENT_MISMATCH``, ``ARCHIVE_*``, ``XML_*``, ``MACRO``, ``SHEET_TOO_LARGE``,
        ``TOO_MANY_COLUMNS``, ``NO_ROWS``.
    """
    if signatures.expect(upload.source, {"zip", "ole"}) == "ole":
        raise FileRefused(
            "ARCHIVE_ENCRYPTED" if ENCRYPTED in upload.source.read() else "CONTENT_MISMATCH", value="ole"
        )
    with archives.opened(upload.source) as archive:
        _limit(archive, upload.limits)
        main, parts = _package(archive)
        tabs, date1904 = _tabs(archive, main, parts)
        chosen = upload.choose([tab.name for tab in tabs])
        shown = [tab for tab in tabs if tab.name in chosen and (upload.layer or not tab.hidden)]
        book = Book(_strings(archive, parts), _dates(archive, parts), date1904, upload.limits)
        layers = [_sheet(archive, tab, book) for tab in shown]
        links = list(_links(archive))
    kept = tuple(layer for layer in layers if layer.cells.num_rows)
    if not kept:
        raise FileRefused("NO_ROWS")
    skipped = [tab for tab in tabs if tab.name in chosen and tab not in shown]
    findings = [Finding("SHEET_HIDDEN", value=tab.name) for tab in skipped]
    if links:
        findings.append(Finding("LINK_IGNORED", value=links[0], details={"count": len(links)}))
    return Content(kept, None, tuple(findings))


def _links(archive: Archive) -> Iterator[str]:
    """Name the other workbooks whose values this one has copied (ECMA-376 part 1, 18.14)."""
    for path in archive.entries:
        if "/externalLinks/_rels/" in path:
            with archive.open(path) as stream:
                yield from (found["Target"] for _, found in markup.elements(stream) if "Target" in found)


def _limit(archive: Archive, limits: Limits) -> None:
    for entry in archive.entries:
        if "/worksheets/" in entry:
            archives.limit_growth(archive, [entry], limits, "SHEET_TOO_LARGE")
    archives.limit_growth(archive, archive.entries, limits)


def _package(archive: Archive) -> tuple[str, dict[str, tuple[str, str]]]:
    """Find the workbook part, and what it refers to: id to (type, path)."""
    if TYPES in archive.entries:
        with archive.open(TYPES) as stream:
            markup.elements(stream)
    found = _relations(archive, "").values()
    main = next((path for kind, path in found if kind == "officeDocument" and path.endswith(".xml")), "")
    if main not in archive.entries:
        raise FileRefused("CONTENT_MISMATCH", value="zip")
    parts = _relations(archive, main)
    if MACROS & {kind for kind, _ in parts.values()} or any(
        entry.endswith(MACRO_FILE) for entry in archive.entries
    ):
        raise FileRefused("MACRO")
    return main, parts


def _relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    home = PurePosixPath(part).parent
    path = str(home / "_rels" / f"{PurePosixPath(part).name}.rels")
    if path not in archive.entries:
        return {}
    with archive.open(path) as stream:
        return {
            found["Id"]: (found["Type"].rpartition("/")[2], _resolve(home, found["Target"]))
            for name, found in markup.elements(stream)
            if name == "Relationship" and {"Id", "Type", "Target"} <= found.keys()
        }


def _resolve(home: PurePosixPath, target: str) -> str:
    steps: list[str] = []
    for step in (home / target).parts:
        if step == "..":
            steps = steps[:-1]
        elif step != "/":
            steps.append(step)
    return "/".join(steps)


def _tabs(archive: Archive, main: str, parts: dict[str, tuple[str, str]]) -> tuple[list[_Tab], bool]:
    tabs, date1904 = [], False
    with archive.open(main) as stream:
        for place, (name, found) in enumerate(markup.elements(stream)):
            if place == 0 and name != "workbook":
                raise FileRefused("CONTENT_MISMATCH", value=name)
            if name == "workbookPr":
                date1904 = found.get("date1904") in {"1", "true"}
            elif name == "sheet":
                kind, path = parts.get(_reference(found), ("", ""))
                if kind == "worksheet" and path in archive.entries:
                    tabs.append(_Tab(found.get("name", ""), path, found.get("state", "visible") != "visible"))
    if not tabs:
        raise FileRefused("NO_ROWS")
    return tabs, date1904


def _reference(attributes: Attributes) -> str:
    return next((value for name, value in attributes.items() if name.endswith(":id")), "")


def _of_kind(parts: dict[str, tuple[str, str]], kind: str, archive: Archive) -> Iterator[str]:
    return (path for found, path in parts.values() if found == kind and path in archive.entries)


def _dates(archive: Archive, parts: dict[str, tuple[str, str]]) -> frozenset[str]:
    for path in _of_kind(parts, "styles", archive):
        with archive.open(path) as stream:
            return date_styles(markup.elements(stream))
    return frozenset()


def _strings(archive: Archive, parts: dict[str, tuple[str, str]]) -> list[str]:
    strings: list[str] = []
    for path in _of_kind(parts, "sharedStrings", archive):
        with archive.open(path) as stream:
            _walk_strings(stream, strings)
    return strings


def _walk_strings(stream: IO[bytes], strings: list[str]) -> None:
    """Collect shared strings: the runs of each, without the phonetic guides."""
    texts: list[str] = []
    inside = {"t": False, "rPh": False}

    def start(name: str, _: Attributes) -> None:
        if name in inside:
            inside[name] = True
        elif name == "si":
            texts.clear()

    def end(name: str) -> None:
        if name in inside:
            inside[name] = False
        elif name == "si":
            strings.append(unescape("".join(texts)))

    def text(part: str) -> None:
        if inside["t"] and not inside["rPh"]:
            texts.append(part)

    markup.walk(stream, start, end, text)


def _sheet(archive: Archive, tab: _Tab, book: Book) -> RawLayer:
    sheet = Sheet(tab.name, book)
    with archive.open(tab.path) as stream:
        markup.walk(stream, sheet.start, sheet.end, sheet.text)
    return sheet.layer()
