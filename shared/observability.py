"""Logs, metrics and trace context. Logs never carry personal data: every line passes `privacy.scrub_event`.

Metrics are counted by route template, never by path: paths carry ids.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import traceback
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import Counter, Gauge, Histogram
from structlog.typing import EventDict, Processor

from shared.privacy import scrub_event

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
TIMERS = Counter("timers_fired_total", "Timers fired.", ["kind"])
LOOP_FAILURES = Counter("loop_failures_total", "Times a worker loop failed and was started again.", ["loop"])

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


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


def configure_logs(level: str) -> None:
    """JSON lines on standard output; the standard library's loggers come out in the same form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        format_exception,
        scrub_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
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


def child_traceparent(parent: str | None) -> str:
    """A W3C trace context of our own within the given one, or a new one."""
    span = secrets.token_hex(8)
    if parent and _TRACEPARENT.fullmatch(parent):
        return f"{parent[:36]}{span}{parent[52:]}"
    return f"00-{secrets.token_hex(16)}-{span}-01"
