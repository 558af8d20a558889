"""What jobs shows of job seekers."""

from __future__ import annotations

from datetime import datetime

from services.jobs.persons.domain import LabourClass
from services.jobs.seekers.domain import SeekerStatus
from shared.http import View


class SeekerView(View):
    person_id: str
    since: datetime
    status: SeekerStatus


class SeekerRow(SeekerView):
    seeker_id: str
    household_id: str
    labour_class: LabourClass | None
    community: str
    estate: str
    block: str
    unit: str
    flat: str
