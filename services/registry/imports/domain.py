"""What the registry decides when a roster's household meets what it holds already: settle it, add to it, change what differs, or
refuse with a reason for each row. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from services.registry.households.domain import HEAD, Address
from services.registry.imports.reasons import HELD
from services.registry.persons.domain import Known, PersonStatus, bare

INSURANCE = "insurance:"


@dataclass(frozen=True, slots=True)
class Stated:
    """A row of a roster that is in order by itself. `facts`: by group, only what the row says; `blank`: groups that its blank columns
    say there is nothing of, which counts for who comes in by this row and changes nothing of who is in."""

    sheet: int
    row: int
    name: str = field(repr=False)
    id_number: str = field(repr=False)
    lookup: bytes
    sex: str
    birth_on: date
    phone: str | None = field(repr=False)
    phone_lookup: bytes | None
    relation: str
    facts: Mapping[str, Any]
    texts: Mapping[str, str] = field(compare=False)
    """The facts as JSON."""
    blank: frozenset[str]

    @property
    def head(self) -> bool:
        return self.relation == HEAD


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one flat. `head_name`: who is said to be the head, None where nobody is; `settled_on` None: not stated; `facts`: of the
    household, only what is stated."""

    address: Address
    head_name: str | None = field(repr=False)
    settled_on: date | None
    facts: Mapping[str, Any]
    rows: tuple[Stated, ...]

    @property
    def head(self) -> Stated | None:
        return next((row for row in self.rows if row.head), None)


@dataclass(frozen=True, slots=True)
class KnownPerson(Known):
    """A person of this ID number whom the registry holds, as it stands. `relation` None: member of no household now."""

    household_id: str
    version: int
    relation: str | None
    facts: Mapping[str, Any]
    work_copy: Mapping[str, Any] | None
    """Work as jobs has it."""
    phone_lookup: bytes | None
    moved_out_on: date | None = None
    """Since when it lives nowhere here, if it does."""

    @property
    def gone(self) -> bool:
        """A settling that was taken back leaves nothing that stands in the way."""
        return self.status is PersonStatus.WITHDRAWN and not self.dead

    @property
    def moved_out(self) -> bool:
        return self.status is PersonStatus.MOVED_OUT


@dataclass(frozen=True, slots=True)
class Home:
    """The household that lives in the flat now."""

    household_id: str
    flat_household_id: str
    """The flat household (同住户) beside it."""
    version: int
    head_person_id: str | None
    head_name: str | None = field(repr=False)
    settled_on: date
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Flat:
    """A flat that exists. `free_from`: the day on which the last household before left it; `reserved`: it is kept for a household."""

    dwelling_id: str
    home: Home | None
    free_from: date | None
    reserved: bool = False


@dataclass(frozen=True, slots=True)
class Against:
    """What stands against a row: in which column, and a code of `reasons.TEXTS`."""

    stated: Stated
    column: str
    code: str
    because: Stated | None = None
    """The row that it is the fault of, where it is another's."""


