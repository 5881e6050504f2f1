"""What the documents say is done, so that it stays true.

In README.md and docs/*.md a fenced block marked ``console`` holds commands, on lines that begin with ``$ ``,
and one marked ``python`` a script. All blocks of a document run in their order, in one folder with a store of
its own. A command that is meant to be refused ends with ``# exit 2`` (or 3, or 4). Commands that set up or
serve are left out here: the newcomer's drill runs them. What asks nothing of the shell is run in this
process, for a start costs as much as most commands do; the rest is given to bash.
"""

from __future__ import annotations

import gc
import os
import re
import shlex
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from geo_registry.cli import main
from geo_registry.cli.group import VERBS
from geo_registry.settings import Serving

PROJECT = Path(__file__).resolve().parents[1]
DOCUMENTS = [path for path in (PROJECT / "README.md", *sorted(PROJECT.glob("docs/**/*.md"))) if path.exists()]
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SET_UP_OR_SERVE = re.compile(
    r"(make|git|cd|pip|sudo) |\S*python server\.py|\S*geo-registry serve|\S*granian "
)
EXIT = re.compile(r"#\s*exit (\d)\s*$")
PLAIN = re.compile(r"((?:\w+=[\w-]+ )*)\.venv/bin/geo-registry((?! restore) [^|&;<>()$`*?~{}\\]*)")
"""What is set for one command, and its words, of which the shell would change none.

A store can be restored by a program that is alone with it, so that is left to a process of its own.
"""


def commands(document: Path) -> list[list[str]]:
    """Take a document's commands in their order, each as the words to start it with."""
    found = []
    for language, body in BLOCK.findall(document.read_text(encoding="utf-8")):
        lines = [line.removeprefix("$ ") for line in body.splitlines() if line.startswith("$ ")]
        shell = [["bash", "-c", line] for line in lines if not SET_UP_OR_SERVE.match(line)]
        found += [[sys.executable, "-c", body]] if language == "python" else shell
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder look like the checkout to commands, with a store of its own, and go there."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    for name in ("layers", "static"):
        (tmp_path / name).symlink_to(PROJECT / name)
    monkeypatch.setenv("PATH", str(Path(sys.prefix) / "bin"), prepend=os.pathsep)
    monkeypatch.setenv("GEO_REGISTRY_STORE", f"sqlite:///{tmp_path / 'registry.db'}")
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def leave(told: re.Match[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a plain command line in this process; give its exit code."""
    with monkeypatch.context() as given:
        for setting in told[1].split():
            given.setenv(*setting.split("="))
        try:
            main(shlex.split(told[2], comments=True))
        except SystemExit as left:
            return int(left.code or 0)
    return 0


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
@pytest.mark.usefixtures("folder")
def test_documents_run(
    document: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command and script that a document shows does what it says, in the order shown."""
    for words in commands(document):
        meant, plain = EXIT.search(words[-1]), PLAIN.fullmatch(words[-1])
        if plain:
            code = leave(plain, monkeypatch)
        else:
            gc.collect()  # lets go of the store that commands in this process had open
            code = subprocess.run(words, timeout=120, check=False).returncode
        said = "".join(capfd.readouterr())
        assert code == (int(meant[1]) if meant else 0), f"{words[-1]}\n{said}"


def test_the_readme_shows_commands() -> None:
    """README shows a newcomer commands that can be tried, `make run` first of all."""
    assert "$ make run" in (PROJECT / "README.md").read_text(encoding="utf-8")
    assert commands(PROJECT / "README.md")


def test_every_setting_of_the_server_is_documented() -> None:
    """The table of settings has each number of `Serving`, by its whole name or by the end of it."""
    table = (PROJECT / "docs" / "operate.md").read_text(encoding="utf-8")
    names = {one.name: f"_{one.name.upper()}`" for one in fields(Serving)}
    assert [name for name, shown in names.items() if shown not in table] == []


def test_every_verb_is_documented() -> None:
    """Every verb of the command line appears in README or docs by its full name."""
    written = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert [verb for verb in VERBS if f"geo-registry {verb}" not in written] == []


@pytest.mark.parametrize(("language", "document"), [("en", "cli.md"), ("zh", "cli.zh.md")])
def test_the_command_reference_is_fresh(language: str, document: str, tmp_path: Path) -> None:
    """docs/cli.md and its Chinese twin are what `make docs` writes today."""
    script = [sys.executable, str(PROJECT / ".ci" / "cli_reference.py"), language]
    ran = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == (PROJECT / "docs" / document).read_text(encoding="utf-8")


def test_the_documents_make_a_site(tmp_path: Path) -> None:
    """`make docs` makes a page of every document, no link leads nowhere, no picture comes from elsewhere."""
    script = [sys.executable, str(PROJECT / ".ci" / "site.py"), str(tmp_path / "site")]
    ran = subprocess.run(script, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    pages = sorted((tmp_path / "site").glob("**/*.html"))
    assert len(pages) == len(DOCUMENTS) + 1  # and the changes
    links = [
        (page, link)
        for page in pages
        for link in re.findall(r'(?:href|src)="([^"#]+)', page.read_text("utf-8"))
        if not link.startswith(("http:", "https:"))
    ]
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []
    assert [page.name for page in pages if re.search(r'src="http', page.read_text("utf-8"))] == []
