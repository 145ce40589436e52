"""Where things lie: the checkout, its environment, and the one folder that runs write to."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"
FRONTEND = ROOT / "frontend"
APPS = (
    "hub",
    "interop",
    "courses",
    "cases",
    "quizzes",
    "certificates",
    "pages",
    "media",
    "outbox",
    "jobs",
    "people",
)


def var_dir() -> Path:
    """The folder for everything written at run time: `VIEWBOX_VAR`, else `var/`."""
    folder = Path(os.environ.get("VIEWBOX_VAR") or ROOT / "var").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder
