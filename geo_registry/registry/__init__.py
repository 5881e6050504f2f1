"""The use cases: every door (shell, browser, Python) calls these and nothing below them."""

from geo_registry.registry.audits import Question
from geo_registry.registry.facade import Registry
from geo_registry.registry.house import MAINLAND, WORLD
from geo_registry.registry.opening import init, open_registry

__all__ = ["MAINLAND", "WORLD", "Question", "Registry", "init", "open_registry"]
