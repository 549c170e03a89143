"""Workspaces come from seed files, and the sandbox runs as a program."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from deploy.sandbox import Sandbox, Seed, SeedError

SEED = {
    "team_name": "Harbour",
    "app": {"name": "Greeter", "commands": [{"command": "/greet"}], "scopes": ["chat:write"]},
    "users": [{"name": "ada", "real_name": "Ada", "email": "ada@example.com", "tz": "Europe/London"}],
    "channels": [{"name": "general", "members": ["ada"]}],
    "user_groups": [{"handle": "leads", "name": "Leads", "members": ["ada"]}],
}


def written(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "seed.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_seed_file_makes_a_workspace(tmp_path: Path) -> None:
    sandbox = Sandbox(Seed.from_json(written(tmp_path, SEED)))
    assert sandbox.app.commands[0].command == "/greet"
    assert sandbox.user_by_email("ADA@example.com").name == "ada"
    assert [channel.name for channel in sandbox.channels] == ["general"]
    with pytest.raises(LookupError, match="nobody"):
        sandbox.user_by_email("ben@example.com")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rooms": []}, "Seed has no rooms"),
        ({"users": [{"nick": "a"}]}, "SeedUser has no nick"),
        ({"users": [{"name": "a"}]}, "real_name"),
    ],
)
def test_a_wrong_seed_is_explained(tmp_path: Path, change: dict[str, object], words: str) -> None:
    with pytest.raises(SeedError, match=words):
        Seed.from_json(written(tmp_path, {**SEED, **change}))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "ada", "email": "other@example.com"}, "two users have the name ada"),
        ({"name": "ben", "email": "ADA@example.com"}, "two people have the address"),
        (
            {"name": "ben", "email": "ben@example.com", "tz": "Europe/Londn"},
            "time zone 'Europe/Londn'; write an IANA",
        ),
    ],
)
def test_a_person_who_cannot_join_is_explained(tmp_path: Path, change: dict[str, str], words: str) -> None:
    ada = {"name": "ada", "real_name": "Ada", "email": "ada@example.com"}
    with pytest.raises(SeedError, match=words):
        Sandbox(Seed.from_json(written(tmp_path, {**SEED, "users": [ada, {**ada, **change}]})))


def test_a_seed_file_holds_an_object(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="must hold one JSON object"):
        Seed.from_json(written(tmp_path, []))


def test_a_seed_that_is_not_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(SeedError, match="is not JSON"):
        Seed.from_json(path)


def test_it_runs_as_a_program_and_stops_when_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "deploy.sandbox", "--port", "0", "--seed", str(written(tmp_path, SEED))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        address = re.search(r"http://\S+", program.stdout.readline())
        assert address
        assert httpx.get(address[0] + "page/api/workspace").json()["team"]["name"] == "Harbour"
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=10) == 0


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "deploy.sandbox", "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 2
    assert f"Cannot listen on port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_starts_once_and_stops_quietly() -> None:
    sandbox = Sandbox()
    sandbox.stop()
    with sandbox, pytest.raises(RuntimeError, match="runs already"):
        sandbox.start()
    sandbox.stop()