@dataclass(frozen=True, slots=True)
class Change:
    """What differs of a person who lives in the household. `facts`: whole groups, as they stand after."""

    stated: Stated
    known: KnownPerson
    facts: dict[str, Any]
    relation: str | None
    phone: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a household of the file. `joining` people are settled with it, or into it where the flat has a household; and so are
    those who come `back`, having moved out, with what differs of them."""

    against: tuple[Against, ...]
    joining: tuple[Stated, ...] = ()
    back: tuple[Change, ...] = ()
    changes: tuple[Change, ...] = ()
    household_facts: Mapping[str, Any] = field(default_factory=dict)
    """Facts of the household that differ, as they stand after."""

    @property
    def rows_changed(self) -> int:
        """Rows of which something differed. What is said of the household is one row's, the head's where it stands in the file."""
        told = any(change.stated.head for change in self.changes)
        return len(self.changes) + int(bool(self.household_facts) and not told)


def decide(group: Group, flat: Flat, known: Mapping[bytes, KnownPerson], today: date) -> Verdict:
    """What becomes of a household of the file whose flat exists."""
    since = flat.home.settled_on if flat.home else group.settled_on or today
    against = [a for row in group.rows if (a := _against_person(row, known.get(row.lookup), flat.home, since))]
    if not any(a.stated.head for a in against) and (a := _against_household(group, flat, known, today)):
        against.append(a)
    head = group.head
    if head is None and flat.home is None:
        against = [*against, *(Against(r, "relation", "head-missing") for r in _others(group.rows, against))]
    elif head is None and (a := next((a for a in against if a.code in _OF_HOUSEHOLD), None)):
        against = [*against, *(replace(a, stated=r) for r in _others(group.rows, against))]
    elif head and any(a.stated is head for a in against):
        against = [*against, *held(_others(group.rows, against), head)]
    good = _others(group.rows, against)
    home = flat.home
    joining, back, staying = [], [], []
    for row in good:
        person = known.get(row.lookup)
        if person is None or person.gone:
            joining.append(row)
        elif person.moved_out:
            back.append(replace(_change(row, person), relation=None))
        else:
            staying.append((row, person))
    changes = [_change(row, person) for row, person in staying]
    facts = _changed(home.facts, merged_facts(home.facts, group.facts)) if home and good else {}
    real = tuple(c for c in changes if c.facts or c.relation or c.phone)
    return Verdict(tuple(against), tuple(joining), tuple(back), real, facts)


def joined(group: Group, other: Group) -> Group:
    """The rows of two groups of one flat together; where both speak of the household, that with the head counts."""
    first, second = (other, group) if other.head else (group, other)
    return Group(
        group.address,
        first.head_name or second.head_name,
        first.settled_on or second.settled_on,
        {**second.facts, **first.facts},
        (*group.rows, *other.rows),
    )


_OF_HOUSEHOLD = frozenset({"other-household", "settled-on-differs"})
"""What is wrong with a household is wrong with each of its rows where the file does not have its head."""


def held(rows: Sequence[Stated], head: Stated) -> list[Against]:
    """Rows that are in order, of a household whose head is not."""
    return [Against(row, "name", HELD, head) for row in rows]


def _others(rows: Sequence[Stated], against: Sequence[Against]) -> list[Stated]:
    refused = {(a.stated.sheet, a.stated.row) for a in against}
    return [row for row in rows if (row.sheet, row.row) not in refused]


def _against_person(row: Stated, known: KnownPerson | None, home: Home | None, since: date) -> Against | None:
    """`since`: from which day on the person would live there, if it did not yet."""
    if known is None or known.gone:
        return None
    if not known.covered and not known.may_come_back(row.name):
        return Against(row, "id_number", "registered-elsewhere")
    if known.status is PersonStatus.MERGED:
        return Against(row, "id_number", "merged")
    if known.status not in (PersonStatus.RESIDENT, PersonStatus.AWAY, PersonStatus.MOVED_OUT):
        return Against(row, "id_number", "deceased")
    if known.name != row.name:
        return Against(row, "name", "name-differs")
    if known.moved_out:
        # Of who left later, an old list tells as much as a return does.
        if known.moved_out_on and since < known.moved_out_on:
            return Against(row, "id_number", "moved-out")
        return _against_work(row, known)
    if home is None or known.household_id != home.household_id or known.relation is None:
        return Against(row, "id_number", "already-settled")
    if known.person_id == home.head_person_id and not row.head:
        return Against(row, "relation", "head-demoted")
    return _against_work(row, known)


def _against_work(row: Stated, known: KnownPerson) -> Against | None:
    if "work" in row.facts and not _is_work_ours(known, merged_work(known.facts.get("work"), row.facts["work"])):
        return Against(row, "work_status", "work-belongs-to-jobs")
    return None


def _against_household(group: Group, flat: Flat, known: Mapping[bytes, KnownPerson], today: date) -> Against | None:
    """What stands against the household as a whole, said of its head's row (of its first row where the file has no head)."""
    head, home = group.head, flat.home
    if home is None:
        settled_on = group.settled_on or today
        if head and head.birth_on > settled_on:
            return Against(head, "settled_on", "born-after-settling")
        if head and flat.free_from and settled_on < flat.free_from:
            return Against(head, "settled_on", "flat-taken-then")
        return Against(head, "flat", "flat-reserved") if head and flat.reserved else None
    if head:
        person = known.get(head.lookup)
        if person is None or person.gone or person.moved_out:
            return _against_new_head(head, home)
        if home.head_person_id not in (None, person.person_id):
            return Against(head, "relation", "head-differs")
    elif group.head_name and home.head_name and group.head_name != home.head_name:
        return Against(group.rows[0], "head_name", "other-household")
    if group.settled_on not in (None, home.settled_on):
        return Against(head or group.rows[0], "settled_on", "settled-on-differs")
    return None


