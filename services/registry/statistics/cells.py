"""SQL of what households are counted as: cells (household_id, kind, community_code, estate, block, what, day, number).

Each thing that is counted holds for a span of days: so long as somebody is of a household, that lives in a block, and a fact holds of
the person or the household. Such spans are what the history has, cut with one another; a cell is where one begins (1 more) or is over
(1 fewer). A late report, an event taken back, a correction change the history, and so the cells: nothing here knows of how it came about.

Parameters: $1 co-living households, $2 all who belong to them or to hukou households beside them, $3 today.
"""

from __future__ import annotations

from services.registry.households.domain import HouseholdKind
from services.registry.persons.domain import PersonStatus
from services.registry.statistics.domain import BOUNDS, MEMBER, PROBATIONARY

_FACTS = "'status', 'birth', 'hukou', 'labour_class', 'profile', 'disability', 'tags'"
_PLACE = "community_code, estate, block"
_OWN = "kind, s.household_id, s.community_code, s.estate, s.block"

# Every table is read by ids that are given as arrays, and what comes of it is joined by hashing (`plan_for_many`): the planner knows
# nothing of how many rows each step has, least of all while a first roster comes in.
_HISTORY = f"""
occupied as materialized (
   select household_id, dwelling_id, valid_from, valid_to from occupancies
    where household_id = any($1::uuid[]) and retracted_at is null),
lived as materialized (
   select o.household_id, d.community_code, d.estate, d.block, daterange(o.valid_from, o.valid_to) as days, o.valid_from
     from occupied o join dwellings d using (dwelling_id)
    where d.dwelling_id = any(array(select dwelling_id from occupied))),
beside as materialized (
   select household_id, coliving_id from households where coliving_id = any($1::uuid[]) and kind = '{HouseholdKind.HUKOU}'),
stays as materialized (
   select m.kind, m.household_id, m.household_id as own_id, m.person_id, {_PLACE},
          daterange(m.valid_from, m.valid_to) * l.days as days
     from memberships m join lived l using (household_id)
    where m.household_id = any($1::uuid[]) and m.kind = '{HouseholdKind.COLIVING}' and m.retracted_at is null
      and daterange(m.valid_from, m.valid_to) && l.days
    union all
   select m.kind, h.coliving_id, m.household_id, m.person_id, l.community_code, l.estate, l.block,
          daterange(m.valid_from, m.valid_to) * l.days
     from beside h join memberships m using (household_id)
     join (select household_id, {_PLACE},
                  daterange(valid_from, lead(valid_from) over (partition by household_id order by valid_from)) as days
             from lived) l on l.household_id = h.coliving_id
    where m.household_id = any(array(select household_id from beside)) and m.retracted_at is null
      and daterange(m.valid_from, m.valid_to) && l.days),
told as materialized (
   select person_id, fact, value, daterange(valid_from, valid_to) as days from person_facts
    where person_id = any($2::uuid[]) and retracted_at is null and fact in ({_FACTS})),
told_of_home as materialized (
   select household_id, fact, value, daterange(valid_from, valid_to) as days from household_facts
    where household_id = any($1::uuid[]) and retracted_at is null and fact in ('registered_poor', 'monitored'))
"""
"""A hukou household is where the co-living household beside which it stands lives, or lived last."""

