"""Every SQL statement about the figures of jobs."""

from __future__ import annotations

from services.jobs.employments.domain import EmploymentStatus, Form
from services.jobs.households.domain import HouseholdState, Standing
from services.jobs.persons.domain import LABOUR, Presence
from services.jobs.persons.store import ids_of
from services.jobs.seekers.domain import SeekerStatus
from shared.auth import Place
from shared.db import Read, Row
from shared.places import place_of, seen

_BY_FORM = ", ".join(f"'{form}', count(*) filter (where '{form}' = any(forms))" for form in Form)


async def list_counts(read: Read, place: Place, by_block: bool) -> list[Row]:
    """Counts of each community, or each block of it (`estate`, `block`), that the place covers and jobs has heard of."""
    return await read.fetch(
        f"""select community, estate, block,
                   count(distinct household_id) filter (where settled) as households,
                   count(distinct household_id) filter (where labour) as households_with_labour,
                   count(*) filter (where labour) as labour,
                   count(*) filter (where labour and forms is not null) as employed,
                   count(distinct household_id) filter (where labour and standing = '{Standing.IN_WORK}')
                       as households_with_someone_in_work,
                   count(distinct household_id) filter (where standing = '{Standing.WITHOUT_WORK}')
                       as households_without_work,
                   jsonb_build_object({_BY_FORM}) as by_form,
                   count(*) filter (where '{Form.WORKSHOP}' = any(forms) and registered_poor) as workshop_registered_poor,
                   count(seeker_id) as seekers
              from (
                  select c.household_id, c.community_code as community, case when $4 then c.estate end as estate,
                         case when $4 then c.block end as block, c.state = '{HouseholdState.SETTLED}' as settled,
                         c.registered_poor, h.standing, p.labour_class = any($5::text[]) as labour, w.forms, s.seeker_id
                    from household_copies c
                    left join households h using (household_id)
                    left join person_copies p on p.household_id = c.household_id and p.state = '{Presence.RESIDENT}'
                              and c.state = '{HouseholdState.SETTLED}'
                    left join lateral (select {ids_of("p")} as ids offset 0) i on p.person_id is not null
                    left join seekers s on s.person_id = any(i.ids) and s.status = '{SeekerStatus.SEEKING}'
                    left join lateral (
                        select array_agg(e.form) as forms from employments e
                         where e.person_id = any(i.ids) and e.status = '{EmploymentStatus.STANDING}'
                           and e.duplicate_of is null) w on true
                   where {seen(place, 1, "c")}) people
             group by community, estate, block
             order by community, length(estate), estate, length(block), block""",
        *place_of(place),
        by_block,
        list(LABOUR),
    )
