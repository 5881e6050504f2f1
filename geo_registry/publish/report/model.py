"""The neutral report: sections of facts, tables, figures and verdicts as plain values, before any format."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from geo_registry.core.kinds import Language

Cell: TypeAlias = str | int | float | None
Form = Literal["text", "count", "metres", "millimetres", "bearing", "share", "score"]
Tone = Literal["good", "bad", "unknown"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    label
        Heading.
    form
        What the values are and so how they are written: ``metres`` with one decimal,
        ``millimetres`` metres with three, ``bearing`` degrees clockwise from north,
        ``share`` a part of 1.
    width
        Part of the table's width, against the other columns.
    group
        Heading above this one and its neighbours of the same group.
    stacked
        True where the value stands under the one of the column before, in the same cell.
    """

    label: str
    form: Form = "text"
    width: float = 1.0
    group: str = ""
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values under headings.

    Attributes
    ----------
    name
        Stable name by which a program finds the table.
    keys
        One stable key a row: a kind, a status, a source's code.
    sums
        Positions of the rows that add up others.
    note
        A sentence under the table.
    shown
        Most rows that a paper shows; a workbook and JSON hold them all.
    narrow
        True where half the page is wide enough.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    keys: tuple[str, ...]
    sums: tuple[int, ...] = ()
    note: str = ""
    narrow: bool = False
    shown: int | None = None
    block: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled values, side by side in so many columns."""

    pairs: tuple[tuple[str, str], ...]
    columns: int = 2
    block: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One sentence that answers a question."""

    tone: Tone
    text: str
    block: Literal["verdict"] = "verdict"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str
    block: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing as SVG text, with a legend of small SVG samples and what they stand for."""

    svg: str
    caption: str
    legend: tuple[tuple[str, str], ...]
    block: Literal["figure"] = "figure"


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines that people sign."""

    labels: tuple[str, ...]
    block: Literal["signatures"] = "signatures"


Block: TypeAlias = Table | Facts | Verdict | Paragraph | Figure | Signatures


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of a report; one that is `whole` is not broken over pages."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report in one language.

    Attributes
    ----------
    mark
        What every page must say of the data (synthetic), or an empty text.
    footer
        What every page's foot says: revision and digests, shortened.
    page_number
        Words for the page number with the places ``{page}`` and ``{pages}``.
    named
        Stable names and words of what a reader looks for first: ``station``, ``code``, ``on``, ``revision``,
        ``chain`` and ``content`` (hashes).
    drawn_up
        When the revision was committed, as ISO 8601 text with its offset: the date of the document.
    """

    lang: Language
    title: str
    subtitle: str
    mark: str
    footer: str
    page_number: str
    drawn_up: str
    sections: tuple[Section, ...]
    named: tuple[tuple[str, str], ...] = ()

    def section(self, name: str) -> Section:
        """Find a section by its name.

        Parameters
        ----------
        name
            Such as ``"counts"``.

        Raises
        ------
        KeyError
            If the report has no such section.
        """
        found = {section.name: section for section in self.sections}
        return found[name]

    def table(self, name: str) -> Table:
        """Find a table by its name.

        Parameters
        ----------
        name
            Such as ``"within"``.

        Raises
        ------
        KeyError
            If the report has no such table: an empty one is said in words instead.
        """
        blocks = (block for section in self.sections for block in section.blocks)
        found = {block.name: block for block in blocks if isinstance(block, Table)}
        return found[name]


def to_json(report: Report) -> bytes:
    """Write a report as JSON; the same report gives the same bytes.

    Parameters
    ----------
    report
        The neutral report.

    Returns
    -------
    bytes
        UTF-8, one document.
    """
    return json.dumps(asdict(report), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
