"""The end of the chain: how one more commit is tied to it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from geo_registry.store import schema
from geo_registry.store.chain import Commit, details_text, sealed

if TYPE_CHECKING:
    from sqlalchemy import Connection


def appended(connection: Connection, commit: Commit, digest: str) -> Commit:
    """Write a commit as the next one, in the transaction at hand.

    Parameters
    ----------
    connection
        One that may write.
    commit
        Who, when and why; its revision and chain are filled here.
    digest
        Of the record versions it opened and closed.

    Returns
    -------
    Commit
        As it stands in the store.
    """
    table = schema.commits
    newest = select(table.c.revision, table.c.hash).order_by(table.c.revision.desc()).limit(1)
    revision, previous = connection.execute(newest).one()
    written = sealed(replace(commit, revision=revision + 1), digest=digest, previous=previous)
    connection.execute(insert(table), commit_row(written))
    return written


def commit_row(commit: Commit) -> dict[str, Any]:
    """Give a commit as its row is stored."""
    return {**asdict(commit), "details": details_text(commit.details)}
