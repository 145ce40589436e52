"""Committing an answer to a case."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from pages.next_url import safe_next_url
from people.access import fetch
from quizzes.item_types import InvalidResponse

from .domain.answers import commit_as_user, commit_in_session
from .models import CasePage


@require_POST
def commit_answer(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take the answer, then show the case again, now with its solution."""
    case = fetch(request.user, "cases.solve_case", CasePage.objects.live().public(), pk=case_id)
    try:
        if request.user.is_authenticated:
            commit_as_user(user=request.user, case=case, data=request.POST)
        else:
            commit_in_session(session=request.session, case=case, data=request.POST)
    except InvalidResponse as error:
        response = case.serve(request, answer_error=str(error))
        response.status_code = 422
        return response
    return HttpResponseRedirect(_back_to(request, case) + "#solution")


def _back_to(request: HttpRequest, case: CasePage) -> str:
    """The case again, still knowing which lesson the reader came from."""
    url = case.get_url(request)
    next_url = safe_next_url(request)
    return f"{url}?{urlencode({'next': next_url})}" if next_url else url
