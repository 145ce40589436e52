"""Teaching cases, the answers learners commit to them, and their de-identified studies."""

from .answers import CaseAnswer
from .pages import SOLUTION_FIELDS, CaseIndexPage, CasePage, Sex
from .studies import ImportJob, Instance, InstanceState, Series, Study

__all__ = [
    "SOLUTION_FIELDS",
    "CaseAnswer",
    "CaseIndexPage",
    "CasePage",
    "ImportJob",
    "Instance",
    "InstanceState",
    "Series",
    "Sex",
    "Study",
]
