"""The file itself: folium's map with everything it needs inside, and no way out."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from folium.utilities import JsCode

from geo_registry.publish.portable import features
from geo_registry.publish.portable.ground import land_within
from geo_registry.publish.report.document import SHORT
from geo_registry.publish.report.layout import text_of
from geo_registry.publish.report.staticmap import legend, scene
from geo_registry.publish.report.staticmap.glyphs import safe
from geo_registry.publish.report.words import Words
from geo_registry.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_registry.core.kinds import Language
    from geo_registry.publish.portable.assets import Assets
    from geo_registry.publish.report import ReportInputs

LAND = "#fbfaf7"
"""Colour of the ground, that of the report's map."""
WIDEST_PX = 3840
"""Width of the widest screen that must not show the edge of the land (4 K)."""
TILE_PX = 256
"""Pixels of the world at zoom 0 in Leaflet."""
DEGREES = 360
SIGN_PX = 22
"""Edge of a symbol's picture, as `staticmap.glyphs.sample` frames it, a little enlarged."""
_BLOCK = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)
_TITLED = JsCode("""
    function (feature, layer) {
        const told = document.createElement("template");
        told.innerHTML = feature.properties.name + " · " + feature.properties.kind;
        layer.options.title = told.content.textContent;
    }
""")
"""Names a sign for who points at it or hears it: the escaped texts as plain text again."""


class _Page(Figure):
    """A figure of folium whose texts are ours and whose policy lets nothing in or out."""

    _template = Template(files(__package__).joinpath("page.html").read_text("utf-8"))

    def __init__(self, **told: Any) -> None:  # noqa: ANN401 (texts and lists of texts)
        super().__init__(title=told["title"])
        self.told = told


