"""What is shown of the access log."""

from __future__ import annotations

from datetime import datetime

from shared.http import View


class AccessView(View):
    """A record of an unmasked read, or of a read of the log."""

    id: int
    person_id: str | None
    """null: records of many people were read."""
    reader: str | None
    """The account; null to a resident, who is told role and place."""
    kind: str | None
    """client, staff or resident."""
    role: str
    place: str | None
    """Where the account acts: a division code, or a block; empty is everywhere."""
    purpose: str
    case: str | None
    legal_basis: str | None
    """By PIPL art. 13: consent, legal-duty, emergency …"""
    law_ref: str | None
    consent_id: str | None
    """The consent that the read rested on."""
    fields: list[str]
    request_id: str | None
    read_at: datetime
    results: int | None
    """How many people, or records of the log, were shown at once."""
    seal_no: int | None
    """Number in the chain; null for some seconds."""
