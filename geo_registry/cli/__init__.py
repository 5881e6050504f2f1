"""The use cases for the shell: parse, call one use case, print; each verb is loaded when it is called."""

from __future__ import annotations

import locale
import os
import sys
from typing import TYPE_CHECKING

from geo_registry.cli.group import Verbs, translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_registry.core.kinds import Language


def _language(arguments: Sequence[str]) -> Language:
    for at, word in enumerate(arguments):
        given = word.partition("=")[2] if word.startswith("--lang=") else arguments[at + 1 : at + 2]
        if word.startswith("--lang") and "en" in given:
            return "en"
        if word.startswith("--lang") and "zh" in given:
            return "zh"
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if (named or locale.getlocale()[0] or "").startswith("en") else "zh"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command line and leave with its exit code.

    Parameters
    ----------
    arguments
        Words after the program's name; default those of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    language = _language(words)
    verbs = Verbs(language)
    translate(verbs, language)
    verbs.main(words, prog_name="geo-registry")
