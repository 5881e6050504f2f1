"""What verbs that ask share, and the one that asks what is round a point."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import geo_registry as gr
from geo_registry.cli.group import Shell
from geo_registry.cli.printing import print_json, print_table
from geo_registry.cli.verbs.keeping import store_url
from geo_registry.cli.words import as_of, day, number
from geo_registry.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import pandas as pd


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


def output_format(output: Path | None) -> str:
    """Tell the format wanted from the ending of a file's name."""
    suffix = "" if output is None else output.suffix.removeprefix(".").lower()
    return {"zip": "shp", "": "csv"}.get(suffix, suffix)


def print_frame(table: pd.DataFrame) -> None:
    """Print a table, columns aligned."""
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
        print_frame(found)


COMMANDS = {"near": near}
