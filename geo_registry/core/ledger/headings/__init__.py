"""Their headings -> our fields, their words -> our kinds."""

from geo_registry.core.ledger.headings.locate import Heading, further, locate
from geo_registry.core.ledger.headings.titles import kind_of_sheet, kind_of_value, words_of_kind

__all__ = ["Heading", "further", "kind_of_sheet", "kind_of_value", "locate", "words_of_kind"]
