"""Free ports on the loopback address."""

from __future__ import annotations

import random
import socket

HOST = "127.0.0.1"
# Below what systems hand out for outgoing connections: a port that waits for its service to come back is not taken meanwhile.
_RANGE = range(20000, 32000)


def is_free(port: int) -> bool:
    """Can a server listen there now?"""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(1)
        except OSError:
            return False
    return True


def choose(names: list[str], before: dict[str, int], taken: set[int]) -> dict[str, int]:
    """A port for each name: that of the last start where it is still free, so that clients and logs keep it."""
    chosen: dict[str, int] = {}
    used = set(taken)
    for name in names:
        port = before.get(name, 0)
        if not port or port in used or not is_free(port):
            port = next(each for each in random.sample(_RANGE, len(_RANGE)) if each not in used and is_free(each))
        chosen[name] = port
        used.add(port)
    return chosen
