import stat
from pathlib import Path

import pytest

from bootstrap.versions import parse_version, program_version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v20.19.2\n", (20, 19, 2)),
        ("uv 0.13.9 (x86_64-unknown-linux-gnu)", (0, 13, 9)),
        ("pip 23.0.1 from /usr/lib/python3/dist-packages/pip (python 3.11)", (23, 0, 1)),
        ("Python 3.11.2", (3, 11, 2)),
        ("Usage: program [options]", None),
    ],
)
def test_parse_version_takes_the_first_dotted_number(text, version):
    assert parse_version(text) == version


def make_program(folder: Path, script: str) -> Path:
    program = folder / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def test_program_version_is_what_the_program_prints(tmp_path):
    assert program_version(make_program(tmp_path, "echo v22.12.0")) == (22, 12, 0)


def test_program_version_of_a_failing_program_is_none(tmp_path):
    assert program_version(make_program(tmp_path, "echo 1.2.3; exit 3")) is None


def test_program_version_of_a_missing_program_is_none(tmp_path):
    assert program_version(tmp_path / "absent") is None
