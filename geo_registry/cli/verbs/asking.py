"""What verbs that ask share, and the one that asks what is round a point."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import geo_registry as gr
from geo_registry.cli.group import Shell
from geo_registry.cli.printing import print_json, print_table
from geo_registry.cli.verbs.keeping import store_url
from geo_registry.cli.words import as_of, day, number, whole
from geo_registry.core.audit.result import records
from geo_registry.errors import ValueRefused
from geo_registry.registry.choosing import MARKS, NAMES, SORTS, Choice, View, read

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


CHOICE = {
    "kind": "KINDS",
    "status": "active|all|LIST",
    "priority": "high,medium,low",
    "district": "NAMES",
    "township": "NAMES",
    "text": "TEXT",
    "bbox": "W,S,E,N",
    "near": "LON,LAT,METRES",
    "within": "LON,LAT,…",
    "on": "DATE",
    "as_of": "REVISION|DATE",
}
"""Options that say what is chosen, with what stands behind them."""
SWITCHES = ("flagged", "overdue")
"""Options that say so by standing there."""


def choice_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what is chosen, in the words of an address."""
    for name in reversed(NAMES):
        option = f"--{name.replace('_', '-')}"
        if name in SWITCHES:
            command = click.option(option, is_flag=True)(command)
        else:
            command = click.option(option, metavar=CHOICE[name])(command)
    return command


def choice_of(asked: dict[str, Any]) -> Choice:
    """Take what is chosen out of the options of a verb.

    Parameters
    ----------
    asked
        Options by name; those of a choice are taken away.

    Raises
    ------
    ValueRefused
        As from `choosing.read`.
    """
    said = {name: asked.pop(name) for name in NAMES}
    words = {name: "true" if value is True else value or "" for name, value in said.items()}
    return read({name: [word] for name, word in words.items()}, lambda name: f"--{name.replace('_', '-')}")


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


@click.command("sources")
@choice_options
@click.option("--counts", is_flag=True)
@click.option("--sort", default="-score", show_default=True, metavar="|".join(SORTS))
@click.option("--page", type=whole("--page"), default="1", show_default=True, metavar="NUMBER")
@click.option("--per-page", type=whole("--per-page"), default="50", show_default=True, metavar="NUMBER")
@click.pass_obj
def sources(shell: Shell, /, *, counts: bool, sort: str, page: int, per_page: int, **asked: Any) -> None:  # noqa: ANN401
    """List and count the sources of a choice."""
    choice, view = choice_of(asked), View(sort, page, per_page)
    choosing = gr.open(store_url(shell)).choosing
    counted = asdict(choosing.counts(choice))
    listed = None if counts else choosing.page(choice, view)
    rows = [] if listed is None else records(listed.rows[list(SHOWN)])
    if shell.as_json:
        print_json({"counts": counted, **({} if counts else {"rows": rows})})
        return
    if listed is not None:
        print_frame(listed.rows[list(SHOWN)])
    kinds = counted.pop("kinds")
    every = {name: sum(one[name] for one in kinds.values()) for name in MARKS}
    print_table(["kind", *MARKS], [(kind, *one.values()) for kind, one in [*kinds.items(), ("total", every)]])
    click.echo()


SHOWN = ("id", "code", "kind", "name", "status", "district", "township", "score", "priority", "overdue")
"""Columns of a list of sources."""

COMMANDS = {"near": near, "sources": sources}
