"""What the shell prints: one JSON document, or a table that lines up also with Chinese."""

from __future__ import annotations

import json
import math
import unicodedata
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from geo_registry.errors import ValueRefused
from geo_registry.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geo_registry.cli.group import Shell


def print_json(document: object) -> None:
    """Print one JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def width(text: str) -> int:
    """Count the columns a text takes in a terminal: two for each full-width character."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def shown(value: Any) -> str:  # noqa: ANN401 (any cell)
    """Write one value as a reader of a table expects it."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in {"<NA>", "NaT"}:
        return ""
    if isinstance(value, bool):
        return "✓" if value else ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def print_table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows under headings, columns aligned.

    Parameters
    ----------
    headings
        One a column.
    rows
        Values, as many as headings in each.
    """
    lines = [list(headings), *[[shown(value) for value in row] for row in rows]]
    widths = [max(width(line[at]) for line in lines) for at in range(len(headings))]
    for line in lines:
        cells = [cell + " " * (space - width(cell)) for cell, space in zip(line, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def deliver(name: str, content: bytes, output: Path | None, shell: Shell) -> None:
    """Write a file where it was asked for, or under its own name in this folder, and say so.

    Parameters
    ----------
    name
        Name the file was given when it was made.
    content
        Its bytes.
    output
        File or folder asked for; ``-`` is standard output.
    shell
        In which language it is said, and whether as JSON.

    Raises
    ------
    ValueRefused
        ``OUTPUT_UNWRITABLE``.
    """
    with delivery(name, output, shell) as file:
        file.write_bytes(content)


@contextmanager
def delivery(name: str, output: Path | None, shell: Shell) -> Iterator[Path]:
    """Give the place of a file, or a folder, while it is written; it bears its name only when it is whole.

    Parameters
    ----------
    name, output, shell
        As for `deliver`.

    Yields
    ------
    Path
        Where to write; what fails there leaves nothing, and what stood under the name as it was.

    Raises
    ------
    ValueRefused
        ``OUTPUT_UNWRITABLE``.
    """
    if output is not None and str(output) == "-":
        with TemporaryDirectory() as folder:
            yield Path(folder) / name
            click.echo((Path(folder) / name).read_bytes(), nl=False)
        return
    path = _named(name, output)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".making-", dir=path.parent) as folder:
            yield Path(folder) / name
            (Path(folder) / name).replace(path)
    except OSError as fault:
        raise ValueRefused("OUTPUT_UNWRITABLE", value=str(path), reason=fault.strerror) from fault
    size = sum(file.stat().st_size for file in ([path] if path.is_file() else path.iterdir()))
    click.echo(say("cli.written", shell.lang, path=path, size=size), err=True)
    if shell.as_json:
        print_json({"file": str(path), "bytes": size})


def _named(name: str, output: Path | None) -> Path:
    path = Path(name) if output is None else output / name if output.is_dir() else output
    return path.with_suffix(".zip") if path.suffix == ".shp" else path
