"""The reports of a station and of all stations: one neutral document, written in the formats people ask for.

The law of this room: `document` turns what is handed in into plain values, every number once; the formats
(`writers`) only set what the document says and add nothing.
"""

from geo_registry.publish.report.chosen import ChosenInputs
from geo_registry.publish.report.document import choice_report, city_report, station_report
from geo_registry.publish.report.inputs import CityInputs, ReportInputs, Since
from geo_registry.publish.report.model import Report, to_json
from geo_registry.publish.report.templates import fill, sample
from geo_registry.publish.report.writers import to_docx, to_html, to_pdf, to_xlsx, written

__all__ = [
    "ChosenInputs",
    "CityInputs",
    "Report",
    "ReportInputs",
    "Since",
    "choice_report",
    "city_report",
    "fill",
    "sample",
    "station_report",
    "to_docx",
    "to_html",
    "to_json",
    "to_pdf",
    "to_xlsx",
    "written",
]
