"""Benchmarks, one after the other; the exit code is 1 when one of them misses its floor.

    python -m bench [ingestion activation identity]

Options of a single one: python -m bench.identity --help
"""

from __future__ import annotations

import argparse
import subprocess
import sys

NAMES = ["ingestion", "activation", "identity"]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Run the benchmarks, with the tools that others use beside ours.",
        epilog="Options of a single one: python -m bench.identity --help",
    )
    parser.add_argument(
        "name",
        nargs="*",
        metavar="name",
        help=f"{', '.join(NAMES)} (default: all)",
    )
    names, failed = parser.parse_args().name or NAMES, []
    if unknown := sorted(set(names) - set(NAMES)):
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    for name in names:
        print(f"\n{name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"]).returncode:
            failed.append(name)
    if failed:
        print(f"missed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
