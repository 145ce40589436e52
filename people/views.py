"""One's own profile."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import UpdateView

from .access import fetch, require
from .domain.accounts import save_profile
from .forms import ProfileForm
from .models import User
from .personal_record import write_record


class ProfileView(LoginRequiredMixin, UpdateView):
    """Name, language and time zone."""

    form_class = ProfileForm
    template_name = "people/profile.html"

    def get_object(self, queryset=None) -> User:
        # A form on a copy: what fails to validate must not show in the page's header.
        user = self.request.user
        return fetch(user, "people.change_profile", User.objects.all(), pk=user.pk)

    def get_context_object_name(self, obj: User) -> str:
        return "person"

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        self.object = save_profile(user=form.save(commit=False))
        with translation.override(self.object.language):
            messages.success(self.request, _("Your profile is saved."))
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        return translate_url(reverse("people:profile"), self.object.language)


@login_required
@require_safe
def personal_record(request: HttpRequest) -> HttpResponse:
    """What is in the record, and the button that makes it."""
    require(request.user, "people.take_record", request.user)
    return render(request, "people/personal_record.html")


@never_cache
@login_required
@require_safe
def personal_record_file(request: HttpRequest) -> StreamingHttpResponse:
    """One's own record, written while it is read; nobody else's can be asked for."""
    require(request.user, "people.take_record", request.user)
    user = User.objects.get(pk=request.user.pk)
    response = StreamingHttpResponse(write_record(user=user), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response