_NOTES = f"""
born as (
   select person_id, value ->> 'sex' as sex, (value ->> 'birth_on')::date as birth_on,
          case when lag(days) over (partition by person_id order by days) is null then daterange(null, upper(days)) else days end as days
     from told where fact = 'birth'
    union all
   select person_id, sex, birth_on, daterange(null, null) from persons p
    where person_id = any($2::uuid[]) and not exists (select from told t where t.person_id = p.person_id and t.fact = 'birth')),
hukou as (
   select person_id, value ->> 'division' as division, (value ->> 'moved')::boolean as moved,
          case when value -> 'moved' = 'true' then days * daterange((value ->> 'moved_on')::date, null) else days end as days
     from told where fact = 'hukou'
    union all
   select person_id, null, false, days * daterange(null, (value ->> 'moved_on')::date)
     from told where fact = 'hukou' and value -> 'moved' = 'true' and value ->> 'moved_on' is not null),
notes as (
   select person_id, case sex when '1' then 'men' else 'women' end as what, days from born
    union all
   select person_id, 'from_' || age, days * daterange((birth_on + make_interval(years => age))::date, null)
     from born cross join unnest(array{list(BOUNDS)}, array{[0, *BOUNDS[:-1]]}) as a(age, before)
    where birth_on + make_interval(years => before) <= $3::date
    union all
   select person_id, 'away', days from told where fact = 'status' and value = '"{PersonStatus.AWAY}"'
    union all
   select person_id, 'labour:' || (value #>> '{{}}'), days from told where fact = 'labour_class' and jsonb_typeof(value) = 'string'
    union all
   select person_id, case value ->> 'political' when '{MEMBER}' then 'party_members' else 'probationary_members' end, days
     from told where fact = 'profile' and value ->> 'political' in ('{MEMBER}', '{PROBATIONARY}')
    union all
   select person_id, case when value -> 'disabled' = 'true' then 'disabled' else 'not_disabled' end, days
     from told where fact = 'disability' and value ->> 'disabled' is not null
    union all
   select distinct person_id, 'tag:' || tag, days
     from told cross join jsonb_array_elements_text(case jsonb_typeof(value) when 'array' then value else '[]' end) as t(tag)
    where fact = 'tags'
    union all
   select person_id, 'moved_hukou', days from hukou where moved),
notes_of_home as (
   select household_id, 'registered_poor_households' as of_homes, 'registered_poor_people' as of_people, days
     from told_of_home where fact = 'registered_poor' and value = 'true'
    union all
   select household_id, 'monitored_households:' || (value ->> 'kind'), 'monitored_people:' || (value ->> 'kind'),
          days * daterange((value ->> 'since')::date, (value ->> 'until')::date)
     from told_of_home where fact = 'monitored' and value ->> 'kind' is not null)
"""
"""What is said of a person, or of a household, and when. An age is reached as a birthday of 29 February is: on the 28th where there is none
(民法典 art. 202). Day of birth and sex that never changed stand on the person's row; the first that is known held since birth. Of ages
that somebody has not reached, the next one is enough. Before the day on which a hukou was moved it was elsewhere."""

_SPANS = f"""
homes as (
   select kind, household_id, own_id, {_PLACE}, unnest(range_agg(days)) as days from stays
    group by kind, household_id, own_id, {_PLACE}),
hukou_of as (
   select {_OWN}, s.person_id, s.days * h.days as days,
          case when h.division = s.community_code or h.moved and (h.division is null or starts_with(s.community_code, h.division))
               then 'registered'
               when not h.moved or not starts_with(s.community_code, h.division) then 'elsewhere' end as what
     from stays s join hukou h using (person_id) where s.days && h.days),
spans as (
   select '{HouseholdKind.COLIVING}' as kind, household_id, {_PLACE}, 'occupied' as what, days from lived
    union all
   select kind, household_id, {_PLACE}, 'households', days from homes
    union all
   select {_OWN}, n.of_homes, s.days * n.days from homes s join notes_of_home n using (household_id) where s.days && n.days
    union all
   select kind, household_id, {_PLACE}, 'people', days from stays
    union all
   select {_OWN}, n.of_people, s.days * n.days from stays s join notes_of_home n using (household_id) where s.days && n.days
    union all
   select {_OWN}, n.what, s.days * n.days from stays s join notes n using (person_id) where s.days && n.days
    union all
   select {_OWN}, what, days from hukou_of s where what is not null
    union all
   select {_OWN}, 'elsewhere_away', s.days * t.days
     from hukou_of s join told t using (person_id)
    where s.what = 'elsewhere' and t.fact = 'status' and t.value = '"{PersonStatus.AWAY}"' and s.days && t.days)
"""
"""Whose hukou is registered here: who is entered in this very community, or whose hukou was moved and nothing says that it was to another
place. It is elsewhere where that is known. What is said of no more than the county leaves it open."""

CELLS = f"""
with {_HISTORY}, {_NOTES}, {_SPANS},
cells as materialized (
   select household_id, kind, {_PLACE}, what, c.day, sum(c.number)::int as number
     from spans cross join lateral (values (lower(days), 1), (upper(days), -1)) as c(day, number)
    where c.day is not null group by household_id, kind, {_PLACE}, what, c.day having sum(c.number) <> 0)
"""

