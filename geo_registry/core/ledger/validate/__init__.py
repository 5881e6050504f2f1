"""Raw rows, a Kind and Rules in, canonical frame and findings out; nothing is lost between the two."""

from geo_registry.core.ledger.validate.layer import validate
from geo_registry.core.ledger.validate.placing import datum_of, has_shapes, own_crs
from geo_registry.core.ledger.validate.rules import CHINA, Checked, Rules

__all__ = ["CHINA", "Checked", "Rules", "datum_of", "has_shapes", "own_crs", "validate"]
