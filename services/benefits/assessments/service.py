"""Assessments: what a settled household and its people are told, made again whenever something they rest on changed."""

from __future__ import annotations

from dataclasses import dataclass

from services.benefits.assessments import store
from services.benefits.assessments.copies import Home, assess_home, home_of
from services.benefits.assessments.domain import Parameters, parameters_on
from shared.db import Transaction


@dataclass(frozen=True, slots=True)
class Standing:
    """A household as it stands (None: not known or not settled), and the parameters."""

    home: Home | None
    parameters: Parameters


async def load_standing(tx: Transaction, household_id: str) -> Standing:
    """What an assessment of the household rests on now. The household is locked."""
    (row,) = await store.load_homes(tx, {household_id: None})
    return Standing(home_of(row), await store.list_parameters(tx))


async def assess_households(tx: Transaction, homes: store.Homes) -> Parameters:
    """Assesses the present members of households whose own assessments may differ in every scheme, and the household's dibao once all
    its members have been heard of; what is no longer so goes. Nothing moves by it: a case opens on an application. The households are
    locked. The parameters it rested on."""
    parameters = await store.list_parameters(tx)
    in_force = parameters_on(parameters, tx.today)
    told = []
    for row in await store.load_homes(tx, homes):
        home, whom = home_of(row), homes[row["household_id"]]
        told.append((row["household_id"], assess_home(home, in_force, tx.today, whom) if home else [], row["assessed"]))
    await store.save_assessments(tx, told)
    return parameters
