"""The one module that decides, and that nothing decides beside it."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from people.access import UnknownPermission, fetch, may, require
from people.domain.roles import give_role
from people.models import Department, User
from people.roles import Role
from tests.factories import UserFactory, make_author, make_department

APPS = ("hub", "courses", "cases", "quizzes", "pages", "media", "outbox", "jobs", "people")
AD_HOC = re.compile(
    r"(?<!rules)\.has_perms?\(|\.is_staff\b|\.is_superuser\b|\.groups\.(filter|all|values)|"
    r"@permission_required|PermissionRequiredMixin|user_passes_test|in user\.roles"
)
# Where rights are stated or kept rather than asked for.
MAY_SPEAK_OF_RIGHTS = {
    "people/rules.py": "states the predicates themselves",
    "people/models.py": "reads the groups that roles are; shows a superuser as such in lists",
    "people/admin_forms.py": "the field that appoints superusers, shown by a rule",
    "people/domain/accounts.py": "saves that field",
    "hub/demo/loader/accounts.py": "makes one of the demo's people a superuser",
}


def python_sources() -> list[Path]:
    root = Path(settings.BASE_DIR)
    found = [path for app in APPS for path in sorted((root / app).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def test_no_module_decides_about_rights_beside_the_rules():
    root = Path(settings.BASE_DIR)
    offenders = {
        str(path.relative_to(root)) for path in python_sources() if AD_HOC.search(path.read_text())
    }
    assert offenders - set(MAY_SPEAK_OF_RIGHTS) == set()


def test_every_exception_to_the_scan_is_still_needed():
    root = Path(settings.BASE_DIR)
    silent = {name for name in MAY_SPEAK_OF_RIGHTS if not AD_HOC.search((root / name).read_text())}
    assert silent == set()


def test_templates_ask_no_account_flags():
    root = Path(settings.BASE_DIR)
    flags = re.compile(r"\b(is_staff|is_superuser)\b")
    offenders = [
        str(path.relative_to(root))
        for path in sorted((root / "templates").rglob("*.html"))
        if flags.search(path.read_text())
    ]
    assert offenders == []


@pytest.mark.django_db
def test_may_refuses_to_guess_a_permission_nobody_registered(resident):
    with pytest.raises(UnknownPermission):
        may(resident, "people.change_profil", resident)


@pytest.mark.django_db
def test_unknown_permission_is_loud_for_superusers_too():
    with pytest.raises(UnknownPermission):
        may(User.objects.create_superuser("root@example.com"), "people.fly")


@pytest.mark.django_db
def test_require_raises_where_the_right_is_missing(resident):
    require(resident, "people.change_profile", resident)
    with pytest.raises(PermissionDenied):
        require(resident, "people.change_profile", UserFactory())


@pytest.mark.django_db
def test_fetch_returns_the_object_to_those_who_may(resident):
    accounts = User.objects.all()
    assert fetch(resident, "people.change_profile", accounts, pk=resident.pk) == resident


@pytest.mark.django_db
def test_fetch_tells_missing_from_forbidden(resident):
    stranger = UserFactory()
    with pytest.raises(PermissionDenied):
        fetch(resident, "people.change_profile", User.objects.all(), pk=stranger.pk)
    with pytest.raises(Http404):
        fetch(resident, "people.change_profile", User.objects.all(), pk=stranger.pk + 1000)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.RESIDENT, set()),
        (Role.AUTHOR, {"people.enter_admin"}),
        (Role.REVIEWER, {"people.enter_admin"}),
        (Role.EDITOR, {"people.enter_admin", "people.change_department", "people.choose_user"}),
        (
            Role.ORGANISER,
            {
                "people.enter_admin",
                "people.change_department",
                "people.choose_user",
                "people.change_user",
            },
        ),
    ],
)
def test_roles_carry_exactly_their_rights(role, expected):
    user = UserFactory()
    give_role(user=user, role=role)
    asked = {
        "people.enter_admin",
        "people.change_department",
        "people.delete_department",
        "people.choose_user",
        "people.change_user",
        "people.delete_user",
        "people.appoint_superuser",
    }
    assert {permission for permission in asked if may(user, permission)} == expected


@pytest.mark.django_db
def test_nobody_anonymous_or_closed_may_anything():
    closed = UserFactory(is_active=False)
    give_role(user=closed, role=Role.EDITOR)
    for user in (AnonymousUser(), closed):
        assert not may(user, "people.enter_admin")
        assert not may(user, "people.manage_departments")
        assert not may(user, "people.change_profile", user)


@pytest.mark.django_db
def test_departments_are_deleted_by_nobody():
    root = User.objects.create_superuser("root@example.com")
    assert not may(root, "people.delete_department", Department())


@pytest.mark.django_db
def test_rights_follow_a_role_given_and_taken_on_the_same_object(home):
    department = make_department()
    user = make_author(department)
    assert may(user, "people.enter_admin")

    from people.domain.departments import remove_member

    remove_member(department=department, user=user)
    assert not may(user, "people.enter_admin")
