"""The house keeps its own laws: what a linter or a type checker cannot say, said here."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "geo_registry"
SOURCES = sorted(PACKAGE.rglob("*.py"))
MODULE_LINES = 350
FUNCTION_LINES = 50
PACKAGE_MODULES = 10
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "manager", "managers"}
TEXTS = {".css", ".html", ".js", ".json", ".md", ".mjs", ".py", ".sh", ".toml", ".txt", ".typ", ""}

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def dotted(path: Path) -> str:
    """Name a module as an import statement would."""
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def parsed(path: Path) -> ast.Module:
    """Parse a module once."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> list[FunctionNode]:
    """List every function of a module, nested ones and methods too."""
    return [node for node in ast.walk(parsed(path)) if isinstance(node, FunctionNode)]


def documented(node: ast.AST) -> str:
    """Return a node's docstring as it stands in the file."""
    assert isinstance(node, (ast.AsyncFunctionDef, ast.ClassDef, ast.FunctionDef, ast.Module))
    return ast.get_docstring(node, clean=False) or ""


def code_lines(node: FunctionNode) -> int:
    """Count a function's lines, its docstring left out."""
    docstring = documented(node)
    return (
        (node.end_lineno or node.lineno) - node.lineno + 1 - (docstring.count("\n") + 1 if docstring else 0)
    )


def annotated(node: FunctionNode) -> bool:
    """Tell whether a function says what it takes and gives."""
    taken = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    known = [argument.annotation or argument.arg in {"self", "cls"} for argument in taken]
    return node.returns is not None and all(known)


def offered(module: ast.Module) -> list[FunctionNode]:
    """List a module's public functions and methods; what lives inside a function is its own affair."""
    bodies = [module.body, *(node.body for node in module.body if isinstance(node, ast.ClassDef))]
    return [
        node for body in bodies for node in body if isinstance(node, FunctionNode) and node.name[0] != "_"
    ]


def run_python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run this interpreter in a fresh process."""
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=cwd, timeout=120, check=False
    )


IMPORT_ALONE = """
import importlib, json, os, sys, threading
import argon2, flask, folium, geopandas, granian, openpyxl, prometheus_client.multiprocess, pyarrow.parquet
import pyogrio, rtree, sqlalchemy.dialects.sqlite, structlog, tomllib, typst, xlsxwriter
import authlib.integrations.requests_client, authlib.oidc.core

def fault_of(module):
    threads = threading.active_count()
    try:
        loaded = importlib.import_module(module)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    made = [name for name, one in vars(loaded).items() if isinstance(one, (flask.Flask, sqlalchemy.Engine))]
    if made:
        return f"makes {made} at import"
    if threading.active_count() > threads:
        return "starts a thread at import"
    return f"writes {os.listdir()} at import" if os.listdir() else ""

def faults_of(module, members):
    reading, writing = os.pipe()
    if not os.fork():
        fault = fault_of(module)
        found = {module: fault} if fault else {}
        for member, below in {} if fault else members.items():
            found |= faults_of(f"{module}.{member}", below)
        with os.fdopen(writing, "w") as pipe:
            pipe.write(json.dumps(found))
            pipe.flush()
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        found = json.loads(pipe.read())
    os.wait()
    return found

faults = {}
for module, members in json.loads(sys.argv[1]).items():
    faults |= faults_of(module, members)
