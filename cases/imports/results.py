"""What an import tells: counts, series, reasons, attributes; nothing that names a patient."""

from typing import Any

from cases.deidentification.report import Outcome

from .geometry import stacks
from .staging import Staged


def result_of(staged: Staged) -> dict[str, Any]:
    """The JSON contract of `deidentify` and `import_dicom`, and what a job keeps."""
    free = [instance for instance in staged.instances if not instance.hold]
    modality = {instance.facts.series_uid: instance.facts.modality for instance in free}
    report = staged.report
    return {
        "study": free[0].facts.study_uid if free else None,
        "series": [
            {
                "modality": modality[stack.series_uid],
                "instances": len({frame.sop_uid for frame in stack.frames}),
                "frames": len(stack.frames),
                "spacing": stack.spacing_mm,
                "kind": stack.kind.value,
                "missing": stack.missing,
                "doubles": stack.doubles,
            }
            for stack in stacks(instance.facts for instance in free)
        ],
        "accepted": len(free),
        "quarantined": [
            {"file": instance.label, "reason": instance.hold.value}
            for instance in staged.instances
            if instance.hold
        ],
        "skipped": [
            {"file": entry.label, "reason": entry.reason.value} for entry in staged.skipped
        ],
        "doubles": staged.doubles,
        "kept": report.total(Outcome.KEPT),
        "changed": report.total(Outcome.CHANGED),
        "removed": report.total(Outcome.REMOVED),
        "report": report.to_data(),
        "reason": None,
    }
