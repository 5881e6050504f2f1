"""Everything that can be set, as one frozen value; the environment is read here alone."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from geo_registry.settings.addresses import shown
from geo_registry.settings.basemaps import Basemap, read_basemaps
from geo_registry.settings.given import count, word
from geo_registry.settings.limits import COMMAND_LINE_LIMITS, Limits
from geo_registry.settings.people import PasswordCost, Provider, provider_from
from geo_registry.settings.serving import Serving, serving_from

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "COMMAND_LINE_LIMITS",
    "Basemap",
    "Limits",
    "PasswordCost",
    "Provider",
    "Serving",
    "Settings",
    "from_env",
    "read_basemaps",
    "shown",
]

PACKAGE = Path(__file__).resolve().parents[1]
HOME = PACKAGE if (PACKAGE / "layers").is_dir() else PACKAGE.parent
"""Where layers/ and static/ lie: beside the package in a checkout, inside it where it was installed."""
PUBLIC = ("auto", "closed", "counts", "read")
"""What those may see who have not signed in: nothing, numbers in rings, all but contacts and leads.

``auto`` shows all but contacts to who sits at this machine, for as long as nobody has an account; to others
it is ``closed``.
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """The registry's settings.

    Attributes
    ----------
    store_url
        ``sqlite:///path`` or ``postgresql://user@host/database``.
    layers, static
        Folders of the layer files and of the browser's files.
    host, port, workers
        Where and with how many processes the map is served.
    uploads
        Limits of files sent through the browser.
    serving
        How much one server process takes on.
    password_cost
        What hashing a password costs.
    provider
        Who else vouches for people; None for nobody.
    public
        What those see who have not signed in: one of `PUBLIC`.
    report_template
        A DOCX that every report in that format is set in; None for our own.
    basemaps
        File that names the pictures which may lie under the map; None for plain land alone.
    """

    store_url: str = "sqlite:///data/registry.db"
    layers: Path = HOME / "layers"
    static: Path = HOME / "static"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    uploads: Limits = field(default_factory=Limits)
    serving: Serving = field(default_factory=Serving)
    password_cost: PasswordCost = field(default_factory=PasswordCost)
    provider: Provider | None = None
    public: str = PUBLIC[0]
    report_template: Path | None = None
    basemaps: Path | None = None


def from_env(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Parameters
    ----------
    environment
        Variables to read instead of the process's own: ``GEO_REGISTRY_STORE``,
        ``GEO_REGISTRY_LAYERS``, ``GEO_REGISTRY_PUBLIC``, ``GEO_REGISTRY_REPORT_TEMPLATE``,
        ``GEO_REGISTRY_BASEMAPS``, ``HOST``, ``PORT``, ``WORKERS``, those of `serving.serving_from` and of
        `people.provider_from`.

    Raises
    ------
    ValueRefused
        If a number is none, or a word none of those there are to choose from.

    Examples
    --------
    >>> from_env({"PORT": "8080"}).port
    8080
    """
    given = os.environ if environment is None else environment
    base = Settings()
    template, basemaps = given.get("GEO_REGISTRY_REPORT_TEMPLATE"), given.get("GEO_REGISTRY_BASEMAPS")
    return replace(
        base,
        store_url=given.get("GEO_REGISTRY_STORE", base.store_url),
        layers=Path(given.get("GEO_REGISTRY_LAYERS", base.layers)),
        host=given.get("HOST", base.host),
        port=count(given, "PORT", base.port),
        workers=count(given, "WORKERS", base.workers),
        serving=serving_from(given),
        provider=provider_from(given),
        report_template=Path(template) if template else None,
        public=word("GEO_REGISTRY_PUBLIC", given.get("GEO_REGISTRY_PUBLIC", base.public), PUBLIC),
        basemaps=Path(basemaps) if basemaps else None,
    )
