"""What kinds, fields and values are called in the language of one report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_registry.publish.report.layout import radius_text, text_of
from geo_registry.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo_registry.core.kinds import Catalog, Field, Language


@dataclass(frozen=True, slots=True)
class Words:
    """The catalog's labels and the report's sentences in one language."""

    catalog: Catalog
    lang: Language

    def say(self, key: str, **values: object) -> str:
        """Give one of the report's own texts."""
        return say(f"report.{key}", self.lang, **values)

    def kind(self, name: str) -> str:
        """Name a kind."""
        known = self.catalog.kinds.get(name)
        return known.label.of(self.lang) if known else name

    def status(self, value: object) -> str:
        """Name a status."""
        return _chosen(text_of(value), self.catalog.column("status"), self.lang)

    def label(self, name: str, kind: str | None = None) -> str:
        """Name a column."""
        field = self.catalog.column(name, kind)
        return field.label.of(self.lang) if field else name

    def metres(self, name: str) -> str:
        """Name a column of metres, with the unit."""
        return f"{self.label(name)} (m)"

    def value(self, name: str, value: object, kind: str | None = None) -> str:
        """Name a value of a column whose values are fixed; others stand as they are."""
        return _chosen(text_of(value), self.catalog.column(name, kind), self.lang)

    def radius(self, radius_m: float) -> str:
        """Write a radius or length."""
        return radius_text(radius_m, self.lang)

    def rings(self, rings_m: Iterable[float]) -> str:
        """List radii."""
        return self.say("list_comma").join(self.radius(radius_m) for radius_m in rings_m)


def _chosen(value: str, field: Field | None, lang: Language) -> str:
    choices = field.choices if field else ()
    return next((choice.label.of(lang) for choice in choices if choice.value == value), value)
