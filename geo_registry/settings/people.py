"""How people sign in: what hashing a password costs, and who else vouches for them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo_registry.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Mapping


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


def provider_from(given: Mapping[str, str]) -> Provider | None:
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
