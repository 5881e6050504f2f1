"""What a viewer's numbers leave out, in words: why two auditors count differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_registry.core.bounds import area_name
from geo_registry.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_registry.core.bounds import Bounds
    from geo_registry.core.kinds import Language


def scope_in_words(bounds: Bounds, lang: Language) -> str:
    """Say which rows were there to be seen and counted.

    Parameters
    ----------
    bounds
        Of the frames that were used.
    lang
        Language of the words.

    Returns
    -------
    str
        A sentence; empty where nothing was kept back.
    """
    parts = say("scope.and", lang).join(_parts(bounds, lang))
    return say("scope.sentence", lang, parts=parts) if parts else ""


def scope_of(bounds: Bounds, lang: Language) -> dict[str, str]:
    """Give the parameter of an export that says what its numbers leave out, where that is anything.

    Parameters
    ----------
    bounds, lang
        As for `scope_in_words`.
    """
    return {} if bounds.everything else {"scope": scope_in_words(bounds, lang)}


def _parts(bounds: Bounds, lang: Language) -> Iterator[str]:
    comma = say("scope.comma", lang)
    if bounds.areas:
        yield say("scope.areas", lang, areas=comma.join(sorted(map(area_name, bounds.areas))))
    if bounds.units:
        yield say("scope.units", lang, units=comma.join(sorted(bounds.units)))
    if bounds.areas is not None and not bounds.areas and not bounds.units:
        yield say("scope.nothing", lang)
    if not bounds.leads:
        yield say("scope.leads", lang)
    if not bounds.singly:
        yield say("scope.counts", lang)
