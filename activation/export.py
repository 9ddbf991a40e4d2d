"""python -m activation.export FOLDER [mart …]: the marts as Parquet, for BI elsewhere.

Each mart is one file, written beside and then renamed; `manifest.json` comes last and names every
file with its rows, columns and SHA-256, so that a reader who starts from it never sees half an
export. With `--load DESTINATION` dlt then loads those files into another warehouse (postgres,
snowflake, bigquery …, its credentials in dlt's own environment variables).

Exit codes: 0 exported · 1 the other warehouse did not take it · 2 no such mart, no warehouse to
read, or its last build has not passed · 75 the warehouse is busy.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
import pyarrow.parquet as pq
from dlt.common.exceptions import DltException
from dlt.common.libs.pyarrow import py_arrow_to_table_schema_columns

from activation.ledger import Busy, Ledger, Unbuilt, now

log = logging.getLogger("activation.export")

SCHEMAS = ("marts", "segments")
TYPES = {
    "boolean": pa.bool_(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "double precision": pa.float64(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp without time zone": pa.timestamp("us"),
    "timestamp": pa.timestamp("us"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser("python -m activation.export", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("mart", nargs="*", help="all marts and segments when none is named")
    parser.add_argument(
        "--load", metavar="DESTINATION", help="a dlt destination: postgres, snowflake"
    )
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        manifest = export(asked.folder, asked.mart)
        if asked.load:
            load(asked.folder, manifest, asked.load)
    except Busy as error:
        log.warning("%s: leaving", error)
        return 75
    except (LookupError, Unbuilt) as error:
        log.error("%s", error)
        return 2
    except DltException as error:
        log.error("%s did not take it: %s", asked.load, str(error).strip())
        return 1
    return 0


def export(folder: Path, names: list[str]) -> dict[str, Any]:
    """Write the marts and the manifest into `folder`.

    Raises LookupError for an unknown mart, Unbuilt when the last build has not passed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(read_only=True)
    try:
        if unfinished := ledger.unfinished_build():
            raise Unbuilt(unfinished)
        found = {
            row["table_name"]: row["table_schema"]
            for row in ledger.rows(
                "select table_schema, table_name from information_schema.tables"
                f" where table_schema in {SCHEMAS} order by table_name"
            )
            if not row["table_name"].startswith("int_")
        }
        if lost := set(names) - found.keys():
            raise LookupError(f"no such mart: {', '.join(sorted(lost))}")
        files = [one(ledger, found[name], name, folder) for name in names or found]
    finally:
        ledger.close()
    manifest = {"exported_at": now().isoformat(timespec="seconds") + "Z", "files": files}
    beside = folder / ".manifest.json.part"
    beside.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    beside.rename(folder / "manifest.json")
    return manifest


def one(ledger: Ledger, schema_name: str, name: str, folder: Path) -> dict[str, Any]:
    """Write one mart; its line of the manifest."""
    columns = ledger.rows(
        "select column_name, data_type, numeric_precision, numeric_scale"
        " from information_schema.columns where table_schema = ? and table_name = ?"
        " order by ordinal_position",
        schema_name,
        name,
    )
    schema = pa.schema([(column["column_name"], arrow_type(column)) for column in columns])
    beside, path = folder / f".{name}.parquet.part", folder / f"{name}.parquet"
    row_count = 0
    with pq.ParquetWriter(beside, schema, compression="zstd") as writer:
        for table in tables(ledger, f"{schema_name}.{name}", schema):
            writer.write_table(table)
            row_count += table.num_rows
    beside.rename(path)
    log.info("%s: %d rows", name, row_count)
    return {
        "name": name,
        "file": path.name,
        "rows": row_count,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "columns": {field.name: str(field.type) for field in schema},
    }


def tables(ledger: Ledger, relation: str, schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows of a relation, a few thousand at a time."""
    for rows in ledger.pages(f"select * from {relation}"):
        yield pa.Table.from_pylist(rows, schema=schema)


def arrow_type(column: dict[str, Any]) -> pa.DataType:
    """The Arrow type of a column of information_schema; what has none goes as text."""
    data_type = column["data_type"].lower()
    if data_type.startswith(("numeric", "decimal")):
        precision, scale = column["numeric_precision"], column["numeric_scale"]
        return pa.decimal128(int(precision or 38), int(scale or 0))
    return TYPES.get(data_type, pa.string())


def load(folder: Path, manifest: dict[str, Any], destination: str) -> None:
    """Replace the tables of another warehouse by the files of the manifest.

    dlt's working folder is a new one each time: what a killed load has left in it would be loaded
    instead of what is asked. Raises DltException, and LookupError when rows are missing there.
    """
    with tempfile.TemporaryDirectory() as working:
        pipeline = dlt.pipeline(
            "orfevre_export",
            destination=destination,
            dataset_name="orfevre_marts",
            pipelines_dir=working,
        )
        plain_form = pipeline.destination.capabilities().preferred_loader_file_format
        for file in manifest["files"]:
            source = pq.ParquetFile(folder / file["file"])
            batches = (pa.Table.from_batches([batch]) for batch in source.iter_batches())
            resource = dlt.resource(
                # a mart without a row empties its table there
                batches if file["rows"] else [dlt.mark.materialize_table_schema()],
                name=file["name"],
                columns=py_arrow_to_table_schema_columns(source.schema_arrow),
                write_disposition="replace",
            )
            form = "parquet" if file["rows"] else plain_form
            pipeline.run(resource, loader_file_format=form).raise_on_failed_jobs()
            with pipeline.sql_client() as client:
                table = client.make_qualified_table_name(file["name"])
                ((count,),) = client.execute_sql(f"select count(*) from {table}")
            if count != file["rows"]:
                raise LookupError(f"{file['name']}: {count} of {file['rows']} rows arrived")
            log.info("%s: %d rows loaded into %s", file["name"], count, destination)


if __name__ == "__main__":
    sys.exit(main())
