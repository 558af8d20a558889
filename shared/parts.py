"""What is kept sealed of a background job, in numbered parts: a table `…_parts` beside the job's own (`imports`, `exports`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.db import Read, Transaction


@dataclass(frozen=True, slots=True)
class Parts:
    """`job`: what it is called, as `import`; `since`: the column of its table from which its days run."""

    job: str
    since: str

    async def add(self, tx: Transaction, job_id: str, part: str, sealed: Sequence[tuple[int, bytes]]) -> None:
        """Raises asyncpg.UniqueViolationError where one is there already."""
        if sealed:
            await tx.execute(
                f"""insert into {self.job}_parts ({self.job}_id, part, n, sealed)
                    select $1, $2, n, sealed from unnest($3::int[], $4::bytea[]) as p(n, sealed)""",
                job_id,
                part,
                [n for n, _ in sealed],
                [data for _, data in sealed],
            )

    async def find(self, read: Read, job_id: str, part: str, n: int) -> bytes | None:
        sealed: bytes | None = await read.fetchval(
            f"select sealed from {self.job}_parts where {self.job}_id = $1 and part = $2 and n = $3", job_id, part, n
        )
        return sealed

    async def list(self, read: Read, job_id: str, part: str) -> dict[int, bytes]:
        """By number, in order."""
        rows = await read.fetch(
            f"select n, sealed from {self.job}_parts where {self.job}_id = $1 and part = $2 order by n", job_id, part
        )
        return {row["n"]: row["sealed"] for row in rows}

    async def drop(self, tx: Transaction, job_id: str, parts: Collection[str]) -> None:
        await tx.execute(
            f"delete from {self.job}_parts where {self.job}_id = $1 and part = any($2::text[])", job_id, list(parts)
        )

    async def forget(self, tx: Transaction, before: datetime) -> int:
        """Parts and keys of finished jobs of before, some at a time; of how many."""
        rows = await tx.fetch(
            f"""update {self.job}s set key_id = null, wrapped = null
                 where {self.job}_id in (select {self.job}_id from {self.job}s
                                          where key_id is not null and {self.since} < $1 and finished_at is not null limit 20)
                returning {self.job}_id as id""",
            before,
        )
        await tx.execute(
            f"delete from {self.job}_parts where {self.job}_id = any($1::uuid[])", [row["id"] for row in rows]
        )
        return len(rows)
