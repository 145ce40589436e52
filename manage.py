#!/usr/bin/env python3
"""The one door: `python3 manage.py run|test|…` sets up what is missing, then does it.

Django's own commands (`python3 manage.py migrate`) are reached the same way. This file and
`bootstrap/__init__.py` keep to syntax that an old Python can read, so that it can be told so.
"""

import os
import shutil
import sys

OLDEST_PYTHON = (3, 11)


def hand_over_to_newer_python():
    """Continue under a newer interpreter found on PATH, or say what is missing."""
    for minor in range(14, OLDEST_PYTHON[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])
    found = ".".join(str(part) for part in sys.version_info[:3])
    sys.stderr.write(
        f"Viewbox needs Python 3.{OLDEST_PYTHON[1]} or newer; {sys.executable} is {found}.\n"
        f"Install a newer one and start it by name, for example: python3.12 manage.py run\n"
    )
    return 1


def main():
    if sys.version_info < OLDEST_PYTHON:
        return hand_over_to_newer_python()
    from bootstrap.commands import dispatch

    return dispatch(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
