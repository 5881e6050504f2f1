"""Files that were looked at and wait to be taken in: a day, outside the record, for their sender alone."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from geo_registry.errors import NotFound
from geo_registry.intake import room

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_registry.registry.house import House

KEPT_H = 24
"""Hours after which a file that nobody took in is forgotten."""
MOST = 8
"""Files of one sender that wait at a time; the one that came first goes first."""
_NAME = re.compile(r"w[0-9a-f]{16}")
_CONTENT, _SAID = "content", "said.json"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One file that waits.

    Attributes
    ----------
    id
        ``w`` and 16 hex digits, of the sender, the name and the bytes: the same file waits once.
    path
        Where its bytes are.
    file
        Its name as the sender gave it.
    at
        When it came, ISO 8601 with offset.
    by
        Who sent it.
    """

    id: str
    path: Path
    file: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class WaitingRoom:
    """The files of one sender that wait.

    Attributes
    ----------
    house
        Beside its store they are kept; where the store has no place on this machine, in the folder of
        temporary files, and then only this machine knows them.
    by
        The sender.
    """

    house: House
    by: str

    def add(self, path: Path, file: str) -> Waiting:
        """Keep a copy of a file, and forget what has waited too long.

        Parameters
        ----------
        path
            The file.
        file
            Its name as the sender gave it.

        Raises
        ------
        NotReady
            ``TEMPORARY_FULL`` where there is no room.
        """
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        name = "w" + hashlib.sha256(f"{self.by}\0{file}\0{digest}".encode()).hexdigest()[:16]
        folder = self._folder()
        made = Path(tempfile.mkdtemp(prefix=".coming-", dir=folder))
        try:
            with room.told():
                shutil.copyfile(path, made / _CONTENT)
                said = {"file": file, "at": self.house.now, "by": self.by}
                (made / _SAID).write_text(json.dumps(said), encoding="utf-8")
            shutil.rmtree(folder / name, ignore_errors=True)
            # another request may just have put the same file there
            with suppress(OSError):
                made.replace(folder / name)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        self._tidy(name)
        return self.one(name)

    def all(self) -> list[Waiting]:
        """Give the sender's files, the newest first."""
        own = [each for each in self._everybodys() if each.by == self.by and not self._is_late(each)]
        return sorted(own, key=lambda each: (each.at, each.id), reverse=True)

    def one(self, name: str) -> Waiting:
        """Give one of the sender's files.

        Raises
        ------
        NotFound
            ``LOOK_UNKNOWN`` if none of that name waits, any more or for this sender.
        """
        found = _read(self._folder() / name) if _NAME.fullmatch(name) else None
        if found is None or found.by != self.by or self._is_late(found):
            raise NotFound("LOOK_UNKNOWN", value=name)
        return found

    def forget(self, name: str) -> None:
        """Forget one of the sender's files; errors as `one`."""
        shutil.rmtree(self.one(name).path.parent, ignore_errors=True)

    def _tidy(self, newest: str) -> None:
        late = [each for each in self._everybodys() if self._is_late(each)]
        others = [each for each in self.all() if each.id != newest]
        for each in (*late, *others[MOST - 1 :]):
            shutil.rmtree(each.path.parent, ignore_errors=True)

    def _everybodys(self) -> Iterator[Waiting]:
        return filter(None, map(_read, self._folder().glob("w*")))

    def _is_late(self, waiting: Waiting) -> bool:
        return self.house.clock() - datetime.fromisoformat(waiting.at) > timedelta(hours=KEPT_H)

    def _folder(self) -> Path:
        """Give the folder, which nobody but this server may read."""
        beside = self.house.store.beside
        own = f"geo-registry-{os.getuid()}-{self.house.genesis.hash[:16]}"
        folder = (beside or Path(tempfile.gettempdir()) / own) / "waiting"
        with room.told():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            raise PermissionError(folder)
        return folder


def _read(folder: Path) -> Waiting | None:
    try:
        said = json.loads((folder / _SAID).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Waiting(folder.name, folder / _CONTENT, str(said["file"]), str(said["at"]), str(said["by"]))
