"""Verbs that take ledgers in and give them back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

import geo_registry as gr
from geo_registry.cli.group import EXIT_PARTIAL, EXIT_REFUSED, Shell
from geo_registry.cli.patience import patience
from geo_registry.cli.printing import deliver, print_json, print_table
from geo_registry.cli.verbs.keeping import store_url
from geo_registry.errors import FileRefused
from geo_registry.registry.importing import brief, pairs_of
from geo_registry.settings import COMMAND_LINE_LIMITS
from geo_registry.wording import say

if TYPE_CHECKING:
    from geo_registry.registry.importing import Outcome

EXIT_CANCELLED = 130
"""What a shell says of a program that Ctrl-C has ended."""
SHOWN_FINDINGS = 20
"""Findings shown on a terminal; all of them are in the JSON document."""


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind")
@click.option("--datum")
@click.option("--crs")
@click.option("--map", "renames", multiple=True, metavar="THEIRS=OURS")
@click.option("--set", "sets", multiple=True, metavar="FIELD=VALUE")
@click.option("--layer")
@click.option("--sheet")
@click.option("--encoding")
@click.option("--dry-run", is_flag=True)
@click.option("--accept-partial", is_flag=True)
@click.option("--allow-unlocated", is_flag=True)
@click.option("--by")
@click.pass_context
def import_(context: click.Context, /, file: Path, **options: object) -> None:
    """Take a ledger in."""
    shell = context.ensure_object(Shell)
    renames, sets = pairs_of(options.pop("renames"), "--map"), pairs_of(options.pop("sets"), "--set")  # type: ignore[arg-type]
    order = gr.ImportOrder(renames=renames, sets=sets, limits=COMMAND_LINE_LIMITS, lang=shell.lang, **options)  # type: ignore[arg-type]
    registry = gr.open(store_url(shell))
    try:
        with patience() as share:
            outcome = registry.import_file(file, replace(order, watch=share.tell))
    except KeyboardInterrupt:
        click.echo(say("cli.import_cancelled", shell.lang), err=True)
        context.exit(EXIT_CANCELLED)
    except FileRefused as fault:
        if shell.as_json:
            print_json(registry.refusal(file, order, fault).document)
            context.exit(EXIT_REFUSED)
        raise
    if shell.as_json:
        print_json(outcome.document)
    else:
        _tell(shell, outcome)
    context.exit({"accept": 0, "partial": EXIT_PARTIAL}.get(outcome.document["status"], EXIT_REFUSED))


def _tell(shell: Shell, outcome: Outcome) -> None:
    document = outcome.document
    stored = "stored" if document["batch"] else "not_stored"
    click.echo(say("cli.import_counts", shell.lang, **document))
    click.echo(say(f"cli.import_{stored}", shell.lang, **document))
    if document["arrival"]:
        known = "kept_again" if document["same_file"] else "kept"
        click.echo(say(f"cli.import_{known}", shell.lang, **document))
    findings = sorted(document["findings"], key=lambda found: found["severity"] == "warning")
    if findings:
        headings = [say(f"cli.column_{name}", shell.lang) for name in ("row", "field", "code", "message")]
        print_table(
            headings, [(f["row"], f["field"], f["code"], f["message"]) for f in findings[:SHOWN_FINDINGS]]
        )
    if len(findings) > SHOWN_FINDINGS:
        click.echo(say("cli.more_findings", shell.lang, count=len(findings) - SHOWN_FINDINGS))


@click.command("undo")
@click.argument("batch")
@click.option("--by")
@click.pass_obj
def undo(shell: Shell, batch: str, by: str | None) -> None:
    """Take an import back, as new changes."""
    commit = gr.open(store_url(shell)).undo(batch, by=by)
    document = {"undone": batch, "batch": commit.batch, "revision": commit.revision, **commit.details}
    if shell.as_json:
        print_json(document)
    else:
        click.echo(say("cli.undone", shell.lang, **document))


@click.command("imports")
@click.pass_obj
def imports(shell: Shell) -> None:
    """List what was sent to be imported."""
    told = [brief(each) for each in gr.open(store_url(shell)).ledgers.arrivals()]
    if shell.as_json:
        print_json({"arrivals": told})
        return
    names = ("id", "at", "by", "file", "status", "rows", "accepted", "rejected", "batch")
    rows = [tuple(each[name] for name in names) for each in told]
    print_table([say(f"cli.column_{name}", shell.lang) for name in names], rows)


@click.command("refused")
@click.argument("arrival")
@click.option("-o", "--output", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_obj
def refused(shell: Shell, arrival: str, output: Path | None) -> None:
    """Give the refused rows of an arrival back, to be mended."""
    made = gr.open(store_url(shell)).ledgers.refused(arrival, shell.lang)
    deliver(made.name, made.content, output, shell)


COMMANDS = {"import": import_, "undo": undo, "imports": imports, "refused": refused}
