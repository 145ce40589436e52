"""What every page is made of."""

from .base import BasePage
from .departments import DepartmentIndexPage, DepartmentPage
from .files import SiteDocument, SiteImage, SiteRendition
from .terms import BodyRegion, Modality

__all__ = [
    "BasePage",
    "BodyRegion",
    "DepartmentIndexPage",
    "DepartmentPage",
    "Modality",
    "SiteDocument",
    "SiteImage",
    "SiteRendition",
]
