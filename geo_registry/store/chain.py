"""The chain of commits: what each one covers, and the hash that ties it to the one before."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

GENESIS = "0" * 64
"""What the first commit names as the hash before it."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One change of the registry.

    Attributes
    ----------
    revision
        0 for the making of the store, then 1, 2, 3 ...
    at
        When, ISO 8601 with offset. Order is told by `revision`, never by this.
    by
        Who.
    action
        ``init``, ``import``, ``undo``.
    batch
        Name of the batch, for what came in or went back together.
    details
        What the action needs to be understood later: file, its digest, counts, parameters.
    digest
        SHA-256 of the record versions opened and closed, hex.
    previous, hash
        Hash of the commit before, and of this one, hex.
    """

    revision: int
    at: str
    by: str
    action: str
    batch: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    digest: str = ""
    previous: str = GENESIS
    hash: str = ""


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def canonical(value: object) -> bytes:
    """Write a plain value as JSON that is the same everywhere: sorted keys, no spaces, UTF-8."""
    return _CANONICAL.encode(value).encode()


def details_text(details: Mapping[str, object]) -> str:
    """Write the details of a commit as they stand in the store."""
    return json.dumps(details, ensure_ascii=False, sort_keys=True)


def digest_of(opened: Iterable[Sequence[object]], closed: Iterable[Sequence[object]]) -> str:
    """Digest what a commit did.

    Parameters
    ----------
    opened
        Stored values of each version it opened, in the order they were written.
    closed
        ``(id, version)`` of each version it closed, sorted.

    Returns
    -------
    str
        SHA-256, hex.
    """
    running = hashlib.sha256()
    for mark, rows in (("+", opened), ("-", closed)):
        for row in rows:
            running.update(mark.encode() + canonical(list(row)) + b"\n")
    return running.hexdigest()


def sealed(commit: Commit, *, digest: str, previous: str) -> Commit:
    """Tie a commit to the one before it.

    Parameters
    ----------
    commit
        Everything but the chain.
    digest
        From `digest_of`.
    previous
        Hash of the commit before.
    """
    linked = replace(commit, digest=digest, previous=previous, hash="")
    body = {key: value for key, value in asdict(linked).items() if key != "hash"}
    return replace(linked, hash=hashlib.sha256(canonical(body)).hexdigest())


def holds(commit: Commit, *, digest: str, previous: str) -> bool:
    """Tell whether a stored commit is the one that was written."""
    return sealed(commit, digest=digest, previous=previous) == commit
