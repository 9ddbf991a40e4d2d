"""The raw contract: what every raw table holds.

`models/staging/<source>/_<source>__sources.yml` is the only declaration: dbt documents and tests
it, ingestion creates its tables, types its rows and sets aside what breaks it.

A column's meta may say `required` and `accepted_values` (in any case of letters). A table's may
say `primary_key`, `required_one_of` (columns of which one at least is filled),
`cursor` (the column that says when a row last changed), and, for a table whose rows live and die
with another's, `parent` and `parent_key` (the order of an order line): when the parent is loaded
again, its old rows go.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from warehouse import ROOT

TYPES = {"text", "bigint", "decimal(18,4)", "boolean", "timestamp", "date"}


@dataclass(frozen=True)
class Column:
    name: str
    data_type: str
    required: bool
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    cursor: str | None = None
    parent: str | None = None
    parent_key: str | None = None
    required_one_of: tuple[str, ...] = ()

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def hints(self) -> dict[str, dict[str, Any]]:
        """The columns as dlt wants them."""
        return {column.name: _hint(column.data_type) for column in self.columns}


def _hint(data_type: str) -> dict[str, Any]:
    if data_type == "decimal(18,4)":
        return {"data_type": "decimal", "precision": 18, "scale": 4, "nullable": True}
    if data_type == "timestamp":
        return {"data_type": "timestamp", "timezone": False, "nullable": True}
    return {"data_type": {"boolean": "bool"}.get(data_type, data_type), "nullable": True}


@cache
def contract(source: str) -> dict[str, Table]:
    """Tables of `raw_<source>` by name, parents before their children.

    Raises ValueError, naming the column, for a type that ingestion does not know.
    """
    path = ROOT / "models" / "staging" / source / f"_{source}__sources.yml"
    (declared,) = yaml.safe_load(path.read_text())["sources"]
    tables = [_table(path.name, table) for table in declared["tables"]]
    return {table.name: table for table in sorted(tables, key=lambda table: bool(table.parent))}


def _table(file: str, declared: dict[str, Any]) -> Table:
    meta = declared["config"]["meta"]
    columns = []
    for column in declared["columns"]:
        if column["data_type"] not in TYPES:
            raise ValueError(
                f"{file}: {declared['name']}.{column['name']} has the type "
                f"{column['data_type']!r}; expected one of {', '.join(sorted(TYPES))}"
            )
        says = column.get("config", {}).get("meta", {})
        required = says.get("required", False)
        accepted = tuple(value.lower() for value in says.get("accepted_values", ()))
        columns.append(Column(column["name"], column["data_type"], required, accepted))
    return Table(
        name=declared["name"],
        columns=tuple(columns),
        primary_key=tuple(meta["primary_key"]),
        cursor=meta.get("cursor"),
        parent=meta.get("parent"),
        parent_key=meta.get("parent_key"),
        required_one_of=tuple(meta.get("required_one_of", ())),
    )
