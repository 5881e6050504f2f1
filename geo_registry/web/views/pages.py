"""Pages: the map, and the plain ones that need no script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, g, render_template, request, url_for

import geo_registry as gr
from geo_registry.errors import StoreError
from geo_registry.registry.choosing import MOST_ROWS, NAMES
from geo_registry.web import answers, basemaps, documents
from geo_registry.web.context import catalog, is_admitted, kept, language, registry, safe_language, viewer
from geo_registry.web.errors import wants_page
from geo_registry.web.params import VIEW, Query
from geo_registry.web.views.files import modules_of
from geo_registry.wording import explain, say, texts

if TYPE_CHECKING:
    from geo_registry.core.access import Right
    from geo_registry.core.kinds import Language

blueprint = Blueprint("pages", __name__, template_folder="../templates")


@blueprint.app_context_processor
def words() -> dict[str, Any]:
    """Give templates the reader's language and its texts."""
    lang = safe_language()
    return {
        "lang": lang,
        "say": lambda key, **values: say(f"web.{key}", lang, **values),
        "ring_text": lambda radius_m: documents.ring_text(radius_m, lang),
        "in_language": _in_language,
        "may": _may,
        "scope": lambda: registry().scope_in_words(lang),
        "shows_each": lambda: "viewer" in g and not viewer().counts_only,
        "digest": catalog().digest[:12],
        **_state(),
    }


def _may(right: Right) -> bool:
    """Tell whether the reader has a right; nobody has any before it is known who asks."""
    return "viewer" in g and viewer().may(right)


def _state() -> dict[str, Any]:
    """Tell the store's state; a page for a stranger, or that says it cannot be read, must do without."""
    if not is_admitted():
        return {}
    try:
        return {"synthetic": registry().synthetic, "revision": registry().revision}
    except StoreError:
        return {}


def _in_language(lang: Language) -> str:
    """Give the address of this very page in a language: the same path, another query."""
    kept = [pair for pair in request.args.items(multi=True) if pair[0] != "lang"]
    return "?" + urlencode([*kept, ("lang", lang)])


@blueprint.get("/")
@answers.tagged
def map_page() -> str:
    """Show the map; its filters are the script's to read, which drops one that is no more and says so."""
    lang = language()
    said = {key.removeprefix("map."): text for key, text in texts(lang).items() if key.startswith("map.")}
    config = {
        "lang": lang,
        "root": url_for("pages.map_page"),
        "revision": registry().revision,
        "bounds": _first_view(),
        "rings_m": gr.Question().rings_m,
        "catalog": documents.catalog_document(catalog(), lang, registry().counts()),
        "basemaps": basemaps.described(kept().basemaps, lang),
        "texts": said,
        "shows_each": not viewer().counts_only,
    }
    modules = modules_of(kept().settings.static, "map.js")
    return render_template("map.html", config=config, modules=modules)


def _first_view() -> tuple[float, ...]:
    """Frame the rings of the national stations; without any, everything there is."""
    rings = registry().rings()
    return registry().bounds() if rings.empty else tuple(float(edge) for edge in rings.total_bounds)


@blueprint.get("/stations")
@answers.tagged
def stations() -> str:
    """List the stations."""
    Query()
    found = documents.stations(registry(), None, language())
    levels = documents.levels(catalog(), language())
    return render_template("stations.html", stations=found, levels=levels)


@blueprint.get("/sources")
@answers.tagged
def sources() -> str:
    """List the sources of a choice, those of the highest score first; what is no choice is left out."""
    query = Query(*NAMES, *VIEW)
    lang, (choice, faults) = language(), query.excused(registry().choosing.settled)
    view = query.view(MOST_ROWS)
    if faults and not wants_page():
        raise faults[0]
    counted = documents.counted(registry(), choice, lang)
    listed = documents.listed(registry(), (choice, view), lang)
    return render_template(
        "sources.html",
        **listed,
        **documents.choices(registry(), choice, lang),
        choice=choice,
        counted=counted,
        asked=dict(parse_qsl(counted["query"])),
        faults=[explain(fault.code, lang, fault.details, on_page=True) for fault in faults],
        in_words=lambda key: say(key, lang),
        total_line=say("choice.total", lang, total=listed["total"]),
        counts_line=say("choice.counts", lang, **counted),
        page_line=say("choice.page", lang, page=listed["page"], pages=listed["pages"]),
    )


@blueprint.get("/sources/<record_id>")
@answers.tagged
def source(record_id: str) -> str:
    """Show one record's card."""
    Query()
    return render_template("source.html", record=documents.full(registry(), record_id, language()))
