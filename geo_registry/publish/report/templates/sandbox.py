"""The language of templates: values, choices and loops; no calls, few filters, and an end to everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS = ("default", "first", "join", "last", "length", "lower", "replace", "trim", "upper")
"""Filters that templates may use: none that makes much of little."""
TESTS = ("defined", "undefined", "none", "equalto", "eq", "ne", "in")
MOST_STEPS = 1_000_000
"""Steps of all loops together; the whole report of a crowded station takes some ten thousand."""
MOST_SIGNS = 50_000_000
"""Characters that a template may write."""


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment for one template of one paper."""

    intercepted_binops = frozenset(["*", "**", "%", "+"])

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, finalize=self._counted)
        self._steps, self._signs = MOST_STEPS, MOST_SIGNS
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS} | {"each_counted": self._each}
        self.tests = {name: self.tests[name] for name in TESTS}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Read a template, and have the steps of its loops counted."""
        read = super()._parse(source, name, filename)
        for refused in (
            nodes.Macro,
            nodes.CallBlock,
            nodes.Include,
            nodes.Import,
            nodes.FromImport,
            nodes.Extends,
        ):
            for node in read.find_all(refused):
                raise SecurityError(f"{type(node).__name__.lower()} (line {node.lineno})")
        for loop in list(read.find_all(nodes.For)):
            loop.iter = nodes.Filter(loop.iter, "each_counted", [], [], None, None, lineno=loop.lineno)
        read.set_environment(self)
        return read

    def _each(self, things: Iterable[Any]) -> Iterator[Any]:
        for thing in things:
            self._steps -= 1
            if self._steps < 0:
                raise SecurityError(f"loops of more than {MOST_STEPS:,} steps")
            yield thing

    def _counted(self, value: object) -> object:
        self._signs -= len(value) if isinstance(value, str) else 0
        if self._signs < 0:
            raise SecurityError(f"more than {MOST_SIGNS:,} characters")
        return value

    def is_safe_callable(self, obj: object) -> bool:
        """Tell that nothing may be called."""
        del obj
        return False

    def call_binop(self, context: object, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """Reckon with numbers alone: a text times a million would fill the memory."""
        del context
        if operator != "+" or not all(isinstance(one, int | float) for one in (left, right)):
            raise SecurityError(f"{operator} (texts stand side by side, or are joined by ~)")
        return left + right
