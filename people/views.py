"""One's own profile."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.generic import UpdateView

from .access import fetch
from .domain.accounts import save_profile
from .forms import ProfileForm
from .models import User


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
