"""Everything that can be set, as one frozen value; the environment is read here alone."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from geo_registry.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE = Path(__file__).resolve().parent
HOME = PACKAGE if (PACKAGE / "layers").is_dir() else PACKAGE.parent
"""Where layers/ and static/ lie: beside the package in a checkout, inside it where it was installed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost before it is refused.

    Attributes
    ----------
    file_mb, unpacked_mb
        Size of the file and of what it unpacks to, in megabytes (10^6 bytes).
    entries, ratio
        Entries of an archive, and how many times it may grow (contract, part Import).
    columns, rows, cells
        Columns of a table, rows of a table, cells of a sheet.
    seconds, cpu_seconds, memory_mb
        Wall time, processor time and address space of the child that parses it.
    """

    file_mb: int = 100
    unpacked_mb: int = 200
    entries: int = 200
    ratio: int = 100
    columns: int = 500
    rows: int = 200_000
    cells: int = 5_000_000
    seconds: int = 30
    cpu_seconds: int = 20
    memory_mb: int = 1_500


COMMAND_LINE_LIMITS = Limits(
    file_mb=4_000,
    unpacked_mb=8_000,
    rows=10_000_000,
    cells=200_000_000,
    seconds=1_800,
    cpu_seconds=1_200,
    memory_mb=8_000,
)
"""Wider limits for files that the store's owner imports in the shell."""


PUBLIC = ("auto", "closed", "counts", "read")
"""What those may see who have not signed in."""


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """What hashing one password by Argon2id costs.

    The default is the second recommended option of RFC 9106, section 4, for memory-constrained places;
    `argon2.profiles.RFC_9106_LOW_MEMORY` is the same.

    Attributes
    ----------
    passes, memory_kib, lanes
        Passes over the memory, the memory in KiB, and threads beside each other.
    at_once
        Hashes that one process works on at a time: their product with the memory bounds what it takes.
    """

    passes: int = 3
    memory_kib: int = 65_536
    lanes: int = 4
    at_once: int = 2


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID Connect provider that vouches for people.

    Attributes
    ----------
    issuer
        Its address; ``/.well-known/openid-configuration`` below it describes it.
    client
        The name under which it knows this registry.
    secret
        File that holds the secret it gave; None for a public client.
    claim
        Which claim of the identity token is the account's name.
    new_role
        Role of accounts made for people who have none; empty where only existing accounts are let in.
    """

    issuer: str
    client: str
    secret: Path | None = None
    claim: str = "preferred_username"
    new_role: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """The registry's settings.

    Attributes
    ----------
    store_url
        ``sqlite:///path``.
    layers, static
        Folders of the layer files and of the browser's files.
    host, port, workers
        Where and with how many processes the map is served.
    uploads
        Limits of files sent through the browser.
    password_cost
        What hashing a password costs.
    public
        What those see who have not signed in: ``closed`` nothing, ``counts`` counts in rings, ``read`` what
        is open; ``auto`` is ``read`` while there is no account and only this machine is listened to.
    https
        True where everybody comes by https, whatever the request looks like here.
    provider
        Who else vouches for people; None for nobody.
    """

    store_url: str = "sqlite:///data/registry.db"
    layers: Path = HOME / "layers"
    static: Path = HOME / "static"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    uploads: Limits = Limits()
    password_cost: PasswordCost = PasswordCost()
    public: str = "auto"
    https: bool = False
    provider: Provider | None = None


def from_env(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Parameters
    ----------
    environment
        Variables to read instead of the process's own: ``GEO_REGISTRY_STORE``,
        ``GEO_REGISTRY_LAYERS``, ``HOST``, ``PORT``, ``WORKERS``, ``GEO_REGISTRY_PUBLIC``,
        ``GEO_REGISTRY_HTTPS``, and those of the provider, ``GEO_REGISTRY_OIDC_...``.

    Raises
    ------
    ValueRefused
        If a number is none.

    Examples
    --------
    >>> from_env({"PORT": "8080"}).port
    8080
    """
    given = os.environ if environment is None else environment
    base = Settings()
    return replace(
        base,
        store_url=given.get("GEO_REGISTRY_STORE", base.store_url),
        layers=Path(given.get("GEO_REGISTRY_LAYERS", base.layers)),
        host=given.get("HOST", base.host),
        port=_count(given, "PORT", base.port),
        workers=_count(given, "WORKERS", base.workers),
        public=_public(given),
        https=given.get("GEO_REGISTRY_HTTPS", "0") not in {"", "0"},
        provider=_provider(given),
    )


def _public(given: Mapping[str, str]) -> str:
    said = given.get("GEO_REGISTRY_PUBLIC", PUBLIC[0])
    if said not in PUBLIC:
        raise ValueRefused(
            "CHOICE_UNKNOWN", option="GEO_REGISTRY_PUBLIC", value=said, known=", ".join(PUBLIC)
        )
    return said


def _provider(given: Mapping[str, str]) -> Provider | None:
    """Read the provider's settings; with an issuer there must be a client."""
    told = {key: given.get(f"GEO_REGISTRY_OIDC_{key}", "") for key in ("ISSUER", "CLIENT", "SECRET_FILE")}
    if not told["ISSUER"]:
        return None
    if not told["CLIENT"]:
        raise ValueRefused("PARAMETER_MISSING", option="GEO_REGISTRY_OIDC_CLIENT")
    return Provider(
        issuer=told["ISSUER"],
        client=told["CLIENT"],
        secret=Path(told["SECRET_FILE"]) if told["SECRET_FILE"] else None,
        claim=given.get("GEO_REGISTRY_OIDC_CLAIM", "preferred_username"),
        new_role=given.get("GEO_REGISTRY_OIDC_NEW_ROLE", ""),
    )


def _count(given: Mapping[str, str], name: str, usual: int) -> int:
    said = given.get(name, str(usual))
    if not said.isdecimal() or not int(said):
        raise ValueRefused("NUMBER_EXPECTED", option=name, value=said)
    return int(said)
