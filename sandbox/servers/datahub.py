"""Stand-in of Splio's Datahub: files dropped in a folder, taken with its rules.

A file is `<universe>_<scope>_<anything>.csv`, UTF-8 without BOM, `;`, a header and at most 200,000
lines. An unknown column or a missing mandatory one skips the whole file; a wrong line is skipped
alone. `collect` takes what lies in the folder, moves it to `done/` or `refused/` and writes
`reports/<file>.json`. E-mails are lower-case, phones are 0033XXXXXXXXX, contacts are keyed by
customer_key and upserted; a line of scope `deletion` deletes one.
"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

from sandbox.servers.splio import Refused, Splio
from sandbox.servers.store import Row

LINE_LIMIT = 200_000
COLUMNS = {
    "customer_key": "c0",
    "email": "email",
    "lastname": "lastname",
    "firstname": "firstname",
    "language": "language",
    "cellphone": "cellphone",
    "dateOfCreation": "creation_date",
    "subscriptions": "lists",
}


def collect(splio: Splio, folder: Path) -> list[Row]:
    """Take every file of the folder, oldest name first: their reports."""
    reports = []
    for path in sorted(folder.glob("*.csv")):
        report = {"file": path.name, **_take(splio, path)}
        for name in ("reports", "done", "refused"):
            (folder / name).mkdir(exist_ok=True)
        text = json.dumps(report, ensure_ascii=False, indent=1)
        (folder / "reports" / f"{path.name}.json").write_text(text, encoding="utf-8")
        path.rename(folder / report["status"] / path.name)
        reports.append(report)
    return reports


def _skipped(reason: str) -> Row:
    return {"status": "refused", "reason": reason, "lines": 0, "accepted": 0, "errors": []}


def _take(splio: Splio, path: Path) -> Row:
    scope = re.match(r"[^_]+_(contacts|deletion)_", path.name)
    if scope is None:
        return _skipped("the name is not <universe>_<contacts or deletion>_<anything>.csv")
    raw = path.read_bytes()
    if raw.startswith(b"\xef\xbb\xbf"):
        return _skipped("the file has a byte order mark")
    try:
        lines = list(csv.reader(io.StringIO(raw.decode("utf-8"), newline=""), delimiter=";"))
    except UnicodeDecodeError:
        return _skipped("the file is not UTF-8")
    if not lines:
        return _skipped("the file is empty")
    header, rows = lines[0], lines[1:]
    if len(rows) > LINE_LIMIT:
        return _skipped(f"more than {LINE_LIMIT} lines")
    custom = {field["name"]: field_id for field_id, field in splio.fields().items()}
    known = {"customer_key"} if scope[1] == "deletion" else {*COLUMNS, *custom}
    if unknown := set(header) - known:
        return _skipped(f"unknown column {min(unknown)}")
    if "customer_key" not in header:
        return _skipped("the mandatory column customer_key is missing")
    errors: list[Row] = []
    with splio.systems.write():
        for number, line in enumerate(rows, start=2):
            try:
                if len(line) != len(header):
                    raise Refused("line", "wrong_value", "wrong number of columns")
                _apply(splio, scope[1], dict(zip(header, line, strict=True)), custom)
            except Refused as refused:
                error = refused.error
                errors.append({"line": number, "error": error["error_description"]})
    return {
        "status": "done",
        "lines": len(rows),
        "accepted": len(rows) - len(errors),
        "errors": errors,
    }


def _apply(splio: Splio, scope: str, row: dict[str, str], custom: dict[str, int]) -> None:
    """Upsert or delete one contact. Raises Refused."""
    key = row["customer_key"]
    if scope == "deletion":
        splio.delete(key)
        return
    if row.get("email", "") != row.get("email", "").lower() or len(row.get("email", "")) > 100:
        raise Refused("email", "wrong_email", "e-mails are lower-case, 100 characters at most")
    if not re.fullmatch(r"(00\d{6,28})?", row.get("cellphone", "")):
        raise Refused("cellphone", "wrong_value", "phones are 0033XXXXXXXXX")
    body: dict[str, Any] = {
        COLUMNS[name]: value
        for name, value in row.items()
        if name in COLUMNS and name not in ("customer_key", "subscriptions") and value
    }
    values = [{"id": custom[name], "value": value} for name, value in row.items() if name in custom]
    body["custom_fields"] = [item for item in values if item["id"] != 0] + [{"id": 0, "value": key}]
    if row.get("cellphone"):
        body["cellphone"] = "+" + row["cellphone"].removeprefix("00")
    if "subscriptions" in row:
        ids = [part for part in row["subscriptions"].split(",") if part]
        if not all(part.isdigit() for part in ids):
            raise Refused("subscriptions", "wrong_value", "subscriptions are list ids")
        body["lists"] = [{"id": int(part)} for part in ids]
    try:
        splio.find(key)
    except Refused:
        splio.create(body)
    else:
        splio.edit(key, body)
