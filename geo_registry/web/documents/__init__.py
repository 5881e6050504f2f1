"""Records, audits and the catalog as plain values: what documents hold and pages show."""

from geo_registry.web.documents.cards import briefs, full
from geo_registry.web.documents.tables import audited, counts, listed, ranked, stations
from geo_registry.web.documents.words import active_statuses, catalog_document, levels, ring_text

__all__ = [
    "active_statuses",
    "audited",
    "briefs",
    "catalog_document",
    "counts",
    "full",
    "levels",
    "listed",
    "ranked",
    "ring_text",
    "stations",
]
