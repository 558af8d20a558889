"""People who were entered twice: reads by an id that is merged show the person whose it is now, acts that name it are refused."""

from __future__ import annotations

from shared.errors import Conflict


class IsMerged(Conflict):
    slug = "person-merged"
    title_en, title_zh = (
        "This person had been entered twice: act on the other id",
        "该人员系重复登记，已并入另一人员，请对其操作",
    )


def refuse_merged(person_id: str, found_id: str) -> None:
    """An act names `person_id`; `found_id`: whom a read by that id shows. Raises IsMerged where it is another."""
    if found_id != person_id:
        raise IsMerged(members={"merged_into": found_id})
