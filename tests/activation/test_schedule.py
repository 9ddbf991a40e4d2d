"""`deploy/run`: the three steps in order, never two at once."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house whose `python` and `dbt` only say what they were asked, and fail on demand."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "deploy" / "run", tmp_path / "deploy" / "run")
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "dbt"):
        program = programs / name
        program.write_text(
            '#!/bin/sh\necho "$(basename "$0") $*" >> steps\n'
            'case "$*" in *"$SLOW_STEP"*) [ -z "$SLOW_STEP" ] || sleep 3 ;; esac\n'
            'echo "told by $*" >&2\n'
            "for failing in $FAILING_STEPS; do\n"
            '    case "$*" in *"${failing%=*}"*) exit "${failing#*=}" ;; esac\n'
            "done\n"
        )
        program.chmod(0o755)
    (tmp_path / ".env").write_text("FROM_ENV_FILE=1\n")
    return tmp_path


def start(house: Path, *options: str, slow: str = "", failing: str = "") -> subprocess.Popen[bytes]:
    """Start the three steps; `failing` gives codes to some: `ingestion=1 build=2`."""
    environment = {"PATH": "/usr/bin:/bin", "SLOW_STEP": slow, "FAILING_STEPS": failing}
    return subprocess.Popen([house / "deploy" / "run", *options, "splio"], env=environment)


def steps(house: Path) -> list[str]:
    return (house / "steps").read_text().splitlines()


def test_three_steps_in_order(house: Path) -> None:
    assert start(house).wait() == 0
    assert steps(house) == [
        "python -m ingestion",
        "dbt build --quiet --exclude-resource-type unit_test",
        "python -m activation splio",
    ]


def test_a_build_that_fails_sends_nothing(house: Path) -> None:
    assert start(house, failing="build=7").wait() == 7
    assert "python -m activation splio" not in steps(house)


def test_what_a_failed_build_left_is_not_sent_later_either(house: Path) -> None:
    assert start(house, "--send-only").wait() == 75  # nothing was ever built
    assert start(house).wait() == 0
    assert start(house, "--send-only").wait() == 0
    assert steps(house)[3:] == ["python -m activation splio"]
    assert start(house, failing="build=1").wait() == 1
    assert start(house, "--send-only").wait() == 75
    assert steps(house)[4:] == [
        "python -m ingestion",
        "dbt build --quiet --exclude-resource-type unit_test",
    ]


def test_a_source_that_is_down_stops_nobody_and_is_told(house: Path) -> None:
    assert start(house, failing="ingestion=7").wait() == 7
    assert steps(house)[-1] == "python -m activation splio"


@pytest.mark.parametrize(
    ("failing", "code", "count"),
    [
        ("activation=3", 3, 3),
        ("ingestion=1 activation=3", 1, 3),
        ("ingestion=1 build=2", 1, 2),
        ("build=2 activation=3", 2, 2),
    ],
)
def test_it_ends_with_the_first_code_that_is_not_0(
    house: Path, failing: str, code: int, count: int
) -> None:
    assert start(house, failing=failing).wait() == code
    assert len(steps(house)) == count


def test_everything_is_told_on_standard_output(
    house: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert start(house).wait() == 0
    told = capfd.readouterr()
    assert (len(told.out.splitlines()), told.err) == (3, "")


def test_a_second_start_leaves_politely(house: Path) -> None:
    first = start(house, slow="build")
    while not (house / "steps").exists():
        time.sleep(0.05)
    assert start(house).wait() == 75
    assert first.wait() == 0
    assert len(steps(house)) == 3
    assert start(house).wait() == 0  # and the lock went with the first


def test_the_examples_agree() -> None:
    """Cron, systemd and GitHub Actions start the same things at the same times."""
    deploy = ROOT / "deploy"
    crontab = (deploy / "crontab").read_text()
    units = {
        path.stem: path.read_text() + path.with_suffix(".service").read_text()
        for path in (deploy / "systemd").glob("*.timer")
    }
    workflow = yaml.safe_load((deploy / "github-actions.yml").read_text())
    assert units.keys() == {"orfevre", "orfevre-send", "orfevre-check"}
    assert "15 2 * * *      /srv/orfevre/deploy/run >>" in crontab
    assert "02:15:00" in units["orfevre"] and "deploy/run\n" in units["orfevre"]
    assert "*/30 7-21 * * * /srv/orfevre/deploy/run --send-only >>" in crontab
    assert "07..21:00,30:00" in units["orfevre-send"]
    assert "deploy/run --send-only\n" in units["orfevre-send"]
    assert "0 8 * * * " in crontab and "-m activation --check" in crontab
    assert "08:00:00" in units["orfevre-check"] and "activation --check" in units["orfevre-check"]
    # a hosted runner keeps no build from which the rest could be sent
    assert [found["cron"] for found in workflow[True]["schedule"]] == ["15 2 * * *", "0 8 * * *"]
    commands = [step.get("run") for step in workflow["jobs"]["run"]["steps"]]
    assert commands[3:] == ["deploy/run", ".venv/bin/python -m activation --check"]
    assert all("SuccessExitStatus=75" in unit for unit in units.values())
    assert crontab.count("[ $? = 75 ]") == 3
