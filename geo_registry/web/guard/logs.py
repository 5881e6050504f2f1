"""What is noted of every request and fault: one line each, made of a short list of keys and nothing else."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any, TextIO

import structlog
from structlog.contextvars import merge_contextvars
from structlog.processors import JSONRenderer, LogfmtRenderer, TimeStamper
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

from geo_registry.errors import RegistryError

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor

    from geo_registry.settings import Serving

ABOUT_A_REQUEST = ("request_id", "method", "route", "status", "ms", "bytes", "role", "account", "revision")
"""What a request's line says beside when, how serious and what."""
KEYS = ("time", "level", "event", "logger", *ABOUT_A_REQUEST, "code", "error", "trace", "count", "seconds")
"""Everything a line may hold. What is not named here is left out, whoever logs it."""
REQUESTS = logging.getLogger("geo_registry.requests")
"""Where requests are noted; an application whose process set nothing up notes faults alone."""
GRANIAN: dict[str, Any] = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}, "granian.access": {"propagate": False}},
}
"""Granian's own logging, handed on to ours."""
_PACKAGE = Path(__file__).resolve().parents[3]
_LIBRARIES = logging.WARNING


def configure(serving: Serving, stream: TextIO) -> None:
    """Send what this process logs to a stream, in place of whatever was set up before.

    Parameters
    ----------
    serving
        Form and least level.
    stream
        Where to write; standard error, as a rule.
    """
    watched = serving.log == "auto" and stream.isatty()
    level = logging.getLevelNamesMapping()[serving.log_level.upper()]
    handler = Lines(stream)
    handler.setFormatter(formatter(as_json=serving.log != "text" and not watched))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, _LIBRARIES))
    # whoever watches a terminal came for the map and its address, not for a line a tile
    logging.getLogger("geo_registry").setLevel(max(level, _LIBRARIES) if watched else level)


class Lines(logging.Handler):
    """Writes each line with one call, without a lock: in a flood all threads would queue for that.

    Parameters
    ----------
    stream
        Where to write. What has a file is written to it directly.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        try:
            self._file: int | None = stream.fileno()
        except OSError:
            self._file = None

    def handle(self, record: logging.LogRecord) -> bool:
        """Write a line without the lock of other handlers."""
        is_wanted = bool(self.filter(record))
        if is_wanted:
            self.emit(record)
        return is_wanted

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; one that cannot be written is lost, and nothing else with it."""
        try:
            line = self.format(record) + "\n"
            if self._file is None:
                self._stream.write(line)
                return
            left = line.encode("utf-8", "backslashreplace")
            while left:
                left = left[os.write(self._file, left) :]
        except Exception:  # noqa: BLE001 (as every handler: a fault of the log is none of the request's)
            self.handleError(record)


def formatter(*, as_json: bool) -> ProcessorFormatter:
    """Make the formatter of every line.

    A message keeps its template: what would be filled in may be what somebody typed or sent. A fault is
    told by its class, its code and where it passed, never by its words, for the same reason.

    Parameters
    ----------
    as_json
        One JSON document a line; else ``key=value``.
    """
    render: Processor = JSONRenderer(ensure_ascii=False) if as_json else LogfmtRenderer(key_order=KEYS[:3])
    return ProcessorFormatter(
        foreign_pre_chain=[add_log_level, add_logger_name, ExtraAdder(allow=KEYS), merge_contextvars],
        processors=[TimeStamper(fmt="iso", utc=True, key="time"), told, allowed, render],
        use_get_message=False,
    )


def told(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Put an exception as its class, its code and the places it passed."""
    fault = line.get("exc_info")
    fault = fault[1] if isinstance(fault, tuple) else fault
    if isinstance(fault, BaseException):
        line["error"] = " from ".join(type(one).__qualname__ for one in _chain(fault))
        line["trace"] = [place for one in _chain(fault) for place in _places(one)]
        if isinstance(fault, RegistryError):
            line["code"] = fault.code
    return line


def _chain(fault: BaseException) -> list[BaseException]:
    chain = [fault]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) and cause not in chain:
        chain.append(cause)
    return chain


def _places(fault: BaseException) -> list[str]:
    return [f"{_short(one.filename)}:{one.lineno} {one.name}" for one in extract_tb(fault.__traceback__)]


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(_PACKAGE)) if path.is_relative_to(_PACKAGE) else path.name


def allowed(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Keep the keys that a line may hold, in their order; what is empty is left out."""
    return {key: line[key] for key in KEYS if line.get(key) not in (None, "")}


def in_request(request_id: str) -> Any:  # noqa: ANN401 (structlog's own context manager)
    """Give a block in which every line carries a request's id.

    Parameters
    ----------
    request_id
        The id.
    """
    return structlog.contextvars.bound_contextvars(request_id=request_id)
