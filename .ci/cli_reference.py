"""Print the command line's reference in Markdown, from its own help: ``cli_reference.py en`` or ``zh``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from geo_registry.cli.group import Verbs, translate

if TYPE_CHECKING:
    from geo_registry.core.kinds import Language

WIDTH = 100
HEADINGS = {
    "en": "# The command line\n\nWritten by `make docs` from the commands' own `--help`.\n",
    "zh": "# 命令行\n\n由 `make docs` 根据各命令自己的 `--help` 写成。\n",
}


def chapters(command: click.Command, name: str, parent: click.Context | None = None) -> list[str]:
    """Write a command's help and, under it, that of its verbs."""
    context = click.Context(
        command, parent=parent, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH
    )
    text = f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if not isinstance(command, click.Group):
        return [text]
    verbs = [(verb, command.get_command(context, verb)) for verb in command.list_commands(context)]
    return [text, *(chapter for verb, found in verbs if found for chapter in chapters(found, verb, context))]


language: Language = "en" if sys.argv[1:] == ["en"] else "zh"
click.echo(HEADINGS[language])
click.echo("\n".join(chapters(translate(Verbs(language), language), "geo-registry")), nl=False)
