"""Run as a script by `tests.support.server`: the real server on a free port, with any script.

Usage: run_server.py SCRIPT [HOST]
"""

import sys
from pathlib import Path

from core.settings import Settings
from web.serve import serve

if __name__ == "__main__":
    serve(
        sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1",
        0,
        False,
        Settings.from_environment(),
        False,
        ping=lambda: None,
        script=Path(sys.argv[1]),
    )
