"""Teaching cases, the answers learners commit to them, and their de-identified studies."""

from .answers import CaseAnswer
from .authors import CaseAuthor
from .classification import AgeGroup, BodySystem, DiagnosisCode
from .collections import CaseCollection, CollectionEntry, SavedCase
from .marks import SeriesMarks
from .pages import SOLUTION_FIELDS, CaseIndexPage, CasePage, Sex
from .publication import LICENCE_URLS, Basis, CaseRecord, CaseVersion, Licence
from .review import (
    AWAITED,
    REVIEW_TRANSITIONS,
    CaseReviewTask,
    PeerReview,
    ReviewRound,
    ReviewState,
)
from .rubric import CRITERIA, RUBRIC, Decision
from .solving import CaseStep, ReadCase, Stage, StepAnswer
from .studies import ImportJob, Instance, InstanceState, Series, Study

__all__ = [
    "AWAITED",
    "CRITERIA",
    "LICENCE_URLS",
    "REVIEW_TRANSITIONS",
    "RUBRIC",
    "SOLUTION_FIELDS",
    "AgeGroup",
    "Basis",
    "BodySystem",
    "CaseAnswer",
    "CaseAuthor",
    "CaseCollection",
    "CaseIndexPage",
    "CasePage",
    "CaseRecord",
    "CaseReviewTask",
    "CaseStep",
    "CaseVersion",
    "CollectionEntry",
    "Decision",
    "DiagnosisCode",
    "ImportJob",
    "Instance",
    "InstanceState",
    "Licence",
    "PeerReview",
    "ReadCase",
    "ReviewRound",
    "ReviewState",
    "SavedCase",
    "Series",
    "SeriesMarks",
    "Sex",
    "Stage",
    "StepAnswer",
    "Study",
]
