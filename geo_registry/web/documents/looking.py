"""A file that was looked at, as a page shows it: choices, what can be done, columns, what it would bring."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from geo_registry.registry.importing import DRAWN, KEPT_H, legend_sign
from geo_registry.web.documents.cards import text_of
from geo_registry.web.documents.findings import label_of, on_page
from geo_registry.wording import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_registry.core.kinds import Catalog, Language
    from geo_registry.registry.importing import Choice, Line, Listing, Look, News, Order, Sheet

Params = dict[str, Any]
"""What an address of a look asks."""

ENCODINGS = ("utf-8", "gb18030", "utf-16")
"""Text encodings a form offers (contract, part Import)."""
MOSTLY = 0.5
"""Share of rows with exchanged axes from which swapping whole columns is offered."""
SIGNS = ("inside", "outside", "unjudged")
_WORKBOOKS = {".xlsx"}


def params_of(order: Order) -> Params:
    """Write what is asked of an import as the parameters of a look's address.

    Parameters
    ----------
    order
        What is asked.
    """
    named = ("kind", "datum", "crs", "layer", "sheet", "encoding")
    params: Params = {name: value for name in named if (value := getattr(order, name))}
    params |= {name: "true" for name in ("accept_partial", "allow_unlocated") if getattr(order, name)}
    pairs = {"map": order.renames, "set": order.sets}
    return params | {
        name: [f"{left}={right}" for left, right in pair.items()] for name, pair in pairs.items() if pair
    }


def looked(look: Look, catalog: Catalog, lang: Language) -> dict[str, Any]:
    """Describe a look.

    Parameters
    ----------
    look
        From `Looks.look`.
    catalog
        What the layer files declare.
    lang
        Language of labels and sentences.
    """
    document, params = on_page(look.outcome.document, catalog, lang), params_of(look.order)
    until = datetime.fromisoformat(look.waiting.at) + timedelta(hours=KEPT_H)
    fixes = _fixes(look, params, lang)
    return {
        "id": look.waiting.id,
        "file": look.waiting.file,
        "until": until.strftime("%Y-%m-%d %H:%M"),
        "document": document,
        "params": params,
        "undated": {name: value for name, value in params.items() if name != "datum"},
        "hidden": [(name, each) for name, value in params.items() for each in _several(value)],
        "datums": _datums(look.choice, params, lang) if look.choice else None,
        "fixes": fixes,
        "fix_of": {fix["code"]: fix for fix in reversed(fixes)},
        "sheets": [_sheet(sheet, catalog, lang) for sheet in look.sheets],
        "news": _news(look.news, catalog, lang) if look.news else [],
        "layers": _layers(look),
        "layer_option": _layer_option(look),
        "encodings": ENCODINGS,
    }


def _several(value: Any) -> Sequence[str]:  # noqa: ANN401 (a text or several)
    return value if isinstance(value, list) else [value]


def _datums(choice: Choice, params: Params, lang: Language) -> dict[str, Any]:
    """Describe each datum with its map, and which fits best, if one does."""
    counts = {datum: int(fit.inside.sum()) for datum, fit in choice.fits.items()}
    best = [datum for datum, count in counts.items() if count == max(counts.values())]
    others = {name: value for name, value in params.items() if name != "crs"}
    names = {datum: say(f"looking.{datum}", lang) for datum in counts}
    return {
        "cards": [
            {
                "name": names[datum],
                "note": say(f"looking.{datum}_note", lang),
                "inside": counts[datum],
                "share": fit.share,
                "best": best == [datum],
                "map": choice.drawn(datum, say("looking.datum_map", lang, datum=names[datum])),
                "params": others | {"datum": datum},
            }
            for datum, fit in choice.fits.items()
        ],
        "judged": choice.judged,
        "even": choice.judged > 0 and len(best) > 1,
        "count": choice.placed,
        "drawn": min(DRAWN, choice.placed),
        "beyond": choice.beyond,
        "signs": [(legend_sign(name), say(f"looking.{name}", lang)) for name in SIGNS],
    }


def _fixes(look: Look, params: Params, lang: Language) -> list[dict[str, Any]]:
    """List what can be done about what was found: each is the same look, asked otherwise."""
    codes: dict[str, int] = look.outcome.document["codes"] | look.outcome.document["warnings"]
    fixes: list[dict[str, Any]] = []

    def offer(code: str, label: str, asked: Mapping[str, Any]) -> None:
        fixes.append({"code": code, "label": label, "params": params | dict(asked)})

    for code in ("COORD_MISSING", "GEOM_MISSING"):
        if code in codes and not look.order.allow_unlocated:
            label = say("looking.fix_unlocated", lang, count=codes[code])
            offer(code, label, {"allow_unlocated": "true"})
    swap = _swap(look)
    if swap and codes.get("COORD_SWAPPED", 0) > MOSTLY * look.outcome.document["rows"]:
        offer("COORD_SWAPPED", say("looking.fix_swap", lang), {"map": swap})
    for code in ("ENCODING_AMBIGUOUS", "ENCODING_NOT_UTF8", "ENCODING_GUESSED"):
        if code in codes:
            others = [each for each in ENCODINGS if each != look.order.encoding]
            for each in others:
                offer(code, say("looking.fix_encoding", lang, encoding=each.upper()), {"encoding": each})
    for name in _layers(look):
        label = say("looking.fix_layer", lang, name=name)
        offer("MULTIPLE_LAYERS", label, {_layer_option(look): name})
    if "DISTRICT_MISMATCH" in codes and look.order.datum:
        fixes.append(
            {
                "code": "DISTRICT_MISMATCH",
                "label": say("looking.datum_other", lang),
                "params": {name: value for name, value in params.items() if name != "datum"},
            }
        )
    return fixes


def _swap(look: Look) -> list[str]:
    """Write how to exchange the columns of longitude and latitude, beside what was matched by hand."""
    held = {column.field: column.heading for sheet in look.sheets for column in sheet.columns}
    axes = {held.get("lon"): "lat", held.get("lat"): "lon"}
    if None in axes or len(axes) < len(("lon", "lat")):
        return []
    return [f"{theirs}={ours}" for theirs, ours in (dict(look.order.renames) | axes).items()]


def _layers(look: Look) -> list[str]:
    """Name the sheets or layers of which one must be chosen."""
    told = look.outcome.document["findings"]
    return next((each["value"].split(", ") for each in told if each["code"] == "MULTIPLE_LAYERS"), [])


def _layer_option(look: Look) -> str:
    return "sheet" if PurePath(look.waiting.file).suffix.lower() in _WORKBOOKS else "layer"


def _sheet(sheet: Sheet, catalog: Catalog, lang: Language) -> dict[str, Any]:
    """Describe the columns of a sheet; those that no field takes may be matched with one that is free."""
    kind = catalog.kinds.get(sheet.kind or "")
    fields = [*(kind.all_fields if kind else ()), *catalog.inputs]
    if kind is None:
        fields += next(iter(catalog.kinds.values())).base
    used = {column.field for column in sheet.columns}
    free = [(field.name, field.label.of(lang)) for field in fields if field.name not in used]
    return {
        "name": sheet.name,
        "kind": kind.label.of(lang) if kind else None,
        "columns": [
            {
                "heading": column.heading,
                "label": label_of(column.field, catalog, lang) if column.field else None,
                "samples": column.samples,
                "free": column.heading and "=" not in column.heading,
            }
            for column in sheet.columns
        ],
        "free": free,
        "matched": sum(column.field is not None for column in sheet.columns),
    }


def _news(news: News, catalog: Catalog, lang: Language) -> list[dict[str, Any]]:
    parts = {"new": news.new, "changed": news.changed, "gone": news.gone, "same": news.same}
    return [
        _listing(name, listing, catalog, lang)
        for name, listing in parts.items()
        if listing.count or name != "gone"
    ]


def _listing(name: str, listing: Listing, catalog: Catalog, lang: Language) -> dict[str, Any]:
    return {
        "name": name,
        "title": say(f"looking.news_{name}", lang, count=listing.count),
        "count": listing.count,
        "lines": [_line(line, catalog, lang) for line in listing.lines],
        "more": listing.count - len(listing.lines),
    }


def _line(line: Line, catalog: Catalog, lang: Language) -> dict[str, Any]:
    kind = catalog.kinds[line.kind]
    return {
        "row": line.row,
        "id": line.id,
        "kind": kind.label.of(lang),
        "code": line.code,
        "name": line.name or line.code or "–",
        "district": line.district,
        "differences": [
            {
                "label": label_of(each.field, catalog, lang, line.kind),
                "before": _text(kind.field(each.field), each.before, lang),
                "after": _text(kind.field(each.field), each.after, lang),
            }
            for each in line.differences
        ],
    }


def _text(field: Any, value: object, lang: Language) -> str:  # noqa: ANN401 (a field or none)
    said = text_of(field, value, lang) if field else "" if value is None else str(value)
    return said or say("looking.nothing_there", lang)
