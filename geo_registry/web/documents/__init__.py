"""Records, audits and the catalog as plain values: what documents hold and pages show."""

from geo_registry.web.documents.cards import briefs, full
from geo_registry.web.documents.changes import change_sums, changed_rows, changes_document
from geo_registry.web.documents.edits import edit_form, fault, past, twins
from geo_registry.web.documents.findings import on_page
from geo_registry.web.documents.ledgers import arrival
from geo_registry.web.documents.looking import looked, params_of
from geo_registry.web.documents.neighbourhood import ranked_page, times_of
from geo_registry.web.documents.tables import (
    audited,
    choices,
    counted,
    counts,
    listed,
    options,
    stations,
)
from geo_registry.web.documents.words import active_statuses, catalog_document, levels, ring_text

__all__ = [
    "active_statuses",
    "arrival",
    "audited",
    "briefs",
    "catalog_document",
    "change_sums",
    "changed_rows",
    "changes_document",
    "choices",
    "counted",
    "counts",
    "edit_form",
    "fault",
    "full",
    "levels",
    "listed",
    "looked",
    "on_page",
    "options",
    "params_of",
    "past",
    "ranked_page",
    "ring_text",
    "stations",
    "times_of",
    "twins",
]
