"""The verb that audits stations: as a table, a document, a file or a folder of files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import geo_registry as gr
from geo_registry.cli.group import Shell
from geo_registry.cli.patience import patience
from geo_registry.cli.printing import deliver, delivery, print_json
from geo_registry.cli.verbs.asking import output_format, print_frame, question_options, radii
from geo_registry.cli.verbs.keeping import store_url
from geo_registry.errors import ValueRefused
from geo_registry.registry.auditing.scaling import Engine

if TYPE_CHECKING:
    from geo_registry import Question, Registry

FORMATS = ("csv", "json", "geojson", "gpkg", "shp", "parquet", "xlsx")
STREAMED = "parquet"
"""Format whose pairs are written as they are found."""
ENGINES = ("process", "dask")
"""This process alone, or as many as there are."""


@click.command("audit")
@click.option("--station", "stations", multiple=True, metavar="CODE")
@click.option("--level", default="national", show_default=True)
@click.option("--kind", "kinds", multiple=True)
@click.option("--status", default="active", show_default=True)
@question_options
@click.option("--pairs/--summary", "pairs", default=True)
@click.option("--engine", default=ENGINES[0], show_default=True, metavar="|".join(ENGINES))
@click.option("--scheduler", metavar="ADDRESS")
@click.option("--workers", type=click.IntRange(min=1), metavar="N")
@click.option("--parts", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option("--format", "form", metavar="|".join(FORMATS))
@click.option("-o", "--output", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_obj
def audit(shell: Shell, /, *, pairs: bool, form: str | None, output: Path | None, **asked: Any) -> None:  # noqa: ANN401
    """Audit the neighbourhood of stations."""
    question = gr.Question(
        stations=asked["stations"],
        level=asked["level"],
        kinds=asked["kinds"],
        status=asked["status"],
        rings_m=radii(asked["rings"]),
        on=asked["on"],
        as_of=asked["as_of"],
    )
    auditor = _Auditor(gr.open(store_url(shell)), question, _engine(asked), shell)
    if auditor.engine is not None and pairs:
        auditor.spread(form, output)
    elif form or output:
        auditor.take(form or output_format(output), output or Path("-"), pairs=pairs)
    else:
        auditor.show(pairs=pairs)


def _engine(asked: dict[str, Any]) -> Engine | None:
    """Tell where the audit is worked on; None for this process."""
    name, told = asked["engine"], [asked[option] for option in ("scheduler", "workers", "parts")]
    if name not in ENGINES:
        raise ValueRefused("CHOICE_UNKNOWN", option="--engine", value=name, known=", ".join(ENGINES))
    if name == ENGINES[0]:
        if told != [None, None, None]:
            raise ValueRefused("ENGINE_ALONE", value=name, expected=ENGINES[1])
        return None
    return Engine(*told)


@dataclass(frozen=True, slots=True)
class _Auditor:
    """One question, and the ways to answer it."""

    registry: Registry
    question: Question
    engine: Engine | None
    shell: Shell

    def show(self, *, pairs: bool) -> None:
        """Print tables, or one document."""
        with patience():
            found = (
                self.registry.audit(question=self.question)
                if pairs
                else self.registry.auditing.counts(self.question, self.engine)
            )
        if self.shell.as_json:
            print_json(found.as_document() if pairs else found.counts_document())
            return
        for table in (found.pairs,) if pairs else (found.summary, found.totals):
            print_frame(table)

    def take(self, form: str, output: Path, *, pairs: bool) -> None:
        """Write a file: pairs as Parquet while they are found, all else at once."""
        auditing, lang = self.registry.auditing, self.shell.lang
        if pairs and form == STREAMED:
            name = f"{auditing.name(self.question)}.{form}"
            with delivery(name, output, self.shell) as file, patience():
                auditing.stream(self.question, file, lang)
            return
        with patience():
            made = auditing.export(self.question, form, lang, summary=not pairs, engine=self.engine)
        deliver(made.name, made.content, output, self.shell)

    def spread(self, form: str | None, output: Path | None) -> None:
        """Have an engine write pairs into a folder of files."""
        if form not in {None, STREAMED} or str(output) == "-":
            raise ValueRefused("ENGINE_FOLDER", value=form or "-", expected=STREAMED)
        auditing = self.registry.auditing
        with delivery(auditing.name(self.question), output, self.shell) as folder, patience():
            folder.mkdir()
            auditing.spread(self.question, folder, self.shell.lang, self.engine or Engine())


COMMANDS = {"audit": audit}
