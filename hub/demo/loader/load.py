"""The order of a run: departments first, the home pages that point at everything last."""

from functools import cache

from django.utils import timezone
from PIL import Image

from hub.domain.site import ensure_locales, prepare_site
from pages.pictures import prepare_pictures

from .accounts import load_accounts
from .calendar import calendar_of
from .cases import load_cases
from .courses import load_courses
from .departments import load_departments
from .journal import Journal
from .lectures import load_lectures
from .pages import load_pages
from .pictures import Gallery, RenderScene
from .run import Run, Tell
from .stacks import load_stacks
from .submissions import load_submissions

# The worker makes what is left; the first visitor should find most of it made.
ALL_PICTURES, PICTURES_TIME_S = 1000, 60.0


def load_demo(
    *,
    tell: Tell,
    render_scene: RenderScene | None = None,
    with_accounts: bool = True,
    with_lectures: bool = True,
    with_stacks: bool = True,
    with_renditions: bool = True,
) -> Journal:
    """Add what is missing of the demo content, and return the journal of what was added.

    `render_scene` gives the picture of a scene key (default: the digital phantom); `tell` takes
    the lines of progress. Raises `accounts.AccountsRefused` if accounts are asked for under
    settings that serve real people.
    """
    render = cache(render_scene or _phantom)
    journal = Journal(tell=tell)
    prepare_site()
    run = Run(
        locales=ensure_locales(),
        calendar=calendar_of(today=timezone.now().date()),
        gallery=Gallery(render_scene=render),
        journal=journal,
    )
    departments = load_departments(run=run)
    if with_accounts:
        load_accounts(run=run, departments=departments)
    load_cases(run=run, departments=departments)
    if with_stacks:
        load_stacks(run=run)
    if with_accounts:
        load_submissions(run=run, departments=departments)
    load_courses(run=run, departments=departments)
    load_pages(run=run, departments=departments)
    if with_lectures:
        load_lectures(run=run, departments=departments, render_scene=render)
    if with_renditions:
        _prepare_pictures(journal)
    journal.close()
    return journal


def _phantom(scene: str) -> Image.Image:
    # Numerical libraries: slow to import, and needed only where a picture is missing.
    from hub.demo.phantom import render  # noqa: PLC0415

    return render(scene)


def _prepare_pictures(journal: Journal) -> None:
    prepared = prepare_pictures(limit=ALL_PICTURES, time_limit_s=PICTURES_TIME_S)
    if prepared:
        journal.note(f"sizes and formats of {prepared} pictures made")
