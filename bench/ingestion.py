"""How fast a bulk export comes in: our path against dlt's row-by-row path, on the same machine.

    python -m bench.ingestion [--rows 1000000] [--dict-rows 20000]

Ours is the whole of `python -m ingestion magento --bulk`: contract, types, keys, quarantine, merge,
report. Theirs is dicts appended with dlt's default loader format, without any of these. Both go
into a fresh DuckDB file. Exit code 1 when ours is not at least ten times as fast.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt
import duckdb

FACTOR = 10
# 15 columns of an order, of every type.
EXPORT = """
    select
        i as entity_id, 'M' || lpad(i::text, 9, '0') as increment_id, 'complete' as state,
        'complete' as status, 'customer' || i % 900000 || '@example.fr' as customer_email,
        'Prénom' || i % 5000 as customer_firstname, 'Nom' || i % 80000 as customer_lastname,
        'EUR' as order_currency_code, i % 900000 as customer_id, 0 as customer_is_guest,
        1 + i % 2 as store_id, (i % 50000 / 100)::decimal(18, 4) as grand_total,
        (i % 8000 / 100)::decimal(18, 4) as tax_amount,
        timestamp '2023-01-01' + to_seconds(i * 60) as created_at,
        timestamp '2023-01-01' + to_seconds(i * 60 + 30) as updated_at
    from range({rows}) as t (i)
"""


def ours(folder: Path, rows: int) -> float:
    """Seconds of `python -m ingestion magento --bulk` for an export of `rows` orders."""
    from ingestion.__main__ import main

    os.environ |= {
        "ORFEVRE_TARGET": "duckdb",
        "ORFEVRE_DUCKDB_PATH": str(folder / "ours.duckdb"),
    }
    exports = folder / "exports"
    exports.mkdir()
    duckdb.sql(f"copy ({EXPORT.format(rows=rows)}) to '{exports}/orders.parquet'")
    started = time.perf_counter()
    if main(["magento", "--bulk", str(exports)]) != 0:
        raise SystemExit("the bulk load failed")
    seconds = time.perf_counter() - started
    with duckdb.connect(str(folder / "ours.duckdb")) as connection:
        (loaded,) = connection.execute("select count(*) from raw_magento.orders").fetchone()
    if loaded != rows:
        raise SystemExit(f"{loaded} of {rows} rows were loaded")
    return seconds


def dicts(folder: Path, rows: int) -> float:
    """Seconds of dlt's own path for `rows` dicts."""

    def orders() -> Iterator[list[dict[str, Any]]]:
        cursor = duckdb.sql(EXPORT.format(rows=rows))
        while chunk := cursor.fetchmany(10_000):
            yield [dict(zip(cursor.columns, row, strict=True)) for row in chunk]

    pipeline = dlt.pipeline(
        "bench_dicts",
        destination=dlt.destinations.duckdb(str(folder / "dicts.duckdb")),
        dataset_name="raw",
        pipelines_dir=str(folder / "dlt"),
    )
    started = time.perf_counter()
    pipeline.run(orders(), table_name="orders")
    return time.perf_counter() - started


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dict-rows", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        slow = options.dict_rows / dicts(Path(folder), options.dict_rows)
        fast = options.rows / ours(Path(folder), options.rows)
    ratio = fast / slow
    print(f"dlt, dicts, default loader  {options.dict_rows:>9,} rows  {slow:>9,.0f} rows/s")
    print(f"Orfèvre, bulk               {options.rows:>9,} rows  {fast:>9,.0f} rows/s")
    print(f"ratio {ratio:.1f} (at least {FACTOR})")
    return 0 if ratio >= FACTOR else 1


if __name__ == "__main__":
    sys.exit(main())
