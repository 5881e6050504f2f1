"""What is asked of an import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from geo_registry.core.kinds import Language
from geo_registry.errors import ValueRefused
from geo_registry.settings import Limits

YES = frozenset({"true", "1", "yes", "是"})
NO = frozenset({"false", "0", "no", "否"})


def pairs_of(words: Iterable[str], option: str) -> dict[str, str]:
    """Read ``THIS=THAT`` words.

    Parameters
    ----------
    words
        The words.
    option
        Name under which a refusal speaks of them.

    Raises
    ------
    ValueRefused
        ``PAIR_EXPECTED`` if a word has no ``=``, or nothing before it.
    """
    parts = [(word, *word.partition("=")) for word in words]
    for word, left, sign, _ in parts:
        if not sign or not left:
            raise ValueRefused("PAIR_EXPECTED", value=word, option=option)
    return {left: right for _, left, _, right in parts}


def nobody(_share: float) -> None:
    """Watch no import."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of an import.

    Attributes
    ----------
    kind
        Kind of every row, by any word for it; None where a category column or the sheets' names tell.
    datum
        ``wgs84 | cgcs2000 | gcj02 | bd09``.
    crs
        ``EPSG:n`` of projected coordinates, instead of a datum.
    renames
        Their heading to our field.
    sets
        Our field to the value every row gets; ``synthetic=true`` marks the rows as made up.
    layer, sheet, encoding
        Which part of the file, and its text encoding.
    dry_run
        True to store nothing.
    accept_partial
        True to store the good rows though others are refused.
    allow_unlocated
        True to keep rows without a position.
    by
        In whose name, where the owner imports for somebody.
    name
        File name as the sender gave it; None for that of the file itself.
    limits
        What the file may cost.
    lang
        Language of the findings' sentences.
    watch
        Is told from time to time which share of the work is done, 0 to 1.
    """

    kind: str | None = None
    datum: str | None = None
    crs: str | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, str] = field(default_factory=dict)
    layer: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    dry_run: bool = False
    accept_partial: bool = False
    allow_unlocated: bool = False
    by: str | None = None
    name: str | None = None
    limits: Limits = field(default_factory=Limits)
    lang: Language = "zh"
    watch: Callable[[float], None] = nobody

    @property
    def said(self) -> dict[str, object]:
        """What was asked of how the file is to be understood, to be asked again with a mended one."""
        names = ("kind", "datum", "crs", "renames", "sets", "allow_unlocated")
        return {name: value for name in names if (value := getattr(self, name))}

    @property
    def synthetic(self) -> bool:
        """Whether the rows are made up."""
        said = self.sets.get("synthetic", "false").strip().casefold()
        if said not in YES | NO:
            raise ValueRefused("VALUE_INVALID", field="synthetic", value=said, expected="true, false")
        return said in YES
