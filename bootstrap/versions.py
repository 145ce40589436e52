"""Version numbers as tuples of integers, read from what programs print about themselves."""

import re
import shutil
import subprocess
from pathlib import Path

Version = tuple[int, ...]


def parse_version(text: str) -> Version | None:
    """The first dotted number in `text`: `"v20.19.2"` → `(20, 19, 2)`; None when there is none."""
    found = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(int(part) for part in found[0].split(".")) if found else None


def program_version(program: str | Path, *, env: dict[str, str] | None = None) -> Version | None:
    """What `program --version` says, or None when it is missing or does not work."""
    path = shutil.which(str(program), path=env.get("PATH") if env else None)
    if path is None:
        return None
    try:
        done = subprocess.run(
            [path, "--version"],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(done.stdout) if done.returncode == 0 else None
