"""Verbs that make, fill, describe and serve a registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import geo_registry as gr
from geo_registry.cli.group import Shell
from geo_registry.cli.patience import patience
from geo_registry.cli.printing import print_json, print_table
from geo_registry.errors import StoreError, ValueRefused
from geo_registry.settings import from_env, shown
from geo_registry.wording import say

if TYPE_CHECKING:
    from geo_registry.core.kinds import Catalog, Field, Kind

EDGES = 4


def store_url(shell: Shell) -> str:
    """Give the store that was named, or the one of the settings."""
    return shell.store or from_env().store_url


def _region(text: str) -> tuple[float, float, float, float]:
    if text == "world":
        return (-180.0, -90.0, 180.0, 90.0)
    try:
        edges = [float(part) for part in text.split(",")]
    except ValueError:
        edges = []
    if len(edges) != EDGES:
        raise ValueRefused("REGION_INVALID", value=text)
    return edges[0], edges[1], edges[2], edges[3]


@click.command("init")
@click.option("--region", default="73,3,136,54", show_default=True)
@click.option("--tz", default="Asia/Shanghai", show_default=True)
@click.option("--by")
@click.pass_obj
def init(shell: Shell, region: str, tz: str, by: str | None) -> None:
    """Make an empty store."""
    url = store_url(shell)
    gr.init(url, region=_region(region), tz=tz, by=by)
    document = {"store": shown(url), "region": list(_region(region)), "tz": tz, "revision": 0}
    if shell.as_json:
        print_json(document)
    else:
        click.echo(say("cli.made", shell.lang, **document))


def _field_document(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "type": field.type,
        "label": {"zh": field.label.zh, "en": field.label.en},
        "aliases": list(field.aliases),
        "unit": field.unit,
        "shp": field.shp,
        "choices": [choice.value for choice in field.choices],
    }


def _kind_document(kind: Kind) -> dict[str, Any]:
    return {
        "kind": kind.name,
        "role": kind.role,
        "label": {"zh": kind.label.zh, "en": kind.label.en},
        "aliases": list(kind.aliases),
        "position": kind.position,
        "geometry": list(kind.geometry),
        "weight": kind.weight,
        "statuses": dict(kind.statuses),
        "checklists": {checklist.name: list(checklist.items) for checklist in kind.checklists},
        "fields": [_field_document(field) for field in kind.all_fields],
    }


def _catalog_document(catalog: Catalog) -> dict[str, Any]:
    return {
        "digest": catalog.digest,
        "statuses": [
            {"status": status.value, "zh": status.label.zh, "en": status.label.en}
            for status in catalog.statuses
        ],
        "active": list(catalog.active),
        "kinds": [_kind_document(kind) for kind in catalog.kinds.values()],
    }


@click.command("kinds")
@click.pass_obj
def kinds(shell: Shell) -> None:
    """Show the catalog."""
    catalog = gr.read_catalog(from_env().layers)
    if shell.as_json:
        print_json(_catalog_document(catalog))
        return
    headings = [
        say(f"cli.column_{name}", shell.lang) for name in ("kind", "label", "role", "position", "fields")
    ]
    rows = [
        (kind.name, kind.label.of(shell.lang), kind.role, kind.position, len(kind.all_fields))
        for kind in catalog.kinds.values()
    ]
    print_table(headings, rows)


def _fill(shell: Shell, url: str, by: str | None = None) -> dict[str, Any]:
    click.echo(say("cli.demo_begins", shell.lang, store=shown(url)), err=True)
    with patience():
        filled = gr.fill_demo(url, by=by)
    return {
        "store": shown(url),
        "revision": filled.revision,
        "records": filled.counts,
        "batches": filled.batches,
    }


@click.command("demo")
@click.option("--by")
@click.pass_obj
def demo(shell: Shell, by: str | None) -> None:
    """Fill the store with the demo city."""
    document = _fill(shell, store_url(shell), by)
    if shell.as_json:
        print_json(document)
    else:
        click.echo(say("cli.demo_done", shell.lang, count=sum(document["records"].values()), **document))


@click.command("serve")
@click.option("--host")
@click.option("--port", type=click.IntRange(1, 65_535))
@click.option("--workers", type=click.IntRange(1, 64))
@click.option("--demo", "with_demo", is_flag=True)
@click.pass_obj
def serve(shell: Shell, host: str | None, port: int | None, workers: int | None, *, with_demo: bool) -> None:
    """Serve the map."""
    settings = from_env()
    url = store_url(shell)
    try:
        gr.open(url).close()
    except StoreError as fault:
        if not (with_demo and fault.code == "STORE_MISSING"):
            raise
        _fill(shell, url)
    gr.serve(
        url,
        host=host or settings.host,
        port=port or settings.port,
        workers=workers or settings.workers,
        lang=shell.lang,
    )


COMMANDS = {"init": init, "kinds": kinds, "demo": demo, "serve": serve}
