"""Verbs that take results away: reports, maps and exports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import geo_registry as gr
from geo_registry.cli.group import Shell
from geo_registry.cli.patience import patience
from geo_registry.cli.printing import deliver
from geo_registry.cli.verbs.asking import choice_of, choice_options, output_format, question_options, radii
from geo_registry.cli.verbs.keeping import store_url
from geo_registry.cli.words import as_of, number
from geo_registry.errors import ValueRefused
from geo_registry.registry.publishing import REPORTS, TEMPLATED, sample

PAPER = "pdf"
"""Format of a report where none is asked for."""


@click.command("report")
@click.argument("station", required=False)
@click.option("--all", "every", is_flag=True)
@click.option("--format", "form", metavar="|".join(REPORTS))
@click.option("--template", type=click.Path(path_type=Path), metavar="DOCX")
@click.option("--since", type=as_of, metavar="REVISION|DATE")
@question_options
@click.option("-o", "--output", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_obj
def report(
    shell: Shell,
    /,
    station: str | None,
    form: str | None,
    output: Path | None,
    **asked: Any,  # noqa: ANN401
) -> None:
    """Write the report of a station's neighbourhood, or of all stations."""
    if station and asked["every"]:
        raise ValueRefused("STATION_OR_ALL", value=station)
    if not (station or asked["every"]):
        raise ValueRefused("PARAMETER_MISSING", option="STATION | --all")
    question = gr.Question(rings_m=radii(asked["rings"]), on=asked["on"], as_of=asked["as_of"])
    ending, more = output_format(output), {name: asked[name] for name in ("template", "since")}
    wanted = form or (ending if ending in REPORTS else TEMPLATED if more["template"] else PAPER)
    with patience():
        registry = gr.open(store_url(shell))
        if station:
            made = registry.publishing.report(station, wanted, shell.lang, question, **more)
        else:
            made = registry.publishing.every_report(wanted, shell.lang, question, **more)
    deliver(made.name, made.content, output, shell)


@click.command("selection")
@choice_options
@click.option("--format", "form", metavar="|".join(REPORTS))
@click.option("-o", "--output", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_obj
def selection(shell: Shell, /, form: str | None, output: Path | None, **asked: Any) -> None:  # noqa: ANN401
    """Write the report of a choice of sources."""
    choice, ending = choice_of(asked), output_format(output)
    wanted = form or (ending if ending in REPORTS else PAPER)
    with patience():
        made = gr.open(store_url(shell)).publishing.choice_report(choice, wanted, shell.lang)
    deliver(made.name, made.content, output, shell)


@click.command("template")
@click.option("-o", "--output", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_obj
def template(shell: Shell, /, output: Path | None) -> None:
    """Write a template that says all that a report says."""
    deliver("template.docx", sample(), output, shell)


@click.command("map")
@click.argument("station")
@question_options
@click.option("-o", "--output", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_obj
def station_map(shell: Shell, /, station: str, output: Path | None, **asked: Any) -> None:  # noqa: ANN401
    """Write a station's neighbourhood as one map that needs no network."""
    question = gr.Question(rings_m=radii(asked["rings"]), on=asked["on"], as_of=asked["as_of"])
    with patience():
        made = gr.open(store_url(shell)).publishing.portable(station, shell.lang, question)
    deliver(made.name, made.content, output, shell)


@click.command("export")
@choice_options
@click.option("--format", "form", metavar="shp|gpkg|geojson|parquet|csv|xlsx|pmtiles")
@click.option("--crs")
@click.option("--datum", metavar="gcj02|bd09")
@click.option("--encoding", default="utf-8", show_default=True, metavar="utf-8|gbk")
@click.option("--names", default="ascii", show_default=True, metavar="ascii|zh")
@click.option("--station", metavar="CODE")
@click.option("--ring", type=number("--ring"), metavar="METRES")
@click.option("--rings", default="1000,3000,5000", show_default=True, metavar="METRES")
@click.option("-o", "--output", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_obj
def export(shell: Shell, /, form: str | None, output: Path | None, **asked: Any) -> None:  # noqa: ANN401
    """Take records away as a file."""
    choice, rings_m = choice_of(asked), radii(asked.pop("rings"))
    plain = gr.ExportOrder(form=form or output_format(output), rings_m=rings_m, lang=shell.lang, **asked)
    order = plain.choosing(choice)
    with patience():
        made = gr.open(store_url(shell)).export(order)
    deliver(made.name, made.content, output, shell)


COMMANDS = {
    "report": report,
    "selection": selection,
    "template": template,
    "map": station_map,
    "export": export,
}
