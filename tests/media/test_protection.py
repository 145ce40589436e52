"""Those who run a hub are told what protects it from uploads."""

import io

import pytest
from django.core.management import CommandError, call_command

from jobs.registry import notices
from media.pipeline.sandbox import BWRAP_VARIABLE, CHOICE_VARIABLE
from media.protection import check_protection, protection_notice


def test_worker_says_at_its_start_what_protects_it(monkeypatch):
    monkeypatch.setenv(CHOICE_VARIABLE, "none")
    assert protection_notice() in notices()
    assert protection_notice().startswith("ffmpeg is protected by limits of time, memory")


def test_worker_does_not_start_without_the_box_it_must_have(monkeypatch):
    monkeypatch.setenv(CHOICE_VARIABLE, "bwrap")
    monkeypatch.setenv(BWRAP_VARIABLE, "/nowhere/bwrap")
    with pytest.raises(CommandError, match="can't be had: bwrap: not installed"):
        call_command("worker", "--batch", stdout=io.StringIO())


def test_deployment_check_warns_of_a_missing_box(monkeypatch):
    monkeypatch.setenv(CHOICE_VARIABLE, "none")
    assert [found.id for found in check_protection()] == ["media.W001"]
    monkeypatch.setenv(CHOICE_VARIABLE, "bwrap")
    monkeypatch.setenv(BWRAP_VARIABLE, "/nowhere/bwrap")
    assert [found.id for found in check_protection()] == ["media.E001"]
