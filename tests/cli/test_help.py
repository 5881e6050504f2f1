"""The help of every verb, in both languages: each option explained, an example that is understood."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from geo_registry.cli.group import VERBS, Verbs
from geo_registry.core.kinds import Language
from geo_registry.wording import texts
from tests.cli.shell import run

EXAMPLE = {"zh": "例：", "en": "Example: "}


def command(verb: str, lang: Language) -> click.Command:
    """Load a verb with its help in a language."""
    verbs = Verbs(lang)
    found = verbs.get_command(click.Context(verbs), verb)
    assert found.name == verb
    return found


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    """In Chinese and in English a verb says what it does, what each option means, and shows an example."""
    shown: dict[Language, str] = {lang: run("", verb, "--help", lang=lang).stdout for lang in ("zh", "en")}
    for lang, text in shown.items():
        assert str(texts(lang)[f"cli.{verb}"])[:12] in text
        assert f"{EXAMPLE[lang]}geo-registry " in text
    chinese, english = helps(verb, "zh"), helps(verb, "en")
    assert [name for name, text in chinese.items() if not text or text == english[name]] == []


def helps(verb: str, lang: Language) -> dict[str, str]:
    """Give what a verb says of each of its options."""
    options = [one for one in command(verb, lang).params if isinstance(one, click.Option)]
    return {str(one.name): one.help or "" for one in options}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("verb", VERBS)
def test_every_example_is_understood(verb: str, lang: Language) -> None:
    """The example of a verb's help is a command line that the verb takes."""
    program, *words = shlex.split(texts(lang)[f"cli.{verb}_examples"].removeprefix(EXAMPLE[lang]))
    assert program == "geo-registry"
    group = Verbs(lang).make_context("geo-registry", words)
    rest = words[words.index(verb) + 1 :]
    assert command(verb, lang).make_context(verb, rest, parent=group).params is not None


def test_options_are_explained_in_their_own_words() -> None:
    """No option borrows the help of a verb that bears its name."""
    verbs = {texts("en")[f"cli.{verb}"] for verb in VERBS}
    borrowed = [(verb, name) for verb in VERBS for name, text in helps(verb, "en").items() if text in verbs]
    assert borrowed == []


@pytest.mark.parametrize(("lang", "heading"), [("zh", "命令"), ("en", "Verbs")])
def test_the_help_of_all_lists_the_verbs(lang: Language, heading: str) -> None:
    """The program's own help lists every verb with its sentence, and what exit codes mean."""
    text = run("", "--help", lang=lang).stdout
    assert heading in text
    assert [verb for verb in VERBS if f"\n  {verb} " not in text] == []
    assert "3 " in text.splitlines()[-1]


@pytest.mark.parametrize(
    ("locale", "word"), [("en_GB.UTF-8", "Verbs"), ("zh_CN.UTF-8", "命令"), ("C", "命令")]
)
def test_the_module_is_the_program(locale: str, word: str, tmp_path: Path) -> None:
    """`python -m geo_registry` is the command line, in the locale's language, Chinese when unsure."""
    environment = {**os.environ, "LC_ALL": locale, "PYTHONUTF8": "1", "PYTHONWARNINGS": "error"}
    words = [sys.executable, "-m", "geo_registry", "--help"]
    told = subprocess.run(
        words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert word in told.stdout
    assert told.stdout.startswith("Usage: geo-registry ")


def test_help_is_quick() -> None:
    """Help loads none of the heavy libraries, so that it answers at once."""
    script = (
        "import sys\nfrom geo_registry.cli import main\n"
        "try:\n    main(['--help'])\nfinally:\n"
        "    print(sorted({'pandas', 'geopandas', 'sqlalchemy', 'flask', 'shapely'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert told.stdout.splitlines()[-1] == "[]"
