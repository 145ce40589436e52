"""Accounts and departments in the editing desk."""

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people.domain.roles import RoleNotGiven, give_role, set_roles
from people.models import Department, User
from people.roles import Role
from tests.factories import UserFactory, make_author, make_department

pytestmark = pytest.mark.django_db

ACCOUNT = {
    "email": "New@Example.com",
    "first_name": "Vera",
    "last_name": "Wolf",
    "language": "ru",
    "time_zone": "Europe/Berlin",
}


@pytest.fixture
def organiser(db):
    user = UserFactory(email="organiser@example.com")
    give_role(user=user, role=Role.ORGANISER)
    return user


@pytest.fixture
def superuser(db):
    return User.objects.create_superuser("root@example.com", "a long enough phrase")


def department_form(members=(), **fields) -> dict:
    """POST data of the department form; `members`: pairs (user, head?)."""
    data = {"name": "Radiology, Omsk", "city": "Omsk", "country": "Russia", "website": ""}
    data |= {
        "memberships-TOTAL_FORMS": str(len(members)),
        "memberships-INITIAL_FORMS": "0",
        "memberships-MIN_NUM_FORMS": "0",
        "memberships-MAX_NUM_FORMS": "1000",
    }
    for number, (user, is_head) in enumerate(members):
        data |= {f"memberships-{number}-user": str(user.pk), f"memberships-{number}-id": ""}
        if is_head:
            data[f"memberships-{number}-is_head"] = "on"
    return data | fields


def edit_form(department: Department, keep=(), drop=(), new=()) -> dict:
    """POST data of an existing department: memberships to keep, to drop, users to add."""
    existing = [*keep, *drop]
    data = department_form(
        name=department.name,
        city=department.city,
        country=department.country,
        **{
            "memberships-TOTAL_FORMS": str(len(existing) + len(new)),
            "memberships-INITIAL_FORMS": str(len(existing)),
        },
    )
    for number, membership in enumerate(existing):
        data |= {
            f"memberships-{number}-id": str(membership.pk),
            f"memberships-{number}-user": str(membership.user_id),
        }
        if membership in drop:
            data[f"memberships-{number}-DELETE"] = "1"
    for number, user in enumerate(new, start=len(existing)):
        data |= {f"memberships-{number}-id": "", f"memberships-{number}-user": str(user.pk)}
    return data


# --- Who may enter -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "departments", "accounts"),
    [
        (Role.AUTHOR, 302, 302),
        (Role.REVIEWER, 302, 302),
        (Role.EDITOR, 200, 302),
        (Role.ORGANISER, 200, 200),
    ],
)
def test_administration_is_open_to_its_roles_only(client, role, departments, accounts):
    user = UserFactory()
    give_role(user=user, role=role)
    client.force_login(user)
    assert client.get("/admin/").status_code == 200
    assert client.get(reverse("departments:index")).status_code == departments
    assert client.get(reverse("departments:add")).status_code == departments
    assert client.get(reverse("wagtailusers_users:index")).status_code == accounts
    assert client.get(reverse("wagtailusers_users:add")).status_code == accounts
    assert client.get(reverse("people_chooser:choose")).status_code == departments
    assert client.get(reverse("wagtailusers_groups:index")).status_code == 302


def test_residents_do_not_enter_the_admin(client, resident):
    client.force_login(resident)
    assert client.get("/admin/").url == "/en/accounts/login/?next=/admin/"


# --- Departments ---------------------------------------------------------------------------------


def test_department_is_founded_with_group_collection_and_members(client, editor):
    head, member = UserFactory(), UserFactory()
    client.force_login(editor)
    response = client.post(
        reverse("departments:add"), department_form([(head, True), (member, False)])
    )
    assert response.status_code == 302, response.content.decode()[-3000:]
    department = Department.objects.get()
    assert department.group.name == "Department: Radiology, Omsk"
    assert department.collection.name == "Radiology, Omsk"
    assert dict(department.memberships.values_list("user", "is_head")) == {
        head.pk: True,
        member.pk: False,
    }
    for user in User.objects.filter(pk__in=[head.pk, member.pk]):
        assert user.roles == {Role.AUTHOR}
        assert set(user.groups.all()) == {department.group, Group.objects.get(name=Role.AUTHOR)}


def test_department_renamed_takes_group_and_collection_along(client, editor):
    department = make_department()
    client.force_login(editor)
    form = edit_form(department) | {"name": "Radiology, Tomsk"}
    response = client.post(reverse("departments:edit", args=[department.pk]), form)
    assert response.status_code == 302
    department = Department.objects.get()
    assert (department.group.name, department.collection.name) == (
        "Department: Radiology, Tomsk",
        "Radiology, Tomsk",
    )


def test_member_taken_off_the_list_loses_every_right_of_it(client, editor):
    department = make_department()
    stays, goes, comes = make_author(department), make_author(department), UserFactory()
    client.force_login(editor)
    form = edit_form(
        department,
        keep=[department.memberships.get(user=stays)],
        drop=[department.memberships.get(user=goes)],
        new=[comes],
    )
    response = client.post(reverse("departments:edit", args=[department.pk]), form)
    assert response.status_code == 302
    assert set(department.group.user_set.all()) == {stays, comes}
    assert User.objects.get(pk=goes.pk).roles == frozenset()
    assert User.objects.get(pk=comes.pk).roles == {Role.AUTHOR}


def test_somebody_listed_twice_is_refused(client, editor):
    head = UserFactory()
    client.force_login(editor)
    response = client.post(
        reverse("departments:add"), department_form([(head, False), (head, True)])
    )
    assert response.status_code == 200
    assert Department.objects.count() == 0


