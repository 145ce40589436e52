"""Coverage counts what every process of the run did, not the first one's imports alone."""

import os
import subprocess
import sys

import pytest
from coverage import CoverageData

from bootstrap.places import ROOT

MEASURED = "media/pipeline/h264_levels.py"


@pytest.mark.thorough
def test_what_a_worker_of_xdist_ran_is_counted(tmp_path):
    data = tmp_path / "data"
    suite = tmp_path / "test_level.py"
    suite.write_text(
        "from fractions import Fraction\n"
        "from media.pipeline.h264_levels import level_for\n"
        "def test_level():\n"
        "    assert level_for(width=1280, height=720, fps=Fraction(30), maxrate_bps=10**6)\n"
    )
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("COV", "PYTEST"))}
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "coverage", "run", "-m", "pytest", "-n", "1"),
            *("-p", "bootstrap.coverage_by_app", str(suite), "--rootdir", str(ROOT)),
        ],
        cwd=ROOT,
        env={**inherited, "COVERAGE_FILE": str(data), "VIEWBOX_VAR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "coverage by app" in finished.stdout
    counted = CoverageData(basename=str(data))
    counted.read()
    arcs = counted.arcs(str(ROOT / MEASURED)) or []
    source = (ROOT / MEASURED).read_text().splitlines()
    inside = source.index("    columns, rows = ceil(width / 16), ceil(height / 16)") + 1
    assert inside in {end for _start, end in arcs}
