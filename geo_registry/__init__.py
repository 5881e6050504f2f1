"""A registry of pollution sources round air-quality monitoring stations.

The names below are handed out when they are first asked for (PEP 562), so that `--help` answers at
once and the child that parses files stays light.

>>> import geo_registry as gr
>>> sorted(gr.__all__)[:3]
['Audit', 'ExportOrder', 'ImportOrder']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo_registry.catalog import load as read_catalog
    from geo_registry.core.audit import Audit as Audit
    from geo_registry.demo.filling import fill as fill_demo
    from geo_registry.errors import RegistryError as RegistryError
    from geo_registry.registry import Question as Question
    from geo_registry.registry import Registry as Registry
    from geo_registry.registry import init as init
    from geo_registry.registry import open_registry as open  # noqa: A004 (gr.open is the public name)
    from geo_registry.registry.frames import audit as audit
    from geo_registry.registry.importing import Order as ImportOrder
    from geo_registry.registry.publishing import ExportOrder as ExportOrder
    from geo_registry.web.serving import run as serve

_WHERE = {
    "Audit": ("geo_registry.core.audit", "Audit"),
    "ExportOrder": ("geo_registry.registry.publishing", "ExportOrder"),
    "ImportOrder": ("geo_registry.registry.importing", "Order"),
    "Question": ("geo_registry.registry", "Question"),
    "Registry": ("geo_registry.registry", "Registry"),
    "RegistryError": ("geo_registry.errors", "RegistryError"),
    "audit": ("geo_registry.registry.frames", "audit"),
    "fill_demo": ("geo_registry.demo.filling", "fill"),
    "init": ("geo_registry.registry", "init"),
    "open": ("geo_registry.registry", "open_registry"),
    "read_catalog": ("geo_registry.catalog", "load"),
    "serve": ("geo_registry.web.serving", "run"),
}

__all__ = [
    "Audit",
    "ExportOrder",
    "ImportOrder",
    "Question",
    "Registry",
    "RegistryError",
    "audit",
    "fill_demo",
    "init",
    "open",
    "read_catalog",
    "serve",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 (whatever the name stands for)
    if name not in _WHERE:
        message = f"module 'geo_registry' has no attribute {name!r}"
        raise AttributeError(message)
    module, attribute = _WHERE[name]
    return getattr(import_module(module), attribute)
