"""The language of templates: parts of values, choices and loops; no calls, and an end to all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS = ("default", "first", "last", "length", "lower", "trim", "upper")
"""Filters that templates may use: none that makes much of little."""
TESTS = ("defined", "undefined", "even", "odd")
MOST_STEPS = 1_000_000
"""Steps of all loops together; the whole report of a crowded station takes some ten thousand."""
MOST_SIGNS = 50_000_000
"""Characters that a template may write."""
DEEPEST = 6
"""Most loops within each other; Python itself ends at twenty."""
UNDERSTOOD = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.If,
    nodes.For,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
)
"""What of Jinja's language is understood; nothing that calls, remembers, joins or reckons."""


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment for one template of one paper."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, finalize=self._counted, cache_size=0)
        self._steps, self._signs = MOST_STEPS, MOST_SIGNS
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS} | {"each_counted": self._each}
        self.tests = {name: self.tests[name] for name in TESTS}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Read a template, refuse what is not understood, and have the steps of its loops counted."""
        read = super()._parse(source, name, filename)
        _understand(read)
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

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 (whatever a template has)
        """Give a part by its name; values have no attributes here, a loop its numbers."""
        if isinstance(obj, LoopContext):
            return super().getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401 (as above)
        """Give a part of a list, or of parts with names."""
        try:
            return obj[argument] if isinstance(obj, dict | list) else self.undefined(obj=obj, name=argument)
        except (LookupError, TypeError):
            return self.undefined(obj=obj, name=argument)


def _understand(node: nodes.Node, deep: int = 0) -> None:
    """Go through a template: what is not understood is refused."""
    is_loop = isinstance(node, nodes.For)
    if not isinstance(node, UNDERSTOOD) or getattr(node, "recursive", False):
        raise SecurityError(f"{type(node).__name__.lower()} (line {node.lineno})")
    if is_loop and deep == DEEPEST:
        raise SecurityError(f"more than {DEEPEST} loops within each other (line {node.lineno})")
    for part in node.iter_child_nodes():
        _understand(part, deep + is_loop)