_KEPT = """
select f.household_id, o.kind, o.community_code, o.estate, o.block, o.what, o.day, o.number
  from household_figures f
 cross join unnest(f.kinds, f.community_codes, f.estates, f.blocks, f.whats, f.days, f.numbers)
       as o(kind, community_code, estate, block, what, day, number)
"""
"""The cells that households are counted as."""

CHANGES = f"""{CELLS},
changed as materialized (
   select {_PLACE}, kind, what, day, sum(number)::int as number
     from (select {_PLACE}, kind, what, day, number from cells where day <= $3
            union all
           select {_PLACE}, kind, what, day, -number from ({_KEPT} where f.household_id = any($1::uuid[])) k) c
    group by {_PLACE}, kind, what, day having sum(number) <> 0)
"""
"""`changed`: in each block, the cells of these households less those that they are counted as. What begins after today waits for its day
(`household_figures.next_on`)."""

_SPANS_OF_DAY = """
(values ('day', day), ('month', date_trunc('month', day)::date), ('year', date_trunc('year', day)::date)) as s(span, since)
"""
_COUNTER = "community_code, kind, span, since, estate, block, what"

COUNT = f"""{CHANGES},
kept as (
   insert into household_figures as f (household_id, next_on, kinds, community_codes, estates, blocks, whats, days, numbers)
   select household_id, n.next_on, coalesce(kinds, '{{}}'), coalesce(community_codes, '{{}}'), coalesce(estates, '{{}}'),
          coalesce(blocks, '{{}}'), coalesce(whats, '{{}}'), coalesce(days, '{{}}'), coalesce(numbers, '{{}}')
     from unnest($1::uuid[]) as g(household_id)
     left join (select household_id, array_agg(kind) as kinds, array_agg(community_code) as community_codes,
                       array_agg(estate) as estates, array_agg(block) as blocks, array_agg(what) as whats,
                       array_agg(day) as days, array_agg(number) as numbers
                  from cells where day <= $3 group by household_id) c using (household_id)
     left join (select household_id, min(day) as next_on from cells where day > $3 group by household_id) n using (household_id)
   on conflict (household_id) do update
          set next_on = excluded.next_on, kinds = excluded.kinds, community_codes = excluded.community_codes,
              estates = excluded.estates, blocks = excluded.blocks, whats = excluded.whats, days = excluded.days,
              numbers = excluded.numbers)
insert into block_figures as f ({_COUNTER}, number)
select {_COUNTER}, sum(number) from changed cross join lateral {_SPANS_OF_DAY}
 group by {_COUNTER} having sum(number) <> 0
on conflict ({_COUNTER}) do update set number = f.number + excluded.number
"""
"""Households are counted as their cells from now on, and counters follow."""

WRONG_HOUSEHOLDS = f"""{CELLS}
select household_id, kind, {_PLACE}, what, day, coalesce(k.number, 0) as kept, coalesce(c.number, 0) as found
  from (select * from cells where day <= $3) c
  full join ({_KEPT} where f.household_id = any($1::uuid[])) k using (household_id, kind, {_PLACE}, what, day)
 where k.number is distinct from c.number
 order by {_PLACE}, kind, what, day, household_id
"""
"""Cells as they are kept, and as the history has them."""

WRONG_COUNTERS = f"""
select {_COUNTER}, coalesce(b.number, 0) as kept, coalesce(s.number, 0) as found
  from block_figures b
  full join (select {_COUNTER}, sum(number)::int as number from ({_KEPT}) k cross join lateral {_SPANS_OF_DAY} group by {_COUNTER}) s
       using ({_COUNTER})
 where coalesce(b.number, 0) <> coalesce(s.number, 0)
 order by {_COUNTER}
"""
"""Counters as they are kept, and what the cells of all households come to."""

MEND_COUNTERS = f"""
with wrong as ({WRONG_COUNTERS})
insert into block_figures ({_COUNTER}, number) select {_COUNTER}, found from wrong
on conflict ({_COUNTER}) do update set number = excluded.number
"""
