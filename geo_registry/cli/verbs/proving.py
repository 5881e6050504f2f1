"""Verbs that prove a store, copy it, and put a copy back."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

import geo_registry as gr
from geo_registry.cli.group import EXIT_REFUSED, Shell
from geo_registry.cli.patience import patience
from geo_registry.cli.printing import print_json
from geo_registry.cli.verbs.keeping import store_url
from geo_registry.registry import keeping
from geo_registry.settings import shown
from geo_registry.wording import say

if TYPE_CHECKING:
    from geo_registry.core.kinds import Language
    from geo_registry.registry.keeping import Proof


def _proof_document(url: str, proof: Proof, lang: Language) -> dict[str, Any]:
    broken = proof.broken and {
        "wrong": proof.broken.wrong,
        "revision": proof.broken.revision,
        "record": proof.broken.record,
        "value": proof.broken.value,
        "message": say(f"proof.{proof.broken.wrong}", lang, **_places(proof)),
    }
    return {
        "store": shown(url),
        "whole": proof.whole,
        "revision": proof.head.revision,
        "head": str(proof.head),
        "versions": proof.versions,
        "broken": broken,
    }


def _places(proof: Proof) -> dict[str, object]:
    broken = proof.broken
    return {} if broken is None else {name: getattr(broken, name) for name in ("revision", "record", "value")}


@click.command("verify")
@click.option("--head", metavar="REVISION:HASH")
@click.pass_context
def verify(context: click.Context, head: str | None) -> None:
    """Prove that the store is what its commits say."""
    shell = context.ensure_object(Shell)
    url = store_url(shell)
    with patience():
        proof = keeping.verify(url, head)
    document = _proof_document(url, proof, shell.lang)
    if shell.as_json:
        print_json(document)
    elif proof.whole:
        click.echo(say("cli.proven", shell.lang, **document))
    else:
        click.echo(document["broken"]["message"], err=True)
        click.echo(say("cli.proven_until", shell.lang, **document), err=True)
    context.exit(0 if proof.whole else EXIT_REFUSED)


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup(shell: Shell, file: Path) -> None:
    """Copy the store while it is used."""
    began = perf_counter()
    registry = gr.open(store_url(shell))
    try:
        with patience():
            head = registry.keeping.back_up(file)
    finally:
        registry.close()
    document = {
        "file": str(file),
        "revision": head.revision,
        "head": str(head),
        "bytes": file.stat().st_size,
        "seconds": round(perf_counter() - began, 3),
    }
    _tell(shell, "cli.backed_up", document)


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True)
@click.pass_obj
def restore(shell: Shell, file: Path, *, replace: bool) -> None:
    """Put a copy in the place of the store."""
    began, url = perf_counter(), store_url(shell)
    with patience():
        done = keeping.restore(url, file, replace=replace)
    document = {
        "store": shown(url),
        "file": str(file),
        "revision": done.head.revision,
        "head": str(done.head),
        "kept": done.kept,
        "seconds": round(perf_counter() - began, 3),
    }
    _tell(shell, "cli.restored_over" if done.kept else "cli.restored", document)


def _tell(shell: Shell, key: str, document: dict[str, Any]) -> None:
    if shell.as_json:
        print_json(document)
    else:
        click.echo(say(key, shell.lang, **document))


COMMANDS = {"verify": verify, "backup": backup, "restore": restore}
