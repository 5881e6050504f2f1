"""A file is parsed in its child, checked, compared with what is known, and written in one transaction."""

from geo_registry.registry.importing.arrivals import Ledgers, brief
from geo_registry.registry.importing.orders import Order, pairs_of
from geo_registry.registry.importing.outcomes import Outcome, refusal, sentence
from geo_registry.registry.importing.taking import import_file
from geo_registry.registry.importing.undoing import undo

__all__ = ["Ledgers", "Order", "Outcome", "brief", "import_file", "pairs_of", "refusal", "sentence", "undo"]
