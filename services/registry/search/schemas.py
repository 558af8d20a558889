"""What a search takes and shows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from services.registry import examples
from services.registry.persons.domain import PersonStatus, Tag
from services.registry.search.domain import MOST_COUNTED, Asked, DoorOf
from shared.http import Body, View
from shared.paging import Page
from shared.shapes import CommunityCode, Division, Part

Age = Annotated[int, Field(ge=0, le=150)]
Status = Literal[PersonStatus.RESIDENT, PersonStatus.AWAY, PersonStatus.MOVED_OUT, PersonStatus.DECEASED]


class AddressQuery(Body):
    """Parts of an address, as written on the door. `community` may be left out where you see only one."""

    community: CommunityCode | None = None
    estate: Part | None = None
    block: Part | None = None
    unit: Part | None = None
    floor: Annotated[int, Field(ge=-3, le=99)] | None = None
    flat: Part | None = None


class SearchBody(Body):
    """Whom to look for: people who meet all that is given. A name or a number is needed, or one community to look in."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.SEARCH]})

    name: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    """Characters anywhere in the name (小花, 花), or pinyin from its beginning on: in full (lixiaohua), begun (lixiaoh), initials (lxh).
    Variant, traditional and full-width characters and the dots in names make no difference."""
    id_number: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    phone: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    address: AddressQuery | None = None
    address_text: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    """An address in one line, instead of `address`: 新民社区3栋2单元501. It is refused where it cannot be read for sure."""
    division: Division | None = None
    """Only within this division (区划代码)."""
    status: Annotated[list[Status], Field(min_length=1, max_length=4)] = [PersonStatus.RESIDENT, PersonStatus.AWAY]
    """`resident` and `away` unless said: those who moved out or died are found only when asked for."""
    sex: Literal["1", "2"] | None = None
    age_from: Age | None = None
    """In full years, today."""
    age_to: Age | None = None
    labour_class: Literal["SKILLED", "ORDINARY", "WEAK_HALF", "LOST", "NONE"] | None = None
    """Only for accounts that see it."""
    tag: Tag | None = None
    """Only for accounts that see it."""

    def asked(self) -> Asked:
        address = self.address or AddressQuery()
        return Asked(
            name=self.name,
            id_number=self.id_number,
            phone=self.phone,
            address_text=self.address_text,
            community=address.community,
            door=DoorOf(address.estate, address.block, address.unit, address.floor, address.flat),
            division=self.division,
            statuses=self.status,
            sex=self.sex,
            labour_class=self.labour_class,
            tag=self.tag,
            age_from=self.age_from,
            age_to=self.age_to,
        )


class PersonFound(View):
    """Masked, as in every list (domain reference §8.2): enough to see which of them is meant."""

    person_id: str
    household_id: str
    status: str
    name: str
    id_number: str | None
    """Null: of a child that has none yet."""
    phone: str | None
    sex: str
    birth: str
    """The year."""
    community: str
    community_name: str
    estate: str
    block: str
    """An address is shown up to its block."""


class PeopleFound(Page[PersonFound]):
    """A page of those found, in order of community and household."""

    total: Annotated[int, Field(le=MOST_COUNTED)]
    """How many there are; where there are `more`, the number up to which is counted."""
    more: bool
    """There are more than are counted. Whether there is another page, `next` says."""
