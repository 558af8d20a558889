"""python -m tests.chaos: see --help."""

from __future__ import annotations

import os
import sys

from tests.chaos import options, run

if __name__ == "__main__":
    sys.exit(run.main(options.parse(sys.argv[1:], os.environ)))
