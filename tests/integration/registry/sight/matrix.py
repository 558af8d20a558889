"""Who gets what of which route: the table that the tests hold the registry to (domain reference §11.4).

A new route needs a line in ROUTES; where its body is not the example of its OpenAPI, or names a place, an entry in BODIES.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from shared.auth import Role
from tests.integration.registry.sight.homes import HERE, Home, entered, household_like, merging, parcel_of

ACTORS: dict[str, tuple[Role, str | None]] = {
    "BH": (Role.BLOCK_HEAD, f"{HERE}/1/1"),
    "CC": (Role.COMMUNITY_CADRE, HERE),
    "CS": (Role.COMMUNITY_SECRETARY, HERE),
    "WC": (Role.STREET_WELFARE_CLERK, HERE[:9]),
    "CA": (Role.COUNTY_CIVIL_AFFAIRS, HERE[:6]),
    "IA": (Role.INSURANCE_AGENCY, HERE[:6]),
    "ES": (Role.EMPLOYMENT_SERVICE, HERE[:6]),
    "GC": (Role.GRID_CENTRE, HERE[:6]),
    "AU": (Role.AUDITOR, HERE[:6]),
    "AD": (Role.ADMIN, HERE[:6]),
    "OP": (Role.OPERATOR, None),
    "PA": (Role.PARTNER_AGENCY, HERE[:6]),
    "AB": (Role.APP_BACKEND, HERE[:6]),
    "RE": (Role.RESIDENT, None),
}
"""Each with a place that covers the household `own`, and not all of the others; the resident is the head of that household."""

ROUTES = """
                                                                                BH CC CS WC CA IA ES GC AU AD OP PA AB RE
