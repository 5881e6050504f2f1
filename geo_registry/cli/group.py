"""The verbs by name, their help in the reader's language, and what a refusal looks like in the shell."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn

import click
from click.exceptions import Exit, NoArgsIsHelpError

from geo_registry.errors import Conflict, RegistryError, ValueRefused
from geo_registry.wording import LANGUAGES, explain, say, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_registry.core.kinds import Language

VERBS = {
    "init": "keeping",
    "kinds": "keeping",
    "demo": "keeping",
    "serve": "keeping",
    "import": "importing",
    "undo": "importing",
    "imports": "importing",
    "refused": "importing",
    "edit": "editing",
    "move": "editing",
    "history": "editing",
    "decide": "editing",
    "audit": "auditing",
    "near": "asking",
    "sources": "asking",
    "report": "taking",
    "selection": "taking",
    "template": "taking",
    "map": "taking",
    "export": "taking",
    "verify": "proving",
    "backup": "proving",
    "restore": "proving",
    "user": "people",
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


def translate(command: click.Command, lang: Language, above: str = "") -> click.Command:
    """Fill in the help of a command, and of those below it, by keys ``cli.<verb>`` and ``cli.<option>``."""
    known = texts(lang)
    name = above + (command.name or "geo_registry")
    command.help = known.get(f"cli.{name}", command.help)
    command.epilog = known.get(f"cli.{name}_examples", command.epilog)
    for option in command.params:
        if isinstance(option, click.Option):
            own = known.get(f"cli.{name}_{option.name}")
            option.help = own or known.get(f"cli.{option.name}", option.help)
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        translate(below, lang, f"{name}_")
    return command


def _ours(fault: click.UsageError | RegistryError) -> RegistryError:
    if isinstance(fault, RegistryError):
        return fault
    context = fault.ctx
    if context and isinstance(fault, click.NoSuchOption):
        options = [word for each in context.command.params for word in each.opts + each.secondary_opts]
        return ValueRefused("PARAMETER_UNKNOWN", value=fault.option_name, known=", ".join(options))
    if context and isinstance(fault, click.MissingParameter) and fault.param:
        return ValueRefused("PARAMETER_MISSING", option=fault.param.make_metavar(context))
    return ValueRefused("USAGE_WRONG", value=fault.format_message())


def hoisted(words: Sequence[str]) -> list[str]:
    """Bring the options that hold for every verb to the front.

    Parameters
    ----------
    words
        A command line; what stands behind ``--`` is left alone.

    Examples
    --------
    >>> hoisted(["audit", "--json", "--summary", "--lang", "en"])
    ['--json', '--lang', 'en', 'audit', '--summary']
    """
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(words)
    for word in waiting:
        if word == "--":
            return [*front, *rest, word, *waiting]
        if word == "--json" or word.startswith(("--lang=", "--store=")):
            front.append(word)
        elif word in {"--lang", "--store"}:
            front += [word, *islice(waiting, 1)]
        else:
            rest.append(word)
    return [*front, *rest]


def _refuse(problem: click.UsageError | RegistryError, shell: Shell) -> NoReturn:
    fault = _ours(problem)
    message = explain(fault.code, shell.lang, fault.details)
    if shell.as_json:
        document = {"code": fault.code, "message": message, "details": fault.details}
        click.echo(json.dumps(document, ensure_ascii=False, default=str))
    click.echo(f"{fault.code}: {message}", err=True)
    raise Exit(EXIT_CONFLICT if isinstance(fault, Conflict) else EXIT_REFUSED) from problem


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
            click.Option(["--lang"], default=lang, show_default=True, metavar="|".join(LANGUAGES)),
            click.Option(["--json", "as_json"], is_flag=True),
        ]
        settings = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
        super().__init__(params=options, callback=_begin, context_settings=settings, no_args_is_help=True)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 (click's own signature)
    ) -> click.Context:
        """Read the words before the verb; what is not understood is refused as by a verb."""
        as_json = "--json" in args
        try:
            return super().make_context(info_name, args, parent, **extra)
        except NoArgsIsHelpError:
            raise
        except click.UsageError as fault:
            _refuse(fault, Shell(None, self._lang, as_json=as_json))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words; what holds for every verb may stand before it or behind it."""
        return super().parse_args(ctx, hoisted(args))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the verbs in the order of a day's work."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Load the module of a verb.

        Raises
        ------
        ValueRefused
            If there is no such verb.
        """
        del ctx
        if cmd_name not in VERBS:
            raise ValueRefused("VERB_UNKNOWN", value=cmd_name, known=", ".join(VERBS))
        module = import_module(f"geo_registry.cli.verbs.{VERBS[cmd_name]}")
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
        except NoArgsIsHelpError:
            raise
        except (click.UsageError, RegistryError) as fault:
            _refuse(fault, ctx.find_object(Shell) or Shell(None, self._lang, as_json=ctx.params["as_json"]))


@click.pass_context
def _begin(context: click.Context, store: str | None, lang: Language, *, as_json: bool) -> None:
    if lang not in LANGUAGES:
        raise ValueRefused("LANGUAGE_UNKNOWN", value=lang, known=", ".join(LANGUAGES))
    context.obj = Shell(store, lang, as_json)