def _against_new_head(head: Stated, home: Home) -> Against:
    """A head whom the registry does not know, or knows as moved out, of a flat where people live."""
    if home.head_person_id is None:
        return Against(head, "relation", "head-gone")
    if home.head_name == head.name:
        return Against(head, "id_number", "head-number-differs")
    return Against(head, "flat", "flat-taken")


def _change(row: Stated, known: KnownPerson) -> Change:
    return Change(
        row,
        known,
        _changed(known.facts, merged_facts(known.facts, row.facts)),
        row.relation if row.relation != known.relation else None,
        row.phone_lookup is not None and row.phone_lookup != known.phone_lookup,
    )


def _changed(held_facts: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The groups that differ, whether or not they name what is not known."""
    return {group: value for group, value in after.items() if bare(held_facts.get(group)) != bare(value)}


# What a row says, laid over what is known: a blank cell changes nothing.


def merged_facts(held_facts: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The given groups as they stand after."""
    return {group: _merged(group, held_facts.get(group), value) for group, value in given.items()}


def _merged(group: str, before: Any, given: Any) -> Any:
    if group == "work":
        return merged_work(before, given)
    if group.startswith(INSURANCE):
        return _merged_relations(before or [], given)
    if (group == "dibao" and not given.get("receiving", True)) or (group == "disability" and not given["disabled"]):
        return given
    return {**(before or {}), **given} if isinstance(given, Mapping) else given


def merged_work(before: Mapping[str, Any] | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Someone without work has no form of it; who works in another form began that work another day."""
    if given["status"] == "none" or not before or before["status"] == "none":
        return dict(given)
    kept = dict(before)
    if given.get("form") not in (None, before.get("form")):
        kept.pop("started_on", None)
    return {**kept, **given}


def _merged_relations(before: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, Any]]) -> list[Any]:
    """A roster knows one relation of a scheme: it takes the place of the only one that is known, or of the one that stands in the same
    division; what was recorded beside it stays."""
    if not given or len(before) <= 1:
        return [{**(before[0] if before and before[0].get("division") == r["division"] else {}), **r} for r in given]
    there = {r["division"]: dict(r) for r in before}
    for relation in given:
        there[relation["division"]] = {**there.get(relation["division"], {}), **relation}
    return list(there.values())


def _is_work_ours(known: KnownPerson, after: Mapping[str, Any]) -> bool:
    """May a roster say this of the person's work? Where it says nothing new, or jobs has nothing but what was stated before, or has the
    same."""
    said, stated = known.work_copy, known.facts.get("work")
    if said is None or bare(stated) == bare(after):
        return True
    return _agrees(said, stated) or _agrees(said, after)


def _agrees(said: Mapping[str, Any], work: Mapping[str, Any] | None) -> bool:
    """Does jobs' word say just that?"""
    if work is None:
        return False
    if work["status"] == "none":
        return not said["employments"]
    names = ("form", "division", "employer_kind", "started_on")
    plain = {name: work.get(name) for name in names if work.get(name) is not None}
    if "form" not in plain:
        plain["form"] = "other"
    found = [{n: e.get(n) for n in names if e.get(n) is not None} for e in said["employments"]]
    return plain in found and len(found) == 1
