"""Every sentence a person reads, by code, in Chinese and English; else only layer files hold wording.

A language is a folder of TOML files, one a topic (``findings``, ``errors``, ``report``, ``map`` ...);
a text is found as ``topic.key``.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_registry.core.kinds import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")
_NO_DISTANCE_M = 0.5
"""Distance below which two places are told as one: it would be written as 0 m."""
_BY_THE_KILOMETRE_M = 10_000
"""Distance from which metres no longer matter."""


class _Lenient(Formatter):
    """Fills what is known and leaves a dash for what is not: a sentence must never fail."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Find a value by its name; a dash stands for what is not known."""
        if isinstance(key, str):
            value = kwargs.get(key)
            if isinstance(value, list | tuple | set | frozenset):
                return ", ".join(map(str, value))
            return "–" if value is None else value
        return super().get_value(key, args, kwargs)

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401
        """Write a value in the form the sentence asks for; any other value as it is."""
        try:
            return str(super().format_field(value, format_spec))
        except (ValueError, TypeError):
            return str(value)


@cache
def texts(lang: Language) -> Mapping[str, str]:
    """Load every text of a language.

    Parameters
    ----------
    lang
        ``zh`` or ``en``.

    Returns
    -------
    Mapping
        ``{"topic.key": text}``.
    """
    folder = files(__name__) / lang
    loaded: dict[str, str] = {}
    for entry in sorted(folder.iterdir(), key=lambda path: path.name):
        if entry.name.endswith(".toml"):
            topic = entry.name.removesuffix(".toml")
            loaded |= {
                f"{topic}.{key}": text for key, text in tomllib.loads(entry.read_text("utf-8")).items()
            }
    return loaded


def say(key: str, lang: Language, **values: object) -> str:
    """Give one text with its places filled.

    Parameters
    ----------
    key
        ``topic.key``.
    lang
        ``zh`` or ``en``.
    **values
        What the places ``{name}`` of the text stand for; a missing one is shown as a dash.

    Raises
    ------
    KeyError
        If no language file has the key.
    """
    return _Lenient().format(texts(lang)[key], **values)


def explain(code: str, lang: Language, details: Mapping[str, object], *, on_page: bool = False) -> str:
    """Say what a code means and what to do about it.

    Parameters
    ----------
    code
        Code of a finding or an error; one that is both is a finding where the details name a row.
    lang
        ``zh`` or ``en``.
    details
        Values the sentence may name.
    on_page
        Whether it stands on a page: where the page offers a way out of its own (``looking``), that is named.
    """
    known = texts(lang)
    topics: tuple[str, ...] = (
        ("findings", "errors") if details.get("row") is not None else ("errors", "findings")
    )
    own = known.get(f"looking.{code}", "") if on_page else ""
    if own and ("{row}" not in own or details.get("row") is not None):
        topics = ("looking",)
    sentence = next((known[key] for topic in topics if (key := f"{topic}.{code}") in known), code)
    told = {**_distance(details.get("distance_m"), lang), **details}
    if "found" in told and told["found"] is None:
        told["found"] = say("looking.nowhere", lang)
    return _Lenient().vformat(sentence, (), told)


def _distance(distance_m: object, lang: Language) -> dict[str, str]:
    """Write metres as a reader needs them: ``far`` behind "from", ``apart`` on its own."""
    if not isinstance(distance_m, int | float):
        return {}
    if distance_m < _NO_DISTANCE_M:
        return {"far": say("looking.far_near", lang), "apart": say("looking.apart_here", lang)}
    key, unit_m = ("far_m", 1) if distance_m < _BY_THE_KILOMETRE_M else ("far_km", 1_000)
    far = say(f"looking.{key}", lang, amount=distance_m / unit_m)
    return {"far": far, "apart": say("looking.apart", lang, far=far)}
