"""`python -m sandbox`: the stand-in world of a retailer, for demonstration and tests."""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument(
        "--dir",
        type=Path,
        default=Path(os.environ.get("SANDBOX_DIR", ".sandbox")),
        help="folder of the world (SANDBOX_DIR, default .sandbox)",
    )
    commands = parser.add_subparsers(dest="command", required=True)

    serve = commands.add_parser("serve", help="serve the stand-in systems until interrupted")
    serve.add_argument("--port", type=int, default=int(os.environ.get("SANDBOX_PORT", "8900")))

    arguments = parser.parse_args()
    if arguments.command == "serve":
        from sandbox import servers

        servers.serve(arguments.dir, arguments.port)


if __name__ == "__main__":
    main()
