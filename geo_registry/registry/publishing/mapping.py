"""A station's neighbourhood as one file that needs no network: the report's numbers on a map that moves."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from geo_registry.publish import portable
from geo_registry.publish.export import Exported
from geo_registry.registry import audits
from geo_registry.registry.publishing.reporting import report_inputs, settle

if TYPE_CHECKING:
    from geo_registry.core.access import Viewer
    from geo_registry.core.kinds import Language
    from geo_registry.registry.audits import Question
    from geo_registry.registry.house import House

PAGE = "geo_registry.publish.portable.page"
"""The module that brings folium along; only a map needs it."""


def portable_map(
    house: House, viewer: Viewer, station: str, *, lang: Language, question: Question
) -> Exported:
    """Write a station's neighbourhood as one HTML file; parameters and errors as for a report.

    Raises
    ------
    ValueRefused
        ``TOO_MANY_FEATURES``.
    """
    settled = settle(house, viewer, replace(question, stations=(station,)))
    key = ("portable", settled, lang, viewer.bounds)
    return house.recent.get(key, lambda: _written(house, viewer, settled, lang))


def _written(house: House, viewer: Viewer, settled: Question, lang: Language) -> Exported:
    portable.must_fit(len(audits.answered(house, viewer, settled).pairs))
    inputs = report_inputs(house, viewer, settled)
    assets = portable.read_assets(house.settings.static / "node_modules")
    content: bytes = import_module(PAGE).portable_map(inputs, lang, assets)
    name = f"map_{inputs.file_code}_r{inputs.revision}_{lang}.html"
    return Exported(name, "text/html; charset=utf-8", content)
