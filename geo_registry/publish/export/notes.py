"""What goes with the rows: where they come from, and what a reader must know of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geo_registry.core.kinds import Language
from geo_registry.publish.export.layers import Layer
from geo_registry.publish.export.request import SHIFTED, Plan
from geo_registry.wording import say

DICTIONARY = "字段对照表"
"""Name of the table that explains column names, in every language (contract, verb export)."""
NOTES = "说明"
"""Name of the sheet or text that says where the rows come from, in every language."""
CUT = "截断"
"""Name of the table that keeps texts whole which the format had to cut."""

_DICTIONARY_KEYS = ("LAYER", "HEADING", "FIELD", "LABEL_ZH", "LABEL_EN", "UNIT", "VALUES")
_CUT_KEYS = ("LAYER", "ROW", "HEADING", "FIELD", "TEXT")


def is_synthetic(layers: Sequence[Layer], plan: Plan) -> bool:
    """Tell whether anything in an export is synthetic."""
    return plan.request.stamp.synthetic or any(layer.synthetic for layer in layers)


def stamp_of(layers: Sequence[Layer], digest: str, plan: Plan) -> Mapping[str, object]:
    """Give the stamp for files that programs read.

    Parameters
    ----------
    layers
        What is exported.
    digest
        The catalog's digest.
    plan
        What was asked for.
    """
    return {
        "revision": plan.request.stamp.revision,
        "catalog": digest,
        "crs": plan.request.datum or plan.crs,
        "synthetic": is_synthetic(layers, plan),
        "parameters": dict(plan.request.stamp.parameters),
    }


def note_lines(layers: Sequence[Layer], digest: str, plan: Plan) -> list[str]:
    """Give the stamp as sentences.

    Parameters
    ----------
    layers, digest, plan
        As for `stamp_of`.
    """
    lang = plan.request.lang
    lines = [
        say("export.TITLE", lang),
        say("export.REVISION", lang, revision=plan.request.stamp.revision),
        say("export.CATALOG", lang, digest=digest),
        say("export.CRS", lang, crs=plan.title),
    ]
    if plan.datum in SHIFTED:
        lines.append(say("export.SHIFTED", lang, crs=plan.title))
    if is_synthetic(layers, plan):
        lines.append(say("export.SYNTHETIC", lang))
    asked = plan.request.stamp.parameters.items()
    lines += [say("export.PARAMETER", lang, name=name, value=value) for name, value in asked]
    for layer in layers:
        label, rows, without = layer.label.of(lang), layer.table.num_rows, layer.families.count("")
        lines.append(say("export.ROWS", lang, name=layer.name, label=label, rows=rows, without=without))
    return lines


def dictionary_headings(lang: Language) -> tuple[str, ...]:
    """Name the columns of the dictionary."""
    return tuple(say(f"export.{key}", lang) for key in _DICTIONARY_KEYS)


def cut_headings(lang: Language) -> tuple[str, ...]:
    """Name the columns of the table of texts that were cut."""
    return tuple(say(f"export.{key}", lang) for key in _CUT_KEYS)
