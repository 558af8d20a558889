"""Every SQL statement about assessments and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from services.benefits.assessments.copies import Finding
from services.benefits.assessments.domain import Assessment, Parameter, Parameters
from services.benefits.assessments.parameters import overlaid
from services.benefits.cases.domain import PENDING
from services.benefits.store import missing_records, reason_records
from shared.db import Read, Row, Transaction, columns, json_text

_PENDING = f"status in ({', '.join(sorted(repr(str(status)) for status in PENDING))}) and c.duplicate_of is null"


Homes = Mapping[str, Set[str] | None]
"""Households, each with the people whose own assessments may differ; None: everybody's."""


async def load_homes(tx: Transaction, homes: Homes) -> list[Row]:
    """All that the assessments of households rest on, beside the parameters: their copies (`state` None: not known yet), those of the
    people they name, their pending cases; and what is assessed by now of the household and of whose own assessments may differ. The
    households are locked. (People come by ids: a join inside would be planned to read whole tables for each household, while they are
    young.)"""
    whom = [None if people is None else f"{{{','.join([home, *people])}}}" for home, people in homes.items()]
    rows = await tx.fetch(
        f"""select one.household_id, h.version, h.state, h.community_code, h.members, h.dibao,
                   (select coalesce(jsonb_agg(jsonb_build_array(c.subject_id, c.scheme)), '[]')
                      from cases c where c.subject_id = any(h.members || h.household_id) and c.{_PENDING}) as pending,
                   (select coalesce(jsonb_agg(jsonb_build_array(a.subject_id, a.scheme, a.digest)), '[]')
                      from assessments a
                     where a.household_id = one.household_id and (one.whom is null or a.subject_id = any(one.whom))) as assessed
              from (select household_id, whom::uuid[] from unnest($1::uuid[], $2::text[]) as t (household_id, whom) offset 0) one
              left join household_copies h using (household_id)""",
        list(homes),
        whom,
    )
    people = await _load_people(tx, [person_id for row in rows for person_id in row["members"] or ()])
    return [{**row, "people": [people[each] for each in row["members"] or () if each in people]} for row in rows]


async def _load_people(tx: Transaction, person_ids: Sequence[str]) -> dict[str, Row]:
    """What the registry and jobs said of these people, by id; of whom the registry has not told yet there is nothing."""
    if not person_ids:
        return {}
    rows = await tx.fetch(
        """select p.person_id, p.version, p.state, p.household_id, p.facts, w.work, w.version as work_version
             from person_copies p left join work_copies w using (person_id) where p.person_id = any($1::uuid[])""",
        person_ids,
    )
    return {row["person_id"]: row for row in rows}


def parameters_of(rows: Iterable[Mapping[str, Any]]) -> Parameters:
    """The parameters: rows of the table, as JSON, beside or in the place of the defaults."""
    return overlaid(
        Parameter(row["name"], row["prefix"], date.fromisoformat(row["valid_from"]), row["value"], row["source"])
        for row in rows
    )


async def list_parameters(read: Read) -> Parameters:
    return parameters_of(await read.fetchval("select coalesce(jsonb_agg(p), '[]') from parameters p"))


_SAID = (
    "scheme text, digest text, outcome text, reasons jsonb, one_of bool, missing jsonb, from_division text, to_division text,"
    " fund_moves bool, notes jsonb"
)
_NAMES = [part.split()[0] for part in _SAID.split(",")]
_KINDS = [part.split()[1] for part in _SAID.split(",")]
_KEPT = ("household_id", "based_on", *_NAMES[1:], "assessed_at")

_SAVE = f"""
with gone as (
   delete from assessments a using unnest($3::uuid[], $4::text[], $5::uuid[]) as g (subject_id, scheme, household_id)
    where (a.subject_id, a.scheme, a.household_id) = (g.subject_id, g.scheme, g.household_id)),
told as materialized (
   select {", ".join(f"{name}::jsonb" if kind == "jsonb" else name for name, kind in zip(_NAMES, _KINDS, strict=True))}
     from unnest({", ".join(f"${n}::{'text' if kind == 'jsonb' else kind}[]" for n, kind in enumerate(_KINDS, 11))})
          as t ({", ".join(_NAMES)})),
found as materialized (
   select subject_id, person_id, household_id, based_on::jsonb, string_to_table(digests, ',') as digest
     from unnest($6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::text[])
          as f (subject_id, person_id, household_id, based_on, digests)),
saved as (
   insert into assessments (subject_id, person_id, household_id, based_on, {", ".join(_NAMES)}, assessed_at)
   select subject_id, person_id, household_id, based_on, told.*, $1 from found join told using (digest)
   on conflict (subject_id, scheme) do update set {", ".join(f"{name} = excluded.{name}" for name in _KEPT)})
update household_copies set assessed_version = assessed_version + 1 where household_id = any($2::uuid[])
"""
"""What is told is sent once, to however many people it is told."""

