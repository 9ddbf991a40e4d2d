"""Into the warehouse: one dlt package a load, with the state that goes with its rows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa

import warehouse
from ingestion.contract import Table, contract


class Landing:
    """One dlt package: the tables of one dataset, and the state that goes with them."""

    def __init__(self, name: str, directory: Path) -> None:
        self.name = name
        self.row_counts: dict[str, int] = {}
        self._pipeline = dlt.pipeline(
            f"orfevre_{name}",
            destination=warehouse.dlt_destination(),
            dataset_name=f"raw_{name}",
            pipelines_dir=str(directory / "dlt"),
        )

    def memory(self) -> dict[str, Any]:
        """State of the last complete package, from the warehouse."""
        self._pipeline.sync_destination()
        return dict(self._pipeline.state.get("sources", {}).get(self.name, {}))

    def extract(
        self,
        tables: Mapping[str, Iterable[pa.Table]],
        memory: Mapping[str, Any] | None = None,
    ) -> None:
        declared = contract(self.name)

        @dlt.resource(name="_memory")
        def remember() -> Iterator[Any]:
            if memory is not None:
                dlt.current.source_state().update(memory)
            yield from ()

        @dlt.source(name=self.name, max_table_nesting=0)
        def source() -> Iterator[Any]:
            yield remember
            for name, batches in tables.items():
                yield _resource(declared[name], batches)

        self._pipeline.activate()
        self._pipeline.extract(source(), loader_file_format="parquet")
        info = self._pipeline.normalize()
        self.row_counts = dict(info.row_counts) if info else {}

    def load(self) -> str | None:
        """Load what was extracted; the package's id, which its rows bear as _dlt_load_id.

        None when there was nothing to load, not even a state that has changed.
        """
        self._pipeline.activate()
        info = self._pipeline.load(raise_on_failed_jobs=True)
        return info.loads_ids[-1] if info.loads_ids else None


def _resource(table: Table, batches: Iterable[pa.Table]) -> Any:
    """A table as a dlt resource. Keys are unique already, so that dlt need not look again.

    A child is merged by its parent's key alone: its parent's old rows go, whatever their key.
    """
    keys: dict[str, Any] = {"primary_key": list(table.primary_key)}
    if table.parent:
        keys = {"merge_key": table.parent_key}
    return dlt.resource(
        batches,
        name=table.name,
        columns=table.hints,
        write_disposition={
            "disposition": "merge",
            "strategy": "delete-insert",
            "deduplicated": True,
        },
        schema_contract={"data_type": "freeze"},
        **keys,
    )


def land_quarantine(rows: pa.Table) -> None:
    if not len(rows):
        return
    with tempfile.TemporaryDirectory(prefix="orfevre-") as directory:
        landing = Landing("ingestion", Path(directory))
        landing.memory()
        landing.extract({"quarantine": [rows]})
        landing.load()


def rows_of(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of a query on the warehouse; its placeholders are `?`."""
    connection = warehouse.connect()
    try:
        cursor = connection.cursor()
        mark = "?" if warehouse.target() == "duckdb" else "%s"
        cursor.execute(statement.replace("?", mark), values or None)
        return cursor.fetchall()
    finally:
        connection.close()
