"""Logs, metrics and trace context. Logs never carry personal data: every line passes `scrubbing.scrub_event`.

Metrics are counted by route template, never by path: paths carry ids.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from random import getrandbits
from typing import Any, TextIO, cast

import structlog
from prometheus_client import Counter, Gauge, Histogram
from structlog.typing import EventDict, Processor

from shared.ids import BadId, parse_id
from shared.scrubbing import scrub_event

REQUESTS = Counter("http_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "http_request_seconds",
    "Time to answer.",
    ["method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
RELAYED = Counter("events_relayed_total", "Events sent to the broker and acknowledged.", ["topic"])
OUTBOX = Gauge("outbox_rows", "Events waiting to be sent.")
APPLIED = Counter("events_applied_total", "Events applied.", ["type"])
REPEATED = Counter("events_repeated_total", "Events that had been applied before and were passed over.")
DEAD = Counter("events_dead_total", "Events put aside as dead letters.", ["type"])
LAG = Gauge("consumer_lag_records", "Records of the broker not yet applied.", ["topic"])
IMPORTS = Counter("imports_finished_total", "Files brought in, or given up.", ["kind", "status"])
IMPORT_ROWS = Counter(
    "import_rows_total", "Rows of files that were brought in: accepted or rejected.", ["kind", "outcome"]
)
EXPORTS = Counter("exports_finished_total", "Lists made into files, or given up.", ["list", "status"])
EXPORT_ROWS = Counter("export_rows_total", "Rows of lists that were made into files.", ["list"])
ACCESS_SEALED = Gauge("access_records_sealed", "Records of the access log that are sealed.")
TIMERS = Counter("timers_fired_total", "Timers fired.", ["kind"])
LOG_FAILURES = Counter("log_failures_total", "Times a line of the log could not be written: a full disk.")
LOOP_FAILURES = Counter("loop_failures_total", "Times a worker loop failed and was started again.", ["loop"])

REQUEST: ContextVar[dict[str, str]] = ContextVar("REQUEST")
"""What every log line of a request names: its id and its trace."""

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


_counted: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Counts an answered request under the template of its route."""
    found = _counted.get((method, route, status))
    if found is None:
        found = REQUESTS.labels(method, route, status), SECONDS.labels(method, route)
        _counted[method, route, status] = found
    found[0].inc()
    found[1].observe(seconds)


def name_request(logger: Any, method: str, event: EventDict) -> EventDict:
    """The request that a line belongs to."""
    return {**REQUEST.get({}), **event}


def format_exception(logger: Any, method: str, event: EventDict) -> EventDict:
    """`exc_info` as types and places, from the innermost out. No messages: a database's may quote the values of a row."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    chain: list[str] = []
    while isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-12:]
        places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
        chain.append(f"{type(error).__module__}.{type(error).__qualname__} at {' < '.join(places)}")
        error = error.__cause__ or error.__context__
    if chain:
        event["exception"] = chain
    return event


class _Output:
    """Standard output, which takes a line or does not: to note what went wrong must not go wrong itself."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        try:
            self._stream.write(text)
        except OSError:
            LOG_FAILURES.inc()

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError:
            LOG_FAILURES.inc()


def configure_logs(level: str) -> None:
    """JSON lines on standard output; the standard library's loggers come out in the same form. To log raises nothing where the output
    takes nothing (`log_failures_total`)."""
    output = cast("TextIO", _Output(sys.stdout))
    shared: list[Processor] = [
        name_request,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        format_exception,
        scrub_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(output),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    # A group's coordinator moves at every start of a broker; the loops notice what matters themselves.
    logging.getLogger("aiokafka.consumer.group_coordinator").setLevel(logging.CRITICAL)


def identify(request_id: bytes | None, traceparent: bytes | None) -> tuple[str, str]:
    """Id and trace context of a request: those it came with (the trace with a span of our own), where they are in order. An id of
    our own (a UUID, version 4) has the digits of the trace."""
    trace = child_traceparent(traceparent.decode("latin-1") if traceparent else None)
    if request_id:
        with suppress(BadId):
            return parse_id(request_id.decode("latin-1")), trace
    t = trace[3:35]
    return f"{t[:8]}-{t[8:12]}-4{t[13:16]}-a{t[17:20]}-{t[20:]}", trace


def child_traceparent(parent: str | None) -> str:
    """A W3C trace context of our own within the given one, or a new one."""
    if parent and _TRACEPARENT.fullmatch(parent):
        return f"{parent[:36]}{getrandbits(64):016x}{parent[52:]}"
    digits = f"{getrandbits(192):048x}"
    return f"00-{digits[:32]}-{digits[32:]}-01"
