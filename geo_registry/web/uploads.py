"""Files that a browser or a program sends, in a private folder for as long as a request lasts."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from flask import request

import geo_registry as gr
from geo_registry.errors import ValueRefused
from geo_registry.registry.importing import pairs_of
from geo_registry.web.context import kept, language, registry
from geo_registry.web.params import Form, Query

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELD = "file"
CHOICES = (
    "kind",
    "datum",
    "crs",
    "map",
    "set",
    "layer",
    "sheet",
    "encoding",
    "accept_partial",
    "allow_unlocated",
)
"""How a file is to be understood, and what of it is wanted: the options of the verb."""
ASKED = (*CHOICES, "dry_run")
"""Fields of an import."""
WORD_CHARS, PAIR_CHARS = 255, 500
"""Longest text of a field, and of one that gives a pair."""


@contextmanager
def received() -> Iterator[tuple[Path, gr.ImportOrder]]:
    """Give the file of this request under a name of ours, and what is asked of its import.

    Raises
    ------
    NotAllowed
        If who asks may import nothing.
    ValueRefused
        ``PARAMETER_MISSING`` without a file, ``PARAMETER_UNKNOWN``, ``FIELD_TOO_LONG``, ``PAIR_EXPECTED`` ...
    """
    registry().must("import")
    form = Form(*ASKED)
    _refuse_long(form)
    sent = request.files.get(FIELD)
    if sent is None or not sent.filename:
        raise ValueRefused("PARAMETER_MISSING", option=FIELD)
    order = ordered(form, sent.filename)
    with TemporaryDirectory(prefix="geo-registry-upload-") as folder:
        path = Path(folder) / FIELD
        sent.save(path)
        yield path, order


def ordered(asked: Query, name: str | None = None) -> gr.ImportOrder:
    """Give what a form or an address asks of an import.

    Parameters
    ----------
    asked
        Parameters, of which `CHOICES` and ``dry_run`` may be known.
    name
        The file's own.

    Raises
    ------
    ValueRefused
        ``FIELD_TOO_LONG``, ``PAIR_EXPECTED`` or ``CHOICE_UNKNOWN``.
    """
    _refuse_long(asked)
    return gr.ImportOrder(
        kind=asked.text("kind"),
        datum=asked.text("datum"),
        crs=asked.text("crs"),
        renames=pairs_of(asked.texts("map"), "map"),
        sets=pairs_of(asked.texts("set"), "set"),
        layer=asked.text("layer"),
        sheet=asked.text("sheet"),
        encoding=asked.text("encoding"),
        dry_run=asked.flag("dry_run"),
        accept_partial=asked.flag("accept_partial"),
        allow_unlocated=asked.flag("allow_unlocated"),
        name=name,
        limits=kept().settings.uploads,
        lang=language(),
    )


def _refuse_long(asked: Query) -> None:
    for name in CHOICES:
        limit = PAIR_CHARS if name in {"map", "set"} else WORD_CHARS
        if any(len(text) > limit for text in asked.texts(name)):
            raise ValueRefused("FIELD_TOO_LONG", field=name, limit=limit)
