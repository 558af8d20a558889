"""What a run remembers from start to start: names, passwords, ports, and where its data is. Kept in state.json, mode 600."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from deploy.local.console import StartError
from deploy.local.files import PRIVATE, read_json, write_json

OWN = "own"
SERVICES = ("registry", "jobs", "grid", "benefits", "gateway")


def _cluster_id() -> str:
    # Kafka takes 16 bytes in URL-safe base64, and its tool reads a leading dash as an option.
    return "A" + secrets.token_urlsafe(16)[1:21] + "A"


@dataclass(slots=True)
class State:
    """`database` and `broker` say where the data is: "own", or the address of a server that was given."""

    prefix: str = field(default_factory=lambda: f"anju_{secrets.token_hex(4)}_")
    """Begins the name of every database, role, topic and group this run makes."""
    admin_password: str = field(default_factory=lambda: secrets.token_hex(16))
    passwords: dict[str, str] = field(default_factory=lambda: {name: secrets.token_hex(16) for name in SERVICES})
    kafka_cluster: str = field(default_factory=_cluster_id)
    ports: dict[str, int] = field(default_factory=dict)
    database: str | None = None
    broker: str | None = None
    cluster: str | None = None
    """Folder of our own PostgreSQL cluster."""
    demo_loaded: bool = False


def load(path: Path) -> State:
    """The state of an earlier start, or a new one at random. Raises StartError where the file is damaged."""
    stored = read_json(path)
    if stored is None:
        return State()
    known = {each.name for each in fields(State)}
    if not isinstance(stored, dict):
        raise StartError(f"{path} is damaged: restore it, or `make reset` to begin anew.")
    state = State(**{name: value for name, value in stored.items() if name in known})
    state.passwords = State().passwords | state.passwords
    return state


def save(path: Path, state: State) -> None:
    """Writes the state in one step, readable by its owner only."""
    write_json(path, asdict(state), PRIVATE)


def refuse_move(state: State, database: str, broker: str, folder: Path) -> None:
    """Keeps the data where it is: a run that went to another server would find half of it. Raises StartError."""
    for what, variable, before, now in (
        ("database", "DATABASE_URL", state.database, database),
        ("broker", "KAFKA_BOOTSTRAP_SERVERS", state.broker, broker),
    ):
        if before not in (None, now):
            raise StartError(
                f"The {what} of {folder} is {_named(before)}, and {variable} now says {_named(now)}: set ANJU_DATA to another "
                f"folder for this run, set {variable} back, or `make reset` first."
            )


def _named(place: str | None) -> str:
    return "its own" if place == OWN else str(place)
