"""What `deploy/` says fits the desk and itself: settings, commands, ports, files, names."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from bot.settings import NAMES, read_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
CADDYFILE = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
EXAMPLE = (DEPLOY / "desk.env.example").read_text(encoding="utf-8")
UNITS = sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer"))


def values(text: str) -> dict[str, str]:
    """The settings in a file of settings, those that are only suggested too."""
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.MULTILINE))


def docker(instruction: str) -> list[str]:
    return re.findall(rf"^{instruction} (.+)$", DOCKERFILE.replace("\\\n", " "), re.MULTILINE)


def unit(path: Path) -> dict[str, list[str]]:
    """What a unit says, by key."""
    said: dict[str, list[str]] = {}
    for key, value in re.findall(r"^(\w+)=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE):
        said.setdefault(key, []).append(value)
    return said


def exists(words: list[str]) -> bool:
    """Whether there is such a command."""
    command = [str(Path(sys.executable).with_name("madoguchi")), *words, "--help"]
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("path", [one for one in sorted(DEPLOY.iterdir()) if one.is_file()], ids=lambda path: path.name)
def test_only_settings_that_exist_are_named(path: Path) -> None:
    named = re.findall(r"MADOGUCHI_[A-Z_]+", path.read_text(encoding="utf-8"))
    assert set(named) <= {*NAMES}


def test_the_settings_to_be_filled_in_are_understood() -> None:
    kept = {name: value for name, value in values(EXAMPLE).items() if value}
    filled = {name: kept.get(name, "filled-in") for name in values(EXAMPLE) if name.startswith("MADOGUCHI_")}
    settings = read_settings(filled)
    assert settings.telegram is not None
    assert settings.line is not None
    assert settings.database_url.startswith("postgresql+asyncpg://")


def test_the_desk_reaches_the_database_that_is_set_up() -> None:
    said = values(EXAMPLE)
    address = urlsplit(said["MADOGUCHI_DATABASE_URL"])
    assert (address.username, address.password) == (said["POSTGRES_USER"], said["POSTGRES_PASSWORD"])
    assert (address.hostname, address.path) == ("database", f"/{said['POSTGRES_DB']}")
    assert "database" in SERVICES


def test_who_waits_for_whom_is_there_and_can_tell_that_it_is_ready() -> None:
    for service in SERVICES.values():
        awaited = service.get("depends_on", {})
        assert set(awaited) <= SERVICES.keys()
        for name, how in awaited.items() if isinstance(awaited, dict) else ():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[name]
            if how["condition"] == "service_completed_successfully":
                assert SERVICES[name]["restart"] == "no"


def test_what_is_mounted_built_and_read_is_there() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            place = volume.partition(":")[0]
            assert (DEPLOY / place).exists() if place.startswith(".") else place in COMPOSE["volumes"]
        if "build" in service:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        if "env_file" in service:
            assert (DEPLOY / f"{service['env_file']}.example").is_file()


def test_there_are_two_desks_of_one_image_and_only_the_proxy_is_open_to_the_world() -> None:
    assert SERVICES["desk"]["deploy"]["replicas"] == 2
    assert SERVICES["desk"]["image"] == SERVICES["migrate"]["image"]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


@pytest.mark.parametrize("words", [SERVICES["migrate"]["command"], yaml.safe_load(docker("CMD")[-1])], ids=" ".join)
def test_containers_run_commands_that_exist(words: list[str]) -> None:
    assert words[0] == "madoguchi"
    assert exists(words[1:])


def test_the_proxy_hands_on_to_the_desks_on_their_port_and_keeps_the_operators_pages_inside() -> None:
    [port] = re.findall(r"MADOGUCHI_PORT=(\d+)", DOCKERFILE)
    assert docker("EXPOSE") == [port]
    assert f"dynamic a desk {port}" in CADDYFILE
    assert f"127.0.0.1:{port}/health/ready" in DOCKERFILE
    assert "@inside path /metrics /health/*\n\trespond @inside 404" in CADDYFILE
    assert CADDYFILE.count("{") == CADDYFILE.count("}")
    assert "{$DESK_NAME}" in CADDYFILE
    assert "DESK_NAME" in SERVICES["proxy"]["environment"]


def test_the_image_is_made_of_files_that_are_there_and_are_not_left_out() -> None:
    copied = {source for words in docker("COPY") for source in words.split()[:-1]}
    let_in = set(re.findall(r"^!(.+)$", (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8"), re.MULTILINE))
    for source in copied:
        assert (ROOT / source).exists()
        assert source.partition("/")[0] in let_in


def test_what_the_image_holds_is_enough_to_make_a_database_and_to_answer(tmp_path: Path) -> None:
    for *sources, target in (words.split() for words in docker("COPY")):
        for source in sources:
            place = tmp_path / target
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, place)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    said = ""
    for words in (["migrate"], ["ask", "駐車場は無料ですか", "--as-of", "2022-07-01"]):
        command = [sys.executable, "-m", "bot", *words]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=True
        )
        said += done.stdout
    assert "駐車場" in said
    assert (tmp_path / "var" / "madoguchi.db").is_file()


def test_every_stop_is_given_the_time_a_stop_may_take() -> None:
    """Ten seconds for turns, twenty-five for sendings, and some (bot/running.py, bot/delivery.py)."""
    assert int(SERVICES["desk"]["stop_grace_period"].removesuffix("s")) >= 45
    assert int(unit(DEPLOY / "madoguchi@.service")["TimeoutStopSec"][0]) >= 45


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_well_formed_and_runs_what_the_checkout_has(path: Path) -> None:
    parser = ConfigParser(strict=False, interpolation=None, delimiters=("=",), allow_no_value=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, encoding="utf-8")
    assert {"Unit"} <= set(parser.sections()) <= {"Unit", "Service", "Timer", "Install"}
    said = unit(path)
    for command in (*said.get("ExecStartPre", ()), *said.get("ExecStart", ())):
        program, _, words = command.partition(" ")
        if program.endswith("/bin/madoguchi"):
            assert exists(words.split())
        else:
            assert (ROOT / program.removeprefix("/srv/madoguchi/")).is_file()


def foreign() -> Iterator[Any]:
    """Checks by the programs that read these files, where they are installed."""
    for name, command in (
        ("systemd-analyze", ["verify", "--man=no", "UNIT"]),
        ("caddy", ["validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]),
    ):
        if found := shutil.which(name):
            yield pytest.param([found, *command], id=name)


@pytest.mark.parametrize("command", [*foreign()])
def test_who_reads_a_file_finds_no_fault_in_it(command: list[str], tmp_path: Path) -> None:
    if command[-1] == "UNIT":
        command = [*command[:-1], *(str(one) for one in at_home(tmp_path))]
    environment = {"DESK_NAME": "desk.example.lg.jp", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin:/usr/local/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def at_home(folder: Path) -> Iterator[Path]:
    """The units with this checkout in place of /srv/madoguchi, where the programs they name are."""
    for path in UNITS:
        copy = folder / path.name
        copy.write_text(path.read_text(encoding="utf-8").replace("/srv/madoguchi", str(ROOT)), encoding="utf-8")
        yield copy


@pytest.mark.parametrize("script", sorted(DEPLOY.glob("*.sh")), ids=lambda path: path.name)
def test_a_script_is_understood_by_bash(script: Path) -> None:
    assert subprocess.run(["bash", "-n", script], check=False, timeout=20).returncode == 0
