"""Does it answer? Asked over the loopback address, past any proxy."""

from __future__ import annotations

import http.client
import json
import socket
import struct
from typing import Any
from urllib.parse import urlencode

from deploy.local.ports import HOST

_TIMEOUT = 2.0
_CORRELATION = b"ANJU"
_API_VERSIONS = struct.pack(">ihh4sh", 10, 18, 0, _CORRELATION, -1)
"""The first request of Kafka's protocol: which versions do you speak? (ApiVersions v0, no client id)."""


def answers_ready(port: int) -> bool:
    """Does a process of ours say that it is ready?"""
    return status(port, "/readyz") == 200


def status(port: int, path: str) -> int | None:
    """The status of a GET, None where nobody answers."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_TIMEOUT)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def fetch_json(port: int, path: str, token: str | None = None, form: dict[str, str] | None = None) -> Any | None:
    """The JSON of a GET, or of a POST where there is a form; None for any answer but 2xx."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_TIMEOUT)
    headers = {"authorization": f"Bearer {token}"} if token else {}
    try:
        if form is None:
            connection.request("GET", path, headers=headers)
        else:
            content = {"content-type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, urlencode(form), headers | content)
        answer = connection.getresponse()
        return json.load(answer) if 200 <= answer.status < 300 else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def broker_answers(servers: str) -> bool:
    """Does any of the Kafka servers (`host:port,…`) answer a request of its protocol?"""
    return any(_speaks_kafka(each.strip()) for each in servers.split(","))


def _speaks_kafka(server: str) -> bool:
    host, _, port = server.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=_TIMEOUT) as connection:
            connection.sendall(_API_VERSIONS)
            with connection.makefile("rb") as answer:
                return answer.read(8)[4:] == _CORRELATION
    except (OSError, ValueError):
        return False
