"""The large community comes to the article's figures, and to the ratios of real sites where the article is silent."""

from __future__ import annotations

from collections import Counter

import pytest

from deploy.demo import calibration, large
from deploy.demo.people import NO_DIBAO, Community, Household, Person


def _share(people: int, of: int) -> float:
    return round(100 * people / of, 1)


def _with_labour(community: Community) -> list[Household]:
    return [household for household in community.households if any(person.has_labour for person in household.members)]


def _forms(people: list[Person]) -> Counter[str]:
    return Counter(person.work.form for person in people if person.work and person.employed)


@pytest.mark.parametrize("seed", [calibration.SEED, 1, 2])
def test_the_articles_figures_come_out_to_the_last_one_whatever_the_seed(seed: int) -> None:
    community = large.build(seed)
    people, households = community.people, _with_labour(community)
    forms = _forms(people)
    assert len(households) == 1710
    assert sum(person.has_labour for person in people) == 3209
    assert sum(person.employed for person in people) == 2907
    assert all(person.has_labour for person in people if person.employed)
    assert all(any(person.employed for person in household.members) for household in households)
    assert round(2907 / len(households), 1) == 1.7
    assert (forms["workshop"], forms["public-post"], forms["self-employed"], forms["dispatched"]) == (156, 77, 73, 300)
    poor = [person for household in households if household.registered_poor for person in household.members]
    assert _forms(poor)["workshop"] == 118
    assert sum(person.political == "01" for person in people) == 40


def test_size_ages_and_flats_are_those_of_real_sites(community: Community) -> None:
    people, households = community.people, community.households
    ages = [person.age for person in people]
    assert round(len(people) / len(households), 2) == 4.30
    assert _share(sum(age < 16 for age in ages), len(ages)) == 19.0
    assert _share(sum(16 <= age <= 60 for age in ages), len(ages)) == 69.6
    assert _share(sum(age > 60 for age in ages), len(ages)) == 11.4
    units = {(flat.block, flat.unit) for flat in community.flats}
    assert (len(community.flats) / len(units), len(units) / len({block for block, _ in units})) == (22.5, 2.4)
    assert round(100 * len(households) / len(community.flats)) == 94
    assert len({household.flat for household in households}) == len(households)


def test_where_people_work_and_what_they_brought_along_is_as_on_real_sites(community: Community) -> None:
    people, households = community.people, community.households
    places = Counter(
        "county" if place.startswith("522731") else "province" if place.startswith("52") else "outside"
        for place in (person.work.division for person in people if person.work and person.employed)
    )
    shares = {where: _share(n, 2907) for where, n in places.items()}
    assert shares == {"outside": 29.9, "province": 12.9, "county": 57.3}
    poor = sum(len(household.members) for household in households if household.registered_poor)
    assert _share(poor, len(people)) == 74.5
    assert _share(sum(person.hukou.moved is True for person in people), len(people)) == 26.0
    supported = [household for household in households if household.dibao not in (None, NO_DIBAO)]
    drawing = sum(len(household.members) for household in supported)
    assert (_share(drawing, len(people)), round(drawing / len(supported), 1)) == (5.7, 2.7)
    medical = [person.insurances["390"] for person in people if "390" in person.insurances]
    assert _share(sum(relation.division == "522731003" for relation in medical), len(medical)) == pytest.approx(
        52, abs=1
    )
    pension = [person.insurances.get("110") or person.insurances.get("170") for person in people]
    moved = [
        relation.division.startswith(("522731003",)) or relation.division == "522731"
        for relation in pension
        if relation
    ]
    assert _share(sum(moved), len(moved)) == pytest.approx(28, abs=1)


def test_cells_cover_every_block_and_grids_have_the_usual_size(community: Community) -> None:
    blocks = [block for cell in community.cells for block in cell.blocks]
    assert sorted(blocks) == sorted({flat.block for flat in community.flats})
    homes = Counter(household.flat.block for household in community.households)
    grids: Counter[str] = Counter()
    for cell in community.cells:
        grids[cell.code[:15]] += sum(homes[block] for block in cell.blocks)
    assert all(300 <= n <= 500 for n in grids.values()), grids
