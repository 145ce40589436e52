"""The stacks of demo cases: made by the phantom, imported the way an author's upload is."""

import tempfile
from pathlib import Path

from cases.domain.imports import import_path
from cases.models import Study
from jobs.models import WorkState

from . import content
from .cases import case_page
from .marks import load_marks
from .run import Run


class StackRefused(Exception):
    """The import did not take what the phantom made."""


def load_stacks(*, run: Run) -> None:
    """Give the cases their stacks, where they have none yet."""
    for key in content.keys("cases"):
        if "stack" not in content.facts("cases", key):
            continue
        page = case_page(run=run, key=key, language=content.SOURCE_LANGUAGE)
        if page is None:
            continue
        if Study.objects.filter(case_key=page.translation_key).exists():
            load_marks(run=run, key=key)
            continue
        with tempfile.TemporaryDirectory() as folder:
            _write(Path(folder), stack=content.facts("cases", key)["stack"])
            job = import_path(path=Path(folder), case_key=page.translation_key)
        if job.state != WorkState.DONE:
            raise StackRefused(f"{key}: {job.failure_code}")
        run.journal.add("stacks", name=page.title)
        load_marks(run=run, key=key)


def _write(folder: Path, *, stack: str) -> None:
    # Numerical libraries: slow to import, and needed only where a stack is missing.
    from hub.demo.phantom import chest_stack, dicom  # noqa: PLC0415

    makers = {"chest-nodule": chest_stack.chest_nodule}
    dicom.write_series(makers[stack](), folder, name=stack)
