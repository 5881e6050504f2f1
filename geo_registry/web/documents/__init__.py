"""Records, audits and the catalog as plain values: what documents hold and pages show."""

from geo_registry.web.documents.cards import briefs, full
from geo_registry.web.documents.edits import edit_form, fault, past, twins
from geo_registry.web.documents.ledgers import arrival, looked_at
from geo_registry.web.documents.tables import (
    audited,
    choices,
    counted,
    counts,
    listed,
    options,
    ranked,
    stations,
)
from geo_registry.web.documents.words import active_statuses, catalog_document, levels, ring_text

__all__ = [
    "active_statuses",
    "arrival",
    "audited",
    "briefs",
    "catalog_document",
    "choices",
    "counted",
    "counts",
    "edit_form",
    "fault",
    "full",
    "levels",
    "listed",
    "looked_at",
    "options",
    "past",
    "ranked",
    "ring_text",
    "stations",
    "twins",
]
