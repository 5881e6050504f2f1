"""The same neighbourhood at two times: what came, what went and what is other than before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from geo_registry.core.audit.past import compare
from geo_registry.errors import ValueRefused
from geo_registry.publish import export as exports
from geo_registry.publish.export import Exported, ExportRequest, Stamp
from geo_registry.publish.report.differences import differences
from geo_registry.publish.scope import scope_of
from geo_registry.registry import audits, seeing
from geo_registry.registry.auditing import counting
from geo_registry.registry.audits import DEFAULT_RINGS_M, Question
from geo_registry.registry.seeing import many

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geo_registry.core.access import Viewer
    from geo_registry.core.audit.past import Changes
    from geo_registry.core.kinds import Language
    from geo_registry.registry.house import House

VALID, KNOWN = "valid", "known"
READINGS = (VALID, KNOWN)
"""What a day means: what was true on it as is known now, or what the registry said of it at its end."""
FORMS = ("csv", "xlsx", "parquet")
"""Formats of the changes as a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Two times at which one neighbourhood is looked at.

    Attributes
    ----------
    station
        Code, id or name.
    since, until
        Days or revisions: a revision is what was known then, of today. None for a month before the other
        time, and for today and the newest revision.
    by
        How days are read: ``valid``, true on that day as is known now; ``known``, true on that day as was
        known at its end.
    kinds
        Kinds of sources; none means all.
    rings_m
        Radii in metres; pairs beyond the widest are not looked at.
    """

    station: str
    since: int | date | None = None
    until: int | date | None = None
    by: str = VALID
    kinds: tuple[str, ...] = ()
    rings_m: tuple[float, ...] = DEFAULT_RINGS_M


LOOKED = 500
"""Commits that are looked through for those that touched a neighbourhood."""
STEPS = 10
"""Most of them that are named."""


@dataclass(frozen=True, slots=True)
class Step:
    """A commit that touched a neighbourhood.

    Attributes
    ----------
    revision, at, action
        Its number, when it was made (ISO 8601), and what it was, such as ``import`` or ``edit``.
    count
        How many of the sources it touched.
    """

    revision: int
    at: str
    action: str
    count: int


class Comparing:
    """Neighbourhoods at two times.

    Parameters
    ----------
    house
        Where records are.
    viewer
        Who asks.
    """

    def __init__(self, house: House, viewer: Viewer) -> None:
        self._house, self._viewer = house, viewer

    def changes(self, span: Span) -> Changes:
        """Say what differs round a station between two times, over sources of every status.

        Parameters
        ----------
        span
            Station and times.

        Raises
        ------
        NotFound
            If there is no such station.
        ValueRefused
            ``TIMES_SWAPPED``; ``STATION_NOT_VALID`` at one of the times; for kinds, rings and revisions as
            `audits.audit`.
        NotAllowed
            If what was known in the past is asked for without a right to the history.
        SignInNeeded
            ``COUNTS_ONLY`` where only counts are shown.
        """
        seeing.must_see_each(self._viewer)
        return between(self._house, self._viewer, *self._questions(span))

    def steps(self, station_id: str, sources: Iterable[str]) -> list[Step]:
        """Name the newest commits that touched any of some sources since their station is known.

        Parameters
        ----------
        station_id
            The station.
        sources
            Ids of the sources that count.

        Returns
        -------
        list of Step
            At most `STEPS`, the newest first; none for who has no right to the history, and none of a store
            that is too large to be looked through.
        """
        house, wanted = self._house, set(sources)
        if not self._viewer.may("history") or house.store.size() > many.WHOLE:
            return []
        newest, first = house.revision(), int(house.store.history(station_id)["known_from"].min())
        found: list[Step] = []
        for revision in range(newest, max(first, newest - LOOKED), -1):
            count = len(wanted.intersection(house.touched(revision)))
            if count:
                commit = house.store.commit_at(revision)
                found.append(Step(revision, commit.at, commit.action, count))
            if len(found) == STEPS:
                break
        return found

    def told(self, row: Mapping[str, Any], lang: Language) -> list[dict[str, str]]:
        """Tell in words what differs of a row of changes: ``label``, ``before``, ``after`` and ``why``."""
        return [one._asdict() for one in differences(row, self._house.catalog, lang)]

    def export(self, span: Span, form: str, lang: Language) -> Exported:
        """Write the changes as a table; errors as `changes`.

        Parameters
        ----------
        span
            Station and times.
        form
            One of `FORMS`.
        lang
            Language of labels.
        """
        if form not in FORMS:
            raise ValueRefused("FORMAT_UNKNOWN", value=form, expected=", ".join(FORMS))
        found = self.changes(span)
        before, after = self._questions(span)
        parameters = {
            "station": span.station,
            "from": f"{before.on}, r{before.as_of}",
            "to": f"{after.on}, r{after.as_of}",
            "rings_m": ",".join(f"{radius_m:g}" for radius_m in span.rings_m),
        }
        stamp = Stamp(
            self._house.revision(after.as_of),
            counting.any_synthetic(self._house, self._viewer, after),
            parameters | scope_of(self._viewer.bounds, lang),
        )
        request = ExportRequest(form, stamp, lang=lang)
        return exports.export_table(found.table, self._house.catalog, name="changes", request=request)

    def _questions(self, span: Span) -> tuple[Question, Question]:
        """Put the two times as questions of an audit."""
        plain = Question(stations=(span.station,), kinds=span.kinds, status="all", rings_m=span.rings_m)
        last = span.until if isinstance(span.until, date) else self._house.today
        since = month_before(last) if span.since is None else span.since
        asked = (_at(plain, since, span.by), _at(plain, span.until, span.by))
        before, after = (audits.settle(self._house, self._viewer, one) for one in asked)
        return before, after


def between(house: House, viewer: Viewer, before: Question, after: Question) -> Changes:
    """Compare the answers to two settled questions about the same stations; errors as `Comparing.changes`."""
    known = [house.revision(one.as_of) for one in (before, after)]
    true = [one.on or house.today for one in (before, after)]
    if known != sorted(known) or true != sorted(true):
        times = [f"{on}, r{revision}" for on, revision in zip(true, known, strict=True)]
        raise ValueRefused("TIMES_SWAPPED", value=times[0], until=times[1])
    for one in (before, after):
        if audits.sited(house, viewer, one).empty:
            raise ValueRefused("STATION_NOT_VALID", value=one.stations[0], on=str(one.on))
    return compare(audits.answered(house, viewer, before), audits.answered(house, viewer, after))


def since(house: House, viewer: Viewer, after: Question, time: int | date) -> tuple[Changes, int]:
    """Compare the answer to a settled question with that of an earlier time; errors as `Comparing.changes`.

    The revision that was known at the earlier time is given too.

    Parameters
    ----------
    house, viewer
        Where records are, and who asks.
    after
        The question.
    time
        A day, true on it as is known at the question's revision; or a revision, known then of its day.
    """
    earlier = replace(after, on=time) if isinstance(time, date) else replace(after, as_of=time)
    before = audits.settle(house, viewer, earlier)
    return between(house, viewer, before, after), house.revision(before.as_of)


def month_before(day: date) -> date:
    """Give the same day of the month before, or that month's last.

    Parameters
    ----------
    day
        Any day.

    Examples
    --------
    >>> str(month_before(date(2026, 3, 31))), str(month_before(date(2026, 1, 5)))
    ('2026-02-28', '2025-12-05')
    """
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))


def _at(question: Question, time: int | date | None, by: str) -> Question:
    if by not in READINGS:
        raise ValueRefused("CHOICE_UNKNOWN", option="by", value=by, known=", ".join(READINGS))
    if isinstance(time, date):
        return replace(question, on=time, as_of=time if by == KNOWN else None)
    return replace(question, as_of=time)
