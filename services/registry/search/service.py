"""Whom a search finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.registry.search import store
from services.registry.search.addresses import read_address
from services.registry.search.domain import MOST_COUNTED, Asked, DoorOf, Term, TooShort, Wanted, terms_of
from services.registry.search.store import After
from services.registry.sight import may_see, sees_masked
from shared.auth import Actor, Place
from shared.db import Read, Row
from shared.errors import Fault, Invalid
from shared.identity import check_id_number, normalise_phone
from shared.privacy import KeyRing
from shared.validation import Wrong, refusal

_CODE_DIGITS = 12
"""Of a community's code."""


class WrongSearch(Invalid):
    slug = "wrong-search"
    title_en, title_zh = "Nobody can be looked for like this", "无法按所填条件查找"


@dataclass(frozen=True, slots=True)
class Found:
    """A page of people, how many there are (up to `MOST_COUNTED`), and whether there are more than that."""

    rows: list[Row]
    total: int
    more: bool


async def search_people(
    read: Read, actor: Actor, keys: KeyRing, asked: Asked, after: After | None, limit: int
) -> Found:
    """The people of the actor's place who meet all that is asked; whom the place does not cover is as if not there.

    Raises what `wanted_of` does.
    """
    place, wanted = await wanted_of(read, actor, keys, asked)
    place = await store.widened(read, place)
    async with store.planned_by_values(read):
        rows, counted = await store.list_found(read, place, wanted, after, limit)
        if after is None and len(rows) < limit:
            return Found(rows, len(rows), False)
        if counted is None:
            counted = await store.count_found(read, place, wanted)
    return Found(rows, min(counted, MOST_COUNTED), counted > MOST_COUNTED)


async def wanted_of(
    read: Read, actor: Actor, keys: KeyRing, asked: Asked, *, within: str = "", by_division: bool = False
) -> tuple[Place, Wanted]:
    """Whom is asked for, and in which place of the actor's. `within`: pointer to what was asked, in the body; `by_division`: all of a
    division that is named may be asked for.

    Raises WrongSearch with all that is wrong, Invalid for a filter by what the actor may not see.
    """
    _refuse_unseen(actor, asked, within)
    place = _within(actor.place, asked.division)
    faults: list[Fault] = []
    one_community = place.is_one_community or _CODE_DIGITS in (len(asked.division or ""), len(asked.community or ""))
    place, door = await _address(read, place, asked, one_community, faults)
    wanted = Wanted(
        terms=_terms(asked.name, faults),
        id_number_lookup=_lookup(
            keys, "id_number", asked.id_number, lambda n: check_id_number(n, read.today).value, faults
        ),
        phone_lookup=_lookup(keys, "phone", asked.phone, normalise_phone, faults),
        door=door,
        statuses=tuple(asked.statuses),
        sex=asked.sex,
        labour_class=asked.labour_class,
        tag=asked.tag,
        age_from=asked.age_from,
        age_to=asked.age_to,
    )
    named = by_division and asked.division is not None
    if not (faults or named or wanted.names_someone or one_community or place.is_one_community):
        faults.append(_SOMEONE_NEEDED)
    if faults:
        raise WrongSearch(faults=[replace(fault, pointer=within + fault.pointer) for fault in faults])
    return place, wanted


_SOMEONE_NEEDED = Fault(
    "",
    "criterion-needed",
    "say a name or a number, or the place to look in: one community (in an export, one division)",
    "请填写姓名、身份证号或电话，或指定一个社区（导出时指定一个区划）",
)
"""People are listed by kind (a tag, an age) in one community, by who has to do with it, and not across all: personal data is read as
far as a task needs it (PIPL art. 6)."""


def _refuse_unseen(actor: Actor, asked: Asked, within: str) -> None:
    """A filter by what one may not see would tell it. Raises Invalid, as for a field that there is not."""
    unseen = [name for name in ("tag", "labour_class") if getattr(asked, name) and not may_see(actor, _GROUPS[name])]
    if sees_masked(actor):
        unseen += [name for name in _MASKED_FOR_PROGRAMS if getattr(asked, name) is not None]
    if unseen:
        raise refusal([{"type": "extra_forbidden", "loc": ("body", *within.split("/")[1:], name)} for name in unseen])


_MASKED_FOR_PROGRAMS = ("name", "age_from", "age_to")
_GROUPS = {"tag": "tags", "labour_class": "labour_class"}
"""Which fact group a filter tells of."""


def _within(place: Place, division: str | None) -> Place:
    """What of the place lies in the division, which may also hold all of it."""
    return place if division and place.division.startswith(division) else place.within(division)


async def _address(
    read: Read, place: Place, asked: Asked, one_community: bool, faults: list[Fault]
) -> tuple[Place, DoorOf]:
    """Where the address lies, and which doors it means."""
    if asked.address_text is None:
        if asked.door != DoorOf() and not one_community:
            faults.append(Fault("/address/community", "community-needed", "say of which community", "请填写所在社区"))
        return place.within(asked.community), asked.door
    if asked.community or asked.door != DoorOf():
        faults.append(Fault("/address_text", "address-twice", "stands in address already", "已填写 address"))
        return place, DoorOf()
    rows = await store.list_communities(read, place)
    named = [(row["name"], row["community_code"]) for row in rows]
    try:
        community, door = read_address(asked.address_text, named, one_community)
    except Wrong as wrong:
        faults.append(_fault("/address_text", wrong))
        return place, DoorOf()
    return place.within(community), door


def _terms(name: str | None, faults: list[Fault]) -> tuple[Term, ...]:
    if name is None:
        return ()
    try:
        terms = terms_of(name)
    except TooShort:
        text = "one letter is too little: write two or more, or a character"
        faults.append(Fault("/name", "pinyin-too-short", text, "拼音至少填写两个字母，或填写汉字"))
        return ()
    if not terms:
        faults.append(Fault("/name", "name-without-letter", "is no name: it has no letter", "不是姓名：没有文字"))
    return terms


def _lookup(
    keys: KeyRing, kind: str, written: str | None, read_number: Callable[[str], str], faults: list[Fault]
) -> bytes | None:
    """The keyed hash of a number, taken as a settling takes it."""
    if written is None:
        return None
    try:
        return keys.lookup_hash(kind, read_number(written))
    except Wrong as wrong:
        faults.append(_fault(f"/{kind}", wrong))
        return None


def _fault(pointer: str, wrong: Wrong) -> Fault:
    return Fault(pointer, wrong.code, wrong.en, wrong.zh)
