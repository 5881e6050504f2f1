"""What was sent: every file's outcome, and its refused rows as a sheet that can be mended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from geo_registry.core.access import must
from geo_registry.errors import NotFound, ValueRefused
from geo_registry.publish.export import Exported
from geo_registry.publish.refused import MAX_ROWS, MEDIA_TYPE, RefusedSheet, refused_workbook
from geo_registry.registry.editing.decisions import is_undone, undone_by
from geo_registry.registry.importing.outcomes import sentence
from geo_registry.registry.importing.returned import AXES, LEVELS
from geo_registry.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo_registry.core.access import Viewer
    from geo_registry.core.kinds import Language
    from geo_registry.registry.house import House
    from geo_registry.store.arrivals import Arrival, RefusedRow

Told = dict[str, Any]
"""One finding of an import's document."""


@dataclass(frozen=True, slots=True)
class Ledgers:
    """The files that were sent, as one viewer sees them: from everywhere all, else one's own.

    Attributes
    ----------
    house
        Where they are kept.
    viewer
        Who asks.
    """

    house: House
    viewer: Viewer

    def arrivals(self) -> list[Arrival]:
        """List what was sent, newest first.

        Raises
        ------
        NotAllowed
            If the viewer may import nothing.
        """
        must(self.viewer, "import")
        return [each for each in self.house.store.arrivals.all() if sees(self.viewer, each)]

    def arrival(self, name: str) -> Arrival:
        """Give one arrival.

        Parameters
        ----------
        name
            Its id, ``a1``, ``a2`` ...

        Raises
        ------
        NotFound
            If there is none, or it is another's.
        NotAllowed
            If the viewer may import nothing.
        """
        must(self.viewer, "import")
        found = self.house.store.arrivals.one(name)
        if found is None or not sees(self.viewer, found):
            raise NotFound("ARRIVAL_UNKNOWN", value=name)
        return found

    def batch_of(self, name: str) -> str:
        """Give what an arrival was stored as.

        Raises
        ------
        NotFound
            If there is no such arrival, or nothing of it was stored.
        """
        batch = self.arrival(name).batch
        if batch is None:
            raise NotFound("BATCH_UNKNOWN", value=name)
        return batch

    def is_undone(self, arrival: Arrival) -> bool:
        """Tell whether what an arrival stored has been taken back."""
        return arrival.batch is not None and is_undone(arrival.batch, undone_by(self.house.store.commits()))

    def refused(self, name: str, lang: Language) -> Exported:
        """Write the refused rows of an arrival as a workbook, to be mended and sent again.

        Parameters
        ----------
        name
            Id of the arrival.
        lang
            Language of what is said.

        Raises
        ------
        NotFound
            If there is no such arrival, or none of its rows was refused.
        ValueRefused
            ``SHEET_TOO_LARGE`` for more refused rows than a sheet holds.
        """
        arrival = self.arrival(name)
        rows = self.house.store.arrivals.refused(arrival.id)
        if not rows:
            raise NotFound("NOTHING_REFUSED", value=name)
        told = _faults(arrival.document["findings"])
        by_sheet = sorted(rows, key=lambda row: row.sheet)
        parts = [(sheet, list(own)) for sheet, own in groupby(by_sheet, key=lambda row: row.sheet)]
        if max(len(own) for _, own in parts) > MAX_ROWS:
            raise ValueRefused("SHEET_TOO_LARGE", value=name, limit=MAX_ROWS)
        sheets = [_sheet(sheet, own, told, lang) for sheet, own in parts]
        content = refused_workbook(sheets, _lines(arrival, lang), say("export.AUTHOR", lang))
        return Exported(f"refused_{arrival.id}.xlsx", MEDIA_TYPE, content)


def brief(arrival: Arrival) -> dict[str, Any]:
    """Describe an arrival in a line: what a list shows.

    Parameters
    ----------
    arrival
        One of `Ledgers.arrivals`.
    """
    document = arrival.document
    named = ("status", "rows", "accepted", "rejected", "unchanged", "updated", "new", "kinds")
    own = {name: getattr(arrival, name) for name in ("id", "at", "by", "file", "sha256", "batch")}
    return own | {name: document.get(name) for name in named}


def sees(viewer: Viewer, arrival: Arrival) -> bool:
    """Tell whether a viewer may see what was sent: its values may be of anywhere."""
    return viewer.bounds.areas is None or arrival.by == viewer.name


def _faults(findings: Iterable[Told]) -> dict[tuple[str, int], list[Told]]:
    found: dict[tuple[str, int], list[Told]] = {}
    for each in findings:
        if each["severity"] == "row":
            found.setdefault((each["sheet"] or "", each["row"]), []).append(each)
    return found


def _sheet(
    name: str, rows: Sequence[RefusedRow], told: Mapping[tuple[str, int], list[Told]], lang: Language
) -> RefusedSheet:
    columns = list(dict.fromkeys(key for row in rows for key in _columns(row)))
    levels = [heading.split(LEVELS) for heading, _ in columns]
    depth = max((len(each) for each in levels), default=1)
    padded = [each + [""] * (depth - len(each)) for each in levels]
    marks: dict[tuple[int, int], str] = {}
    faults = []
    for at, row in enumerate(rows):
        own = told.get((row.sheet, row.row), [])
        faults.append(" ".join(sentence(each, lang) for each in own))
        for each in own:
            marks |= {(at, columns.index(key)): sentence(each, lang) for key in _blamed(row, each)}
    cells = [[_columns(row).get(key, (None, None))[1] for key in columns] for row in rows]
    return RefusedSheet(name, list(zip(*padded, strict=True)), cells, faults, marks)


def _columns(row: RefusedRow) -> dict[tuple[str, int], tuple[str | None, str | None]]:
    """Give field and text of each cell by its heading, and how often that heading came before."""
    before: Counter[str] = Counter()
    found = {}
    for heading, field, text in row.cells:
        found[heading, before[heading]] = field, text
        before[heading] += 1
    return found


def _blamed(row: RefusedRow, told: Told) -> list[tuple[str, int]]:
    """Name the cells that a finding speaks of; what is wrong with a place blames both its axes."""
    field = told["field"]
    wanted = set(AXES) if field in AXES and told["code"].startswith(("COORD_", "OUT_OF_REGION")) else {field}
    cells = _columns(row).items()
    return [key for key, (ours, _) in cells if ours in wanted or (field is not None and key[0] == field)]


def _lines(arrival: Arrival, lang: Language) -> list[str]:
    document = arrival.document
    asked = {**document["order"], "datum": document["datum"] or document["order"].get("datum")}
    lines = [
        say("export.REFUSED", lang, count=document["rejected"], file=arrival.file, arrival=arrival.id),
        say("export.REFUSED_MEND", lang),
        say("export.REFUSED_SHAPES", lang),
    ]
    said = [(name, value) for name, value in asked.items() if value]
    return lines + [say("export.REFUSED_ASKED", lang, name=name, value=_said(value)) for name, value in said]


def _said(value: Any) -> str:  # noqa: ANN401 (plain JSON)
    pairs = isinstance(value, dict)
    return ", ".join(f"{theirs}={ours}" for theirs, ours in value.items()) if pairs else str(value)