print(json.dumps(faults))
"""
"""What others wrote is loaded once; then each module is imported in a process forked from its package's, as
the packages above a module are imported before it anyway."""


def test_every_module_imports_alone_and_does_nothing(tmp_path: Path) -> None:
    """Each module can be the first one imported, and importing it makes, starts and writes nothing."""
    tree: dict[str, Any] = {"server": {}}
    for path in SOURCES:
        members = tree
        for name in dotted(path).split("."):
            members = members.setdefault(name, {})
    ran = run_python("-W", "error", "-c", IMPORT_ALONE, json.dumps(tree), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr[-500:]
    assert json.loads(ran.stdout) == {}


def test_the_package_itself_is_light(tmp_path: Path) -> None:
    """`import geo_registry` loads none of the heavy libraries; its names come when they are asked for."""
    ran = run_python("-c", "import geo_registry, sys; print(*sys.modules)", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr[-500:]
    assert not {"flask", "geopandas", "numpy", "pandas", "shapely", "sqlalchemy"} & set(ran.stdout.split())


def test_help_answers_without_loading_the_heavy_libraries(tmp_path: Path) -> None:
    """`geo-registry --help` exits 0 and stays quick: it loads neither GeoPandas nor Flask."""
    ran = run_python("-X", "importtime", "-m", "geo_registry", "--help", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr[-500:]
    assert "geo-registry" in ran.stdout
    loaded = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert not loaded & {"flask", "geopandas", "pandas", "sqlalchemy"}


def test_the_server_builds_on_the_web_alone() -> None:
    """server.py, which no import contract sees, reaches only the doors and the settings."""
    nodes = list(ast.walk(parsed(PROJECT / "server.py")))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    origins = plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    rooms = {".".join(name.split(".")[:2]) for name in origins if name.split(".")[0] == "geo_registry"}
    assert rooms <= {"geo_registry", "geo_registry.cli", "geo_registry.settings", "geo_registry.web"}


def test_modules_are_short() -> None:
    """No module passes 350 lines."""
    lengths = {dotted(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: lines for name, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_packages_are_small() -> None:
    """No package holds more than ten modules beside its `__init__`; a crowded one is split."""
    rooms = {path.parent for path in SOURCES}
    counts = {dotted(room): len({*room.glob("*.py")} - {room / "__init__.py"}) for room in rooms}
    assert {name: count for name, count in counts.items() if count > PACKAGE_MODULES} == {}


def test_functions_are_short() -> None:
    """No function passes 50 lines of code."""
    lengths = {(dotted(path), node.name): code_lines(node) for path in SOURCES for node in functions(path)}
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def test_public_functions_are_annotated_and_documented() -> None:
    """Every public function says in types what it takes and gives, and in words what it means."""
    public = [(dotted(path), node) for path in SOURCES for node in offered(parsed(path))]
    assert [(name, node.name) for name, node in public if not (annotated(node) and documented(node))] == []


def test_core_functions_show_an_example() -> None:
    """Every public function of core has an example, which runs as a doctest."""
    top = [node for path in SOURCES if "core" in path.parts for node in parsed(path).body]
    public = [node for node in top if isinstance(node, FunctionNode) and node.name[0] != "_"]
    assert [node.name for node in public if ">>>" not in documented(node)] == []


def test_names_say_something() -> None:
    """Nothing is called a helper, a util, a manager or just data."""
    found = []
    for path in SOURCES:
        definitions = ast.ClassDef | FunctionNode
        named = [node.name for node in ast.walk(parsed(path)) if isinstance(node, definitions)]
        for name in [path.stem, *named]:
            words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+", name)}
            found += [f"{dotted(path)}: {name}"] if words & EMPTY_NAMES or name.lower() == "data" else []
    assert found == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    """No committed text holds a path of one machine or the host of a package registry."""
    machine = re.compile(r"(?<![\w.])/(?:work|root|farm|home/\w+)/")
    registry = re.compile(
        r"index[-]url|https?://[^\s\"]*(?:npm|pypi|debian)[^\s\"]*/|\"resolved\"\s*:\s*\"http"
    )
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    texts = [PROJECT / name for name in listed.stdout.splitlines() if Path(name).suffix in TEXTS]
    held = {path: path.read_text(encoding="utf-8") for path in texts if path.is_file()}
    assert [path.name for path, text in held.items() if machine.search(text) or registry.search(text)] == []


def pins() -> dict[NormalizedName, str]:
    """Read requirements.txt: canonical name to exact version."""
    lines = (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    split = [line.partition("==") for line in lines if not line.startswith("#")]
    return {canonicalize_name(name): version for name, _, version in split}


def declared() -> dict[NormalizedName, Requirement]:
    """Read pyproject's dependencies by canonical name."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = map(Requirement, project["dependencies"])
    return {canonicalize_name(requirement.name): requirement for requirement in wanted}


def closure(names: set[NormalizedName]) -> set[NormalizedName]:
    """Follow what the installed packages need, and what those need, extras left out."""
    known: set[NormalizedName] = set()
    while names:
        known |= names
        needed = [Requirement(text) for name in names for text in metadata.requires(name) or ()]
        here = [each for each in needed if each.marker is None or each.marker.evaluate({"extra": ""})]
        names = {canonicalize_name(each.name) for each in here} - known
    return known


def test_requirements_pin_what_pyproject_declares() -> None:
    """requirements.txt pins pyproject's dependencies, all that they need, and nothing else."""
    assert set(pins()) == closure(set(declared()))
    assert [
        str(wanted) for name, wanted in declared().items() if not wanted.specifier.contains(pins()[name])
    ] == []


def test_installed_packages_are_the_pinned_ones() -> None:
    """The tests run on the very versions that requirements.txt names."""
    assert {name: metadata.version(name) for name in pins()} == pins()
