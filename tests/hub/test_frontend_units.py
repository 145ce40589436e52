"""The front end's own tests, of what needs no browser (`npm test` in `frontend/`)."""

import subprocess

import pytest

from bootstrap.frontend import installed_node
from bootstrap.places import FRONTEND
from bootstrap.progress import SetupError


def test_the_front_ends_own_tests_pass():
    try:
        node = installed_node()
    except SetupError as error:
        pytest.skip(f"The front end's packages are not here: {error}")
    done = subprocess.run(
        ["npm", "test", "--silent"],
        cwd=FRONTEND,
        env=node.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