GET   /v1/registry/communities                                                  r  r  r  r  r  r  r  -  -  -  -  r  r  -
GET   /v1/registry/communities/{code}                                           r  r  r  r  r  r  r  -  -  -  -  r  r  -
PUT   /v1/registry/communities/{code}                                           -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/statistics                                                   r  r  r  f  f  f  r  -  -  -  -  r  r  -
GET   /v1/registry/households                                                   r  r  r  r  r  r  r  -  -  -  -  r  r  -
POST  /v1/registry/households                                                   -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/households/{household_id}                                    r  r  r  f  f  f  r  -  -  -  -  r  r  s
PUT   /v1/registry/households/{household_id}/flat                               -  w  w  -  -  -  -  -  -  -  -  -  -  -
PATCH /v1/registry/households/{household_id}/facts                              -  w  w  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/households/{household_id}/withdrawal                         -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/households/{household_id}/state                              r  r  r  r  r  r  r  -  -  -  -  r  r  -
GET   /v1/registry/households/{household_id}/life-events                        r  r  r  r  r  r  r  -  -  -  -  r  r  -
POST  /v1/registry/households/{household_id}/life-events                        -  w  w  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/hukou-households                                             -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/alarms                                                       -  r  r  r  r  -  -  -  -  -  -  -  -  -
GET   /v1/registry/life-events/{event_id}                                       r  r  r  r  r  r  r  -  -  -  -  r  r  s
POST  /v1/registry/life-events/{event_id}/withdrawal                            -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/persons/{person_id}                                          r  r  r  f  f  f  r  -  -  -  -  r  r  s
PATCH /v1/registry/persons/{person_id}/facts                                    -  w  w  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/persons/{person_id}/death                                    -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/persons/{person_id}/state                                    r  r  r  r  r  r  r  -  -  -  -  r  r  s
GET   /v1/registry/persons/{person_id}/life-events                              r  r  r  r  r  r  r  -  -  -  -  r  r  s
POST  /v1/registry/persons/{person_id}/life-events                              -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/persons/{person_id}/accesses                                 -  -  -  -  -  -  -  -  l  -  -  -  -  s
POST  /v1/registry/persons/{person_id}/change-requests                          w  w  w  w  w  w  w  -  -  -  -  w  w  -
GET   /v1/registry/change-requests                                              r  r  r  r  r  r  r  -  -  -  -  r  r  -
GET   /v1/registry/change-requests/{request_id}                                 r  r  r  f  f  f  r  -  -  -  -  r  r  -
POST  /v1/registry/change-requests/{request_id}/approval                        n  w  w  n  n  n  n  -  -  -  -  n  n  -
POST  /v1/registry/change-requests/{request_id}/refusal                         n  w  w  n  n  n  n  -  -  -  -  n  n  -
POST  /v1/registry/change-requests/{request_id}/withdrawal                      n  n  n  n  n  n  n  -  -  -  -  n  n  -
POST  /v1/registry/persons/{person_id}/merger                                   -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/persons/{person_id}/merger                                   r  r  r  r  r  r  r  -  -  -  -  r  r  -
POST  /v1/registry/persons/{person_id}/merger/withdrawal                        -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/communities/{code}/blocks.geojson                            r  r  r  r  r  r  r  -  -  -  -  r  r  -
GET   /v1/registry/communities/{code}/vacancies                                 r  r  r  r  r  r  r  -  -  -  -  r  r  -
GET   /v1/registry/reservations                                                 r  r  r  r  r  r  r  -  -  -  -  r  r  -
POST  /v1/registry/reservations                                                 -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/reservations/{reservation_id}                                r  r  r  r  r  r  r  -  -  -  -  r  r  -
POST  /v1/registry/reservations/{reservation_id}/cancellation                   -  w  w  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/persons/search                                               q  q  q  q  q  q  q  -  -  -  -  q  q  -
GET   /v1/registry/persons/{person_id}/labour-class                             -  r  r  r  r  r  r  -  -  -  -  r  r  -
GET   /v1/registry/duplicates                                                   -  r  r  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/persons/{person_id}/duplicates                               r  r  r  r  r  r  r  -  -  -  -  r  r  -
GET   /v1/registry/newborns                                                     -  r  r  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/duplicates/{person_id}/{other_id}/dismissal                  -  w  w  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/persons/{person_id}/consents                                 -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/persons/{person_id}/consents                                 r  r  r  r  r  r  r  -  -  -  -  r  r  -
GET   /v1/registry/consents/{consent_id}                                        r  r  r  r  r  r  r  -  -  -  -  r  r  -
POST  /v1/registry/consents/{consent_id}/withdrawal                             -  w  w  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/persons/{person_id}/rights-requests                          -  w  w  -  -  -  -  -  -  -  -  -  -  w
GET   /v1/registry/rights-requests                                              -  r  r  -  -  -  -  -  -  -  -  -  -  s
GET   /v1/registry/rights-requests/{request_id}                                 -  r  r  -  -  -  -  -  -  -  -  -  -  s
POST  /v1/registry/rights-requests/{request_id}/grant                           -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/rights-requests/{request_id}/copy                            -  -  -  c  c  c  -  -  -  -  -  -  -  s
POST  /v1/registry/rights-requests/{request_id}/refusal                         -  w  w  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/rights-requests/{request_id}/withdrawal                      -  w  w  -  -  -  -  -  -  -  -  -  -  w
POST  /v1/registry/rights-requests/{request_id}/proposal                        -  w  w  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/rights-requests/{request_id}/confirmation                    -  w  w  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/rights-requests/{request_id}/return                          -  w  w  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/rights-requests/{request_id}/lifting                         -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/land/parcels                                                 -  r  r  r  r  r  -  -  -  -  -  r  r  -
POST  /v1/registry/land/parcels                                                 -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/land/parcels/{parcel_id}                                     -  r  r  r  r  r  -  -  -  -  -  r  r  -
PATCH /v1/registry/land/parcels/{parcel_id}                                     -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/land/parcels/{parcel_id}/state                               -  r  r  r  r  r  -  -  -  -  -  r  r  -
POST  /v1/registry/land/parcels/{parcel_id}/end                                 -  w  w  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/land/parcels/{parcel_id}/resumption                          -  w  w  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/land/parcels/{parcel_id}/withdrawal                          -  w  w  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/land/parcels/{parcel_id}/contracts                           -  w  w  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/land/parcels/{parcel_id}/contracts/{contract_id}/end         -  w  w  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/land/parcels/{parcel_id}/contracts/{contract_id}/withdrawal  -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/form-fields                                                  a  a  a  a  a  a  a  a  a  a  a  a  a  a
GET   /v1/registry/forms                                                        a  a  a  a  a  a  a  a  a  a  a  a  a  a
GET   /v1/registry/forms/{form_code}                                            a  a  a  a  a  a  a  a  a  a  a  a  a  a
PUT   /v1/registry/forms/{form_code}                                            -  -  -  -  w  -  -  -  -  -  -  -  -  -
POST  /v1/registry/forms/{form_code}/approval                                   -  -  -  -  -  -  -  -  -  w  -  -  -  -
POST  /v1/registry/forms/{form_code}/refusal                                    -  -  -  -  -  -  -  -  -  w  -  -  -  -
POST  /v1/registry/forms/{form_code}/retirement                                 -  -  -  -  w  -  -  -  -  -  -  -  -  -
POST  /v1/registry/forms/{form_code}/fillings                                   g  g  g  G  G  g  g  -  -  -  -  g  g  -
GET   /v1/registry/forms/{form_code}/fillings/{filling_id}                      x  x  x  F  F  x  x  -  -  -  -  x  x  -
POST  /v1/registry/forms/{form_code}/fillings/{filling_id}/corrections          x  x  x  w  w  x  x  -  -  -  -  x  x  -
POST  /v1/registry/forms/{form_code}/fillings/{filling_id}/confirmations        x  x  x  w  w  x  x  -  -  -  -  x  x  -
GET   /v1/registry/forms/{form_code}/corrected                                  -  -  -  r  r  -  -  -  -  -  -  -  -  -
GET   /v1/registry/accesses                                                     -  -  -  -  -  -  -  -  l  -  -  -  -  -
GET   /v1/registry/accesses/export                                              -  -  -  -  -  -  -  -  l  -  -  -  -  -
GET   /v1/registry/purposes                                                     a  a  a  a  a  a  a  a  a  a  a  a  a  a
GET   /v1/registry/retention                                                    a  a  a  a  a  a  a  a  a  a  a  a  a  a
GET   /v1/registry/code-lists                                                   a  a  a  a  a  a  a  a  a  a  a  a  a  a
GET   /v1/registry/code-lists/{name}                                            a  a  a  a  a  a  a  a  a  a  a  a  a  a
GET   /v1/registry/imports                                                      -  r  r  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/imports                                                      -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/imports/{import_id}                                          -  r  r  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/imports/{import_id}/errors                                   -  r  r  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/imports/{import_id}/correction                               -  u  u  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/dwellings/imports                                            -  r  r  -  -  -  -  -  -  -  -  -  -  -
POST  /v1/registry/dwellings/imports                                            -  w  w  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/dwellings/imports/{import_id}                                -  r  r  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/dwellings/imports/{import_id}/errors                         -  r  r  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/dwellings/imports/{import_id}/correction                     -  u  u  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/imports/{import_id}/events                                   -  r  r  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/dwellings/imports/{import_id}/events                         -  r  r  -  -  -  -  -  -  -  -  -  -  -
GET   /v1/registry/export-lists                                                 r  r  r  r  r  r  r  -  -  -  -  r  r  -
GET   /v1/registry/exports                                                      r  r  r  r  r  r  r  -  -  -  -  r  r  -
POST  /v1/registry/exports                                                      w  w  w  w  w  w  w  -  -  -  -  w  w  -
GET   /v1/registry/exports/{export_id}                                          m  m  m  m  m  m  m  -  -  -  -  m  m  -
GET   /v1/registry/exports/{export_id}/events                                   m  m  m  m  m  m  m  -  -  -  -  m  m  -
GET   /v1/registry/exports/{export_id}/file                                     m  m  m  m  m  m  m  -  -  -  -  m  m  -
DELETE /v1/registry/exports/{export_id}                                         m  m  m  m  m  m  m  -  -  -  -  m  m  -
GET   /v1/registry/dead-letters                                                 -  -  -  -  -  -  -  -  -  -  o  -  -  -
POST  /v1/registry/dead-letters/{event_id}/retry                                -  -  -  -  -  -  -  -  -  -  o  -  -  -
POST  /v1/registry/dead-letters/{event_id}/discard                              -  -  -  -  -  -  -  -  -  -  o  -  -  -
"""
"""r: reads, masked. f: reads, masked or (with a purpose) in full. w: may act. n: reads of it, but somebody else is to act. u: is for who
uploaded it. m: is there for who asked for it alone. q: searches. l: reads the log, and nothing of what was read. s: a resident, what is
its own. c: hands over the copy that somebody asked for, of all that is held of it. g: fills a form with what it reads, masked values left
out. G, F: fills or reads it for its own agency, in full. x: is not there, since it is another agency's. o: operates the platform; nothing
personal, of no place. a: for all, since nothing of it is anybody's. -: refused for the role, whatever is asked for.

