"""A file is parsed in its child, checked, compared with what is known, and written in one transaction."""

from geo_registry.registry.importing.arrivals import Ledgers, brief
from geo_registry.registry.importing.looking import (
    DRAWN,
    KEPT_H,
    Choice,
    Line,
    Listing,
    Look,
    Looks,
    News,
    Sheet,
    legend_sign,
)
from geo_registry.registry.importing.orders import Order, pairs_of
from geo_registry.registry.importing.outcomes import Outcome, refusal, sentence
from geo_registry.registry.importing.taking import import_file
from geo_registry.registry.importing.undoing import undo

__all__ = [
    "DRAWN",
    "KEPT_H",
    "Choice",
    "Ledgers",
    "Line",
    "Listing",
    "Look",
    "Looks",
    "News",
    "Order",
    "Outcome",
    "Sheet",
    "brief",
    "import_file",
    "legend_sign",
    "pairs_of",
    "refusal",
    "sentence",
    "undo",
]
