"""The generator of a French omnichannel retailer's world.

Four SQL files make the world inside DuckDB, each from the one before: people.sql (who they are),
commerce.sql (what they buy), views.sql (what each system believes about them), systems.sql and
files.sql (the systems' own tables and files), and truth.sql (what only the generator knows). Every
draw is a hash of a key, the name of the draw and the seed, so that the same parameters give the
same bytes, whatever the number of threads. `write.py` writes the result.
"""

import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from sandbox.world import write

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent
REFERENCE = HERE.parent / "reference"
# People up to whom a world is made in memory (about 2 GB).
IN_MEMORY = 200_000
STEPS = ("people", "commerce", "views", "systems", "files", "truth")


@dataclass(frozen=True)
class World:
    """Parameters of a world: how many people, the seed, its last midnight (UTC), the way out."""

    profiles: int
    seed: int
    as_of: date
    bulk: bool = False

    def as_json(self) -> dict[str, object]:
        """The parameters as world.json holds them."""
        return asdict(self) | {"as_of": self.as_of.isoformat()}


def read(folder: Path) -> World | None:
    """The world in `folder`, or None when there is none or it was left half made."""
    try:
        found = json.loads((folder / "world.json").read_text())
    except FileNotFoundError:
        return None
    return World(
        profiles=found["profiles"],
        seed=found["seed"],
        as_of=date.fromisoformat(found["as_of"]),
        bulk=found["bulk"],
    )


def generate(
    folder: Path, profiles: int, seed: int, as_of: date | None, *, bulk: bool, force: bool
) -> World:
    """Make the world in `folder` unless it is there already, and return its parameters.

    Without `as_of` an existing world keeps its date and a new one ends today. Everything is
    written aside and put in place at the end, world.json last: a world without it does not exist,
    so that a kill leaves nothing half made.
    """
    existing = read(folder)
    started = World(profiles, seed, as_of or datetime.now(UTC).date(), bulk)
    if existing and not force:
        if as_of is None or advanced_from(folder) == as_of:
            started = World(profiles, seed, existing.as_of, bulk)
        if existing == started:
            logger.info("%s already holds this world: %s people", folder, f"{profiles:,}")
            return existing

    partial = folder / ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    logger.info("generating %s people, seed %s, until %s", f"{profiles:,}", seed, started.as_of)
    with open_world(started, partial) as connection:
        build(connection)
        write.write_world(connection, partial, bulk=bulk)
    write_parameters(partial, started, started.as_of)
    replace(folder, partial)
    logger.info("%s is ready", folder)
    return started


def write_parameters(folder: Path, world: World, generated_as_of: date) -> None:
    """Write world.json in one go: the parameters, and the date before any `advance`."""
    content = world.as_json() | {"generated_as_of": generated_as_of.isoformat()}
    (folder / ".world.json").write_text(json.dumps(content, indent=2) + "\n")
    (folder / ".world.json").rename(folder / "world.json")


def replace(folder: Path, partial: Path) -> None:
    """Put what `partial` holds in place of the former world, and leave the rest of `folder`."""
    (folder / "world.json").unlink(missing_ok=True)
    for former in ("systems.sqlite*", "retail_pro.sqlite*", "files", "truth", "exports"):
        for path in folder.glob(former):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    made = sorted(partial.iterdir(), key=lambda path: path.name == "world.json")
    for path in made:
        path.rename(folder / path.name)
    partial.rmdir()


def advanced_from(folder: Path) -> date | None:
    """The date at which the world in `folder` was generated, before any `advance`."""
    try:
        found = json.loads((folder / "world.json").read_text())
    except FileNotFoundError:
        return None
    return date.fromisoformat(found.get("generated_as_of", found["as_of"]))


@contextmanager
def open_world(world: World, scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB database loaded with the reference data: in memory, or on disk for a large world."""
    path = scratch / "building.duckdb" if world.profiles > IN_MEMORY else Path(":memory:")
    connection = duckdb.connect(path)
    try:
        connection.execute("set preserve_insertion_order = true")
        connection.execute("set enable_progress_bar = false")
        connection.execute("set memory_limit = '8GB'")
        for name in ("first_names", "surnames", "places"):
            connection.execute(f"create table {name} as from '{REFERENCE / name}.parquet'")
        for name in ("streets", "nicknames"):
            connection.execute(
                f"create table {name} as from read_csv('{REFERENCE / name}.csv', header = true)"
            )
        connection.execute("set variable seed = ?", [world.seed])
        connection.execute("set variable profiles = ?", [world.profiles])
        connection.execute("set variable as_of = ?::timestamp", [world.as_of.isoformat()])
        for kind in ("type", "name"):
            connection.execute(
                f"set variable street_{kind}s ="
                f" (select sum(weight)::bigint from streets where kind = '{kind}')"
            )
        yield connection
    finally:
        connection.close()
        for leftover in scratch.glob("building.duckdb*"):
            leftover.unlink()


def build(connection: duckdb.DuckDBPyConnection) -> None:
    """Run the SQL files, in order."""
    for step in write.track(STEPS, "generating"):
        logger.info("making %s", step)
        for statement in connection.extract_statements((HERE / f"{step}.sql").read_text()):
            connection.execute(statement)
