"""The address of a store as it may be shown."""

from __future__ import annotations

import re

_SECRETS = (
    (re.compile(r"(://[^:/?#@]*):[^@]*@"), r"\1@"),
    (re.compile(r"([?&](?:ssl)?password=)[^&]*"), r"\1..."),
)


def shown(url: str) -> str:
    """Give an address without the password in it.

    Parameters
    ----------
    url
        The address of a store.

    Examples
    --------
    >>> shown("postgresql://registry:secret@db.example/city"), shown("sqlite:///data/registry.db")
    ('postgresql://registry@db.example/city', 'sqlite:///data/registry.db')
    """
    for secret, instead in _SECRETS:
        url = secret.sub(instead, url)
    return url
