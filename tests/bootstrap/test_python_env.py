import re

import pytest

from bootstrap.places import REQUIREMENTS
from bootstrap.python_env import PipSource, choose_pip, locks_to_sync, uv_environment

DIGESTS = {"base": "b1", "test": "t1", "node": "n1", "uv": "u1"}


def plan(*wanted, installed, digests=DIGESTS, python="3.11.2"):
    stamp = {"python": "3.11.2", "locks": installed}
    return locks_to_sync(wanted, stamp=stamp, digests=digests, python=python)


def test_sync_installs_what_is_wanted_into_a_new_environment():
    assert locks_to_sync(["base"], stamp={}, digests=DIGESTS, python="3.11.2") == ["base"]


def test_sync_does_nothing_while_the_locks_are_unchanged():
    assert plan("base", installed={"base": "b1"}) is None


def test_sync_follows_a_changed_lock():
    assert plan("base", installed={"base": "b0"}) == ["base"]


def test_sync_follows_a_changed_python():
    assert plan("base", installed={"base": "b1"}, python="3.12.1") == ["base"]


def test_run_after_test_keeps_the_test_packages():
    assert plan("base", installed={"test": "t1"}) is None


def test_run_after_test_follows_a_changed_lock_with_the_test_packages_kept():
    assert plan("base", installed={"test": "t0"}) == ["test"]


def test_test_after_run_replaces_the_smaller_lock_by_the_larger():
    assert plan("test", installed={"base": "b1"}) == ["test"]


def test_node_comes_beside_what_is_there():
    assert plan("node", installed={"test": "t1", "uv": "u1"}) == ["node", "test", "uv"]


def test_sync_forgets_a_lock_that_no_longer_exists():
    assert plan("base", installed={"base": "b0", "docs": "d1"}) == ["base"]


@pytest.mark.parametrize(
    ("facts", "source"),
    [
        ({"in_environment": True, "ensurepip": True}, PipSource.ENVIRONMENT),
        ({"ensurepip": True, "own_pip": (23, 0, 1)}, PipSource.ENSUREPIP),
        ({"own_pip": (23, 0, 1), "can_install": True}, PipSource.INTERPRETER),
        ({"own_pip": (22, 2)}, PipSource.NONE),
        ({"own_pip": (22, 2), "can_install": True}, PipSource.APT),
        ({"can_install": True}, PipSource.APT),
        ({}, PipSource.NONE),
    ],
)
def test_pip_comes_from_the_least_intrusive_source(facts, source):
    nothing = {"in_environment": False, "own_pip": None, "ensurepip": False, "can_install": False}

    assert choose_pip(**{**nothing, **facts}) is source


def test_uv_asks_the_mirror_that_only_pip_knows(monkeypatch):
    monkeypatch.delenv("UV_INDEX_URL", raising=False)
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example.org/simple")

    assert uv_environment()["UV_DEFAULT_INDEX"] == "https://mirror.example.org/simple"


def test_uv_keeps_the_mirror_of_its_own(monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example.org/simple")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example.org/simple")

    assert uv_environment()["UV_DEFAULT_INDEX"] == "https://own.example.org/simple"


def pins(name):
    text = (REQUIREMENTS / f"{name}.lock").read_text()
    return set(re.findall(r"^([\w.-]+==\S+)", text, flags=re.MULTILINE))


def test_test_lock_holds_the_whole_base_lock():
    assert pins("base") - pins("test") == set()


@pytest.mark.parametrize("name", ["base", "test", "node", "uv"])
def test_lock_names_no_download_address(name):
    assert "://" not in (REQUIREMENTS / f"{name}.lock").read_text()
