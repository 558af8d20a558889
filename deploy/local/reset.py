"""Forgets everything of one $ANJU_DATA: what the runtime put there, and what it made on servers that were given."""

from __future__ import annotations

import shutil
from pathlib import Path

from deploy.local import addresses, kafka, postgres, roster, services, state
from deploy.local.children import Spec, python
from deploy.local.console import StartError, say
from deploy.local.databases import Order
from deploy.local.files import explain
from deploy.local.folder import Folder, held
from deploy.local.options import ROOT, Options
from deploy.local.state import OWN, State
from deploy.local.supervisor import Stopped, Supervisor, Wish


def main(options: Options) -> int:
    """Removes it all, and says what. Raises StartError while a run is live or a server cannot be reached."""
    folder = Folder(options.data)
    if not folder.path.is_dir():
        say(f"Nothing to forget: there is no {folder.path}")
        return 0
    wish = Wish()
    wish.listen()
    with held(folder):
        roster.end_left_behind(str(folder.path))
        supervisor = Supervisor(folder, wish)
        try:
            _forget(options, folder, state.load(folder.state), supervisor)
        except Stopped as stopped:
            return 128 + stopped.number
        except OSError as error:
            raise explain(error, folder.path) from None
    return 0


def _forget(options: Options, folder: Folder, memory: State, supervisor: Supervisor) -> None:
    if memory.database not in (None, OWN):
        _drop_databases(options, folder, memory, supervisor)
    if memory.broker not in (None, OWN):
        _drop_topics(folder, memory, supervisor)
    for path in [*apart(memory), *folder.contents()]:
        if remove(path):
            say(f"Removed {path}")
    if not any(folder.path.iterdir()):
        folder.path.rmdir()
        say(f"Removed {folder.path}")


def _drop_databases(options: Options, folder: Folder, memory: State, supervisor: Supervisor) -> None:
    given = options.database_url
    if given is None or addresses.place_of(given) != memory.database:
        raise StartError(
            f"The databases {memory.prefix}… lie on {memory.database}: set DATABASE_URL to that server, so that they go too."
        )
    order = Order(given, False, memory.prefix, memory.passwords, str(folder.signing_key))
    _run(folder, supervisor, "deploy.local.databases", "drop", stdin=order.text())
    say(f"Dropped the databases and roles {memory.prefix}… on {memory.database}")


def _drop_topics(folder: Folder, memory: State, supervisor: Supervisor) -> None:
    kafka.check_given(str(memory.broker))
    _run(folder, supervisor, "deploy.local.topics", str(memory.broker), memory.prefix)
    say(f"Deleted the topics and groups {memory.prefix}… on {memory.broker}")


def _run(folder: Folder, supervisor: Supervisor, *arguments: str, stdin: str | None = None) -> None:
    folder.logs.mkdir(mode=0o700, exist_ok=True)
    env, log = services.base_environment(), folder.log("reset")
    supervisor.run(Spec("reset", python("-m", *arguments), env, ROOT, log, stdin=stdin, explains_itself=True))


def apart(memory: State) -> list[Path]:
    """The folder of a cluster that could not lie in $ANJU_DATA."""
    path = Path(memory.cluster).parent if memory.cluster else None
    return [path] if path and path.parent == postgres.APART else []


def remove(path: Path) -> bool:
    """Removes a file or a folder with all in it; was there one?"""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
        return True
    existed = path.exists()
    path.unlink(missing_ok=True)
    return existed
