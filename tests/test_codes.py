"""Every code that can be raised has its sentence, and every text asked for is there, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from geo_registry.core.findings import FILE_FAULTS, ROW_FAULTS, WARNINGS
from geo_registry.core.kinds import Language
from geo_registry.errors import RegistryError
from geo_registry.wording import LANGUAGES, explain, texts

PACKAGE = Path(__file__).resolve().parents[1] / "geo_registry"
SOURCES = sorted(PACKAGE.rglob("*.py"))
CODE = re.compile(r"[A-Z][A-Z0-9_]+")
TOPICS = ("errors", "findings")


@cache
def parsed(path: Path) -> ast.Module:
    """Parse a module once."""
    return ast.parse(path.read_text(encoding="utf-8"))


def nodes() -> Iterator[ast.AST]:
    """Walk every module of the package."""
    for path in SOURCES:
        yield from ast.walk(parsed(path))


def branches(node: ast.expr) -> list[str]:
    """Give the texts an expression may be: a constant, or either branch of a choice."""
    if isinstance(node, ast.IfExp):
        return branches(node.body) + branches(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def called(node: ast.Call) -> str:
    """Name what is called."""
    function = node.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def family(one: type[RegistryError]) -> list[type[RegistryError]]:
    """Give an exception class and all below it."""
    return [one, *(each for below in one.__subclasses__() for each in family(below))]


def takers() -> set[str]:
    """Name what takes a code first: the exceptions, a finding, and functions whose first parameter it is."""
    functions = [node for node in nodes() if isinstance(node, ast.FunctionDef) and node.args.args]
    named = {node.name for node in functions if node.args.args[0].arg == "code"}
    return {"Finding", *(one.__name__ for one in family(RegistryError)), *named} - {"explain"}


def codes() -> set[str]:
    """Collect the codes that are raised or returned, those by default, and those of rows and files."""
    known = takers()
    calls = [node for node in nodes() if isinstance(node, ast.Call) and called(node) in known and node.args]
    makers = [node for node in nodes() if isinstance(node, ast.FunctionDef) and node.name.endswith("_code")]
    returned = [
        node.value
        for maker in makers
        for node in ast.walk(maker)
        if isinstance(node, ast.Return) and node.value
    ]
    said = [code for node in (*(call.args[0] for call in calls), *returned) for code in branches(node)]
    raised = set(filter(CODE.fullmatch, said))
    return raised | {one.default_code for one in family(RegistryError)} | FILE_FAULTS | ROW_FAULTS | WARNINGS


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_a_sentence(lang: Language) -> None:
    """A reader is never shown a bare code."""
    found = codes()
    assert {"STATION_UNKNOWN", "COORD_MISSING", "FORMAT_UNKNOWN", "STORE_DISK_FULL"} <= found
    assert sorted(code for code in found if explain(code, lang, {}) == code) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_has_its_code(lang: Language) -> None:
    """No sentence is kept for a code that nothing raises."""
    written = {
        node.value for node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    words = {word for text in written for word in text.split()}
    kept = [key.partition(".") for key in texts(lang)]
    assert [code for topic, _, code in kept if topic in TOPICS and code not in words] == []


def asked() -> set[str]:
    """Collect the keys of the texts that are asked for by name; a report's are asked for without topic."""
    found = set()
    for path in SOURCES:
        topic = "report." if "report" in path.parts else ""
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and called(node) == "say" and node.args:
                keys = branches(node.args[0])
                found |= {key if "." in key else topic + key for key in keys if "." in key or topic}
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_asked_for_is_there(lang: Language) -> None:
    """Each key that the program says by name is in the language's files."""
    found = asked()
    assert {"cli.verbs", "report.title"} <= found
    assert sorted(found - texts(lang).keys()) == []
