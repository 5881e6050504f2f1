"""The command line as a script uses it: words in, exit code and documents out."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from click.testing import CliRunner, Result

from geo_registry.cli.group import Verbs, translate
from geo_registry.core.kinds import Language

Row = dict[str, str]


def run(url: str, *words: str, lang: Language = "en") -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(translate(Verbs(lang), lang), ["--store", url, "--lang", lang, *words])


def document(url: str, *words: str, code: int = 0, lang: Language = "en") -> dict[str, Any]:
    """Read the one JSON document that a command prints, having looked at its exit code."""
    result = run(url, "--json", *words, lang=lang)
    assert result.exit_code == code, result.output
    read: dict[str, Any] = json.loads(result.stdout)
    return read


def csv_rows(url: str, *words: str) -> list[Row]:
    """Read the CSV that a command prints."""
    result = run(url, *words)
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout.removeprefix("\ufeff"))))
