"""What HTTP shows of imports."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict
from pydantic.config import JsonDict

from shared.http import View

_EXAMPLE: JsonDict = {
    "import_id": "0198c0de-0000-7000-8000-000000000001",
    "kind": "roster",
    "status": "done",
    "dry_run": False,
    "uploaded_at": "2026-11-24T08:00:00Z",
    "finished_at": "2026-11-24T08:00:09Z",
    "rows": 7350,
    "rows_read": 7350,
    "rows_checked": 7350,
    "rows_settled": 7350,
    "accepted": 7349,
    "created": 7349,
    "changed": 0,
    "rejected": 1,
    "ignored_columns": ["备注"],
    "ignored_sheets": [],
    "errors_total": 1,
    "warnings_total": 0,
    "errors": [
        {
            "sheet": "花名册",
            "row": 12,
            "column": "身份证号",
            "code": "id-number-checksum",
            "severity": "error",
            "value": "5227**********0022",
            "detail": "The check digit of the identity number does not fit",
        }
    ],
    "errors_link": "/v1/registry/imports/0198c0de-0000-7000-8000-000000000001/errors",
    "correction": "/v1/registry/imports/0198c0de-0000-7000-8000-000000000001/correction",
    "problem": None,
}


class CellView(View):
    """What is said of one cell."""

    sheet: str
    """Name of the sheet; empty for CSV."""
    row: int
    """As a spreadsheet program shows it."""
    column: str
    """The usual header."""
    code: str
    """Stable; `detail` is for people."""
    severity: Literal["error", "warning"]
    """An error keeps the row out, a warning lets it in."""
    value: str | None
    """Masked."""
    detail: str
    """What is wrong, and the next step, in the reader's language."""


class ImportRow(View):
    """An import in a list."""

    import_id: str
    kind: str
    status: Literal["queued", "running", "done", "failed"]
    dry_run: bool
    uploaded_at: datetime
    finished_at: datetime | None
    rows: int
    """Of the table (people, flats or units), known once it is read; titles, blank rows and signatures are none."""
    rows_read: int
    rows_checked: int
    rows_settled: int
    """Dealt with: in, or known to stay out."""
    accepted: int
    """Rows that are now in as the file says; of a dry run, that would be. Grows while it runs."""
    created: int
    """Of them new."""
    changed: int
    """Of them those that were in and differed."""
    rejected: int
    """Rows that an error keeps out; known when it is done."""
    errors_total: int
    """All that the report says, warnings included; known when it is done."""
    warnings_total: int
    """Of it the warnings, which let their rows in."""


class ImportView(ImportRow):
    """An import: how far it is, and what it came to."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    ignored_columns: list[str]
    """Headers that are not known; what stands below them was passed over."""
    ignored_sheets: list[str]
    """Sheets that lack a needed column; nothing of them was read."""
    errors: list[CellView]
    """The first 1,000."""
    errors_link: str
    correction: str | None
    """The caller's own sheet with the cells to correct; None where there is none to correct."""
    problem: dict[str, Any] | None
    """Why it failed."""


class ErrorPage(View):
    """A page of the report. `next` is None on the last."""

    items: list[CellView]
    next: str | None
