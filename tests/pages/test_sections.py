"""The promise to departments: their authors write in their own section, and nowhere else."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import GroupPagePermission, Page, TaskState, Workflow
from wagtail.test.utils.form_data import nested_form_data, querydict_from_html, streamfield

from cases.domain.review import decide
from cases.models import CaseIndexPage, CasePage, CaseReviewTask, Decision
from hub.domain.site import prepare_site
from pages.domain.sections import open_section, settle
from pages.models import DepartmentIndexPage, DepartmentPage
from people.domain.roles import give_role
from people.roles import Role
from tests.factories import (
    UserFactory,
    make_author,
    make_case,
    make_course,
    make_department,
    make_image,
    section_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def department(home):
    return make_department("Radiology, North")


@pytest.fixture
def neighbour(home):
    return make_department("Radiology, South")


@pytest.fixture
def author(department):
    return make_author(department, email="author@example.com")


def add_case_at(parent: Page) -> str:
    return reverse("wagtailadmin_pages:add", args=["cases", "casepage", parent.pk])


def edit(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def form_of(client, url: str) -> dict:
    """What a browser would send back for the form of a page at `url`, unchanged."""
    html = client.get(url).content.decode()
    return querydict_from_html(html, form_id="page-edit-form").dict()


def case_form_of(client, case: CasePage) -> dict:
    """The same for a case, whose streams only the browser's script would fill in."""
    streams = {
        "pictures": streamfield(
            [("picture", {"image": make_image().pk, "alt": "Axial CT", "caption": ""})]
        ),
        "differential": streamfield([]),
        "teaching_points": streamfield([]),
        "references": streamfield([]),
    }
    return form_of(client, edit(case)) | nested_form_data(streams)


def rights_on(section: DepartmentPage) -> set[tuple[str, str]]:
    return set(
        GroupPagePermission.objects.filter(page_id=section.pk).values_list(
            "group__name", "permission__codename"
        )
    )


def rights_of(department) -> set[tuple[str, str]]:
    return {(department.group.name, "add_page"), (department.group.name, "change_page")}


# --- What authors may ----------------------------------------------------------------------------


def test_author_may_add_a_case_to_their_own_section(client, author, department):
    client.force_login(author)
    assert client.get(add_case_at(section_of(department))).status_code == 200


def test_author_may_add_nothing_elsewhere(client, author, neighbour):
    client.force_login(author)
    index = CaseIndexPage.objects.get(locale__language_code="en")
    for parent in (section_of(neighbour), index):
        response = client.get(add_case_at(parent))
        assert (response.status_code, response.headers.get("Location")) == (302, "/admin/")
        assert client.post(add_case_at(parent), {"title": "Intruder"}).status_code == 302
    assert CasePage.objects.count() == 0


def test_author_may_edit_nothing_elsewhere(client, author, neighbour):
    case = make_case(parent=section_of(neighbour), title="Theirs")
    client.force_login(author)
    assert client.get(edit(case)).status_code == 302
    client.post(edit(case), {"title": "Mine now"})
    case.refresh_from_db()
    assert case.title == "Theirs"


def test_author_sees_no_way_to_publish(client, author, department):
    case = make_case(parent=section_of(department), live=False)
    client.force_login(author)
    page = client.get(edit(case)).content.decode()
    assert 'name="action-publish"' not in page
    assert 'name="action-submit"' in page


def test_author_cannot_publish_by_force(client, author, department):
    case = make_case(parent=section_of(department), live=False)
    client.force_login(author)
    data = case_form_of(client, case) | {"title": "Saved", "action-publish": "action-publish"}
    response = client.post(edit(case), data)
    assert response.status_code == 302, response.context["form"].errors
    case.refresh_from_db()
    assert (case.live, case.get_latest_revision().content["title"]) == (False, "Saved")


def test_author_submits_and_an_editor_approves(client, author, department, editor):
    case = make_case(parent=section_of(department), live=False, pictures_checked=True)
    client.force_login(author)
    told = {"pictures_checked": "on", "action-submit": "action-submit"}
    response = client.post(edit(case), case_form_of(client, case) | told)
    assert response.status_code == 302, response.context["form"].errors
    case.refresh_from_db()
    state = TaskState.objects.get(status=TaskState.STATUS_IN_PROGRESS)
    assert (case.live, state.revision.object_id) == (False, str(case.pk))

    approve = reverse("wagtailadmin_pages:workflow_action", args=[case.pk, "approve", state.pk])
    client.post(approve, {"comment": ""})
    case.refresh_from_db()
    assert case.live is False, "authors do not approve"

    client.force_login(editor)
    client.post(approve, {"comment": "Well done."})
    case.refresh_from_db()
    assert case.live is False, "cases are accepted by the decision on their round"

    CaseReviewTask.objects.update(reviews_needed=0)
    round_ = case.review_rounds.get()
    decide(round_=round_, decision=Decision.ACCEPT, letter="Well done.", by=editor)
    case.refresh_from_db()
    assert case.live is True
    assert case.department == department


def test_author_cannot_give_their_section_away(client, author, department, neighbour):
    section = section_of(department)
    client.force_login(author)
    page = client.get(edit(section)).content.decode()
    assert 'name="title"' in page
    assert 'name="of_department"' not in page
    data = form_of(client, edit(section)) | {"of_department": neighbour.pk}
    client.post(edit(section), data)
    section.refresh_from_db()
    assert section.of_department == department


