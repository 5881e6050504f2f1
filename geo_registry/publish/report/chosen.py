"""What the report of a choice is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import geopandas as gpd

from geo_registry.core.audit import ScoreRules
from geo_registry.core.bounds import Bounds
from geo_registry.publish.report.staticmap.sheet import Sheet
from geo_registry.publish.scope import scope_in_words

if TYPE_CHECKING:
    from geo_registry.core.kinds import Catalog, Language


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChosenInputs:
    """What the report of a choice of sources says.

    Attributes
    ----------
    rows
        Canonical rows, the highest score first, with ``active``, ``score``, ``priority``, ``flagged`` and
        ``overdue``.
    asked
        What was chosen: names and values in words; none where everything was.
    sheet
        The map of it; None where nothing of it has a position.
    on
        Valid at.
    rules
        By which scores and priorities are.
    bounds
        What the viewer sees.
    catalog, revision, head, committed_at, synthetic, as_of
        As in `Inputs`.
    """

    rows: gpd.GeoDataFrame
    asked: tuple[tuple[str, str], ...]
    sheet: Sheet | None
    on: date
    rules: ScoreRules
    bounds: Bounds
    catalog: Catalog
    revision: int
    head: str
    committed_at: datetime
    synthetic: bool
    as_of: int | None = None

    def scope(self, lang: Language) -> str:
        """Say which sources were there to be chosen from, as `Inputs.scope`."""
        return scope_in_words(self.bounds, lang)