class _Controls(MacroElement):
    """Zoom buttons that speak the page's language, and a scale in metres."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "L.control.zoom({{ this.words|tojson }}).addTo({{ this._parent.get_name() }});"
        "L.control.scale({imperial: false}).addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, lang: Language) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.words = {"position": "bottomright"} | {
            f"zoom{way}Title": say(f"portable.zoom_{way.lower()}", lang) for way in ("In", "Out")
        }


def portable_map(inputs: ReportInputs, lang: Language, assets: Assets) -> bytes:
    """Write a station's neighbourhood as one HTML file.

    Parameters
    ----------
    inputs
        What a report would be made from: the map and the report say the same.
    lang
        Language of every word.
    assets
        From `read_assets`.

    Returns
    -------
    bytes
        UTF-8; the same inputs give the same bytes. Its own content policy lets run only the scripts it
        brings and fetches nothing.

    Raises
    ------
    ValueRefused
        ``TOO_MANY_FEATURES``.
    """
    features.must_fit(len(inputs.audit.pairs))
    words, ranked = Words(inputs.catalog, lang), inputs.ranked()
    drawn = scene(inputs, ranked, words)
    lines = legend(drawn, inputs, ranked, words)
    layers = {
        "station": features.collection(features.station(inputs, words)),
        "sources": features.collection(features.sources(inputs, ranked, drawn, words)),
        "extents": features.collection(features.extents(inputs, ranked)),
        "zones": features.collection(features.zones(inputs)),
        "rings": features.collection(features.rings(inputs)),
    }
    digest = hashlib.sha256(json.dumps(layers, sort_keys=True).encode()).hexdigest()
    page = _Page(
        lang=lang,
        title=safe(words.say("map_title", station=inputs.station_name)),
        subtitle=safe(words.say("subtitle", code=text_of(inputs.station["code"]), on=_on(inputs))),
        mark=words.say("synthetic") if inputs.synthetic else "",
        caption=safe(words.say("map_caption", reach=words.radius(inputs.rings_m[-1]))),
        footer=_footer(inputs, digest, words),
        legend=[(picture, safe(text)) for picture, text in lines if text != words.say("legend_number")],
        legend_title=say("portable.legend", lang),
        script=assets.script,
        style=assets.style,
    )
    _filled(inputs, layers, words, assets).add_to(page, name="map")
    _number(page)
    return _fenced(page.render()).encode()


def _filled(inputs: ReportInputs, layers: dict[str, Any], words: Words, assets: Assets) -> folium.Map:
    box = features.window(inputs, features.ROUND)
    place, reach = inputs.station["geometry"], features.window(inputs, 1.1)
    drawn = folium.Map((place.y, place.x), tiles=None, zoom_control=False, attribution_control=False)
    drawn.default_js, drawn.default_css = [], []
    drawn.options |= {"zoom_snap": 0.25, "min_zoom": _least_zoom(box), "max_bounds": [box[1::-1], box[:1:-1]]}
    land = features.collection(features.ground(land_within(assets.land, box), LAND))
    for under in (land, layers["zones"], layers["rings"], layers["extents"]):
        folium.GeoJson(under, smooth_factor=0, interactive=False).add_to(drawn)
    _signs(features.collection(features.ring_labels(inputs, words)), "radius").add_to(drawn)
    _asked(layers["sources"], features.TOLD, words).add_to(drawn)
    _asked(layers["station"], features.PLACED, words, z_index_offset=10_000).add_to(drawn)
    folium.FitBounds([reach[1::-1], reach[:1:-1]]).add_to(drawn)
    _Controls(words.lang).add_to(drawn)
    return drawn


def _least_zoom(box: tuple[float, float, float, float]) -> int:
    """Give the zoom at which the widest screen still lies within a box."""
    return max(0, math.ceil(math.log2(WIDEST_PX * DEGREES / TILE_PX / (box[2] - box[0]))))


def _signs(told: dict[str, Any], name: str, **options: Any) -> folium.GeoJson:  # noqa: ANN401
    """Draw points as small pictures or words."""
    half = SIGN_PX // 2
    icon = folium.DivIcon(icon_size=(SIGN_PX, SIGN_PX), icon_anchor=(half, half), class_name=name)
    return folium.GeoJson(
        told,
        marker=folium.Marker(icon=icon, **options),
        style_function=lambda feature: {"html": feature["properties"]["sign"]},
        on_each_feature=None if name == "radius" else _TITLED,
    )


def _asked(
    told: dict[str, Any],
    fields: tuple[str, ...],
    words: Words,
    **options: Any,  # noqa: ANN401 (options of a marker)
) -> folium.GeoJson:
    """Draw points that say what they are when one asks."""
    popup = folium.GeoJsonPopup(fields, [words.label(name) for name in fields], localize=False)
    drawn = _signs(told, "sign", **options)
    popup.add_to(drawn)
    return drawn


def _footer(inputs: ReportInputs, digest: str, words: Words) -> str:
    foot = words.say("footer", revision=inputs.revision, head=inputs.head[:SHORT], content=digest[:SHORT])
    return safe(" · ".join(filter(None, (foot, inputs.scope(words.lang)))))


def _on(inputs: ReportInputs) -> str:
    return inputs.audit.request.on.isoformat()


def _number(page: Element) -> None:
    """Name the elements by their order: folium names them by chance, and takes no other names."""
    for number, element in enumerate(_below(page)):
        element._id = str(number)  # noqa: SLF001


def _below(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():  # noqa: SLF001 (branca has no other way to walk)
        yield from _below(child)


def _fenced(page: str) -> str:
    """Let a page run what it brings and nothing else: its policy names scripts and styles by digest."""
    digests: dict[str, list[str]] = {"script": [], "style": []}
    for kind, text in _BLOCK.findall(page):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        digests[kind].append(f"'sha256-{digest}'")
    scripts, styles = (" ".join(digests[kind]) for kind in ("script", "style"))
    policy = f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src data:; base-uri 'none'"
    return page.replace("{policy}", policy, 1)
