"""The variables that commands for operators need, of the data of a local run: `eval "$(python -m deploy.local variables)"`."""

from __future__ import annotations

import shlex

from deploy.local import postgres, services, state
from deploy.local.console import StartError
from deploy.local.folder import Folder
from deploy.local.options import Options
from deploy.local.state import OWN, SERVICES, State


def lines(options: Options) -> list[str]:
    """`export NAME=value`, a line each. Raises StartError where nothing was ever started there."""
    folder = Folder(options.data)
    memory = state.load(folder.state)
    if memory.database is None:
        raise StartError(f"Nothing was started with {options.data} yet: `make run` first.")
    around = services.Surroundings(options, folder, memory, _server(options, memory), "", memory.ports)
    values = {f"ANJU_{each.upper()}_DATABASE_URL": around.database_url(each) for each in SERVICES}
    values["ANJU_KEYS_FILE"] = str(folder.keys)
    return [f"export {name}={shlex.quote(value)}" for name, value in values.items()]


def _server(options: Options, memory: State) -> str:
    if memory.database == OWN:
        return postgres.admin_url(memory, memory.ports["postgres"])
    if options.database_url is None:
        raise StartError(f"The data is on {memory.database}: set DATABASE_URL as for `make run`.")
    return options.database_url


def main(options: Options) -> int:
    """Prints them; the exit code."""
    print("\n".join(lines(options)))
    return 0