def test_wrong_department_form_founds_nothing_and_keeps_what_was_typed(client, editor):
    client.force_login(editor)
    response = client.post(reverse("departments:add"), department_form(city="", name="Kept"))
    assert response.status_code == 200
    assert 'value="Kept"' in response.content.decode()
    assert Department.objects.count() == 0
    assert Group.objects.filter(name__startswith="Department").count() == 0


def test_departments_cannot_be_deleted(client, superuser):
    department = make_department()
    client.force_login(superuser)
    client.post(reverse("departments:delete", args=[department.pk]))
    assert Department.objects.count() == 1


def test_list_of_departments_costs_the_same_for_one_and_for_three(client, editor):
    client.force_login(editor)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("departments:index")).status_code == 200
        return len(captured)

    make_author(make_department("One"))
    queries()
    one = queries()
    make_author(make_department("Two"))
    make_author(make_department("Three"))
    assert queries() == one


def test_choosing_a_person_finds_by_name_and_address(client, editor):
    UserFactory(first_name="Nadia", last_name="Berg", email="n.berg@example.com")
    UserFactory(first_name="Oleg", last_name="Stein", email="oleg@example.com")
    client.force_login(editor)
    page = client.get(reverse("people_chooser:choose_results"), {"q": "berg nadia"})
    assert "n.berg@example.com" in page.content.decode()
    assert "oleg@example.com" not in page.content.decode()


# --- Accounts ------------------------------------------------------------------------------------


def test_account_made_by_an_organiser_invites_its_owner(client, organiser):
    client.force_login(organiser)
    response = client.post(
        reverse("wagtailusers_users:add"), ACCOUNT | {"roles": ["resident", "reviewer"]}
    )
    assert response.status_code == 302, response.content.decode()[-3000:]
    user = User.objects.get(email="new@example.com")
    assert user.roles == {Role.RESIDENT, Role.REVIEWER}
    assert not user.has_usable_password()
    (message,) = mail.outbox
    assert message.to == ["new@example.com"]
    assert "/ru/accounts/password/reset/key/" in message.body


def test_organiser_appoints_no_superuser(client, organiser):
    client.force_login(organiser)
    client.post(reverse("wagtailusers_users:add"), ACCOUNT | {"is_superuser": "on"})
    assert not User.objects.get(email="new@example.com").is_superuser


def test_organiser_touches_no_superusers_account(client, organiser, superuser):
    client.force_login(organiser)
    edit = reverse("wagtailusers_users:edit", args=[superuser.pk])
    assert client.get(edit).status_code == 302
    client.post(edit, ACCOUNT | {"is_active": ""})
    bulk = reverse("wagtail_bulk_action", args=["people", "user", "set_active_state"])
    client.post(f"{bulk}?id={superuser.pk}", {"mark_as_active": "False"})
    superuser.refresh_from_db()
    assert (superuser.is_active, superuser.is_superuser) == (True, True)


def test_organiser_gives_and_takes_roles_but_leaves_authorship(client, organiser):
    author = make_author(make_department())
    give_role(user=author, role=Role.RESIDENT)
    client.force_login(organiser)
    edit = reverse("wagtailusers_users:edit", args=[author.pk])
    assert client.get(edit).status_code == 200
    form = ACCOUNT | {"roles": ["editor"], "is_active": "on"}
    assert client.post(edit, form).status_code == 302
    author = User.objects.get(pk=author.pk)
    assert author.roles == {Role.AUTHOR, Role.EDITOR}
    assert author.department_ids == {Department.objects.get().pk}
    assert author.email != "new@example.com", "people change their address themselves"


def test_organiser_hands_no_groups_to_many_at_once(client, organiser):
    department, stranger = make_department(), UserFactory()
    client.force_login(organiser)
    bulk = reverse("wagtail_bulk_action", args=["people", "user", "assign_role"])
    client.post(f"{bulk}?id={stranger.pk}", {"role": department.group_id})
    assert list(stranger.groups.all()) == []


def test_organiser_closes_accounts_but_deletes_none(client, organiser):
    user = UserFactory()
    client.force_login(organiser)
    client.post(reverse("wagtailusers_users:delete", args=[user.pk]))
    bulk = reverse("wagtail_bulk_action", args=["people", "user", "set_active_state"])
    client.post(f"{bulk}?id={user.pk}", {"mark_as_active": "False"})
    user.refresh_from_db()
    assert user.is_active is False


def test_account_with_a_known_address_is_refused_and_keeps_what_was_typed(client, organiser):
    UserFactory(email="new@example.com")
    client.force_login(organiser)
    response = client.post(reverse("wagtailusers_users:add"), ACCOUNT)
    assert "There is an account with this address already." in response.content.decode()
    assert 'value="Vera"' in response.content.decode()


def test_superuser_appoints_another(client, superuser):
    user = UserFactory()
    client.force_login(superuser)
    form = ACCOUNT | {"is_superuser": "on", "is_active": "on"}
    client.post(reverse("wagtailusers_users:edit", args=[user.pk]), form)
    user.refresh_from_db()
    assert user.is_superuser


def test_list_of_accounts_costs_the_same_for_one_and_for_many(client, organiser):
    client.force_login(organiser)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("wagtailusers_users:index")).status_code == 200
        return len(captured)

    queries()
    few = queries()
    department = make_department()
    for _number in range(4):
        make_author(department)
    assert queries() == few


def test_roles_that_follow_from_something_else_are_not_given(resident):
    with pytest.raises(RoleNotGiven):
        set_roles(user=resident, roles=[Role.AUTHOR])
    assert resident.roles == {Role.RESIDENT}
