"""Deletes the topics and consumer groups of one run from a broker that others use too.

python -m deploy.local.topics SERVERS PREFIX
"""

from __future__ import annotations

import asyncio
import sys

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.admin import DeleteGroupsRequest

_GROUP_NOT_FOUND = 69
_TRIES = 20


async def delete(servers: str, prefix: str) -> tuple[list[str], list[str]]:
    """Deletes whatever begins with the prefix; the names of topics and of groups. Raises KafkaError."""
    client = AIOKafkaAdminClient(bootstrap_servers=servers)
    await client.start()
    try:
        names = [name for name in await client.list_topics() if name.startswith(prefix)]
        if names:
            await client.delete_topics(names)
        groups = sorted({row[0] for row in await client.list_consumer_groups() if row[0].startswith(prefix)})
        for group in groups:
            await _delete_group(client, group)
        return names, groups
    finally:
        await client.close()


async def _delete_group(client: AIOKafkaAdminClient, group: str) -> None:
    """A group whose members have just gone is not empty to the broker until it has noticed."""
    for attempt in range(_TRIES):
        node = await client.find_coordinator(group)
        answer = await client._send_request(DeleteGroupsRequest([group]), node)
        code = answer.results[0][1]
        if code in (0, _GROUP_NOT_FOUND):
            return
        if attempt + 1 == _TRIES:
            raise for_code(code)(f"group {group}")
        await asyncio.sleep(0.5)


def main() -> None:
    """Command line; see the module's docstring."""
    try:
        asyncio.run(delete(sys.argv[1], sys.argv[2]))
    except (KafkaError, OSError) as error:
        sys.exit(f"The topics and groups {sys.argv[2]}… could not be deleted: {error}")


if __name__ == "__main__":
    main()
