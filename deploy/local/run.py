"""One run, from nothing to ready: servers, databases, topics, services, demo. Then it watches until told to stop."""

from __future__ import annotations

import sys
import time

from deploy.local import addresses, closing, identity, kafka, ports, postgres, roster, services, state
from deploy.local.children import Spec, python
from deploy.local.console import StartError, say
from deploy.local.databases import Order
from deploy.local.files import explain
from deploy.local.folder import Folder, held, prepare
from deploy.local.options import ROOT, Options
from deploy.local.ports import HOST
from deploy.local.services import Surroundings
from deploy.local.state import OWN, State
from deploy.local.supervisor import Stopped, Supervisor, Wish

SERVERS = ("postgres", "kafka", "kafka-controller")
_READY_SECONDS = 120


def main(options: Options) -> int:
    """Runs until stopped; the exit code: 0 after a stop when ready, 128 + signal before, 1 where nothing could be started."""
    wish = Wish()
    wish.listen()
    try:
        folder = prepare(options.data)
        with held(folder):
            return _supervised(options, folder, wish)
    except StartError as error:
        return fail(error)


def fail(error: StartError) -> int:
    """Says the one line that a failed start ends with."""
    sys.stdout.flush()
    print(f"anju: {error}", file=sys.stderr, flush=True)
    return 1


def _supervised(options: Options, folder: Folder, wish: Wish) -> int:
    roster.end_left_behind(str(folder.path))
    supervisor = Supervisor(folder, wish, longest_wait=options.restart_seconds)
    ready = False
    try:
        start(options, supervisor)
        ready = True
        while True:
            supervisor.pause(3600)
    except Stopped as stopped:
        say(f"\nStopping ({stopped}) …")
        return 0 if ready else 128 + stopped.number
    except OSError as error:
        raise explain(error, folder.path) from None
    finally:
        supervisor.stop()
        if wish.number is not None:
            say("Stopped.")


def start(options: Options, supervisor: Supervisor) -> None:
    """Everything up to the line `ready: …`. Raises StartError, Stopped."""
    begun = time.monotonic()
    folder = supervisor.folder
    if not ports.is_free(options.port):
        raise StartError(
            f"Port {options.port} of {HOST} is taken: stop what listens there, or set ANJU_PORT to another."
        )
    memory, chosen = remember(options, folder)
    identity.ensure_keys(folder.keys, first=memory.database is None)
    credentials = identity.ensure_credentials(folder.credentials, options.demo)
    around = Surroundings(options, folder, memory, *servers(options, memory, chosen, supervisor), chosen)
    supervisor.run(services.migration(around), services.topics(around))
    processes = services.specs(around)
    say("Starting the services")
    supervisor.keep(*processes)
    supervisor.await_ready(processes, _READY_SECONDS)
    _load_demo(around, supervisor)
    for line in closing.lines(around, credentials, time.monotonic() - begun):
        say(line)


def remember(options: Options, folder: Folder) -> tuple[State, dict[str, int]]:
    """The state of this folder, with the ports of this start chosen and saved."""
    memory = state.load(folder.state)
    state.refuse_move(memory, *_places(options), folder.path)
    names = [*SERVERS, *(part.name for part in services.parts(options.apart) if part.name != services.GATEWAY)]
    chosen = ports.choose(names, memory.ports, {options.port})
    memory.ports |= chosen
    state.save(folder.state, memory)
    return memory, {**chosen, services.GATEWAY: options.port}


def _places(options: Options) -> tuple[str, str]:
    database = addresses.place_of(options.database_url) if options.database_url else OWN
    return database, options.kafka_servers or OWN


def servers(options: Options, memory: State, chosen: dict[str, int], supervisor: Supervisor) -> tuple[str, str]:
    """Has the database and the broker running and the services' databases made; the URL of the one, the address of the other."""
    folder = supervisor.folder
    _check_given(options, memory, supervisor)
    memory.database, memory.broker = _places(options)
    state.save(folder.state, memory)
    url = options.database_url or _own_postgres(options, memory, chosen["postgres"], supervisor)
    broker = None if options.kafka_servers else _own_kafka(options, memory, chosen, supervisor)
    supervisor.run(_databases("make", url, options, memory, folder))
    if broker:
        supervisor.await_ready([broker], _READY_SECONDS)
    return url, options.kafka_servers or f"{HOST}:{chosen['kafka']}"


def _check_given(options: Options, memory: State, supervisor: Supervisor) -> None:
    """Raises StartError where a server that was given cannot be used; nothing has been made then."""
    if options.kafka_servers:
        kafka.check_given(options.kafka_servers)
    if options.database_url is None:
        return
    if not addresses.is_postgres(options.database_url):
        raise StartError("DATABASE_URL is not of the form postgresql://user:password@host:port/database.")
    supervisor.run(_databases("check", options.database_url, options, memory, supervisor.folder))


def _own_postgres(options: Options, memory: State, port: int, supervisor: Supervisor) -> str:
    say("Starting PostgreSQL")
    cluster = postgres.prepare(supervisor.folder, memory, supervisor)
    supervisor.keep(postgres.server(cluster, port, supervisor.folder, options))
    return postgres.admin_url(memory, port)


def _own_kafka(options: Options, memory: State, chosen: dict[str, int], supervisor: Supervisor) -> Spec:
    say("Starting Kafka")
    node = kafka.prepare(supervisor.folder, memory, supervisor, (chosen["kafka"], chosen["kafka-controller"]))
    broker = kafka.server(node, chosen["kafka"], supervisor.folder, options.durable)
    supervisor.keep(broker)
    return broker


def _databases(act: str, url: str, options: Options, memory: State, folder: Folder) -> Spec:
    order = Order(url, options.database_url is None, memory.prefix, memory.passwords, str(folder.signing_key))
    return Spec(
        name="databases",
        argv=python("-m", "deploy.local.databases", act),
        env=services.base_environment(),
        cwd=ROOT,
        log=folder.log("databases"),
        stdin=order.text(),
        explains_itself=True,
    )


def _load_demo(around: Surroundings, supervisor: Supervisor) -> None:
    if not around.options.demo or around.state.demo_loaded:
        return
    say("Loading the demo: two communities, 7,700 people")
    try:
        supervisor.run(services.demo(around))
    except StartError as error:
        raise StartError(f"The demo: {error}. ANJU_DEMO=0 starts without it.") from None
    around.state.demo_loaded = True
    state.save(around.folder.state, around.state)