def test_author_reaches_only_the_departments_own_pictures(client, author, department, neighbour):
    ours = make_image("Ours", collection=department.collection)
    theirs = make_image("Theirs", collection=neighbour.collection)
    loose = make_image("Loose")
    client.force_login(author)
    listed = client.get(reverse("wagtailimages_chooser:choose")).content.decode()
    assert (ours.title in listed, theirs.title in listed, loose.title in listed) == (
        True,
        False,
        False,
    )
    change = [
        client.get(reverse("wagtailimages:edit", args=[image.pk])).status_code
        for image in (ours, theirs, loose)
    ]
    assert change == [200, 302, 302]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ORGANISER])
def test_reviewers_and_organisers_enter_but_write_no_pages(client, department, role):
    user = UserFactory()
    give_role(user=user, role=role)
    client.force_login(user)
    assert client.get("/admin/").status_code == 200
    assert client.get(add_case_at(section_of(department))).status_code == 302


# --- Whose a section is --------------------------------------------------------------------------


def test_section_made_by_an_editor_opens_to_its_members(client, editor, department):
    index = DepartmentIndexPage.objects.get(locale__language_code="ru")
    client.force_login(editor)
    add = reverse("wagtailadmin_pages:add", args=["pages", "departmentpage", index.pk])
    data = form_of(client, add) | {
        "title": "Север",
        "slug": "north",
        "of_department": department.pk,
        "action-publish": "action-publish",
    }
    response = client.post(add, data)
    assert response.status_code == 302, response.context["form"].errors
    section = DepartmentPage.objects.get(slug="north")
    assert section.live
    assert rights_on(section) == rights_of(department)


def test_section_given_to_another_department_closes_to_the_first(
    client, editor, department, neighbour
):
    section = section_of(department)
    case = make_case(parent=section)
    client.force_login(editor)
    data = form_of(client, edit(section)) | {
        "of_department": neighbour.pk,
        "action-publish": "action-publish",
    }
    response = client.post(edit(section), data)
    assert response.status_code == 302, response.context["form"].errors
    case.refresh_from_db()
    assert rights_on(section) == rights_of(neighbour)
    assert case.department == neighbour


def test_draft_that_names_another_department_changes_no_right(
    client, editor, department, neighbour
):
    section = section_of(department)
    client.force_login(editor)
    client.post(edit(section), form_of(client, edit(section)) | {"of_department": neighbour.pk})
    assert rights_on(section) == rights_of(department)


def test_section_published_without_the_admin_opens_too(department, neighbour):
    section = section_of(department)
    section.of_department = neighbour
    section.save_revision().publish()
    assert rights_on(section) == rights_of(neighbour)


def test_opening_a_section_twice_changes_nothing(department):
    section = section_of(department)
    before = rights_on(section)
    open_section(department=department, section=section)
    assert rights_on(section) == before == rights_of(department)


def test_opening_a_section_leaves_groups_that_are_no_departments(department, editor):
    section = section_of(department)
    editors = editor.groups.get(name=Role.EDITOR)
    permission = GroupPagePermission.objects.filter(page_id=section.pk)[0].permission
    GroupPagePermission.objects.create(group=editors, page_id=section.pk, permission=permission)
    open_section(department=department, section=section)
    assert (editors.name, permission.codename) in rights_on(section)


# --- Whose a page is -----------------------------------------------------------------------------


def test_page_moved_by_an_editor_follows_its_new_section(client, editor, department, neighbour):
    case = make_case(parent=section_of(department))
    client.force_login(editor)
    move = reverse("wagtailadmin_pages:move_confirm", args=[case.pk, section_of(neighbour).pk])
    client.post(move)
    case.refresh_from_db()
    assert case.department == neighbour


def test_page_moved_out_of_all_sections_belongs_to_none(client, editor, department):
    case = make_case(parent=section_of(department))
    index = CaseIndexPage.objects.get(locale__language_code="en")
    client.force_login(editor)
    client.post(reverse("wagtailadmin_pages:move_confirm", args=[case.pk, index.pk]))
    case.refresh_from_db()
    assert case.department is None


def test_copy_belongs_to_where_it_was_put(client, editor, department, neighbour):
    case = make_case(parent=section_of(department))
    client.force_login(editor)
    client.post(
        reverse("wagtailadmin_pages:copy", args=[case.pk]),
        {
            "new_title": "A copy",
            "new_slug": "a-copy",
            "new_parent_page": section_of(neighbour).pk,
        },
    )
    assert CasePage.objects.get(slug="a-copy").department == neighbour


def test_old_draft_brings_back_no_old_department(department, neighbour):
    course = make_course(parent=section_of(department), title="CT", slug="ct")
    draft = course.save_revision()
    course.move(section_of(neighbour), pos="last-child")
    settle(page=Page.objects.get(pk=course.pk))
    draft.refresh_from_db()
    draft.publish()
    course.refresh_from_db()
    assert course.department == neighbour


# --- The workflow --------------------------------------------------------------------------------


def test_wagtails_own_groups_and_workflow_are_gone(home):
    assert Group.objects.filter(name__in=["Moderators", "Editors"]).count() == 0
    assert list(Workflow.objects.values_list("name", flat=True)) == [
        "Editorial approval",
        "Peer review of cases",
    ]


def test_preparing_again_leaves_groups_that_a_society_made(home):
    Group.objects.create(name="Editors")
    prepare_site()
    assert Group.objects.filter(name="Editors").count() == 1
    assert Workflow.objects.count() == 2
