"""Blind peer review: who may judge, what they see, and what the editor's decision does."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, PageLogEntry, WorkflowState, WorkflowTask

from cases.checks import peer_review_comes_last
from cases.domain.review import (
    DeadlineTooSoon,
    HasConflict,
    LetterMissing,
    NotAReviewer,
    ReviewIncomplete,
    RoundClosed,
    TooFewReviews,
    WrongStep,
    answer_invitation,
    decide,
    hand_in,
    invite,
    move_deadline,
    refusal_to_submit,
    release,
    save_draft,
)
from cases.domain.review_letters import remind_reviewers
from cases.models import (
    CaseAuthor,
    CasePage,
    CaseReviewTask,
    Decision,
    PeerReview,
    ReviewState,
)
from cases.review_queries import candidates, department_cases, editor_desk, reviewer_desk
from outbox.domain.posting import send_due_letters
from outbox.models import Letter
from people.domain.departments import add_member
from people.domain.roles import give_role
from people.roles import Role
from tests.cases.review_people import REVIEW, make_draft, make_reviewer, review_by, submit
from tests.factories import UserFactory, make_author, make_department

pytestmark = pytest.mark.django_db


@pytest.fixture
def department(db):
    return make_department("Radiology, Harbour Hospital")


@pytest.fixture
def author(department):
    return make_author(department, email="author@example.com", last_name="Orlova")


@pytest.fixture
def case(department, author) -> CasePage:
    return make_draft(department, author)


@pytest.fixture
def round_(case, author, editor):
    return submit(case, author)


def in_two_weeks():
    return timezone.now() + timedelta(days=14)


def post_all() -> list[mail.EmailMessage]:
    """Let a worker send what has been written."""
    send_due_letters()
    return mail.outbox


# --- Submission and the workflow -----------------------------------------------------------------


def test_a_case_goes_through_peer_review_and_other_pages_do_not(case, home):
    [task] = case.get_workflow().tasks.specific()
    assert isinstance(task, CaseReviewTask)
    assert not any(
        isinstance(other, CaseReviewTask) for other in home.get_workflow().tasks.specific()
    )


def test_submission_opens_a_round_and_tells_every_editor(round_, editor):
    assert (round_.number, round_.is_open) == (1, True)
    [letter] = post_all()
    assert letter.to == [editor.email]
    assert round_.revision.content["title"] in letter.subject
    assert reverse("cases_review:round", args=[round_.pk]) in letter.body


def test_taking_the_submission_back_closes_the_round(case, round_, author, editor):
    review = review_by(make_reviewer(), round_, editor, stop_before="accept")
    case.current_workflow_state.cancel(user=author)
    round_.refresh_from_db()
    assert not round_.is_open
    with pytest.raises(RoundClosed):
        answer_invitation(review=PeerReview.objects.get(pk=review.pk), accept=True)


def test_what_is_under_review_is_locked_for_its_author_and_open_to_the_editor(
    case, round_, author, editor
):
    lock = CasePage.objects.get(pk=case.pk).get_lock()
    assert lock.for_user(author)
    assert not lock.for_user(editor)


# --- Inviting ------------------------------------------------------------------------------------


def test_a_member_of_an_authors_department_is_refused_with_a_sentence(department, round_, editor):
    colleague = make_reviewer(first_name="Ada", last_name="Near")
    add_member(department=department, user=colleague)
    with pytest.raises(HasConflict) as refused:
        invite(round_=round_, reviewers=[colleague], due_at=in_two_weeks(), by=editor)
    assert str(refused.value) == "Ada Near belongs to the same department as an author."
    assert not PeerReview.objects.exists()


def test_a_second_authors_other_department_counts_as_well(case, author, editor):
    elsewhere = make_department("Radiology, Elsewhere")
    second = make_author(elsewhere)
    CaseAuthor.objects.create(case=case, family_name="Second", user=second)
    neighbour = make_reviewer()
    add_member(department=elsewhere, user=neighbour)
    with pytest.raises(HasConflict):
        invite(round_=submit(case, author), reviewers=[neighbour], due_at=in_two_weeks(), by=editor)


def test_authors_do_not_review_their_own_case(case, author, editor):
    drafted = CasePage.objects.get(pk=case.pk)
    guest = make_reviewer(first_name="Guest", last_name="Author")
    drafted.authors = [CaseAuthor(family_name="Author", user=guest)]
    drafted.save_revision(user=author)
    with pytest.raises(HasConflict) as refused:
        invite(round_=submit(case, author), reviewers=[guest], due_at=in_two_weeks(), by=editor)
    assert str(refused.value) == "Guest Author is an author of this case."


def test_one_conflict_among_several_invites_nobody(department, round_, editor):
    free, colleague = make_reviewer(), make_reviewer()
    add_member(department=department, user=colleague)
    with pytest.raises(HasConflict):
        invite(round_=round_, reviewers=[free, colleague], due_at=in_two_weeks(), by=editor)
    assert not PeerReview.objects.exists()
    assert post_all()[0].to == [editor.email]
    assert len(mail.outbox) == 1


def test_only_reviewers_are_asked_and_only_for_the_future(round_, editor, resident):
    with pytest.raises(NotAReviewer):
        invite(round_=round_, reviewers=[resident], due_at=in_two_weeks(), by=editor)
    with pytest.raises(DeadlineTooSoon):
        invite(
            round_=round_,
            reviewers=[make_reviewer()],
            due_at=timezone.now() - timedelta(minutes=1),
            by=editor,
        )


def test_candidates_come_with_their_load_and_their_conflicts(department, round_, editor):
    busy, free, colleague = (
        make_reviewer(last_name=name) for name in ("Busy", "Free", "Colleague")
    )
    add_member(department=department, user=colleague)
    other = make_draft(make_department("Other"), make_author(make_department("Third")))
    review_by(busy, submit(other, other.owner), editor, stop_before="submit")
    found = [(each.user, each.waiting, bool(each.conflict)) for each in candidates(round_=round_)]
    assert found == [(free, 0, False), (busy, 1, False), (colleague, 0, True)]


def test_an_invitation_speaks_the_reviewers_language_and_time(round_, editor):
    reviewer = make_reviewer(language="ru", time_zone="Asia/Vladivostok")
    due_at = timezone.datetime(2031, 3, 1, 20, 0, tzinfo=timezone.get_fixed_timezone(0))
    invite(round_=round_, reviewers=[reviewer], due_at=due_at, by=editor)
    letter = next(each for each in post_all() if each.to == [reviewer.email])
    assert "2 марта 2031" in letter.body
    assert "06:00" in letter.body.replace(" 6:00", " 06:00")
    assert "Harbour" not in letter.body + letter.subject
    assert "Orlova" not in letter.body + letter.subject


# --- Answering, writing, reminding ---------------------------------------------------------------


def test_a_declined_review_cannot_be_taken_up_again_and_its_editor_is_told(round_, editor):
    reviewer = make_reviewer()
    review = review_by(reviewer, round_, editor, stop_before="accept")
    answer_invitation(review=review, accept=False)
    with pytest.raises(WrongStep):
        answer_invitation(review=review, accept=True)
    assert [each.subject for each in post_all() if each.to == [editor.email]][-1].startswith(
        "A reviewer declines"
    )


def test_reminders_go_out_once_before_and_once_after_the_deadline(round_, editor):
    reviewer = make_reviewer()
    review = review_by(reviewer, round_, editor, stop_before="submit")
    PeerReview.objects.filter(pk=review.pk).update(
        invited_at=timezone.now() - timedelta(days=20),
        due_at=timezone.now() + timedelta(days=2),
    )
    assert (remind_reviewers(), remind_reviewers()) == (1, 0)
    post_all()
    PeerReview.objects.filter(pk=review.pk).update(due_at=timezone.now() - timedelta(days=3))
    assert (remind_reviewers(), remind_reviewers()) == (1, 0)
    subjects = [each.subject.split(":")[0] for each in post_all() if each.to == [reviewer.email]]
    assert subjects[-2:] == ["Your review is due soon", "Your review is late"]


def test_a_reminder_of_what_is_done_meanwhile_is_not_sent(round_, editor):
    reviewer = make_reviewer()
    review = review_by(reviewer, round_, editor, stop_before="submit")
    post_all()
    PeerReview.objects.filter(pk=review.pk).update(due_at=timezone.now() - timedelta(days=3))
    remind_reviewers()
    hand_in(review=review, values=REVIEW)
    mail.outbox.clear()
    post_all()
    assert [each.to for each in mail.outbox] == [[editor.email]]


def test_a_moved_deadline_is_reminded_of_anew_and_the_old_reminder_is_dropped(round_, editor):
    reviewer = make_reviewer()
    review = review_by(reviewer, round_, editor, stop_before="submit")
    post_all()
    mail.outbox.clear()
    PeerReview.objects.filter(pk=review.pk).update(due_at=timezone.now() - timedelta(days=3))
    assert remind_reviewers() == 1
    review.refresh_from_db()
    move_deadline(review=review, due_at=in_two_weeks())
    assert [each.to for each in post_all()] == []
    PeerReview.objects.filter(pk=review.pk).update(
        due_at=timezone.now() - timedelta(days=2, hours=1)
    )
    assert remind_reviewers() == 1
    assert [each.to for each in post_all()] == [[reviewer.email]]


def test_letters_of_a_deleted_round_are_not_needed_any_more(round_):
    round_.delete()
    assert post_all() == []
    assert [letter.outcome for letter in Letter.objects.all()] == ["needless"]


def test_a_draft_is_kept_and_a_half_review_is_not_handed_in(round_, editor):
    review = review_by(make_reviewer(), round_, editor, stop_before="submit")
    save_draft(review=review, values={"to_author": "So far.", "language": 2})
    with pytest.raises(ReviewIncomplete):
        hand_in(review=review, values={"correctness": 5})
    review.refresh_from_db()
    assert (review.state, review.to_author, review.language) == ("accepted", "So far.", 2)


def test_a_review_that_is_handed_in_stands(round_, editor):
    review = review_by(make_reviewer(), round_, editor)
    with pytest.raises(WrongStep):
        save_draft(review=review, values={"to_author": "On second thoughts …"})
    with pytest.raises(WrongStep):
        release(review=review)


# --- The blind page ------------------------------------------------------------------------------


def blind_page(client, review: PeerReview) -> str:
    client.force_login(review.reviewer)
    response = client.get(reverse("case_reviews:review", args=[review.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_the_reviewer_sees_everything_of_the_case_and_nothing_of_whose_it_is(
    client, department, author, editor
):
    case = make_draft(department, author, slug="harbour-secret-slug")
    draft = CasePage.objects.get(pk=case.pk)
    draft.authors = [CaseAuthor(family_name="Orlova", given_name="Elena", user=author)]
    draft.save_revision(user=author)
    review = review_by(make_reviewer(), submit(case, author), editor, stop_before="submit")
    html = blind_page(client, review)
    for shown in ("Fell from a bicycle", "Secretfinding", "Secretdiagnosis", "Secretpoint"):
        assert shown in html
    picture = draft.pictures[0].value["image"]
    gives_away = ["Orlova", "Elena", "Harbour", "harbour", author.email, "/uploads/images/"]
    gives_away += [picture.file.name.rsplit("/")[-1].split(".")[0], f"/pages/{case.pk}/"]
    assert [word for word in gives_away if word in html] == []


def test_a_case_in_another_language_than_the_page_says_so(client, round_, editor):
    review = review_by(make_reviewer(), round_, editor, stop_before="submit")
    client.force_login(review.reviewer)
    html = client.get(f"/ar/peer-review/{review.pk}/").content.decode()
    page = BeautifulSoup(html, "html.parser")
    spoken = [(each["lang"], each["dir"]) for each in page.select("main [lang]")]
    assert spoken
    assert set(spoken) == {("en", "ltr")}


def test_pictures_come_from_addresses_that_tell_nothing(client, round_, editor):
    review = review_by(make_reviewer(), round_, editor, stop_before="submit")
    client.force_login(review.reviewer)
    address = reverse("case_reviews:picture", args=[review.pk, 0])
    response = client.get(address)
    assert response.headers["Content-Type"] == "image/webp"
    assert b"".join(response.streaming_content)[:4] == b"RIFF"
    assert response.headers["Content-Disposition"] == 'inline; filename="1.webp"'
    assert client.get(reverse("case_reviews:picture", args=[review.pk, 9])).status_code == 404


def test_nothing_of_the_case_is_shown_before_the_review_is_taken_on(client, round_, editor):
    html = blind_page(client, review_by(make_reviewer(), round_, editor, stop_before="accept"))
    assert "Secret" not in html
    assert "Take it on" in html


def test_another_reviewer_the_author_and_strangers_are_shut_out(client, author, round_, editor):
    review = review_by(make_reviewer(), round_, editor, stop_before="submit")
    addresses = [
        reverse("case_reviews:review", args=[review.pk]),
        reverse("case_reviews:picture", args=[review.pk, 0]),
    ]
    assert blind_page(client, review)  # there is something to be shut out from
    for other in (make_reviewer(), author, UserFactory(), editor):
        client.force_login(other)
        assert [client.get(address).status_code for address in addresses] == [403, 403]
        posts = [reverse(f"case_reviews:{name}", args=[review.pk]) for name in ("draft", "answer")]
        assert [client.post(address, REVIEW).status_code for address in posts] == [403, 403]
    client.logout()
    assert client.get(addresses[0]).status_code == 302


def test_what_is_being_written_is_saved_and_handed_in_by_the_form(client, round_, editor):
    review = review_by(make_reviewer(), round_, editor, stop_before="submit")
    client.force_login(review.reviewer)
    draft = client.post(
        reverse("case_reviews:draft", args=[review.pk]), {"to_author": "Half", "privacy": "3"}
    )
    review.refresh_from_db()
    assert (draft.status_code, review.to_author, review.privacy) == (200, "Half", 3)
    address = reverse("case_reviews:review", args=[review.pk])
    refused = client.post(address, {"to_author": "Half"})
    assert refused.status_code == 422
    assert "Please judge every line of the rubric" in refused.content.decode()
    assert client.post(address, REVIEW).status_code == 302
    review.refresh_from_db()
    assert (review.state, review.privacy) == (ReviewState.SUBMITTED, 4)
    late = client.post(reverse("case_reviews:draft", args=[review.pk]), {"to_author": "No"})
    assert late.status_code == 409


# --- Decisions -----------------------------------------------------------------------------------


def test_accepting_wants_the_reviews_the_task_asks_for(round_, editor):
    review_by(make_reviewer(), round_, editor)
    with pytest.raises(TooFewReviews) as refused:
        decide(round_=round_, decision=Decision.ACCEPT, letter="", by=editor)
    assert str(refused.value) == "Accepting needs 2 reviews; 1 are handed in."


def test_accepting_publishes_the_case_and_ends_the_workflow(case, round_, editor):
    for _ in range(2):
        review_by(make_reviewer(), round_, editor)
    waiting = review_by(make_reviewer(), round_, editor, stop_before="submit")
    decide(round_=round_, decision=Decision.ACCEPT, letter="Well done.", by=editor)
    case.refresh_from_db()
    waiting.refresh_from_db()
    assert (case.live, case.current_workflow_state) == (True, None)
    assert WorkflowState.objects.get().status == WorkflowState.STATUS_APPROVED
    assert waiting.state == ReviewState.RELEASED
    actions = PageLogEntry.objects.filter(page=case.pk).values_list("action", flat=True)
    assert {"wagtail.workflow.start", "wagtail.workflow.approve", "wagtail.publish"} <= set(actions)


def test_a_revision_goes_back_and_its_resubmission_is_the_next_round(case, round_, author, editor):
    review_by(make_reviewer(), round_, editor)
    decide(round_=round_, decision=Decision.MINOR, letter="Coronal plane, please.", by=editor)
    case.refresh_from_db()
    assert case.current_workflow_state.status == WorkflowState.STATUS_NEEDS_CHANGES
    draft = CasePage.objects.get(pk=case.pk)
    draft.discussion = "<p>Now with the coronal plane.</p>"
    draft.save_revision(user=author)
    second = submit(case, author)
    assert (second.number, second.revision != round_.revision) == (2, True)
    # After a minor revision the editor sees for themself.
    decide(round_=second, decision=Decision.ACCEPT, letter="", by=editor)
    case.refresh_from_db()
    assert "coronal" in CasePage.objects.get(pk=case.pk).discussion
    assert case.live


def test_after_a_major_revision_reviewers_are_needed_again(case, round_, author, editor):
    decide(round_=round_, decision=Decision.MAJOR, letter="Start again.", by=editor)
    with pytest.raises(TooFewReviews):
        decide(round_=submit(case, author), decision=Decision.ACCEPT, letter="", by=editor)


def test_rejection_ends_the_workflow_and_only_editors_may_begin_again(case, round_, author, editor):
    decide(round_=round_, decision=Decision.REJECT, letter="Not for residents.", by=editor)
    case.refresh_from_db()
    assert (case.live, case.current_workflow_state) == (False, None)
    assert "rejected" in refusal_to_submit(case=case, user=author)
    assert refusal_to_submit(case=case, user=editor) == ""


def test_the_authors_get_the_letter_and_read_the_comments_without_names(
    client, case, round_, author, editor
):
    reviewer = make_reviewer(first_name="Very", last_name="Anonymous")
    review_by(reviewer, round_, editor)
    decide(round_=round_, decision=Decision.MINOR, letter="Coronal plane, please.", by=editor)
    letter = next(each for each in post_all() if each.to == [author.email])
    assert "Coronal plane, please." in letter.body
    client.force_login(author)
    html = client.get(reverse("case_reviews:of_round", args=[round_.pk])).content.decode()
    assert "Please show the coronal plane." in html
    for hidden in ("Anonymous", reviewer.email, "I think I know this scanner", "Recommendation"):
        assert hidden not in html


def test_authors_do_not_see_a_round_before_its_decision(client, round_, author):
    client.force_login(author)
    assert client.get(reverse("case_reviews:of_round", args=[round_.pk])).status_code == 403


def test_nothing_but_acceptance_goes_without_a_letter(round_, editor):
    for decision in (Decision.MINOR, Decision.MAJOR, Decision.REJECT):
        with pytest.raises(LetterMissing):
            decide(round_=round_, decision=decision, letter="  ", by=editor)


def test_a_round_is_decided_once(round_, editor):
    decide(round_=round_, decision=Decision.MAJOR, letter="Once.", by=editor)
    with pytest.raises(RoundClosed):
        decide(round_=round_, decision=Decision.REJECT, letter="Twice.", by=editor)


def test_an_editor_does_not_decide_on_their_own_case(client, department, editor):
    add_member(department=department, user=editor)
    case = make_draft(department, editor)
    round_ = submit(case, editor)
    client.force_login(editor)
    response = client.post(
        reverse("cases_review:decide", args=[round_.pk]), {"decision": "accept", "letter": ""}
    )
    assert (response.status_code, response.headers["Location"]) == (302, "/admin/")
    round_.refresh_from_db()
    assert round_.is_open


# --- Desks ---------------------------------------------------------------------------------------


def test_the_editors_page_invites_decides_and_refuses_with_sentences(
    client, department, round_, editor
):
    colleague, free = make_reviewer(), make_reviewer()
    add_member(department=department, user=colleague)
    client.force_login(editor)
    address = reverse("cases_review:invite", args=[round_.pk])
    due_on = (timezone.localdate() + timedelta(days=9)).isoformat()
    refused = client.post(address, {"reviewers": [colleague.pk], "due_on": due_on})
    assert refused.status_code == 422
    assert "belongs to the same department as an author" in refused.content.decode()
    assert client.post(address, {"reviewers": [free.pk], "due_on": due_on}).status_code == 302
    decide_at = reverse("cases_review:decide", args=[round_.pk])
    hasty = client.post(decide_at, {"decision": "accept", "letter": ""})
    # Told at the head of the page too: the forms stand far below.
    reasons = [str(each) for each in hasty.context["messages"]]
    assert reasons[-1] == "Accepting needs 2 reviews; 0 are handed in."
    assert client.post(decide_at, {"decision": "major", "letter": "Again."}).status_code == 302
    assert "Major revision" in client.get(reverse("cases_review:desk")).content.decode()


def test_late_rounds_come_first_on_the_editors_desk(department, author, editor):
    rounds = [submit(make_draft(department, author), author) for _ in range(3)]
    for round_, days in zip(rounds, (5, -2, -9), strict=True):
        review = review_by(make_reviewer(), round_, editor, stop_before="submit")
        PeerReview.objects.filter(pk=review.pk).update(due_at=timezone.now() + timedelta(days=days))
    assert [entry.round.pk for entry in editor_desk().open] == [
        rounds[2].pk,
        rounds[1].pk,
        rounds[0].pk,
    ]


def test_desks_cost_the_same_for_one_case_and_for_five(client, department, author, editor):
    reviewer = make_reviewer()

    def costs() -> list[int]:
        counts = []
        for user, address in (
            (reviewer, reverse("case_reviews:desk")),
            (author, reverse("case_reviews:desk")),
            (editor, reverse("cases_review:desk")),
        ):
            client.force_login(user)
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            counts.append(len(captured))
        return counts

    def one_more() -> None:
        round_ = submit(make_draft(department, author), author)
        review_by(reviewer, round_, editor, stop_before="submit")

    one_more()
    before = costs()
    for _ in range(4):
        one_more()
    assert costs() == before
    assert len(reviewer_desk(user=reviewer).waiting) == 5
    assert len(department_cases(user=author)) == 5


def test_a_round_costs_the_same_with_one_reviewer_and_with_five(client, round_, editor):
    client.force_login(editor)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("cases_review:round", args=[round_.pk]))
        return len(captured)

    for _ in range(2):
        make_reviewer()
    review_by(make_reviewer(), round_, editor)
    cost()
    before = cost()
    for _ in range(4):
        make_reviewer()
        review_by(make_reviewer(), round_, editor)
    assert cost() == before


def test_the_department_sees_what_waits_for_it_and_no_names_of_reviewers(
    client, department, author, round_, editor
):
    reviewer = make_reviewer(last_name="Anonymous")
    review_by(reviewer, round_, editor)
    make_draft(department, author, title="A draft of ours")
    make_draft(make_department("Elsewhere"), make_author(make_department("Far")), title="Theirs")
    client.force_login(author)
    html = client.get(reverse("case_reviews:desk")).content.decode()
    assert "Under review, round 1" in html
    assert "A draft of ours" in html
    assert "Theirs" not in html
    assert "Anonymous" not in html


def test_reviewers_and_residents_do_not_enter_the_editors_desk(client, round_, resident):
    for user in (make_reviewer(), resident):
        client.force_login(user)
        for address in (
            reverse("cases_review:desk"),
            reverse("cases_review:round", args=[round_.pk]),
        ):
            assert client.get(address).status_code in {302, 403}


def test_roles_make_no_reviewer_of_an_editor(round_, editor):
    with pytest.raises(NotAReviewer):
        invite(round_=round_, reviewers=[editor], due_at=in_two_weeks(), by=editor)
    give_role(user=editor, role=Role.REVIEWER)
    [review] = invite(round_=round_, reviewers=[editor], due_at=in_two_weeks(), by=editor)
    assert review.state == ReviewState.INVITED


def test_cases_go_through_no_workflow_where_something_follows_peer_review(client, case, editor):
    workflow = case.get_workflow()
    late = GroupApprovalTask.objects.create(name="Afterthought")
    added = WorkflowTask.objects.create(workflow=workflow, task=late, sort_order=9)
    assert case.get_workflow() != workflow
    (problem,) = peer_review_comes_last(databases=["default"])
    assert (problem.id, workflow.name in problem.msg) == ("cases.E001", True)
    client.force_login(editor)
    sentence = "a task follows peer review"
    assert sentence in client.get(reverse("cases_review:desk")).content.decode()

    # Before the review it is welcome.
    added.sort_order = -1
    added.save()
    assert case.get_workflow() == workflow
    assert peer_review_comes_last(databases=["default"]) == []
    assert sentence not in client.get(reverse("cases_review:desk")).content.decode()


def test_in_a_workflow_of_other_pages_the_task_is_passed_over(case, home, editor):
    home.save_revision(user=editor)
    state = case.get_workflow().start(home, editor)
    assert state.status == WorkflowState.STATUS_APPROVED
    assert not case.review_rounds.exists()


def test_peer_review_writes_its_own_letters_and_wagtail_none_beside_them(
    case, author, editor, home
):
    administrator = UserFactory(is_superuser=True, email="administrator@example.com")
    round_ = submit(case, author)
    for _ in range(2):
        review_by(make_reviewer(), round_, editor)
    decide(round_=round_, decision=Decision.ACCEPT, letter="Well done.", by=editor)
    # Ours wait for a worker; Wagtail's would be gone by now.
    assert mail.outbox == []
    assert len([one for one in post_all() if one.to == [author.email]]) == 1

    # Of other pages Wagtail goes on telling, by the same way.
    mail.outbox.clear()
    home.save_revision(user=editor)
    case.get_workflow().start(home, editor)
    assert mail.outbox == []
    written = Letter.objects.filter(kind="pages.workflow")
    assert {one.recipient for one in written} == {administrator}
