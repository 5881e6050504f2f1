"""The verbs by name, their help in the reader's language, and what a refusal looks like in the shell."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from geo_registry.errors import Conflict, RegistryError
from geo_registry.wording import explain, say, texts

if TYPE_CHECKING:
    from geo_registry.core.kinds import Language

VERBS = {
    "init": "keeping",
    "kinds": "keeping",
    "demo": "keeping",
    "serve": "keeping",
    "import": "importing",
    "undo": "importing",
    "audit": "asking",
    "near": "asking",
    "report": "taking",
    "export": "taking",
}
"""Each verb and the module that holds it, loaded when the verb is called."""

EXIT_REFUSED = 2
EXIT_PARTIAL = 3
EXIT_CONFLICT = 4


@dataclass
class Shell:
    """What every verb is told: the store, the language, and whether JSON is wanted."""

    store: str | None
    lang: Language
    as_json: bool


def translate(command: click.Command, lang: Language) -> click.Command:
    """Fill in a command's help by its keys ``cli.<verb>`` and ``cli.<option>``."""
    known = texts(lang)
    name = command.name or "geo_registry"
    command.help = known.get(f"cli.{name}", command.help)
    command.epilog = known.get(f"cli.{name}_examples", command.epilog)
    for option in command.params:
        if isinstance(option, click.Option):
            own = known.get(f"cli.{name}_{option.name}")
            option.help = own or known.get(f"cli.{option.name}", option.help)
    return command


def _refuse(context: click.Context, fault: RegistryError) -> None:
    shell = context.find_object(Shell) or Shell(None, "zh", as_json=False)
    message = explain(fault.code, shell.lang, fault.details)
    if shell.as_json:
        document = {"code": fault.code, "message": message, "details": fault.details}
        click.echo(json.dumps(document, ensure_ascii=False, default=str))
    click.echo(f"{fault.code}: {message}", err=True)
    context.exit(EXIT_CONFLICT if isinstance(fault, Conflict) else EXIT_REFUSED)


class Verbs(click.Group):
    """The group of all verbs; turns refusals into one clear line and an exit code.

    Parameters
    ----------
    lang
        Language of the help.
    """

    def __init__(self, lang: Language) -> None:
        self._lang = lang
        options = [
            click.Option(["--store"], metavar="URL", envvar="GEO_REGISTRY_STORE"),
            click.Option(["--lang"], type=click.Choice(["zh", "en"]), default=lang, show_default=True),
            click.Option(["--json", "as_json"], is_flag=True),
        ]
        settings = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
        super().__init__(params=options, callback=_begin, context_settings=settings, no_args_is_help=True)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the verbs in the order of a day's work."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the module of a verb."""
        del ctx
        if cmd_name not in VERBS:
            return None
        module = import_module(f"geo_registry.cli.{VERBS[cmd_name]}")
        command: click.Command = module.COMMANDS[cmd_name]
        return translate(command, self._lang)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without loading them."""
        del ctx
        with formatter.section(say("cli.verbs", self._lang)):
            formatter.write_dl([(verb, say(f"cli.{verb}", self._lang).partition("\n")[0]) for verb in VERBS])

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 (click's own signature)
        """Run the verb; a refusal ends in a sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except RegistryError as fault:
            _refuse(ctx, fault)


@click.pass_context
def _begin(context: click.Context, store: str | None, lang: Language, *, as_json: bool) -> None:
    context.obj = Shell(store, lang, as_json)
