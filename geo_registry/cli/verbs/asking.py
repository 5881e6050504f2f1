"""Verbs that ask: the audit of stations, and what is round a point."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import geo_registry as gr
from geo_registry.cli.group import Shell
from geo_registry.cli.patience import patience
from geo_registry.cli.printing import deliver, delivery, print_json, print_table
from geo_registry.cli.verbs.keeping import store_url
from geo_registry.cli.words import as_of, day, number
from geo_registry.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import pandas as pd

    from geo_registry import Question, Registry

FORMATS = ("csv", "json", "geojson", "gpkg", "shp", "parquet", "xlsx")

STREAMED = "parquet"
"""Format whose pairs are written as they are found."""


def radii(text: str) -> tuple[float, ...]:
    """Read radii in metres, comma-separated.

    Raises
    ------
    ValueRefused
        If one is no number.
    """
    try:
        return tuple(map(number("--rings"), text.split(",")))
    except ValueRefused as fault:
        raise ValueRefused("RING_NOT_NUMBER", value=text) from fault


def question_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that audit, report and export share."""
    for option in (
        click.option("--as-of", type=as_of, metavar="REVISION|DATE"),
        click.option("--on", type=day, metavar="DATE"),
        click.option("--rings", default="1000,3000,5000", show_default=True, metavar="METRES"),
    ):
        command = option(command)
    return command


@click.command("audit")
@click.option("--station", "stations", multiple=True, metavar="CODE")
@click.option("--level", default="national", show_default=True)
@click.option("--kind", "kinds", multiple=True)
@click.option("--status", default="active", show_default=True)
@question_options
@click.option("--pairs/--summary", "pairs", default=True)
@click.option("--format", "form", metavar="|".join(FORMATS))
@click.option("-o", "--output", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_obj
def audit(shell: Shell, /, *, pairs: bool, form: str | None, output: Path | None, **asked: Any) -> None:  # noqa: ANN401
    """Audit the neighbourhood of stations."""
    question = gr.Question(
        stations=asked["stations"],
        level=asked["level"],
        kinds=asked["kinds"],
        status=asked["status"],
        rings_m=radii(asked["rings"]),
        on=asked["on"],
        as_of=asked["as_of"],
    )
    registry = gr.open(store_url(shell))
    if form or output:
        _take(
            registry, question, form or output_format(output), output or Path("-"), pairs=pairs, shell=shell
        )
        return
    with patience():
        found = registry.audit(question=question) if pairs else registry.auditing.counts(question)
    if shell.as_json:
        print_json(found.as_document() if pairs else found.counts_document())
        return
    for table in (found.pairs,) if pairs else (found.summary, found.totals):
        _print_frame(table)


def _take(
    registry: Registry, question: Question, form: str, output: Path, *, pairs: bool, shell: Shell
) -> None:
    """Write an audit as a file: pairs as Parquet while they are found, all else at once."""
    if pairs and form == STREAMED:
        with delivery(registry.auditing.name(question), output, shell) as file, patience():
            registry.auditing.stream(question, file, shell.lang)
        return
    with patience():
        made = registry.export_audit(question, form, shell.lang, summary=not pairs)
    deliver(made.name, made.content, output, shell)


def output_format(output: Path | None) -> str:
    """Tell the format wanted from the ending of a file's name."""
    suffix = "" if output is None else output.suffix.removeprefix(".").lower()
    return {"zip": "shp", "": "csv"}.get(suffix, suffix)


def _print_frame(table: pd.DataFrame) -> None:
    print_table(list(table.columns), table.itertuples(index=False, name=None))
    click.echo()


@click.command("near", context_settings={"ignore_unknown_options": True})
@click.argument("lon", type=number("LON"))
@click.argument("lat", type=number("LAT"))
@click.argument("radius_m", type=number("METRES"), metavar="METRES")
@click.option("--on", type=day, metavar="DATE")
@click.pass_obj
def near(shell: Shell, lon: float, lat: float, *, radius_m: float, on: date | None) -> None:
    """List what is round a point."""
    found = gr.open(store_url(shell)).near(lon, lat, radius_m, on=on)
    if shell.as_json:
        print_json({"lon": lon, "lat": lat, "radius_m": radius_m, "found": found.to_dict(orient="records")})
    else:
        _print_frame(found)


COMMANDS = {"audit": audit, "near": near}
