"""Verbs that change one record, tell its past, and decide about likely twins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import geo_registry as gr
from geo_registry.cli.group import Shell
from geo_registry.cli.printing import print_json, print_table
from geo_registry.cli.verbs.keeping import store_url
from geo_registry.cli.words import day, whole
from geo_registry.errors import ValueRefused
from geo_registry.registry.editing import Edit
from geo_registry.registry.importing import pairs_of
from geo_registry.wording import say

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from geo_registry.registry.editing import Version

TOLD = 3
"""Differences of a version shown on a terminal; all of them are in the JSON document."""


def edit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that edit and move share."""
    for option in (
        click.option("--by"),
        click.option("--reason", default=""),
        click.option("--on", type=day, metavar="DATE"),
        click.option("--version", type=whole("--version")),
        click.option("--set", "sets", multiple=True, metavar="FIELD=VALUE"),
        click.argument("record_id", metavar="ID"),
    ):
        command = option(command)
    return command


@click.command("edit")
@edit_options
@click.pass_obj
def edit(shell: Shell, /, **asked: Any) -> None:  # noqa: ANN401
    """Correct what is written of a record."""
    _edit(shell, "correct", **asked)


@click.command("move")
@edit_options
@click.pass_obj
def move(shell: Shell, /, **asked: Any) -> None:  # noqa: ANN401
    """Tell that a thing moved, or changed otherwise, on a day."""
    _edit(shell, "move", **asked)


def _edit(shell: Shell, act: str, **asked: Any) -> None:  # noqa: ANN401
    order = Edit(pairs_of(asked["sets"], "--set"), act, asked["on"], asked["reason"])
    desk = gr.open(store_url(shell)).editing
    done = desk.edit(asked["record_id"], order, version=asked["version"], by=asked["by"]).document
    if shell.as_json:
        print_json(done)
    else:
        fields = ", ".join(done["fields"])
        click.echo(
            say("cli.edited" if fields else "cli.edited_nothing", shell.lang, **done | {"fields": fields})
        )


@click.command("history")
@click.argument("record_id", metavar="ID")
@click.pass_obj
def history(shell: Shell, record_id: str) -> None:
    """Tell every version of a record."""
    told = gr.open(store_url(shell)).editing.history(record_id)
    if shell.as_json:
        print_json({"id": record_id, "versions": [one.document for one in told]})
        return
    names = ("version", "known", "valid", "at", "by", "action", "differences", "reason")
    print_table([say(f"cli.column_{name}", shell.lang) for name in names], map(_line, told))


def _line(one: Version) -> tuple[object, ...]:
    differences = [f"{each.field}: {_said(each.before)} → {_said(each.after)}" for each in one.differences]
    more = ["…"] if len(differences) > TOLD else []
    return (
        one.number,
        _span(one.known_from, one.known_to),
        _span(one.valid_from, one.valid_to),
        one.at,
        one.by,
        one.action,
        "; ".join([*differences[:TOLD], *more]),
        one.reason,
    )


def _said(value: object) -> str:
    return "–" if value is None else str(value)


def _span(begin: date | int | None, end: date | int | None) -> str:
    return f"{'' if begin is None else begin}…{'' if end is None else end}"


@click.command("decide")
@click.argument("ids", nargs=-1, metavar="[ID ID]")
@click.option("--same/--different", "same", default=None)
@click.option("--reason", default="")
@click.option("--by")
@click.pass_obj
def decide(shell: Shell, ids: tuple[str, ...], *, same: bool | None, reason: str, by: str | None) -> None:
    """Decide whether two records are one thing; without ids, list the likely twins."""
    desk = gr.open(store_url(shell)).editing
    if not ids:
        _list_twins(shell)
        return
    if len(ids) != 2 or same is None:  # noqa: PLR2004 (a pair)
        raise ValueRefused("PARAMETER_MISSING", option="ID ID --same|--different")
    commit = desk.decide(ids[0], ids[1], same=same, reason=reason, by=by)
    document = {"batch": commit.batch, "revision": commit.revision, **commit.details}
    if shell.as_json:
        print_json(document)
    else:
        click.echo(say("cli.decided_same" if same else "cli.decided_different", shell.lang, **document))


def _list_twins(shell: Shell) -> None:
    found = gr.open(store_url(shell)).editing.twins()
    if shell.as_json:
        print_json({"twins": [twin.document for twin in found]})
        return
    names = ("id", "code", "label", "other_id", "other_code", "other_label", "distance")
    rows = [
        (one.id, one.code, one.name, one.other_id, one.other_code, one.other_name, one.distance_m)
        for one in found
    ]
    print_table([say(f"cli.column_{name}", shell.lang) for name in names], rows)


COMMANDS = {"edit": edit, "move": move, "history": history, "decide": decide}
