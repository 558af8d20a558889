"""Idempotency-Key (draft-ietf-httpapi-idempotency-key-header) for every POST that writes.

The answer is stored in the transaction of the write, so that the two exist together or not at all. Same key and same request:
the stored answer, byte for byte, with `Idempotent-Replayed: true`. Same key, another body: 422. Still running: 409.
Refusals roll back and store nothing: repeated, they are decided anew.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from fastapi import Request, Response

from shared.errors import Conflict, Fault, Invalid, Malformed

if TYPE_CHECKING:
    from shared.db import Transaction

KEY_SCHEMA = {"type": "string", "pattern": r"^[A-Za-z0-9._:-]{8,128}$"}
"""As documented; a little more is taken."""
_KEY = re.compile(r'"?([\x21\x23-\x5b\x5d-\x7e]{8,128})"?')
_KEPT_HEADERS = ("content-type", "etag", "location")


class AnswerKey(NamedTuple):
    """Under which an answer is stored: digest of caller and key, and digest of method, path, query and body."""

    scope: bytes
    fingerprint: bytes


class KeyMissing(Malformed):
    slug = "idempotency-key-missing"
    title_en, title_zh = (
        "The header Idempotency-Key is missing or malformed",
        "缺少 Idempotency-Key 请求头或其格式不正确",
    )


class KeyReused(Invalid):
    slug = "idempotency-key-reused"
    title_en, title_zh = "This Idempotency-Key was used for another request", "该 Idempotency-Key 已用于另一请求"


class InFlight(Conflict):
    slug = "idempotency-key-in-flight"
    title_en, title_zh = "A request with this Idempotency-Key is still running", "使用该 Idempotency-Key 的请求仍在处理"


class Replay(Exception):
    """Not an error: the request was answered before, and this is the answer."""

    def __init__(self, response: Response) -> None:
        self.response = response


def parse_key(header: str | None) -> str:
    """The key, given as a structured-field string (`"…"`) or bare. Raises KeyMissing."""
    found = _KEY.fullmatch((header or "").strip())
    if not found:
        raise KeyMissing(
            "Send a key of 8 to 128 visible ASCII characters, new for each act and the same for each repeat, for example a UUID.",
            "请为每次操作提供一个新的键（8 至 128 个可见 ASCII 字符，如 UUID），重试时使用同一键。",
            faults=[Fault("header:Idempotency-Key", "missing", "missing or malformed", "缺失或格式不正确")],
        )
    return found.group(1)


async def begin(tx: Transaction, request: Request) -> None:
    """Claims the key for this transaction. Raises KeyMissing, KeyReused, InFlight, or Replay with the stored answer."""
    key = parse_key(request.headers.get("idempotency-key"))
    caller = request.scope["anju.actor"].subject
    scope = hashlib.sha256(f"{caller}\n{key}".encode()).digest()
    # The key is part of the digest, and is stored nowhere: what a body holds cannot be guessed from the fingerprint.
    head = f"{key} {request.method} {request.url.path}?{request.url.query}\n".encode()
    # Of an upload the content counts (`shared.imports.uploads`): the boundaries around it differ each time it is sent.
    body = request.scope.get("anju.content") or await request.body()
    fingerprint = hashlib.sha256(head + body).digest()
    row = await tx.fetchrow(
        """select pg_try_advisory_xact_lock($2) as claimed, k.fingerprint, k.status, k.headers, k.body
             from (values (1)) one left join idempotency_keys k on k.scope = $1""",
        scope,
        int.from_bytes(scope[:8], signed=True),
    )
    assert row is not None  # a left join from one row
    if row["fingerprint"] is not None:
        if row["fingerprint"] != fingerprint:
            raise KeyReused(
                "Use a new key for a new act; repeat an act with the same body.",
                "新的操作请使用新的键；重试时请保持请求内容不变。",
            )
        headers = dict(row["headers"]) | {"idempotent-replayed": "true"}
        raise Replay(Response(row["body"], row["status"], headers))
    if not row["claimed"]:
        raise InFlight(headers={"retry-after": "1"})
    tx.answer_key = AnswerKey(scope, fingerprint)


async def store(tx: Transaction, response: Response, body: bytes) -> None:
    """Keeps the answer of this transaction under its key. `body` is the response's, less what may not be kept."""
    if tx.answer_key is None or response.status_code >= 300:
        return
    headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
    stored = await tx.fetchval(
        """insert into idempotency_keys (scope, fingerprint, status, headers, body, created_at)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning true""",
        tx.answer_key.scope,
        tx.answer_key.fingerprint,
        response.status_code,
        headers,
        body,
        tx.now,
    )
    if not stored:  # the other request with this key committed between our look and our claim
        raise InFlight(headers={"retry-after": "1"})
