"""Files in a folder or on an SFTP server: each batch is one file, named by what it says.

A file appears whole or not at all: it is written beside and then renamed. Its name holds the
hash of its content, so that a batch sent again after a kill replaces itself. Splio's full loads
are written here as well (`activation/destinations/splio.py`).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import paramiko

from activation import destination
from activation.destination import ACCEPTED, Answer, Row, Sync, Tool, as_text, plain, renamed
from activation.http import Misconfigured, Transient


class Client(destination.Client):
    """`url` is a folder, or sftp://user[:password]@host[:port]/folder (host key known)."""

    modes = frozenset({"mirror", "upsert"})

    def __init__(self, tool: Tool) -> None:
        super().__init__(tool)
        self._url = (tool.settings() or {})["url"]

    def prepare(self, sync: Sync, columns: list[str]) -> None:
        self._names = renamed(sync, columns)

    def create(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        return self._write(sync, "upsert", rows, [self._line(sync, row) for row in rows])

    update = create

    def delete(self, sync: Sync, rows: list[Row]) -> dict[str, Answer]:
        return self._write(sync, "deletion", rows, [self._key(sync, row) for row in rows])

    def _key(self, sync: Sync, row: Row) -> dict[str, Any]:
        return {sync.options.get("key_field", "id"): row.key}

    def _line(self, sync: Sync, row: Row) -> dict[str, Any]:
        phones = sync.options.get("phones_with_00", [])
        line = self._key(sync, row)
        for column, value in row.payload.items():
            name = self._names[column]
            line[name] = plain(value)
            if name in phones and value:
                line[name] = re.sub(r"^\+", "00", str(value))
        return line

    def _write(
        self, sync: Sync, what: str, rows: list[Row], lines: list[dict[str, Any]]
    ) -> dict[str, Answer]:
        form = sync.options.get("format", "csv")
        content = written(lines, form, sync.options.get("delimiter", ";"))
        digest = hashlib.sha256(content).hexdigest()[:16]
        pattern = sync.options.get("name", "{object}_{change}_{digest}.{format}")
        name = pattern.format(object=sync.object, change=what, digest=digest, format=form)
        with folder(self._url) as place:
            place.put(name, content)
        return {row.key: ACCEPTED for row in rows}


def written(lines: list[dict[str, Any]], form: str, delimiter: str) -> bytes:
    """The content of a file: CSV with a header, or JSON lines; UTF-8 without BOM."""
    if form == "jsonl":
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    if form != "csv":
        raise Misconfigured(f"format {form!r} is neither csv nor jsonl")
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: as_text(value) for name, value in line.items()} for line in lines)
    return text.getvalue().encode()


class Folder:
    """A local folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, content: bytes) -> None:
        beside = self._path / f".{name}.part"
        with beside.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        beside.rename(self._path / name)

    def take_back(self, pattern: str) -> None:
        """Remove the files whose whole name matches."""
        for path in self._path.iterdir():
            if re.fullmatch(pattern, path.name):
                path.unlink(missing_ok=True)


class Remote:
    """A folder on an SFTP server."""

    def __init__(self, sftp: paramiko.SFTPClient, path: str) -> None:
        self._sftp = sftp
        self._path = path.rstrip("/")

    def put(self, name: str, content: bytes) -> None:
        beside = f"{self._path}/.{name}.part"
        self._sftp.putfo(io.BytesIO(content), beside, file_size=len(content), confirm=True)
        # posix_rename replaces what an attempt before has left there; plain rename does not
        self._sftp.posix_rename(beside, f"{self._path}/{name}")

    def take_back(self, pattern: str) -> None:
        """Remove the files whose whole name matches."""
        for name in self._sftp.listdir(self._path):
            if re.fullmatch(pattern, name):
                with suppress(FileNotFoundError):  # taken meanwhile
                    self._sftp.remove(f"{self._path}/{name}")


class KnownHostsOnly(paramiko.MissingHostKeyPolicy):
    """A server that nobody has vouched for is not spoken to."""

    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> None:
        raise Misconfigured(f"the key of {hostname} is not in the known hosts")


@contextmanager
def folder(url: str) -> Iterator[Folder | Remote]:
    """The folder of a URL. Raises Transient when the server does not answer, Misconfigured when it
    refuses us."""
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        yield Folder(Path(parts.path))
        return
    if parts.scheme != "sftp":
        raise Misconfigured(f"{parts.scheme}:// is neither a folder nor sftp://")
    with paramiko.SSHClient() as ssh:
        ssh.load_system_host_keys()
        if known := os.environ.get("ORFEVRE_SFTP_KNOWN_HOSTS"):
            ssh.load_host_keys(known)
        ssh.set_missing_host_key_policy(KnownHostsOnly())
        try:
            ssh.connect(
                parts.hostname or "",
                parts.port or 22,
                unquote(parts.username or "") or None,
                unquote(parts.password or "") or None,
                timeout=30,
            )
        except (paramiko.AuthenticationException, paramiko.BadHostKeyException) as error:
            raise Misconfigured(f"the SFTP server refuses us: {type(error).__name__}") from error
        except (OSError, paramiko.SSHException) as error:
            raise Transient(type(error).__name__, is_ambiguous=False) from error
        try:
            with ssh.open_sftp() as sftp:
                yield Remote(sftp, parts.path)
        except (FileNotFoundError, PermissionError) as error:
            raise Misconfigured(
                f"the SFTP server has no such folder for us: {parts.path}"
            ) from error
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise Transient(type(error).__name__, is_ambiguous=True) from error
