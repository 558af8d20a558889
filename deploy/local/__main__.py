"""python -m deploy.local: see --help."""

from __future__ import annotations

import argparse
import os
import sys

from deploy.local import options as asked
from deploy.local import reset, run, servers, variables
from deploy.local.console import StartError

_ABOUT = """\
Runs the platform on this machine: PostgreSQL, Apache Kafka and the five services. Ctrl-C stops it; the data stays.

  run       start everything and keep it running (what `make run` does)
  reset     forget the data of $ANJU_DATA (what `make reset` does)
  servers   only PostgreSQL and Kafka, until standard input closes (for tests)
  variables print the databases' URLs and the key file of $ANJU_DATA as shell variables, secrets included (for operators' commands)
"""
_VARIABLES = """\
environment:
  ANJU_PORT                 port of the gateway on 127.0.0.1 (8080); all others are chosen
  ANJU_DATA                 folder of data, logs and state (.anju); runs with different folders and ports live side by side
  ANJU_DEMO=0               no demo
  ANJU_RESTART_SECONDS=30   longest wait before a process that keeps dying is started again
  ANJU_APART=1              API and worker of each service as processes of their own
  ANJU_POSTGRES_BUFFERS     memory in which the PostgreSQL that is started keeps pages (96MB); of a county's, a fifth of the machine's
  DATABASE_URL              a PostgreSQL 18 server to use: postgresql://user:password@host:port/database, the user with
                            CREATEDB and CREATEROLE; what is made there has one name prefix
  KAFKA_BOOTSTRAP_SERVERS   Kafka brokers to use: host:port,…
  PYTHON                    the Python to make the virtual environment with (make run)
  PIP_INDEX_URL             a mirror of the Python packages
  ANJU_MAVEN_REPOSITORY     a mirror of the Maven repository that Kafka's jars come from
"""


def main() -> int:
    """The exit code of the command."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "python -m deploy.local", description=_ABOUT, epilog=_VARIABLES, formatter_class=form
    )
    parser.add_argument("command", nargs="?", default="run", choices=("run", "reset", "servers", "variables"))
    parser.add_argument(
        "--throwaway", action="store_true", help="servers: do not wait for the disk, and remove the data at the end"
    )
    given = parser.parse_args()
    os.umask(0o022)
    try:
        options = asked.from_environment(os.environ)
        if given.command == "reset":
            return reset.main(options)
        if given.command == "servers":
            return servers.main(options, throwaway=given.throwaway)
        if given.command == "variables":
            return variables.main(options)
        return run.main(options)
    except StartError as error:
        return run.fail(error)


if __name__ == "__main__":
    sys.exit(main())
