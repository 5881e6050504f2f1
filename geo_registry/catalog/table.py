"""TOML tables that know where they stand, so that a fault can name the file and the key."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any, TypeVar

from geo_registry.core.kinds import Label
from geo_registry.errors import CatalogError

TOML_TYPES: dict[type, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "true | false",
    list: "array",
    dict: "table",
}
"""What TOML calls the types a key may be asked to have."""

T = TypeVar("T", str, int, float, bool, list[Any], dict[str, Any])


@dataclass(slots=True)
class Table:
    """A table of a layer file; a key that nobody asked for is a fault.

    Attributes
    ----------
    file
        Name of the layer file.
    at
        Dotted path of this table inside the file, with a dot at its end; empty for the whole file.
    values
        What the table holds.
    asked
        Keys that were read.
    """

    file: str
    at: str
    values: dict[str, Any]
    asked: set[str] = field(default_factory=set)

    def fault(self, key: str, expected: str, value: object = None) -> CatalogError:
        """Make the error that names this file and the key."""
        return CatalogError(file=self.file, key=f"{self.at}{key}", expected=expected, value=value)

    def may(self, key: str, wanted: type[T]) -> T | None:
        """Read a value that may be absent."""
        self.asked.add(key)
        value = self.values.get(key)
        if wanted is float and type(value) is int:
            value = float(value)
        if value is None or type(value) is wanted:
            return value
        raise self.fault(key, TOML_TYPES[wanted], value)

    def need(self, key: str, wanted: type[T]) -> T:
        """Read a value that must be there, and not empty."""
        value = self.may(key, wanted)
        if value is None or value == "":
            raise self.fault(key, TOML_TYPES[wanted], value)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of words; absent means none."""
        values: list[Any] = self.may(key, list) or []
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise self.fault(key, "array of strings", values)
        return tuple(values)

    def matching(self, key: str, pattern: re.Pattern[str]) -> str:
        """Read a word that must have a certain form."""
        value = self.need(key, str)
        if not pattern.fullmatch(value):
            raise self.fault(key, pattern.pattern, value)
        return value

    def one_of(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Read one of a few words."""
        value = self.need(key, str) if default is None else self.may(key, str) or default
        if value not in allowed:
            raise self.fault(key, " | ".join(allowed), value)
        return value

    def within(self, key: str, low: float, high: float, default: float) -> float:
        """Read a number that has limits."""
        value = self.may(key, float)
        if value is not None and not low <= value <= high:
            raise self.fault(key, f"{low:g}..{high:g}", value)
        return default if value is None else value

    def label(self, key: str = "label") -> Label:
        """Read a name in both languages."""
        both = self.table(key)
        label = Label(both.need("zh", str), both.need("en", str))
        both.done()
        return label

    def table(self, key: str) -> Table:
        """Enter a table inside this one."""
        return Table(self.file, f"{self.at}{key}.", self.need(key, dict))

    def tables(self, key: str) -> list[Table]:
        """Enter each table of a list; absent means none. Each is called by its name or its place."""
        values: list[Any] = self.may(key, list) or []
        if not all(isinstance(value, dict) for value in values):
            raise self.fault(key, "array of tables", values)
        called = [value.get("name") or value.get("value") or place for place, value in enumerate(values)]
        return [
            Table(self.file, f"{self.at}{key}.{one}.", value)
            for one, value in zip(called, values, strict=True)
        ]

    def done(self) -> None:
        """Refuse what was written here and never asked for."""
        for key, value in self.values.items():
            if key not in self.asked:
                raise self.fault(key, " | ".join(sorted(self.asked)), value)


def parse(file: str, content: bytes) -> Table:
    """Read a layer file's bytes.

    Parameters
    ----------
    file
        Name of the layer file.
    content
        TOML in UTF-8.

    Raises
    ------
    CatalogError
        If it is not.
    """
    try:
        return Table(file, "", tomllib.loads(content.decode("utf-8")))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise CatalogError(file=file, key="", expected="TOML 1.0, UTF-8", value=str(fault)) from fault