What the place does not cover is to each role as if it were not there."""

FACTS = """
                        BH CC CS WC CA IA ES PA AB
insurance:170           .  .  .  x  x  x  .  x  x
hukou                   .  x  x  x  x  x  .  x  x
residence_document      .  x  x  x  x  x  .  x  x
collective              .  x  x  x  x  x  .  x  x
organised_transfer      .  .  .  x  x  x  .  x  x
labour_class            .  x  x  x  x  x  x  x  x
work                    .  x  x  x  x  x  x  x  x
schooling               .  x  x  x  x  .  .  .  .
health                  .  .  .  p  p  p  .  .  .
medical_care            .  .  .  p  p  p  .  .  .
profile                 .  x  x  x  x  .  .  .  .
tags                    .  x  x  x  x  .  .  .  .
moved_from_division     x  x  x  x  x  x  x  x  x
registered_poor         .  x  x  x  x  .  x  .  .
dibao                   .  y  y  x  x  x  y  x  x
"""
"""Groups of facts that a role sees of people and households of its place. y: of dibao only whether it is drawn.
p: with a purpose that needs it."""

NAMES_IN_FULL = {"BH", "CC", "CS", "WC", "CA", "IA", "ES"}
"""Staff on duty for the place; programs see masked names."""

BODIES: dict[str, Callable[[Home], Any]] = {
    "POST /v1/registry/households": household_like,
    "POST /v1/registry/reservations": lambda home: (
        home.place() | {"flat": f"{home.flat}B", "people": 3, "agreement_no": "x"}
    ),
    "POST /v1/registry/land/parcels": lambda home: parcel_of(home, "7"),
    "POST /v1/registry/hukou-households": lambda home: entered(home.ids["person_id"]),
    "POST /v1/registry/persons/search": lambda home: {"id_number": home.ids["id_number"]},
    "POST /v1/registry/forms/{form_code}/fillings": lambda home: {"household_id": home.ids["household_id"]},
    "POST /v1/registry/persons/{person_id}/merger": lambda home: merging(home.people[1].person_id),
}
"""Bodies that name a place, of a home that is there or is not."""


def routes() -> dict[tuple[str, str], dict[str, str]]:
    """Method and path: what each role gets."""
    head, *lines = (line.split() for line in ROUTES.strip().splitlines())
    assert head == list(ACTORS)
    return {(method, path): dict(zip(head, given, strict=True)) for method, path, *given in lines}


def facts(role: str) -> dict[str, str]:
    """Groups of facts that the role sees: `x`, `y` or `p`."""
    head, *lines = (line.split() for line in FACTS.strip().splitlines())
    if role not in head:
        return {}
    at = head.index(role)
    return {group: given[at] for group, *given in lines if given[at] != "."}


def parameters_of(path: str) -> list[str]:
    """Names of what a path asks for, as homes keep it (`Home.ids`)."""
    part = next(
        (
            part
            for part in ("dwellings/imports", "imports", "dead-letters", "rights-requests")
            if path.startswith(f"/v1/registry/{part}/{{")
        ),
        None,
    )
    return [part] if part else re.findall(r"\{(\w+)\}", path)
