"""Files on a real SFTP server: whole or not at all, sent again after a cut, to known hosts only."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import paramiko
import pytest

from activation.destinations.files import folder
from activation.http import Misconfigured, Transient
from tests.activation import sftp
from tests.activation.test_destinations import ANN, BOB, FOLDER, PEOPLE, own, publish
from tests.activation.world import World, desire


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sftp.Server]:
    """A server that we know, with a folder `in`."""
    (tmp_path / "served" / "in").mkdir(parents=True)
    with sftp.running(tmp_path / "served") as server:
        hosts = server.known_hosts(tmp_path / "known_hosts")
        monkeypatch.setenv("ORFEVRE_SFTP_KNOWN_HOSTS", str(hosts))
        yield server


def url(server: sftp.Server, password: str = sftp.PASSWORD, path: str = "/in") -> str:
    return f"sftp://{sftp.USER}:{quote(password, safe='')}@127.0.0.1:{server.port}{path}"


def put(server: sftp.Server, content: bytes, **to: str) -> None:
    with folder(url(server, **to)) as place:
        place.put("a.csv", content)


def test_a_file_appears_whole(server: sftp.Server) -> None:
    put(server, "clé;nom\n1;Zoë 🐘\n".encode())
    put(server, b"again")  # the same name replaces
    assert [path.name for path in (server.folder / "in").iterdir()] == ["a.csv"]
    assert (server.folder / "in" / "a.csv").read_bytes() == b"again"
    assert server.calls == ["open /in/.a.csv.part", "rename /in/.a.csv.part /in/a.csv"] * 2


def test_an_upload_that_is_cut_leaves_no_file_and_is_sent_again(
    server: sftp.Server, duckdb_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(tmp_path, monkeypatch, "folder", FOLDER.replace("create: 2", "create: 10000"))
    monkeypatch.setenv("FOLDER_URL", url(server))
    rows = [{**ANN, "destination_key": f"k{i}"} for i in range(2000)]
    server.cut_after_bytes = 40_000
    seen: list[list[str]] = []
    whole = paramiko.SFTPClient.posix_rename

    def renamed(client: paramiko.SFTPClient, old: str, new: str) -> None:
        seen.append(sorted(path.name for path in (server.folder / "in").iterdir()))
        whole(client, old, new)

    monkeypatch.setattr(paramiko.SFTPClient, "posix_rename", renamed)
    publish(duckdb_world, "folder__people", rows)
    assert len(seen) == 1 and seen[0][0].endswith(".part")  # the half of the first try, replaced
    (file,) = (server.folder / "in").iterdir()
    lines = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")), delimiter=";"))
    assert {line["customer_key"] for line in lines} == {row["destination_key"] for row in rows}
    deliveries = sorted(duckdb_world.state("deliveries"), key=lambda row: row["attempt"])
    assert [row["status"] for row in deliveries] == ["failed", "accepted"]
    assert duckdb_world.state("intents") == []


def test_a_server_with_another_key_is_not_spoken_to(server: sftp.Server, tmp_path: Path) -> None:
    server.known_hosts(tmp_path / "known_hosts", paramiko.RSAKey.generate(2048))
    with pytest.raises(Misconfigured, match="BadHostKey"):
        put(server, b"secret")
    assert server.calls == []


def test_an_unknown_server_is_not_spoken_to(server: sftp.Server, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").write_text("")
    with pytest.raises(Misconfigured, match="not in the known hosts"):
        put(server, b"secret")
    assert server.calls == []


def test_what_a_person_must_mend_says_so(server: sftp.Server) -> None:
    with pytest.raises(Misconfigured, match="Authentication"):
        put(server, b"x", password="wrong")
    with pytest.raises(Misconfigured, match="no such folder"):
        put(server, b"x", path="/nowhere")


def test_a_server_that_is_down_is_tried_again(server: sftp.Server) -> None:
    server.port = 1
    with pytest.raises(Transient) as caught:
        put(server, b"x")
    assert not caught.value.is_ambiguous


def test_our_files_that_nobody_took_are_taken_back(server: sftp.Server) -> None:
    for name in ("ours_1.csv", ".ours_2.csv.part", "theirs.csv"):
        (server.folder / "in" / name).write_text("x")
    with folder(url(server)) as place:
        place.take_back(r"\.?ours_\d\.csv(\.part)?")
    assert [path.name for path in (server.folder / "in").iterdir()] == ["theirs.csv"]


def test_a_dry_run_and_a_withdrawn_consent(
    server: sftp.Server, duckdb_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(tmp_path, monkeypatch, "folder", FOLDER)
    monkeypatch.setenv("FOLDER_URL", url(server))
    publish(duckdb_world, "folder__people", [ANN, BOB])
    calls = len(server.calls)
    desire("folder__people", [ANN, {**BOB, "has_consent": False}], PEOPLE)
    assert duckdb_world.run("folder", "--dry-run") == 0
    assert len(server.calls) == calls
    assert duckdb_world.run("folder") == 0
    (gone,) = [path for path in (server.folder / "in").iterdir() if "deletion" in path.name]
    assert gone.read_text() == "customer_key\nb\n"
