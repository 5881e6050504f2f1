"""A file looked at before it is taken in: kept for its sender, laid out, stored only when that is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

from geo_registry.core.access import must
from geo_registry.errors import Refused
from geo_registry.publish.placemap import DRAWN, legend_sign
from geo_registry.registry.importing.looking.fits import UNSTATED, Choice, choice
from geo_registry.registry.importing.looking.matched import Column, Sheet, sheets
from geo_registry.registry.importing.looking.news import Line, Listing, News, news
from geo_registry.registry.importing.looking.waiting import KEPT_H, Waiting, WaitingRoom
from geo_registry.registry.importing.outcomes import Outcome, refusal
from geo_registry.registry.importing.taking import Desk, import_file

if TYPE_CHECKING:
    from pathlib import Path

    from geo_registry.core.access import Viewer
    from geo_registry.core.raw import RawFile
    from geo_registry.registry.house import House
    from geo_registry.registry.importing.orders import Order

__all__ = [
    "DRAWN",
    "KEPT_H",
    "Choice",
    "Column",
    "Line",
    "Listing",
    "Look",
    "Looks",
    "News",
    "Sheet",
    "Waiting",
    "legend_sign",
]


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it was looked at.

    Attributes
    ----------
    waiting
        The file.
    order
        What was asked of it.
    outcome
        What an import would come to; of a file that is refused whole, why.
    sheets
        What its columns are taken for.
    choice
        What there is to choose a datum by, where nobody said one.
    news
        What it would bring; None where it is refused whole.
    """

    waiting: Waiting
    order: Order
    outcome: Outcome
    sheets: tuple[Sheet, ...] = ()
    choice: Choice | None = None
    news: News | None = None


@dataclass(frozen=True, slots=True)
class Looks:
    """The files that one viewer has looked at and not taken in.

    Attributes
    ----------
    house
        Where records are.
    viewer
        Who looks.
    """

    house: House
    viewer: Viewer

    def keep(self, path: Path, file: str) -> Waiting:
        """Keep a file, so that it is sent once.

        Parameters
        ----------
        path
            The file.
        file
            Its name as the sender gave it.

        Raises
        ------
        NotAllowed
            If the viewer may import nothing.
        NotReady
            ``TEMPORARY_FULL`` where there is no room.
        """
        return self._room.add(path, file)

    def all(self) -> list[Waiting]:
        """Give the files that wait, the newest first; errors as `keep`."""
        return self._room.all()

    def look(self, name: str, order: Order) -> Look:
        """Tell what an import would come to; nothing is stored.

        Parameters
        ----------
        name
            Id of a file that waits.
        order
            What is asked of the import.

        Raises
        ------
        NotAllowed
            If the viewer may import nothing.
        NotFound
            ``LOOK_UNKNOWN`` if no such file waits for the viewer.
        """
        waiting = self._room.one(name)
        asked = replace(order, name=waiting.file, dry_run=True)
        desk = Desk(self.house, self.viewer, asked, perf_counter())
        try:
            raw = desk.read(waiting.path)
            columns = sheets(self.house, raw, asked)
        except Refused as fault:
            return Look(waiting, asked, refusal(waiting.path, asked, fault))
        try:
            ledger, found, outcome = desk.tried(desk.checked(raw))
        except Refused as fault:
            refused = refusal(waiting.path, asked, fault)
            return Look(waiting, asked, refused, columns, self._choice(raw, asked, fault))
        return Look(waiting, asked, outcome, columns, news=news(self.house, self.viewer, ledger, found))

    def _choice(self, raw: RawFile, asked: Order, fault: Refused) -> Choice | None:
        return choice(self.house, raw, asked) if fault.code in UNSTATED else None

    def commit(self, name: str, order: Order) -> Outcome:
        """Take a file in; it waits on where nothing of it was stored. Parameters as `look`.

        Raises
        ------
        NotAllowed, NotFound
            As `look`.
        FileRefused, ValueRefused, DatumError
            As `import_file`.
        """
        waiting = self._room.one(name)
        asked = replace(order, name=waiting.file, dry_run=False)
        outcome = import_file(self.house, self.viewer, waiting.path, asked)
        if outcome.document["batch"] or outcome.document["status"] == "accept":
            self._room.forget(name)
        return outcome

    def forget(self, name: str) -> None:
        """Forget a file; errors as `look`."""
        self._room.forget(name)

    @property
    def _room(self) -> WaitingRoom:
        must(self.viewer, "import")
        return WaitingRoom(self.house, self.viewer.name)
