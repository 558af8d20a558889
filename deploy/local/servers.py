"""Only PostgreSQL and Kafka, for tests: ready when a line of JSON is printed, stopped when standard input closes."""

from __future__ import annotations

import json
import os
import select
import sys

from deploy.local import ports, postgres, reset, roster, run, state
from deploy.local.console import say
from deploy.local.files import explain
from deploy.local.folder import Folder, held, prepare
from deploy.local.options import Options
from deploy.local.supervisor import Stopped, Supervisor, Wish


def main(options: Options, throwaway: bool) -> int:
    """Runs until the reader of our output closes our input, or a signal; the exit code. `throwaway`: the data goes too."""
    own = Options(data=options.data, durable=not throwaway)
    wish = Wish()
    wish.listen()
    folder = prepare(own.data)
    with held(folder):
        roster.end_left_behind(str(folder.path))
        supervisor = Supervisor(folder, wish)
        try:
            _start(own, supervisor)
            while not _input_closed():
                supervisor.pause(0.2)
        except Stopped:
            return 0
        except OSError as error:
            raise explain(error, folder.path) from None
        finally:
            supervisor.stop()
            if throwaway:
                _throw_away(folder)
    return 0


def _start(options: Options, supervisor: Supervisor) -> None:
    memory = state.load(supervisor.folder.state)
    chosen = ports.choose(list(run.SERVERS), memory.ports, set())
    memory.ports |= chosen
    state.save(supervisor.folder.state, memory)
    _, brokers = run.servers(options, memory, chosen, supervisor)
    say(json.dumps({"dsn": postgres.admin_url(memory, chosen["postgres"]), "bootstrap_servers": brokers}))


def _throw_away(folder: Folder) -> None:
    """All but the logs."""
    memory = state.load(folder.state)
    for path in (*reset.apart(memory), folder.postgres, folder.kafka, folder.signing_key, folder.state):
        reset.remove(path)


def _input_closed() -> bool:
    readable, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(readable) and not os.read(sys.stdin.fileno(), 4096)
