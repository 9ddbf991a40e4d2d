"""An SFTP server over a folder: paramiko's server side, with a key and a password of its own."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from paramiko import SFTPAttributes, SFTPHandle

USER, PASSWORD = "orfevre", "pass word/é"


@dataclass
class Server:
    """What a test sees: the folder served, the calls made, and when the line is to be cut."""

    folder: Path
    key: paramiko.PKey
    port: int
    calls: list[str] = field(default_factory=list)
    cut_after_bytes: int | None = None

    def known_hosts(self, path: Path, key: paramiko.PKey | None = None) -> Path:
        """A known_hosts file that vouches for `key`, the server's own by default."""
        key = key or self.key
        path.write_text(f"[127.0.0.1]:{self.port} {key.get_name()} {key.get_base64()}\n")
        return path


class Login(paramiko.ServerInterface):
    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        is_right = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if is_right else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, channel_id: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class Handle(SFTPHandle):
    """An open file that cuts the line once enough has been written."""

    files: Files

    def write(self, offset: int, data: bytes) -> int:
        server = self.files.server
        if server.cut_after_bytes is not None:
            server.cut_after_bytes -= len(data)
            if server.cut_after_bytes < 0:
                server.cut_after_bytes = None
                super().write(offset, data[: len(data) // 2])
                self.writefile.flush()
                self.files.transport.close()
                return paramiko.SFTP_FAILURE
        return super().write(offset, data)


class Files(paramiko.SFTPServerInterface):
    """The folder's files; everything else is refused by the base class."""

    def __init__(self, login: Login, server: Server, transport: paramiko.Transport) -> None:
        super().__init__(login)
        self.server = server
        self.transport = transport

    def _path(self, path: str) -> Path:
        return self.server.folder / self.canonicalize(path).lstrip("/")

    def list_folder(self, path: str) -> list[SFTPAttributes] | int:
        return [
            SFTPAttributes.from_stat(found.stat(), found.name)
            for found in self._path(path).iterdir()
        ]

    def stat(self, path: str) -> SFTPAttributes | int:
        try:
            return SFTPAttributes.from_stat(self._path(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    lstat = stat

    def open(self, path: str, flags: int, attr: SFTPAttributes) -> Handle | int:
        self.server.calls.append(f"open {path}")
        handle = Handle(flags)
        handle.files = self
        try:
            descriptor = os.open(self._path(path), flags, 0o644)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        handle.writefile = handle.readfile = os.fdopen(descriptor, "wb")
        return handle

    def posix_rename(self, old: str, new: str) -> int:
        self.server.calls.append(f"rename {old} {new}")
        self._path(old).replace(self._path(new))
        return paramiko.SFTP_OK

    def remove(self, path: str) -> int:
        self.server.calls.append(f"remove {path}")
        self._path(path).unlink()
        return paramiko.SFTP_OK


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Serve `folder` at sftp://127.0.0.1:<port>/ until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(folder, paramiko.RSAKey.generate(2048), listener.getsockname()[1])

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return  # the test is over
            transport = paramiko.Transport(line)
            transport.add_server_key(server.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files, server, transport)
            transport.start_server(server=Login(), event=threading.Event())

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