Told = tuple[str, Sequence[Finding], Iterable[tuple[str, str, str]]]
"""A household, what is found of it, and subject, scheme and digest of the assessments that it had."""


async def save_assessments(tx: Transaction, told: Iterable[Told]) -> None:
    """Makes these the assessments of households. What is the same stays as it is; where anything differs, the household's
    `assessed_version` goes up."""
    changed: list[str] = []
    gone: list[tuple[str, str, str]] = []
    found: list[tuple[Any, ...]] = []
    here: set[tuple[str, str]] = set()
    said: dict[str, _Said] = {}
    for household_id, findings, there in told:
        before = {(subject_id, scheme): digest for subject_id, scheme, digest in there}
        fresh = [(finding, words) for finding in findings if (words := _fresh(finding, before))]
        for finding, words in fresh:
            said |= words
            here.update((finding.subject_id, each.scheme) for each in words.values())
            digests = ",".join(words)
            found.append((finding.subject_id, finding.person_id, household_id, json_text(finding.based_on), digests))
        gone += [(subject_id, scheme, household_id) for subject_id, scheme in before]
        if fresh or before:
            changed.append(household_id)
    if changed:
        # Whose household is another one now is saved anew, so not deleted.
        gone = [row for row in gone if row[:2] not in here]
        rows = *columns(gone, 3), *columns(found, 5), *columns(said.values(), len(_NAMES))
        await tx.execute(_SAVE, tx.now, changed, *rows)


def _fresh(finding: Finding, before: dict[tuple[str, str], str]) -> dict[str, _Said]:
    """What is new of a finding, or says something else, by digest. Takes what is found out of `before`."""
    said = map(_said, finding.assessments)
    return {
        words.digest: words for words in said if before.pop((finding.subject_id, words.scheme), None) != words.digest
    }


class _Said(NamedTuple):
    """What an assessment looks like in the table; people who are alike share it."""

    scheme: str
    digest: str
    outcome: str
    reasons: str | None
    one_of: bool
    missing: str | None
    from_division: str | None
    to_division: str | None
    fund_moves: bool | None
    notes: str | None


@lru_cache(maxsize=8192)
def _said(assessment: Assessment) -> _Said:
    values = (
        str(assessment.outcome),
        json_text(reason_records(assessment.reasons or assessment.either)),
        not assessment.reasons,
        json_text(missing_records(assessment.missing)),
        assessment.from_division,
        assessment.to_division,
        assessment.fund_moves,
        json_text([{"slug": note.slug, "detail_zh": note.zh, "detail_en": note.en} for note in assessment.notes]),
    )
    digest = blake2b(repr((str(assessment.scheme), *values)).encode(), digest_size=12).hexdigest()
    return _Said(str(assessment.scheme), digest, *values)


_LIST = f"""
select a.*, c.case_id
  from assessments a
  join household_copies h using (household_id)
  left join cases c on c.subject_id = a.subject_id and c.scheme = a.scheme and c.{_PENDING}
"""


async def list_of_household(read: Read, household_id: str, schemes: Sequence[str]) -> list[Row]:
    """Assessments of the members, in the household's order, and of the household last; with the case that is under way."""
    return await read.fetch(
        f"""{_LIST} where a.household_id = $1 and a.scheme = any($2::text[])
             order by array_position(h.members, a.person_id) nulls last, a.scheme""",
        household_id,
        list(schemes),
    )


async def list_of_person(read: Read, person_id: str, schemes: Sequence[str]) -> list[Row]:
    """Assessments of a person; with the case that is under way."""
    return await read.fetch(
        f"{_LIST} where a.subject_id = $1 and a.scheme = any($2::text[]) order by a.scheme", person_id, list(schemes)
    )
