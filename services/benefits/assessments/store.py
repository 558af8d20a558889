"""Every SQL statement about assessments and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from services.benefits.assessments.copies import Finding
from services.benefits.assessments.domain import Assessment, Parameter, Parameters
from services.benefits.assessments.parameters import overlaid
from services.benefits.cases.domain import PENDING
from services.benefits.store import missing_records, reason_records
from shared.db import Read, Row, Transaction, columns, json_text

_PENDING = f"status in ({', '.join(sorted(repr(str(status)) for status in PENDING))})"


async def load_home(tx: Transaction, household_id: str) -> Row:
    """All that the assessments of a household rest on: its copy (`state` None: not known yet), those of the people it names, their
    pending cases, parameters that stand beside the defaults, and what is assessed by now. The household is locked."""
    row = await tx.fetchrow(
        f"""select one.household_id, h.version, h.state, h.community_code, h.members, h.dibao,
                   (select coalesce(jsonb_agg(jsonb_build_object(
                               'person_id', p.person_id, 'version', p.version, 'state', p.state,
                               'household_id', p.household_id, 'facts', p.facts, 'work', w.work, 'work_version', w.version)), '[]')
                      from person_copies p left join work_copies w using (person_id)
                     where p.person_id = any(h.members)) as people,
                   (select coalesce(jsonb_agg(jsonb_build_array(c.subject_id, c.scheme)), '[]')
                      from cases c where c.subject_id = any(h.members || h.household_id) and c.{_PENDING}) as pending,
                   (select coalesce(jsonb_agg(p), '[]') from parameters p) as parameters,
                   (select coalesce(jsonb_agg(jsonb_build_array(a.subject_id, a.scheme, a.digest)), '[]')
                      from assessments a where a.household_id = one.household_id) as assessed
              from (values ($1::uuid)) as one (household_id) left join household_copies h using (household_id)""",
        household_id,
    )
    assert row is not None  # a left join from one row
    return row


def parameters_of(rows: Iterable[Mapping[str, Any]]) -> Parameters:
    """The parameters: rows of the table, as JSON, beside or in the place of the defaults."""
    return overlaid(
        Parameter(row["name"], row["prefix"], date.fromisoformat(row["valid_from"]), row["value"], row["source"])
        for row in rows
    )


async def list_parameters(read: Read) -> Parameters:
    return parameters_of(await read.fetchval("select coalesce(jsonb_agg(p), '[]') from parameters p"))


_COLUMNS = (
    "subject_id uuid, scheme text, person_id uuid, outcome text, reasons jsonb, one_of bool, missing jsonb,"
    " from_division text, to_division text, fund_moves bool, notes jsonb, digest text, based_on jsonb"
)
_NAMES = [part.split()[0] for part in _COLUMNS.split(",")]
_KINDS = [part.split()[1] for part in _COLUMNS.split(",")]
_DIGEST = _NAMES.index("digest")

_SAVE = f"""
with gone as (
   delete from assessments a using unnest($3::uuid[], $4::text[]) as g (subject_id, scheme)
    where a.household_id = $1 and a.subject_id = g.subject_id and a.scheme = g.scheme),
saved as (
   insert into assessments ({", ".join(_NAMES)}, household_id, assessed_at)
   select {", ".join(f"{name}::jsonb" if kind == "jsonb" else name for name, kind in zip(_NAMES, _KINDS, strict=True))}, $1, $2
     from unnest({", ".join(f"${n}::{'text' if kind == 'jsonb' else kind}[]" for n, kind in enumerate(_KINDS, 5))})
          as f ({", ".join(_NAMES)})
   on conflict (subject_id, scheme) do update
          set {", ".join(f"{name} = excluded.{name}" for name in (*_NAMES[2:], "household_id", "assessed_at"))})
update household_copies set assessed_version = assessed_version + 1 where household_id = $1
"""


async def save_assessments(
    tx: Transaction, household_id: str, findings: Sequence[Finding], there: Iterable[tuple[str, str, str]]
) -> None:
    """Makes these the assessments of a household; `there`: subject, scheme and digest of those it has. What is the same stays as it
    is; where anything differs, the household's `assessed_version` goes up."""
    before = {(subject_id, scheme): digest for subject_id, scheme, digest in there}
    rows = {(row[0], row[1]): row for row in map(_row, findings)}
    changed = [row for key, row in rows.items() if before.get(key) != row[_DIGEST]]
    gone = [key for key in before if key not in rows]
    if changed or gone:
        await tx.execute(_SAVE, household_id, tx.now, *columns(gone, 2), *columns(changed, len(_NAMES)))


def _row(finding: Finding) -> tuple[Any, ...]:
    scheme, *said = _said(finding.assessment)
    return finding.subject_id, scheme, finding.person_id, *said, json_text(finding.based_on)


@lru_cache(maxsize=8192)
def _said(assessment: Assessment) -> tuple[Any, ...]:
    """Column values, and their digest; people who are alike share an assessment, and what it looks like in the table."""
    values = (
        str(assessment.scheme),
        str(assessment.outcome),
        json_text(reason_records(assessment.reasons or assessment.either)),
        not assessment.reasons,
        json_text(missing_records(assessment.missing)),
        assessment.from_division,
        assessment.to_division,
        assessment.fund_moves,
        json_text([{"slug": note.slug, "detail_zh": note.zh, "detail_en": note.en} for note in assessment.notes]),
    )
    return *values, blake2b(repr(values).encode(), digest_size=12).hexdigest()


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
