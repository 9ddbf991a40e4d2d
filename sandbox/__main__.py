"""`python -m sandbox`: the stand-in world of a retailer, for demonstration and tests."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from datetime import date
from pathlib import Path


def generate(arguments: argparse.Namespace) -> None:
    """Make the world, once."""
    from sandbox import world

    world.generate(
        arguments.dir,
        arguments.profiles,
        arguments.seed,
        arguments.as_of,
        bulk=arguments.bulk,
        force=arguments.force,
    )


def advance(arguments: argparse.Namespace) -> None:
    """Play one more day."""
    from sandbox.world.advance import advance

    advance(arguments.dir)


def serve(arguments: argparse.Namespace) -> None:
    """Answer as the stand-in systems until interrupted."""
    from sandbox import servers

    try:
        servers.serve(arguments.dir, arguments.port)
    except OSError as error:
        sys.exit(f"port {arguments.port} is not free ({error.strerror}): --port or SANDBOX_PORT")
    except KeyboardInterrupt:
        pass


def demonstrate(arguments: argparse.Namespace) -> None:
    """Run the whole thread against the stand-ins; exit code 1 when a step failed."""
    from sandbox import demo

    try:
        demo.run(arguments.dir, arguments.profiles, arguments.seed, arguments.as_of)
    except demo.StepFailed as failure:
        sys.exit(str(failure))


def main() -> None:
    """Read the command line and run one command."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument(
        "--dir",
        type=Path,
        default=Path(os.environ.get("SANDBOX_DIR", ".sandbox")),
        help="folder of the world (SANDBOX_DIR, default .sandbox)",
    )
    commands = parser.add_subparsers(dest="command", required=True)

    size = argparse.ArgumentParser(add_help=False)
    size.add_argument("--profiles", type=int, default=2000, help="people (default 2000)")
    size.add_argument("--seed", type=int, default=1)
    size.add_argument(
        "--as-of",
        type=date.fromisoformat,
        help="midnight (UTC) at which the world stops; default: that of the world, else today",
    )
    command = commands.add_parser(
        "generate", help="make the world unless it is there already", parents=[size]
    )
    command.add_argument(
        "--bulk", action="store_true", help="Parquet exports instead of the systems' databases"
    )
    command.add_argument("--force", action="store_true", help="make it again, losing its changes")
    command.set_defaults(run=generate)

    command = commands.add_parser(
        "advance", help="play one more day: purchases, new and changed customers, STOP replies"
    )
    command.set_defaults(run=advance)

    command = commands.add_parser("serve", help="serve the stand-in systems until interrupted")
    command.add_argument("--port", type=int, default=int(os.environ.get("SANDBOX_PORT", "8900")))
    command.set_defaults(run=serve)

    command = commands.add_parser(
        "demo", help="from source systems to marketing tools, in one command", parents=[size]
    )
    command.set_defaults(run=demonstrate)

    arguments = parser.parse_args()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    arguments.run(arguments)


if __name__ == "__main__":
    main()
