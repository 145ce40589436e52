from itertools import pairwise

import pytest

from bootstrap.commands import COMMANDS, HELP, address, wants_demo, web_command
from bootstrap.places import ROOT
from bootstrap.progress import SetupError


def test_address_is_local_port_8000_unless_told(monkeypatch):
    monkeypatch.delenv("HOST", raising=False)
    monkeypatch.delenv("PORT", raising=False)

    assert address() == ("127.0.0.1", 8000)


def test_address_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("HOST", "192.0.2.7")
    monkeypatch.setenv("PORT", "8080")

    assert address() == ("192.0.2.7", 8080)


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1", "80.0"])
def test_address_refuses_what_is_no_port(monkeypatch, port):
    monkeypatch.setenv("PORT", port)

    with pytest.raises(SetupError) as error:
        address()

    assert str(error.value) == f"PORT must be a number from 1 to 65535, not {port!r}."


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({"DJANGO_SETTINGS_MODULE": "hub.settings.development"}, True),
        ({"DJANGO_SETTINGS_MODULE": "hub.settings.development", "VIEWBOX_DEMO": "0"}, False),
        ({"DJANGO_SETTINGS_MODULE": "hub.settings.production", "VIEWBOX_DEMO": "1"}, False),
    ],
)
def test_demo_is_for_development_only(environment, wanted):
    assert wants_demo(environment) is wanted


def test_web_server_takes_its_size_from_the_environment():
    command = web_command("::1", 8001, {"VIEWBOX_WEB_WORKERS": "3", "VIEWBOX_WEB_THREADS": "8"})
    options = dict(pairwise(command))

    assert {name: options[name] for name in ("--host", "--port", "--workers")} == {
        "--host": "::1",
        "--port": "8001",
        "--workers": "3",
    }
    assert options["--blocking-threads"] == "8"


def test_every_command_is_in_the_makefile_and_in_the_help():
    targets = (ROOT / "Makefile").read_text().partition(".PHONY:")[2].splitlines()[0].split()

    assert set(targets) == set(COMMANDS)
    assert [name for name in COMMANDS if name not in HELP] == []
