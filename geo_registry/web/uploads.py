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
from geo_registry.web.context import kept, language
from geo_registry.web.params import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from geo_registry.settings import Settings

MEGABYTE = 1_000_000
FORM_BYTES = MEGABYTE
"""What the fields beside a file may take."""
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


def register(app: Flask, settings: Settings) -> None:
    """Let an application refuse a request that is larger than any file may be, before it is read."""
    app.config["MAX_CONTENT_LENGTH"] = settings.uploads.file_mb * MEGABYTE + FORM_BYTES


@contextmanager
def received() -> Iterator[tuple[Path, gr.ImportOrder]]:
    """Give the file of this request under a name of ours, and what is asked of its import.

    Raises
    ------
    ValueRefused
        ``PARAMETER_MISSING`` without a file, ``PARAMETER_UNKNOWN``, ``PAIR_EXPECTED`` ...
    """
    form = Form(*ASKED)
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
