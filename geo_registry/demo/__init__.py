"""LAW the demo city, written through the front door: files as a bureau would send them, and nothing else.

Every position but the six national stations (and, with the extra `borders`, the districts) is made up from
a seed, and every made-up row is imported with ``synthetic=true``.
"""

from __future__ import annotations

from geo_registry.demo.city import write
from geo_registry.demo.files import DemoFile

__all__ = ["DemoFile", "write"]
