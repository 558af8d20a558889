"""How long each class of records is kept (个人信息保护法 PIPL art. 19: no longer than the purpose needs, unless a law says otherwise), as
dated rows; pure data and pure rules.

A row that a law, a province or the county's archive office changes is one more row with a later day. `by_law`: the law wants it kept at
least so long; else it is our own measure ([D]). [M]: from memory, put the checked row beside it. 网络安全法 art. 21 (network logs: at least
six months [M]) and 网络数据安全管理条例 art. 12 (records of giving data to others: at least three years) are floors of the access log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class RecordClass(StrEnum):
    DEAD = "person-dead"
    MOVED_OUT = "person-moved-out"
    WITHDRAWN = "person-entered-by-mistake"
    ACCESS_LOG = "access-log"
    CHANGE_VALUES = "change-request-values"
    RIGHTS_REQUEST = "rights-request"
    RIGHTS_COPY = "rights-copy"
    CONSENTS = "consents-of-erased"
    UPLOADS = "uploads"
    ANSWERS = "stored-answers"
    NETWORK_LOGS = "network-logs"


@dataclass(frozen=True, slots=True)
class Period:
    """How long records of a class are kept, from a day on. Counted from the day that `since` tells."""

    record_class: RecordClass
    valid_from: date
    years: int
    days: int
    since: str
    by_law: bool
    source: str
    then: str
    by: str = "worker"
    """Who forgets: the worker by itself, the worker by a `setting` (which may make it longer or shorter), or the `operator` of the
    machines."""

    def over_on(self, since: date) -> date:
        """The first day on which a record is kept no longer. Of 29 February: 1 March where there is none."""
        try:
            end = since.replace(year=since.year + self.years)
        except ValueError:
            end = date(since.year + self.years, 3, 1)
        return end + timedelta(self.days + 1)

    def horizon(self, today: date) -> date:
        """Records of a day before this one are kept no longer."""
        year = today.year - self.years
        try:
            start = today.replace(year=year)
        except ValueError:
            start = date(year, 2, 28)
        return start - timedelta(self.days)


_PIPL = date(2021, 11, 1)
_DATA_REGULATION = date(2025, 1, 1)
_LIMITATION = "[D]; 民法典 art. 188 (claims lapse after three years) [M]; 个人信息保护法 art. 19"

PERIODS: tuple[Period, ...] = (
    Period(RecordClass.DEAD, _PIPL, 5, 0, "the death", False, _LIMITATION, "the person is erased"),
    Period(RecordClass.MOVED_OUT, _PIPL, 5, 0, "the moving out", False, _LIMITATION, "the person is erased"),
    Period(
        RecordClass.WITHDRAWN,
        _PIPL,
        1,
        0,
        "the taking back",
        False,
        "[D]; 个人信息保护法 arts. 8, 19, 47",
        "the person is erased",
    ),
    Period(
        RecordClass.ACCESS_LOG,
        _PIPL,
        3,
        0,
        "the read",
        False,
        "[D]; 网络安全法 art. 21 (six months at least) [M]; 个人信息保护法 art. 56 by analogy",
        "the record is deleted, the chain begins behind it",
    ),
    Period(
        RecordClass.ACCESS_LOG,
        _DATA_REGULATION,
        3,
        0,
        "the read",
        True,
        "网络数据安全管理条例 art. 12 (records of giving data to others: three years at least)",
        "the record is deleted, the chain begins behind it",
    ),
    Period(
        RecordClass.CHANGE_VALUES,
        _PIPL,
        3,
        0,
        "the decision",
        False,
        _LIMITATION,
        "the values before and after and their texts are deleted; that, when and by whom it was decided stays",
    ),
    Period(
        RecordClass.RIGHTS_REQUEST,
        _PIPL,
        3,
        0,
        "the answer",
        False,
        "[D]; 个人信息保护法 art. 56 by analogy, art. 50; 民法典 art. 188 [M]",
        "the request is deleted; not while a restriction rests on it",
    ),
    Period(
        RecordClass.RIGHTS_COPY,
        _PIPL,
        0,
        30,
        "its making",
        False,
        "[D]; 个人信息保护法 art. 19",
        "the document is deleted; another may be asked for",
    ),
    Period(
        RecordClass.CONSENTS,
        _PIPL,
        3,
        0,
        "the erasure of the person",
        False,
        "[D]; 个人信息保护法 art. 69 (the handler proves that it was not at fault); 民法典 art. 188 [M]",
        "the consents are deleted",
    ),
    Period(
        RecordClass.UPLOADS,
        _PIPL,
        0,
        30,
        "the upload",
        False,
        "[D]; 个人信息保护法 art. 19",
        "the file, its report and its key are deleted",
        "setting",
    ),
    Period(
        RecordClass.ANSWERS,
        _PIPL,
        0,
        1,
        "the answer",
        False,
        "[D]; a caller asks again within a day",
        "the answer is deleted",
        "setting",
    ),
    Period(
        RecordClass.NETWORK_LOGS,
        _PIPL,
        0,
        184,
        "the line",
        True,
        "网络安全法 art. 21 (six months at least) [M]",
        "to be set where the logs are collected: the services write them and keep none",
        "operator",
    ),
)

OF_STATUS = {
    "deceased": RecordClass.DEAD,
    "moved-out": RecordClass.MOVED_OUT,
    "withdrawn": RecordClass.WITHDRAWN,
}
"""Whose record is kept for which period, by the person's status. Who lives here is kept."""


def period_of(record_class: RecordClass, on: date, periods: Sequence[Period] = PERIODS) -> Period:
    """What holds for a class that day. LookupError before the first row."""
    held = [row for row in periods if row.record_class == record_class and row.valid_from <= on]
    if not held:
        raise LookupError(f"no period of {record_class} on {on}")
    return max(held, key=lambda row: row.valid_from)
