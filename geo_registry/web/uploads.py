"""Files that a browser or a program sends: put in a private folder for as long as a request lasts."""

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
from geo_registry.web.params import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELD = "file"
ASKED = (
    "kind",
    "datum",
    "crs",
    "map",
    "set",
    "layer",
    "sheet",
    "encoding",
    "dry_run",
    "accept_partial",
    "allow_unlocated",
)
"""Fields of an import: the options of the verb."""
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
    order = gr.ImportOrder(
        kind=form.text("kind"),
        datum=form.text("datum"),
        crs=form.text("crs"),
        renames=pairs_of(form.texts("map"), "map"),
        sets=pairs_of(form.texts("set"), "set"),
        layer=form.text("layer"),
        sheet=form.text("sheet"),
        encoding=form.text("encoding"),
        dry_run=form.flag("dry_run"),
        accept_partial=form.flag("accept_partial"),
        allow_unlocated=form.flag("allow_unlocated"),
        name=sent.filename,
        limits=kept().settings.uploads,
        lang=language(),
    )
    with TemporaryDirectory(prefix="geo-registry-upload-") as folder:
        path = Path(folder) / FIELD
        sent.save(path)
        yield path, order


def _refuse_long(form: Form) -> None:
    for name in ASKED:
        limit = PAIR_CHARS if name in {"map", "set"} else WORD_CHARS
        if any(len(text) > limit for text in form.texts(name)):
            raise ValueRefused("FIELD_TOO_LONG", field=name, limit=limit)
