"""System packages: installed through apt as root on Debian and its children, else named."""

import os
import shutil
from pathlib import Path

from .progress import SetupError, run_quietly, step

OS_RELEASE = Path("/etc/os-release")


def distribution() -> str:
    """`ID` of /etc/os-release: `debian`, `ubuntu`, …; empty where there is no such file."""
    try:
        lines = OS_RELEASE.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    named = [line.removeprefix("ID=").strip('"') for line in lines if line.startswith("ID=")]
    return named[0] if named else ""


def has_apt() -> bool:
    return shutil.which("apt-get") is not None


def can_install() -> bool:
    """Whether this process may install system packages without asking anyone."""
    return has_apt() and os.geteuid() == 0


def apt_install(*packages: str) -> None:
    """Install Debian packages without questions and without recommended extras.

    Raises:
        SetupError: apt-get said no; its output is in the message.
    """
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    names = " ".join(packages)
    with step(f"apt-get install {names}"):
        run_quietly(
            ["apt-get", "update", "-q"], failure="The package lists could not be read.", env=env
        )
        run_quietly(
            ["apt-get", "install", "-qy", "--no-install-recommends", *packages],
            failure=f"apt-get could not install {names}.",
            env=env,
        )


def need(*packages: str, for_what: str) -> None:
    """Install `packages` where that is possible, else say what the person has to install.

    Raises:
        SetupError: nobody here may install packages, or there is no apt.
    """
    if can_install():
        apt_install(*packages)
        return
    names = " ".join(packages)
    how = f"sudo apt-get install {names}" if has_apt() else "your system's package manager"
    raise SetupError(f"{for_what} needs {names}, which is not installed. Install it with: {how}")
